"""The basis kept from night to night, and what of it is to be read again.

Triggers note in `warnings_touched` whose facts change and in which month, and whose state or classes change, in the
transaction of the change. An evaluation takes these notes and reads what they name as it is now, so that a change that
comes in between is read twice at worst, and never counted twice. Nothing else is read again: a new month, or another
indicator, takes from the facts only the parts that are not kept.
The table is unlogged, and so is its ledger: after a crash they are empty, which the number kept beside them tells.
"""

from collections.abc import Collection, Sequence
from datetime import date

from early_warnings.models import Indicator, KeptBasis
from early_warnings.services.evaluation import figures, gates
from early_warnings.services.evaluation.basis import Basis
from early_warnings.services.months.ranges import merged
from early_warnings.services.months.work import Work

TABLE = "warnings_basis"
#: Past this share of the customers it is quicker to read everybody's.
MOST_TOUCHED = 0.2

TAKE = """
    CREATE TEMP TABLE early_noted ON COMMIT DROP AS
    WITH taken AS (DELETE FROM warnings_touched RETURNING customer_id, month, moved)
    SELECT DISTINCT * FROM taken
"""
#: Whether a row of facts has come or gone, one of the running month has changed, or nobody can tell.
MOVED = "SELECT 1 FROM early_noted WHERE month IS NULL OR month >= %(running)s OR moved LIMIT 1"

_TOUCHED = """
    CREATE TEMP TABLE early_touched ON COMMIT DROP AS
    SELECT customer_id, bool_or(month IS NULL) AS changed FROM early_noted
    WHERE customer_id IS NOT NULL GROUP BY customer_id
"""
_NOTES = """
    SELECT coalesce(bool_or(customer_id IS NULL AND month IS NULL), false),
        coalesce(array_agg(DISTINCT month) FILTER (WHERE customer_id IS NULL AND month IS NOT NULL), '{}'),
        coalesce(array_agg(DISTINCT month) FILTER (WHERE customer_id IS NOT NULL AND month IS NOT NULL), '{}')
    FROM early_noted
"""
_COLUMNS = """
    SELECT attname::text FROM pg_attribute
    WHERE attrelid = to_regclass(%(table)s) AND attnum > 0 AND NOT attisdropped
"""
#: A month of a few customers is looked up, each by the primary key, not read whole.
_BY_INDEX = "SET LOCAL enable_hashjoin = {0}; SET LOCAL enable_mergejoin = {0}"


def keep(work: Work, basis: Basis, indicators: Sequence[Indicator]) -> bool:
    """Bring the kept basis up to date by the notes taken; True if it was only renewed for those in `early_touched`."""
    kept, _ = KeptBasis.objects.select_for_update().get_or_create(pk=1)
    work.execute(_TOUCHED)
    ((nothing_known, of_everybody, of_touched),) = work.execute(_NOTES)
    ((touched, changed),) = work.execute("SELECT count(*), count(*) FILTER (WHERE changed) FROM early_touched")
    most = max(MOST_TOUCHED * kept.customers, 100)
    stale = {*of_everybody, *(of_touched if touched > most else ())}
    there = set() if nothing_known or changed > most else _columns(work, kept)
    usable = {part.name for part in basis.parts if part.name in there and part.month not in stale}
    plan = f"{gates.rows(indicators, basis, basis.everybody())}; {figures.ledger(indicators, basis)}"
    only_renewed = bool(there) and kept.plan == plan and len(usable) == len(basis.parts)
    if not only_renewed:
        _make(work, basis, indicators, usable if there else None)
        if touched > most:
            work.execute("DELETE FROM early_touched WHERE NOT changed")
    if there and touched:
        _renew(work, basis, indicators, of_touched)
    if touched or not only_renewed:
        kept.plan = plan
        kept.customers = work.execute(f"SELECT coalesce(sum(among), 0)::bigint FROM {basis.ledger}")[0][0]
        kept.save()
    return only_renewed


def _columns(work: Work, kept: KeptBasis) -> set[str]:
    """The columns that are kept; none if nothing is."""
    found = {name for (name,) in work.execute(_COLUMNS, table=TABLE)} if kept.plan else set()
    lost = found and kept.customers and not work.execute(f"SELECT 1 FROM {TABLE} LIMIT 1")
    return set() if lost else found


def _make(work: Work, basis: Basis, indicators: Sequence[Indicator], usable: Collection[str] | None) -> None:
    """Make everybody's rows, from those before as far as their parts are usable; None says that there are none."""
    work.execute(f"ALTER TABLE IF EXISTS {basis.table} RENAME TO {basis.table}_before")
    work.execute(f"DROP TABLE IF EXISTS {basis.ledger}")
    with merged(work) as ranges:
        select = basis.everybody(ranges=ranges) if usable is None else basis.moved_on(usable, ranges=ranges)
        work.execute(f"CREATE UNLOGGED TABLE {basis.table} AS {gates.rows(indicators, basis, select)}")
    work.execute(f"DROP TABLE IF EXISTS {basis.table}_before")
    work.execute(f"CREATE UNIQUE INDEX ON {basis.table} (id)")
    work.execute(f"ANALYZE {basis.table} (id)")
    work.execute(f"CREATE UNLOGGED TABLE {basis.ledger} AS {figures.ledger(indicators, basis)}")


def _renew(work: Work, basis: Basis, indicators: Sequence[Indicator], months: Collection[date]) -> None:
    """Read those months again of whoever was touched, and everything of whose state or classes changed."""
    work.execute("ANALYZE early_touched")
    work.execute(_BY_INDEX.format("off"))
    as_before = [part.name for part in basis.parts if part.month not in months]
    renewed = gates.rows(indicators, basis, basis.of_touched(as_before))
    work.execute(f"CREATE TEMP TABLE early_renewed ON COMMIT DROP AS {renewed}")
    if work.execute("SELECT 1 FROM early_touched WHERE changed LIMIT 1"):
        work.execute(f"INSERT INTO early_renewed {gates.rows(indicators, basis, basis.of_changed())}")
    work.execute(_BY_INDEX.format("on"))
    gone = f"DELETE FROM {basis.table} b USING early_touched t WHERE b.id = t.customer_id RETURNING b.*"
    work.execute(f"WITH gone AS ({gone}) INSERT INTO {basis.ledger} {figures.ledger(indicators, basis, 'gone', -1)}")
    work.execute(f"INSERT INTO {basis.table} SELECT * FROM early_renewed")
    work.execute(f"INSERT INTO {basis.ledger} {figures.ledger(indicators, basis, 'early_renewed')}")
    work.execute("DROP TABLE early_renewed")
