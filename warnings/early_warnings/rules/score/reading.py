"""Files of months and of order days, as the command that scores customers takes them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite

from early_warnings.rules.score.history import History, MonthFacts, OrderDay

FACTS_COLUMNS = ("customer", "month", "amount", "orders", "items")
ORDERS_COLUMNS = ("customer", "date", "amount", "items")


class BadFile(Exception):
    """What is wrong with a file, with the number of the line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The months of all customers; `with_days` tells whether months were written with a day."""

    months: Mapping[str, Mapping[date, MonthFacts]]
    with_days: bool

    @property
    def first(self) -> date:
        return min(month for of in self.months.values() for month in of)

    @property
    def last(self) -> date:
        return max(month for of in self.months.values() for month in of)

    def market(self) -> dict[date, float]:
        """What all customers bought, by month."""
        found: defaultdict[date, float] = defaultdict(float)
        for of in self.months.values():
            for month, facts in of.items():
                found[month] += facts.amount
        return dict(found)

    def history(self, customer: str, days: Mapping[str, list[OrderDay]]) -> History:
        return History(self.months[customer], days.get(customer, ()), self.first)


def read_facts(rows: Iterable[Mapping[str, str | None]]) -> Facts:
    """Months from the rows of a file, in any order; rows of the same customer and month are added. Raises BadFile."""
    sums: defaultdict[str, dict[date, MonthFacts]] = defaultdict(dict)
    with_days = False
    for line, row in _with_lines(rows, FACTS_COLUMNS):
        customer, month = _text(row, "customer", line), _month(row, line)
        with_days = with_days or len(_text(row, "month", line)) > len("2026-10")
        before = sums[customer].get(month, MonthFacts())
        sums[customer][month] = MonthFacts(
            before.amount + _number(row, "amount", line),
            before.orders + _number(row, "orders", line),
            before.items + _number(row, "items", line),
        )
    if not sums:
        raise BadFile("no rows")
    return Facts(sums, with_days)


def read_orders(rows: Iterable[Mapping[str, str | None]]) -> dict[str, list[OrderDay]]:
    """Order days by customer; orders of a day are one, returns alone are none. Raises BadFile."""
    sums: defaultdict[str, defaultdict[date, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for line, row in _with_lines(rows, ORDERS_COLUMNS):
        amount, items = _number(row, "amount", line), _number(row, "items", line)
        of_day = sums[_text(row, "customer", line)][_day(row, "date", line)]
        of_day[0] += amount
        of_day[1] += items
    return {
        customer: [OrderDay(day, amount, items) for day, (amount, items) in sorted(of.items()) if amount > 0]
        for customer, of in sums.items()
    }


def _with_lines(
    rows: Iterable[Mapping[str, str | None]], columns: Iterable[str]
) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """Rows with the number of their line, the heading being the first."""
    for line, row in enumerate(rows, 2):
        missing = [name for name in columns if name not in row]
        if missing:
            raise BadFile(f"column {missing[0]} is missing")
        yield line, row


def _text(row: Mapping[str, str | None], name: str, line: int) -> str:
    text = (row[name] or "").strip()
    if not text:
        raise BadFile(f"line {line}: {name} is empty")
    return text


def _number(row: Mapping[str, str | None], name: str, line: int) -> float:
    """A number; an empty cell is zero."""
    text = (row[name] or "").strip().replace(",", "")
    try:
        found = float(text) if text else 0.0
    except ValueError:
        raise BadFile(f"line {line}: {name} is no number: {text}") from None
    if not isfinite(found):
        raise BadFile(f"line {line}: {name} is no number: {text}")
    return found


def _day(row: Mapping[str, str | None], name: str, line: int) -> date:
    text = _text(row, name, line)
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadFile(f"line {line}: {name} is no day like 2026-10-31: {text}") from None


def _month(row: Mapping[str, str | None], line: int) -> date:
    text = _text(row, "month", line)
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise BadFile(f"line {line}: month is no month like 2026-10: {text}") from None
