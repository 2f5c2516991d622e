"""What was noted of the facts since they were read last (triggers write it, in the transaction of the change).

A note names a customer and the month of theirs that changed; no customer stands for everybody, no month for what is
known of the customer besides, and neither for all there is. What it names is read as it is now: a change that comes in
between is read twice at worst, and never counted twice.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from early_warnings.services.months.parts import Part
from early_warnings.services.months.work import Work

#: The rows of the touched as they are now, while they are read again.
RENEWED = "early_renewed"
#: Past this share of the customers it is quicker to read everybody's; so many are always read one by one.
MOST_TOUCHED, LEAST_TOUCHED = 0.2, 100

_TAKE = """
    CREATE TEMP TABLE early_noted ON COMMIT DROP AS
    WITH taken AS (DELETE FROM {table} RETURNING {columns})
    SELECT DISTINCT * FROM taken
"""
_TOUCHED = """
    CREATE TEMP TABLE early_touched ON COMMIT DROP AS
    SELECT customer_id, bool_or(month IS NULL) AS changed FROM early_noted
    WHERE customer_id IS NOT NULL GROUP BY customer_id ORDER BY customer_id
"""
_NOTED = """
    SELECT coalesce(bool_or(customer_id IS NULL AND month IS NULL), false),
        coalesce(array_agg(DISTINCT month) FILTER (WHERE customer_id IS NULL AND month IS NOT NULL), '{}'),
        coalesce(array_agg(DISTINCT month) FILTER (WHERE customer_id IS NOT NULL AND month IS NOT NULL), '{}')
    FROM early_noted
"""
_COLUMNS = """
    SELECT attname::text FROM pg_attribute
    WHERE attrelid = to_regclass(%(table)s) AND attnum > 0 AND NOT attisdropped
"""


def take(work: Work, table: str, *columns: str) -> None:
    """Take the notes of a table into `early_noted`; until the end of the transaction they are not gone."""
    work.execute(_TAKE.format(table=table, columns=", ".join(("customer_id", "month", *columns))))


def forget(work: Work) -> None:
    """Drop the notes that were taken: a longer transaction may take others."""
    work.execute("DROP TABLE early_noted, early_touched")


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes taken. Whom they name stands in `early_touched`, with whether more than months of theirs changed."""

    nothing_known: bool
    #: Months that are to be read again of everybody, and of those touched.
    of_everybody: Collection[date]
    of_touched: Collection[date]
    touched: int
    changed: int

    @classmethod
    def of(cls, work: Work) -> Self:
        """Sort the notes in `early_noted`."""
        work.execute(_TOUCHED)
        work.execute("ANALYZE early_touched")
        ((nothing_known, of_everybody, of_touched),) = work.execute(_NOTED)
        ((touched, changed),) = work.execute("SELECT count(*), count(*) FILTER (WHERE changed) FROM early_touched")
        return cls(nothing_known, of_everybody, of_touched, touched, changed)

    @property
    def everybody(self) -> bool:
        """Whether something of everybody is to be read again."""
        return self.nothing_known or bool(self.of_everybody)

    def usable(self, parts: Iterable[Part], kept: Collection[str], *, most: float) -> set[str]:
        """The kept parts that still hold for everybody else; of more than the `most` touched for nobody."""
        stale = {*self.of_everybody, *(self.of_touched if self.touched > most else ())}
        return {part.name for part in parts if part.name in kept and part.month not in stale}


def most_of(customers: int) -> float:
    """How many of the customers that are kept may be read again one by one."""
    return max(MOST_TOUCHED * customers, LEAST_TOUCHED)


def columns_of(work: Work, table: str, *, filled: bool) -> set[str]:
    """The columns of a kept table; none if there is none, or if one that was `filled` was lost in a crash."""
    found = {name for (name,) in work.execute(_COLUMNS, table=table)}
    lost = found and filled and not work.execute(f"SELECT 1 FROM {table} LIMIT 1")
    return set() if lost else found
