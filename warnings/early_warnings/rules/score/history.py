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


@dataclass(slots=True)
class History:
    """A customer's past. A month that is not in `months` is one without a purchase.

    `known_from` is the first month of the whole market's facts: before it nothing is known of anybody. `days` are those
    on which something was bought, in their order.
    """

    months: Mapping[date, MonthFacts]
    days: Sequence[OrderDay] = ()
    known_from: date = date(1, 1, 1)
    _when: list[date] = field(init=False)
    _from: int = field(init=False)
    _rows: list[MonthFacts] = field(init=False)

    def __post_init__(self) -> None:
        self._when = [each.day for each in self.days]
        first, last = min(self.months, default=self.known_from), max(self.months, default=self.known_from)
        self._from = _number(first)
        numbers = range(_number(last) - self._from + 1)
        self._rows = [self.months.get(months_back(first, -number), _NOTHING) for number in numbers]

    def facts(self, month: date, first: int, last: int = 0) -> list[MonthFacts]:
        """The months from `first` to `last` months before, oldest first."""
        at = _number(month) - self._from
        rows, length = self._rows, len(self._rows)
        return [rows[number] if 0 <= number < length else _NOTHING for number in range(at - first, at - last + 1)]

    def amounts(self, month: date, first: int, last: int = 0) -> list[float]:
        """The amounts of these months."""
        return [each.amount for each in self.facts(month, first, last)]

    def items(self, month: date, first: int, last: int = 0) -> list[float]:
        """The numbers of different items of these months."""
        return [each.items for each in self.facts(month, first, last)]

    def orders(self, month: date, first: int, last: int = 0) -> list[float]:
        """The numbers of orders of these months."""
        return [each.orders for each in self.facts(month, first, last)]

    def reaches(self, month: date, back: int) -> bool:
        """Whether so many months before were within what is known."""
        return _number(month) - back >= _number(self.known_from)

    def of_year(self, end: date) -> Sequence[OrderDay]:
        """The order days of the year that ends with this day."""
        return self.days[bisect_right(self._when, end - timedelta(days=YEAR)) : bisect_right(self._when, end)]

    def days_known(self, month: date) -> bool:
        """Whether in each month of the year in which something was bought it is known on which days."""
        known = {each.day.replace(day=1) for each in self.of_year(month_end(month))}
        bought = self.amounts(month, 11)[::-1]
        return all(amount <= 0 or months_back(month, back) in known for back, amount in enumerate(bought))

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


def _number(month: date) -> int:
    return month.year * 12 + month.month
