"""Indicators as plain values: what is compared with what, and which line a value crosses (WRN-1, S4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

#: Values are cut here: what is larger says nothing more.
LARGEST = Decimal(999_999)


class Family(StrEnum):
    """What an indicator is about (WRN-2)."""

    CUSTOMER = "customer"
    TOTAL = "total"
    RATIO = "ratio"
    CAUSE = "cause"  # of complaints, in a unit (CMP-6)


class Comparison(StrEnum):
    """How a measure becomes a value. "A month" means that sums over windows of different length are comparable."""

    ABSOLUTE = "absolute"  # the sum over the period itself
    BEFORE = "before"  # a month of the period against a month of those before it
    MOVING = "moving"  # a month of the period against the moving average that ends with it
    LAST_YEAR = "last_year"  # the period against the same months a year earlier
    SEASON = "season"  # the period against the own season: the same months last year × the own trend since
    SHARE = "share"  # the period's sum as a share of another measure, a part of a whole
    RATIO = "ratio"  # the period's sum for one of another measure, such as yuan an order
    RANK = "rank"  # the share of customers of the same kind and tier that had less; 0 is the last, 1 the first
    DAYS_SINCE = "days_since"  # days since something happened
    OWN_GAP = "own_gap"  # the same days, in the customer's own usual gaps


#: Comparisons of one measure with itself at another time: these may be held against the whole market's movement.
IN_TIME = frozenset({Comparison.BEFORE, Comparison.MOVING, Comparison.LAST_YEAR, Comparison.SEASON})
#: Comparisons that need a second measure.
OF_TWO = frozenset({Comparison.SHARE, Comparison.RATIO})
#: Comparisons that use the months of `base_period`.
WITH_MONTHS_BEFORE = frozenset({Comparison.BEFORE, Comparison.MOVING, Comparison.SEASON, Comparison.RANK})
#: An own trend says no more than this: a shop that opened a year ago has not grown tenfold.
LEAST_TREND, LARGEST_TREND = Decimal("0.67"), Decimal("1.5")


class Level(StrEnum):
    """How far a value is gone: over the line, or near it 面临突破."""

    BREACH = "breach"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold with the customers it is for; None means all. Values on the line count as crossed."""

    breach: Decimal
    near: Decimal
    importance: str | None = None
    tier: int | None = None
    service_class: int | None = None
    unit_path: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Whole months from `first` to `last`, both as their first day and both included."""

    first: date
    last: date
    months: int


def months_back(month: date, count: int) -> date:
    """The month so many months earlier."""
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Windows:
    """The months whose facts are the value, those they are compared with, and for a season those of the own trend."""

    recent: Window
    base: Window | None = None
    trend: tuple[Window, Window] | None = None

    @property
    def months(self) -> set[date]:
        """Every month that is read."""
        found = [self.recent, *([self.base] if self.base else []), *(self.trend or ())]
        return {months_back(each.last, back) for each in found for back in range(each.months)}


def windows(comparison: Comparison, month: date, period: int, base_period: int) -> Windows:
    """Which months are compared for the last whole month `month`."""
    recent = window(month, period)
    before = window(months_back(month, period), base_period)
    match comparison:
        case Comparison.BEFORE | Comparison.RANK:
            return Windows(recent, before)
        case Comparison.MOVING:
            return Windows(recent, window(month, base_period))
        case Comparison.LAST_YEAR:
            return Windows(recent, _year_before(recent))
        case Comparison.SEASON:
            return Windows(recent, _year_before(recent), (before, _year_before(before)))
        case Comparison.SHARE | Comparison.RATIO:
            return Windows(recent, recent)
        case _:
            return Windows(recent)


def window(last: date, months: int) -> Window:
    """So many months that end with `last`."""
    return Window(months_back(last, months - 1), last, months)


def _year_before(each: Window) -> Window:
    return window(months_back(each.last, 12), each.months)


def trend(now: Decimal, a_year_ago: Decimal) -> Decimal:
    """How a customer has moved in a year, between 0.67 and 1.5; 1 where nothing was a year ago."""
    if a_year_ago <= 0:
        return Decimal(1)
    moved = (now / a_year_ago).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return min(max(moved, LEAST_TREND), LARGEST_TREND)


def rank(value: Decimal, others: Iterable[Decimal]) -> Decimal | None:
    """The share of the other customers that have less, to four places; None for one who stands alone.

    `others` are all that are ranked, the customer among them.
    """
    found = list(others)
    if len(found) < 2:
        return None
    less = Decimal(sum(each < value for each in found))
    return (less / (len(found) - 1)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def compared(
    recent: Decimal,
    base: Decimal,
    *,
    months: int,
    base_months: int,
    least_base: Decimal,
    market: Decimal = Decimal(1),
) -> Decimal | None:
    """A month of the recent sum against a month of the base, to four places; `market` is how all customers moved.

    None where there is no base, or one under the floor for tiny customers.
    """
    if base <= 0 or base < least_base * base_months:
        return None
    value = recent * base_months / (base * months * market)
    return min(value.quantize(Decimal("0.0001"), ROUND_HALF_UP), LARGEST)


def level_of(value: Decimal | None, line: Line, *, falling: bool) -> Level | None:
    """The level a value has reached; `falling` tells that small is bad."""
    if value is None:
        return None
    sign = 1 if falling else -1
    if sign * value <= sign * line.breach:
        return Level.BREACH
    return Level.NEAR if sign * value <= sign * line.near else None


def exactness(line: Line) -> tuple[int, bool, bool, bool]:
    """Sorts lines: the nearest unit counts most, then importance, tier, service class."""
    depth = line.unit_path.count("/") if line.unit_path else 0
    return depth, line.importance is not None, line.tier is not None, line.service_class is not None


def most_exact(lines: Iterable[Line], *, importance: str, tier: int, service_class: int, unit_path: str) -> Line | None:
    """Of the lines that fit a customer the most exact one (WRN-1)."""
    fitting = (
        line
        for line in lines
        if line.importance in {None, importance}
        and line.tier in {None, tier}
        and line.service_class in {None, service_class}
        and unit_path.startswith(line.unit_path or "")
    )
    return max(fitting, key=exactness, default=None)
