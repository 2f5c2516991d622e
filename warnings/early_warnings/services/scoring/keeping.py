"""The months that the questions reach back to, a row a retailer, kept from scoring to scoring.

What the notes in `warnings_scorenote` name is read again (`months.notes`); a new month takes only that month from the
facts. Whoever has facts has a row, closed or not: who is judged is asked when points are given. The table is unlogged:
after a crash it is empty, which the number of those scored last tells.
"""

from collections.abc import Collection, Sequence
from datetime import date

from early_warnings.rules import months_back
from early_warnings.services.months.notes import RENEWED, Notes, columns_of, most_of
from early_warnings.services.months.parts import Part, alias, joined, unread
from early_warnings.services.months.ranges import Range, looked_up, merged, within
from early_warnings.services.months.work import Work

TABLE = "warnings_months"

#: Months of amounts, and of items and orders, that the questions reach back to.
AMOUNTS, ITEMS = 24, 12
_REACH = {"amount": AMOUNTS, "items": ITEMS, "orders": ITEMS}


def parts_of(month: date, known_from: date) -> list[Part]:
    """What there is of those months."""
    return [
        Part(column, at)
        for column, reach in _REACH.items()
        for back in range(reach)
        if (at := months_back(month, back)) >= known_from
    ]


def keep(work: Work, parts: Sequence[Part], notes: Notes, *, customers: int, few: bool) -> None:
    """Bring the kept months up to date by the notes taken; there were so many `customers`, if any.

    Where only a `few` are scored their rows stand in `RENEWED` too.
    """
    most = most_of(customers)
    there = set() if notes.nothing_known else columns_of(work, TABLE, filled=customers > 0)
    kept = notes.usable(parts, there, most=most)
    if len(kept) < len(parts):
        _make(work, parts, kept)
    if few or (kept and 0 < notes.touched <= most):
        _renew(work, parts, notes.of_touched)


def _make(work: Work, parts: Sequence[Part], kept: Collection[str]) -> None:
    """Make everybody's rows, from those before as far as they are kept."""
    work.execute(f"ALTER TABLE IF EXISTS {TABLE} RENAME TO {TABLE}_before")
    before = f"{TABLE}_before" if kept else ""
    with merged(work) as ranges:
        select = " UNION ALL ".join(f"({_select(parts, 'accounts_customer c', before, kept, each)})" for each in ranges)
        work.execute(f"CREATE UNLOGGED TABLE {TABLE} AS {select}")
    work.execute(f"DROP TABLE IF EXISTS {TABLE}_before; CREATE UNIQUE INDEX ON {TABLE} (id); ANALYZE {TABLE} (id)")


def _renew(work: Work, parts: Sequence[Part], months: Collection[date]) -> None:
    """Read those months again of whoever was touched."""
    touched = "early_touched t JOIN accounts_customer c ON c.id = t.customer_id"
    kept = [part.name for part in parts if part.month not in months]
    with looked_up(work):
        renewed = _select(parts, touched, TABLE, kept)
        work.execute(f"CREATE TEMP TABLE {RENEWED} ON COMMIT DROP AS {renewed}")
        work.execute(f"DELETE FROM {TABLE} m USING early_touched t WHERE m.id = t.customer_id")
    work.execute(f"INSERT INTO {TABLE} SELECT * FROM {RENEWED}")


def _select(parts: Sequence[Part], people: str, before: str, kept: Collection[str], each: Range | None = None) -> str:
    """The parts of retailers `c`: those kept `before` as they stand there, all others from the facts."""
    columns = [f"coalesce(k.{part.name}, 0)" if part.name in kept else part.of_facts for part in parts]
    named = ", ".join(f"{column} AS {part.name}" for column, part in zip(columns, parts, strict=True))
    months = unread(parts, kept)
    known = [f"{alias(month)}.customer_id" for month in months]
    if before:
        known.insert(0, "k.id")
        people += f" LEFT JOIN {before} k ON k.id = c.id{within('k.id', each)}"
    return (
        f"SELECT c.id, {named} FROM {people} {joined(months, each)}"
        f" WHERE c.kind = 'retailer' AND coalesce({', '.join(known)}) IS NOT NULL{within('c.id', each)}"
    )
