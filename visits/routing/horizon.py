"""Several working days of one person planned together: plain values in, a route for each day out (VIS-3, VIS-4).

    days = [Day(on=..., start=home, end=home, ends=27_000, longest=18_000, most=30), ...]
    wants = [Want(key=7, place=Place(30.6, 104.0), seconds=900, windows=(None, (0, 26_000), ...), prices=...), ...]
    plan = plan_days(days, wants, speed_kmh=20, road_factor=1.3, limits=Limits(seed=1, seconds=1))
    plan.routes[0].stops  # the first day in order; a customer may have stops on several days

What a customer without a visit costs is a matrix of prices, in metres that one would ride to avoid it:
`prices[a][b]` is the price of no visit between day a - 1 and day b (0 as `a`: since before the first day; the number
of days as `b`: until after the last one). `window_prices` makes one of windows of days, `visits.rules.promise_prices`
one of a visit clock. Times are working seconds of their day, distances metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from visits.routing.day import Place, Route, Stop, distances, ride_seconds

if TYPE_CHECKING:
    from visits.routing.kernel.problem import Found, Problem

NEVER = (1, 0)
#: What a second of riding or waiting costs, in metres: as in the plan of one day.
SECOND_COST = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """When the search stops: after so many steps (then it repeats itself exactly), so many seconds, or the first."""

    seed: int = 1
    steps: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A working day: from where to where, between which working seconds, how long at most, to how many shops.

    `longest` counts from setting out to coming home, waiting and calls included; 0 is a day off.
    """

    on: date
    start: Place
    end: Place
    ends: int
    longest: int
    most: int
    begins: int = 0
    calls_most: int = 0


@dataclass(frozen=True, slots=True)
class Want:
    """A customer who wants visits: each begins within the window of its day, None on days without one.

    Without a place it is met by a call, which takes time and no way.
    """

    key: int
    place: Place | None
    seconds: int
    windows: Sequence[tuple[int, int] | None]
    prices: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HorizonPlan:
    """A route and the keys to be called for each day, and the cost: metres, seconds, and prices not avoided."""

    routes: tuple[Route, ...]
    calls: tuple[tuple[int, ...], ...]
    cost: float
    steps: int = field(default=0, compare=False)


def window_prices(days: int, windows: Sequence[tuple[int, int, float]]) -> NDArray[np.float64]:
    """Prices of a customer who wants one visit in each of these windows (first day, last day, worth).

    The first visit on or after the first day must not be later than the last one. Windows must not overlap.
    """
    prices = np.zeros((days + 1, days + 1))
    for first, last, worth in windows:
        prices[: first + 1, last + 1 :] += worth
    return prices


def plan_days(
    days: Sequence[Day], wants: Sequence[Want], *, speed_kmh: float, road_factor: float, limits: Limits
) -> HorizonPlan:
    """The best plan found within the limits. Whoever is on no route costs more to visit than not to, or does not fit.

    Raises ValueError without any limit, and for more days than a set of bits holds.
    """
    if limits.steps is None and limits.seconds is None:
        raise ValueError("a search needs a limit: steps, seconds or both")
    if len(days) > 60:
        raise ValueError("a horizon has sixty days at most")
    possible = [want for want in wants if any(_can(window) for window in want.windows)]
    if not possible or not days:
        cost = float(sum(want.prices[0, -1] for want in wants))
        return HorizonPlan(tuple(Route() for _ in days), tuple(() for _ in days), cost)
    from visits.routing.kernel.search import search  # compiled code: only who plans loads it

    problem = _problem(days, possible, speed_kmh, road_factor)
    found, steps = search(problem, seed=limits.seed, steps=limits.steps, seconds=limits.seconds)
    others = sum(float(want.prices[0, -1]) for want in wants if not any(_can(window) for window in want.windows))
    routes = tuple(_route(problem, found, possible, number) for number in range(len(days)))
    calls = tuple(
        tuple(want.key for i, want in enumerate(possible) if want.place is None and int(found.days[i]) >> number & 1)
        for number in range(len(days))
    )
    return HorizonPlan(routes, calls, float(found.cost[0]) + others, steps)


