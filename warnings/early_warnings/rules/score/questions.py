"""The questions of the score card: what each asks of a customer's past, as one number; None where it cannot be told.

Each is told against the customer's own past, so that small and large, frequent and rare buyers are asked alike.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import sqrt

from early_warnings.rules.indicators import months_back
from early_warnings.rules.score.history import History, month_end

#: Amounts of the whole market by month.
Market = Mapping[date, float]
Question = Callable[[History, date, Market], float | None]

#: A gap between orders says little below a week, and nothing from fewer orders than this in a year.
LEAST_GAP, LEAST_ORDERS = 7, 4


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _spread(values: Sequence[float]) -> float:
    mean = _mean(values)
    return sqrt(sum((each - mean) * (each - mean) for each in values) / len(values))


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them stays within; between two values in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _ratio(recent: float, base: float) -> float | None:
    return recent / base if base > 0 else None


def _gaps(past: History, month: date) -> list[float] | None:
    days = past.of_year(month_end(month))
    if len(days) < LEAST_ORDERS:
        return None
    return [float((later.day - earlier.day).days) for earlier, later in pairwise(days)]


def silence(past: History, month: date, market: Market) -> float | None:
    """Days since the last order, in the gap that nine of ten gaps of the year stay within."""
    gaps = _gaps(past, month)
    if gaps is None:
        return None
    last = past.before(month_end(month), 1)[-1].day
    return (month_end(month) - last).days / max(quantile(gaps, 0.9), LEAST_GAP)


def usual_gap(past: History, month: date, market: Market) -> float | None:
    """The mean of the year's gaps between two orders, days."""
    gaps = _gaps(past, month)
    return None if gaps is None else _mean(gaps)


def uneven_gaps(past: History, month: date, market: Market) -> float | None:
    """How much the year's gaps differ, in their mean."""
    gaps = _gaps(past, month)
    return None if gaps is None else _spread(gaps) / max(_mean(gaps), 1.0)


def orders_lately(past: History, month: date, market: Market) -> float | None:
    """Order days of the last thirteen weeks, against as many at the year's pace."""
    year = past.of_year(month_end(month))
    return _ratio(past.count(month_end(month), 91), len(year) * 91 / 365)


def _last_three(past: History, month: date, of: Callable[[object], float]) -> float | None:
    year = past.of_year(month_end(month))
    if len(year) < LEAST_ORDERS:
        return None
    recent = past.before(month_end(month), 3)
    return _ratio(_mean([of(each) for each in recent]), quantile([of(each) for each in year], 0.5))


def last_orders_amount(past: History, month: date, market: Market) -> float | None:
    """The mean amount of the last three orders, against the year's median order."""
    return _last_three(past, month, lambda each: each.amount)  # type: ignore[attr-defined]


def last_orders_items(past: History, month: date, market: Market) -> float | None:
    """The mean number of items in the last three orders, against the year's median order."""
    return _last_three(past, month, lambda each: each.items)  # type: ignore[attr-defined]


def month_fall(past: History, month: date, market: Market) -> float | None:
    """This month against the eleven before, in how far those usually stray from their mean."""
    before = past.amounts(month, 11, 1)
    mean = _mean(before)
    if mean <= 0 or not past.reaches(month, 11):
        return None
    return (past.amounts(month, 0)[0] - mean) / (_spread(before) + 0.05 * mean)


def month_to_year(past: History, month: date, market: Market) -> float | None:
    """This month against a month of the year."""
    return _ratio(past.amounts(month, 0)[0], _mean(past.amounts(month, 11))) if past.reaches(month, 11) else None


def quarter_to_last_year(past: History, month: date, market: Market) -> float | None:
    """Three months against the same of last year, as the market moved."""
    movement = moved(market, month, 3)
    if movement is None or not past.reaches(month, 14):
        return None
    return _ratio(sum(past.amounts(month, 2)) / movement, sum(past.amounts(month, 14, 12)))


def year_to_year(past: History, month: date, market: Market) -> float | None:
    """Twelve months against the twelve before, as the market moved."""
    movement = moved(market, month, 12)
    if movement is None or not past.reaches(month, 23):
        return None
    return _ratio(sum(past.amounts(month, 11)) / movement, sum(past.amounts(month, 23, 12)))


def half_year(past: History, month: date, market: Market) -> float | None:
    """Half a year against the half before it."""
    return _ratio(sum(past.amounts(month, 5)), sum(past.amounts(month, 11, 6))) if past.reaches(month, 11) else None


