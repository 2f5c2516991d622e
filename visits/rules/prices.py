"""What a visit not made costs, for every two days between which it may be missing (VIS-1, VIS-3): pure functions.

Prices are in metres that one would ride to avoid them, as the planner of several days wants them: `prices[a][b]` for no
visit between day a - 1 and day b; 0 as `a` is the time before the first day, the number of days as `b` the time after
the last one. They add up along a customer's visits, so that a shop that wants two visits a week gets two, spaced.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Prices = NDArray[np.float64]

#: A promise broken costs this share of its visit's worth at once, and the rest by and by.
_BROKEN, _LATER = 0.3, 0.7
#: Each further day weighs more, up to this many intervals; from then on the same.
_LATE_INTERVALS = 4.0
#: A visit before its time has come costs so much, whatever lies on the way.
_TOO_EARLY = 5_000.0
#: What it is worth at the end of the days to have been somewhere lately, for a visit worth 1: a small detour.
_LATELY = 0.01
#: A visit before its due day wastes so much of the interval; this is what a whole interval would cost, for a visit
#: worth 1. Where there is more owed than can be done, visits made early take the room of others that are late.
_EARLY = 0.2
#: A shop that is still owed its visit at the end of the days costs so much whatever its tier: without it, shops of the
#: lowest tiers that lie far off wait for ever, though one visit each would settle them for a month.
_WAITING = 60_000.0
#: A visit on the eve of the order day helps most (TRADE).
_ORDER_EVE = 2_000.0
#: A follow-up a day later than promised costs this share of its worth.
_DAY_LATE = 0.1


@dataclass(frozen=True, slots=True)
class Promise:
    """A visit clock over several working days. `worth` is in metres; `ahead` says how early a visit may come, in days.

    `dues[0]` is when the next visit is due, `dues[a]` when the one after a visit on day a - 1 would be.
    """

    worth: float
    interval_days: int
    dues: Sequence[date]
    last_visit_on: date | None
    ahead: Sequence[int]
    order_eve: Sequence[bool]


def promise_prices(days: Sequence[date], end: date, promise: Promise) -> Prices:
    """Prices of a clock over these working days; `end` is the working day after the last one.

    A visit on its due day costs nothing, an earlier one what it wastes of its interval, unless it is the eve of an
    order. A promise that falls due before `end` and gets no visit costs more than the latest visit would. A promise
    that a day off hides is kept on the working day before it.
    """
    count = len(days)
    prices = np.zeros((count + 1, count + 1))
    for a in range(count + 1):
        due, interval = promise.dues[a], promise.interval_days
        wanted = _last_day_for(days, due, end)
        for b in range(a, count):
            late = (days[b] - due).days
            if late > 0:
                prices[a, b] = promise.worth * _lateness(late / interval)
                continue
            early = (wanted - days[b]).days
            if promise.order_eve[b] and early <= promise.ahead[b]:
                prices[a, b] = -_ORDER_EVE
                continue
            too_early = _TOO_EARLY if early > promise.ahead[b] else 0.0
            prices[a, b] = too_early + promise.worth * _EARLY * early / interval
        prices[a, count] = _price_at_end(promise, days[a - 1] if a else promise.last_visit_on, due, end)
    return prices


def _last_day_for(days: Sequence[date], due: date, end: date) -> date:
    """The last working day on which a promise due that day is kept."""
    if due < days[0] or due >= end:
        return due
    return days[bisect_right(days, due) - 1]


def _price_at_end(promise: Promise, last: date | None, due: date, end: date) -> float:
    if due < end:
        late = (end - due).days / promise.interval_days
        return promise.worth * (1 + _lateness(late)) + _WAITING
    age = (end - last).days / promise.interval_days if last is not None else 1.0
    return promise.worth * _LATELY * min(age, 1.0)


def _lateness(intervals: float) -> float:
    """What so many intervals of lateness cost, for a visit worth 1: the later it is, the more each day weighs."""
    growing = min(intervals, _LATE_INTERVALS)
    return _BROKEN + _LATER * (intervals + growing**2 / 2 + _LATE_INTERVALS * (intervals - growing))


def demand_prices(days: Sequence[date], since: date, worth: float) -> Prices:
    """Prices of one visit wanted from a day on: each day later costs a tenth, none at all the whole and more."""
    count = len(days)
    prices = np.zeros((count + 1, count + 1))
    first = next((number for number, day in enumerate(days) if day >= since), count)
    for b in range(first, count):
        prices[: first + 1, b] = worth * min(_DAY_LATE * (b - first), 1.0)
    if first < count:
        prices[: first + 1, count] = worth * 1.5
    return prices
