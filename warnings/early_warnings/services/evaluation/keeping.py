"""The basis kept from night to night, and which customers are to be summed up again.

Triggers note in `warnings_touched` what changes in the facts, and whose state or classes change, in the transaction of
the change. An evaluation takes these notes and books the differences (`booking`); only who has other classes, or may
have lost a first or last order, is summed up anew; when the months or the sums wanted are others, everybody.
The table is unlogged, and so is its ledger: after a crash they are empty, which the number kept beside them tells.
"""

from collections.abc import Sequence

from early_warnings.models import Indicator, KeptBasis
from early_warnings.services.evaluation import booking, figures, gates
from early_warnings.services.evaluation.sums import Basis
from early_warnings.services.evaluation.work import Work

TABLE = "warnings_basis"
#: Past this share of the customers it is quicker to sum up everybody.
MOST_TOUCHED = 0.2
#: A month of a few customers is looked up, each by the primary key, not read whole.
_BY_INDEX = "SET LOCAL enable_hashjoin = {0}; SET LOCAL enable_mergejoin = {0}"


def keep(work: Work, basis: Basis, indicators: Sequence[Indicator]) -> bool:
    """Bring the kept basis up to date by the notes taken; True if it was only renewed for those in `early_touched`."""
    kept, _ = KeptBasis.objects.select_for_update().get_or_create(pk=1)
    work.execute(booking.touched(basis))
    everybody, touched = work.execute(
        "SELECT count(*) FILTER (WHERE customer_id IS NULL), count(*) FROM early_touched"
    )[0]
    few = not everybody and touched <= max(MOST_TOUCHED * kept.customers, 100)
    rows, ledger = gates.rows(indicators, basis, basis.select()), figures.ledger(indicators, basis)
    plan = f"{rows}; {ledger}"
    if few and kept.plan == plan and _is_whole(work, kept):
        if touched:
            _renew(work, basis, indicators)
            _count(work, basis, kept)
        return True
    work.execute(f"DROP TABLE IF EXISTS {basis.table}, {basis.ledger}")
    work.execute(f"CREATE UNLOGGED TABLE {basis.table} AS {rows}")
    work.execute(booking.DOUBT)
    work.execute(f"CREATE UNIQUE INDEX ON {basis.table} (id)")
    work.execute(f"ANALYZE {basis.table}")
    work.execute(f"CREATE UNLOGGED TABLE {basis.ledger} AS {ledger}")
    kept.plan = plan
    _count(work, basis, kept)
    return False


def _is_whole(work: Work, kept: KeptBasis) -> bool:
    if work.execute("SELECT to_regclass(%(table)s)", table=TABLE)[0][0] is None:
        return False
    return not kept.customers or bool(work.execute(f"SELECT 1 FROM {TABLE} LIMIT 1"))


def _count(work: Work, basis: Basis, kept: KeptBasis) -> None:
    kept.customers = work.execute(f"SELECT coalesce(sum(among), 0)::bigint FROM {basis.ledger}")[0][0]
    kept.save()


def _renew(work: Work, basis: Basis, indicators: Sequence[Indicator]) -> None:
    work.execute("ANALYZE early_touched")
    rows = gates.rows(indicators, basis, booking.booked(basis))
    work.execute(f"CREATE TEMP TABLE early_renewed ON COMMIT DROP AS {rows}")
    if work.execute("SELECT 1 FROM early_touched WHERE anew LIMIT 1"):
        _sum_up_anew(work, basis, indicators)
    gone = f"DELETE FROM {basis.table} b USING early_touched t WHERE b.id = t.customer_id RETURNING b.*"
    booked_out = figures.ledger(indicators, basis, "gone", -1)
    work.execute(f"WITH gone AS ({gone}) INSERT INTO {basis.ledger} {booked_out}")
    work.execute(f"INSERT INTO {basis.table} SELECT * FROM early_renewed")
    work.execute(f"INSERT INTO {basis.ledger} {figures.ledger(indicators, basis, 'early_renewed')}")
    work.execute("DROP TABLE early_renewed")


def _sum_up_anew(work: Work, basis: Basis, indicators: Sequence[Indicator]) -> None:
    work.execute(_BY_INDEX.format("off"))
    rows = gates.rows(indicators, basis, basis.select(touched=True))
    work.execute(f"INSERT INTO early_renewed {rows}")
    work.execute(_BY_INDEX.format("on"))
    work.execute(booking.DOUBT_ANEW)