def items_half_year(past: History, month: date, market: Market) -> float | None:
    """Items of half a year against the half before it."""
    return _ratio(sum(past.items(month, 5)), sum(past.items(month, 11, 6))) if past.reaches(month, 11) else None


def items_quarter(past: History, month: date, market: Market) -> float | None:
    """Items of three months a month, against the nine before."""
    if not past.reaches(month, 11):
        return None
    return _ratio(_mean(past.items(month, 2)), _mean(past.items(month, 11, 3)))


def items_trend(past: History, month: date, market: Market) -> float | None:
    """By which share of their mean the items of a month grow from month to month of the year."""
    year = past.items(month, 11)
    mean = _mean(year)
    if mean <= 0 or not past.reaches(month, 11):
        return None
    return sum(each / mean * (number - 5.5) for number, each in enumerate(year)) / 143


def items_to_lowest(past: History, month: date, market: Market) -> float | None:
    """Items of this month against the mean of the two lowest of the eleven before."""
    before = past.items(month, 11, 1)
    if not past.reaches(month, 11) or sum(before) <= 0:
        return None
    return past.items(month, 0)[0] / max(_mean(sorted(before)[:2]), 0.05 * _mean(before))


def orders_quarter(past: History, month: date, market: Market) -> float | None:
    """Orders of three months a month, against the nine before."""
    if not past.reaches(month, 11):
        return None
    return _ratio(_mean(past.orders(month, 2)), _mean(past.orders(month, 11, 3)))


def orders_month(past: History, month: date, market: Market) -> float | None:
    """Orders of a month, over the year."""
    return _mean(past.orders(month, 11)) if past.reaches(month, 11) else None


def lowest_quarter(past: History, month: date, market: Market) -> float | None:
    """The lowest three months in a row that ended within the year before, against the year's mean."""
    year = past.amounts(month, 13)
    if not past.reaches(month, 13):
        return None
    lowest = min(sum(year[first : first + 3]) for first in range(11))
    return _ratio(lowest, 3 * _mean(year[2:]))


def uneven_months(past: History, month: date, market: Market) -> float | None:
    """How much the months of the year differ, in their mean."""
    year = past.amounts(month, 11)
    return _ratio(_spread(year), _mean(year)) if past.reaches(month, 11) else None


def missed_months(past: History, month: date, market: Market) -> float | None:
    """Months of the year without a purchase."""
    return float(sum(each <= 0 for each in past.amounts(month, 11))) if past.reaches(month, 11) else None


def moved(market: Market, month: date, months: int) -> float | None:
    """How the whole market moved in a year, over so many months."""
    now = sum(market.get(months_back(month, back), 0.0) for back in range(months))
    before = sum(market.get(months_back(month, back), 0.0) for back in range(12, 12 + months))
    return now / before if now > 0 and before > 0 else None


_ALL: tuple[Question, ...] = (
    silence,
    usual_gap,
    uneven_gaps,
    orders_lately,
    last_orders_amount,
    last_orders_items,
    month_fall,
    month_to_year,
    quarter_to_last_year,
    year_to_year,
    half_year,
    items_half_year,
    items_quarter,
    items_trend,
    items_to_lowest,
    orders_quarter,
    orders_month,
    lowest_quarter,
    uneven_months,
    missed_months,
)
#: Every question by its name.
BY_NAME: Mapping[str, Question] = {each.__name__: each for each in _ALL}

#: The order in which the product keeps the points of a card by order days: add new ones at the end.
OF_DAYS: tuple[Question, ...] = (
    month_fall,
    month_to_year,
    quarter_to_last_year,
    half_year,
    year_to_year,
    uneven_months,
    missed_months,
    lowest_quarter,
    orders_quarter,
    orders_month,
    items_quarter,
    items_half_year,
    items_trend,
    items_to_lowest,
    silence,
    usual_gap,
    uneven_gaps,
    orders_lately,
    last_orders_items,
    last_orders_amount,
)
NEEDS_DAYS = frozenset({silence, usual_gap, uneven_gaps, orders_lately, last_orders_items, last_orders_amount})
#: Those that need no order days, in the order in which the points of a card by months are kept.
OF_MONTHS: tuple[Question, ...] = tuple(each for each in OF_DAYS if each not in NEEDS_DAYS)
