"""What is known of a customer at the end of a month: months of facts, days of orders, and the market beside them."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from early_warnings.rules.indicators import months_back

YEAR = 365


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What one customer bought in one month; money in any one currency."""

    amount: float = 0.0
    orders: float = 0.0
    items: float = 0.0


@dataclass(frozen=True, slots=True)
class OrderDay:
    """What one customer ordered on one day."""

    day: date
    amount: float
    items: float


_NOTHING = MonthFacts()


@dataclass(frozen=True, slots=True)
class History:
    """A customer's past. A month that is not in `months` is one without a purchase."""

    months: Mapping[date, MonthFacts]
    #: In the order of their days; only those on which something was bought.
    days: Sequence[OrderDay] = ()
    #: The first month of the whole market's facts: before it nothing is known of anybody.
    known_from: date = date.min
    _when: list[date] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_when", [each.day for each in self.days])

    def amounts(self, month: date, first: int, last: int = 0) -> list[float]:
        """Amounts of the months from `first` to `last` months before, oldest first."""
        return [self.months.get(months_back(month, back), _NOTHING).amount for back in range(first, last - 1, -1)]

    def items(self, month: date, first: int, last: int = 0) -> list[float]:
        """Different items of the months from `first` to `last` months before, oldest first."""
        return [self.months.get(months_back(month, back), _NOTHING).items for back in range(first, last - 1, -1)]

    def orders(self, month: date, first: int, last: int = 0) -> list[float]:
        """Numbers of orders of the months from `first` to `last` months before, oldest first."""
        return [self.months.get(months_back(month, back), _NOTHING).orders for back in range(first, last - 1, -1)]

    def reaches(self, month: date, back: int) -> bool:
        """Whether so many months before were within what is known."""
        return months_back(month, back) >= self.known_from

    def of_year(self, end: date) -> Sequence[OrderDay]:
        """The order days of the year that ends with this day."""
        return self.days[bisect_right(self._when, end - timedelta(days=YEAR)) : bisect_right(self._when, end)]

    def before(self, end: date, most: int) -> Sequence[OrderDay]:
        """The last order days until this day."""
        until = bisect_right(self._when, end)
        return self.days[max(until - most, 0) : until]

    def count(self, end: date, days: int) -> int:
        """On how many of the days until this one something was ordered."""
        return bisect_right(self._when, end) - bisect_left(self._when, end - timedelta(days=days - 1))


def month_end(month: date) -> date:
    """The last day of a month."""
    return months_back(month, -1) - timedelta(days=1)