def _can(window: tuple[int, int] | None) -> bool:
    return window is not None and window[0] <= window[1]


def _problem(days: Sequence[Day], wants: Sequence[Want], speed_kmh: float, road_factor: float) -> "Problem":
    """Locations are the customers, then the start and the end of each day; the days are the routes."""
    from visits.routing.kernel.problem import Problem, nearest

    count, number = len(days), len(wants)
    places = [want.place or days[0].start for want in wants]
    places += [place for day in days for place in (day.start, day.end)]
    whole = distances(places, road_factor)
    metres = whole.astype(np.float64)
    windows = np.array([[window or NEVER for window in want.windows] for want in wants], np.float64)
    prices = np.ascontiguousarray([want.prices for want in wants], np.float64)
    return Problem(
        metres=metres,
        seconds=ride_seconds(whole, speed_kmh).astype(np.float64),
        start=number + 2 * np.arange(count),
        end=number + 2 * np.arange(count) + 1,
        day=np.arange(count),
        first=np.arange(count + 1),
        capacity=np.array([day.most for day in days], np.float64),
        longest=np.array([day.longest for day in days], np.float64),
        begins=np.array([day.begins for day in days], np.float64),
        ends=np.array([day.ends for day in days], np.float64),
        calls_most=np.array([day.calls_most for day in days], np.int64),
        demand=np.array([want.place is not None for want in wants], np.float64),
        service=np.array([want.seconds for want in wants], np.float64),
        remote=np.array([want.place is None for want in wants]),
        early=np.ascontiguousarray(windows[:, :, 0]),
        late=np.ascontiguousarray(windows[:, :, 1]),
        near=nearest(metres, number),
        gaps=prices,
        floor=_floor(prices),
        pattern_first=np.zeros(number + 1, np.int64),
        patterns=np.zeros(0, np.int64),
        second_cost=SECOND_COST,
        timed=True,
        firm=True,
    )


def _floor(prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lowest price that any set of days would leave each customer."""
    days = prices.shape[1] - 1
    lowest = np.zeros((len(prices), days + 2))
    for at in range(1, days + 2):
        lowest[:, at] = (lowest[:, :at] + prices[:, :at, at - 1]).min(axis=1)
    return np.ascontiguousarray(lowest[:, days + 1])


def _route(problem: "Problem", found: "Found", wants: Sequence[Want], day: int) -> Route:
    """A day's timetable: as late out of the house as no later stop minds, then each visit as soon as it can begin."""
    order = [int(i) for i in found.order[day, : found.size[day]]]
    if not order:
        return Route()
    start, end = int(problem.start[day]), int(problem.end[day])
    clock = out = _set_out(problem, order, day)
    stops, at, metres, rides = [], start, 0, 0
    for i in order:
        ride = int(problem.seconds[at, i])
        begins = max(clock + ride, int(problem.early[i, day]))
        clock = begins + wants[i].seconds
        stops.append(Stop(wants[i].key, int(problem.metres[at, i]), ride, begins, clock))
        metres, rides, at = metres + int(problem.metres[at, i]), rides + ride, i
    back = int(problem.seconds[at, end])
    return Route(
        stops=tuple(stops),
        metres=metres + int(problem.metres[at, end]),
        seconds=clock + back - out,
        ride_seconds=rides + back,
        home_at=clock + back,
    )


def _set_out(problem: "Problem", order: Sequence[int], day: int) -> int:
    """The earliest moment to leave with which the day is as short as it can be."""
    at, work, early, late, waits = int(problem.start[day]), 0.0, problem.begins[day], problem.ends[day], 0.0
    for i in order:
        work += problem.seconds[at, i]
        wait = max(problem.early[i, day] - work - waits - late, 0.0)
        early = max(problem.early[i, day] - work - waits, early) - wait
        late = min(problem.late[i, day] - work - waits, late)
        waits += wait
        work += problem.service[i]
        at = i
    return int(early)
