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


class Comparison(StrEnum):
    """How a measure becomes a value."""

    ABSOLUTE = "absolute"  # the sum over the period itself
    BEFORE = "before"  # the period's monthly mean against that of the months before it
    LAST_YEAR = "last_year"  # the period against the same months a year earlier
    SHARE = "share"  # the period's sum as a share of another measure


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


def windows(comparison: Comparison, month: date, period: int, base_period: int) -> tuple[Window, Window | None]:
    """The months whose facts are the value, and those they are compared with, for the last whole month `month`."""
    recent = Window(months_back(month, period - 1), month, period)
    match comparison:
        case Comparison.BEFORE:
            return recent, Window(months_back(month, period + base_period - 1), months_back(month, period), base_period)
        case Comparison.LAST_YEAR:
            return recent, Window(months_back(recent.first, 12), months_back(recent.last, 12), period)
        case Comparison.SHARE:
            return recent, recent
        case _:
            return recent, None


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
