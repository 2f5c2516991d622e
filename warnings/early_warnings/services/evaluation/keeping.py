"""The basis kept from night to night, and what of it is to be read again.

What the notes in `warnings_touched` name is read again: months of the facts, or all of whose state or classes changed
(`months.notes`). A new month, or another indicator, takes from the facts only the parts that are not kept.
The table is unlogged, and so is its ledger: after a crash they are empty, which the number kept beside them tells.
"""

from collections.abc import Collection, Sequence
from datetime import date

from early_warnings.models import Indicator, KeptBasis
from early_warnings.services.evaluation import figures, gates
from early_warnings.services.evaluation.basis import Basis
from early_warnings.services.months.notes import RENEWED, Notes, columns_of, most_of
from early_warnings.services.months.ranges import looked_up, merged
from early_warnings.services.months.work import Work

TABLE = "warnings_basis"


def keep(work: Work, basis: Basis, indicators: Sequence[Indicator], *, only_few: bool = False) -> bool:
    """Bring the kept basis up to date by the notes taken; True if only the rows in `basis.few` are others.

    With `only_few` nothing is done if more are.
    """
    kept, _ = KeptBasis.objects.select_for_update().get_or_create(pk=1)
    notes = Notes.of(work)
    most = most_of(kept.customers)
    there = kept.plan and not notes.nothing_known and notes.changed <= most
    columns = columns_of(work, TABLE, filled=kept.customers > 0) if there else set()
    usable = notes.usable(basis.parts, columns, most=most)
    plan = f"{gates.rows(indicators, basis, basis.everybody())}; {figures.ledger(indicators, basis)}"
    only_renewed = bool(columns) and kept.plan == plan and len(usable) == len(basis.parts)
    if only_few and not only_renewed:
        return False
    if not only_renewed:
        _make(work, basis, indicators, usable if columns else None)
        if notes.touched > most:
            work.execute("DELETE FROM early_touched WHERE NOT changed")
    if columns and notes.touched:
        _renew(work, basis, indicators, notes.of_touched)
    if notes.touched or not only_renewed:
        kept.plan = plan
        kept.customers = work.execute(f"SELECT coalesce(sum(among), 0)::bigint FROM {basis.ledger}")[0][0]
        kept.save()
    return only_renewed


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
    work.execute(f"DROP TABLE IF EXISTS {basis.few}; CREATE UNLOGGED TABLE {basis.few} (LIKE {basis.table})")


def _renew(work: Work, basis: Basis, indicators: Sequence[Indicator], months: Collection[date]) -> None:
    """Read those months again of whoever was touched, and everything of whose state or classes changed."""
    as_before = [part.name for part in basis.parts if part.month not in months]
    with looked_up(work):
        gone = f"DELETE FROM {basis.table} b USING early_touched t WHERE b.id = t.customer_id RETURNING b.*, t.changed"
        work.execute(f"CREATE TEMP TABLE early_gone ON COMMIT DROP AS WITH gone AS ({gone}) SELECT * FROM gone")
        renewed = gates.rows(indicators, basis, basis.renewed("early_gone", as_before))
        work.execute(f"CREATE TEMP TABLE {RENEWED} ON COMMIT DROP AS {renewed}")
        if work.execute("SELECT 1 FROM early_touched WHERE changed LIMIT 1"):
            work.execute(f"INSERT INTO {RENEWED} {gates.rows(indicators, basis, basis.of_changed())}")
    work.execute(f"INSERT INTO {basis.table} SELECT * FROM {RENEWED}")
    for rows, sign in (("early_gone", -1), (RENEWED, 1)):
        work.execute(f"INSERT INTO {basis.ledger} {figures.ledger(indicators, basis, rows, sign)}")
    work.execute(f"DELETE FROM {basis.few} f USING early_touched t WHERE f.id = t.customer_id")
    work.execute(f"INSERT INTO {basis.few} SELECT * FROM {RENEWED}")
    work.execute(f"DROP TABLE early_gone, {RENEWED}")
