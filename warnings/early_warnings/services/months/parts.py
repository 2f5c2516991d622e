"""Parts: a column of the facts in one month, of every customer.

A part is read once, from its month's partition, and kept beside the others in a customer's row; what is summed over
months is added up from parts. So a new month, another indicator or a changed fact needs only the parts that are not
there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import DecimalField

from accounts.models import MonthlyFact
from early_warnings import rules
from early_warnings.services.months.ranges import Range, within

#: A part that is no column of the facts: of a month in which something was bought the day of the last order and the
#: number of orders, in one whole number; the later the day, the larger. What a part says must not change while some are
#: kept: a change drops the tables by a migration.
BOUGHT = "bought"
_BOUGHT_SQL = """CASE WHEN {of}.orders > 0 OR {of}.quantity > 0 THEN
    ((coalesce({of}.last_order_on, '{last_day}') - '{day_0}')::bigint << 32) + greatest({of}.orders, 1) END"""
DAY_0, ORDERS = date(2000, 1, 1), 2**32 - 1


@dataclass(frozen=True, slots=True)
class Part:
    """A column of the facts in one month."""

    column: str
    month: date

    @property
    def name(self) -> str:
        return f"{self.column}_{self.month:%Y%m}"

    @property
    def of_facts(self) -> str:
        """As it is read from the month's facts, in whole hundredths where the column has two places.

        A month without a row is one without a purchase.
        """
        of = alias(self.month)
        if self.column == BOUGHT:
            last_day = rules.months_back(self.month, -1) - timedelta(days=1)
            return _BOUGHT_SQL.format(of=of, last_day=last_day, day_0=DAY_0)
        column = f"({of}.{self.column} * 100)::bigint" if in_hundredths(self.column) else f"{of}.{self.column}"
        return f"coalesce({column}, 0)"


def alias(month: date) -> str:
    """The name under which `joined` joins a month's facts."""
    return f"m{month:%Y%m}"


def in_hundredths(column: str) -> bool:
    return isinstance(MonthlyFact._meta.get_field(column), DecimalField)


def unread(parts: Iterable[Part], kept: Collection[str]) -> list[date]:
    """The months of the parts that are not kept, the newest first."""
    return sorted({part.month for part in parts if part.name not in kept}, reverse=True)


def joined(months: Iterable[date], each: Range | None = None) -> str:
    """The facts of months, joined to customers `c`.

    A month is a partition with a row a customer at most: joined one after another they are added up as they come, in
    parallel, while sums by customer would be carried along for everybody at once.
    """
    return " ".join(
        f"LEFT JOIN accounts_monthlyfact {of} ON {of}.customer_id = c.id AND {of}.month = '{month}'"
        f"{within(f'{of}.customer_id', each)}"
        for of, month in ((alias(month), month) for month in months)
    )
