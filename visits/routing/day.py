"""The planner's kernel: plain values in, one rider's order of calls out. It knows no database and no Django.

Times are working seconds (`rules.WorkingDay`), distances metres. A call is made only if its worth, in metres that one
would ride for it, exceeds the detour, and only within its window, the rider's day and the longest route (VIS-3). The
search is PyVRP's iterated local search over a prize-collecting tour; with an iteration limit and a seed it repeats
itself exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, Depot, Location, ProblemData, Solution, VehicleType, solve
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, NoImprovement, StoppingCriterion

EARTH_METRES = 6_371_008.8
#: A day's route has converged when this many iterations in a row find nothing better.
_PATIENCE = 3_000
#: What one stop weighs against the most stops of a day: one too many must cost the search more than any stop is worth.
_STOP_LOAD = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A position, WGS-84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Rider:
    """Who rides: from where to where, when and how long at most (working seconds), to how many shops, how fast."""

    start: Place
    end: Place
    begins: int
    ends: int
    longest: int
    most: int
    speed_kmh: float
    road_factor: float


@dataclass(frozen=True, slots=True)
class Call:
    """A shop that may be called at: the call begins between `earliest` and `latest` and lasts `seconds`."""

    key: int
    place: Place
    earliest: int
    latest: int
    seconds: int
    worth: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A call in its place on the route: the ride there, when it begins and ends."""

    key: int
    metres: int
    ride_seconds: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Route:
    """The chosen calls in order. Totals include the way back (home at `home_at`); `seconds` also counts waiting."""

    stops: tuple[Stop, ...] = ()
    left_out: tuple[int, ...] = ()
    metres: int = 0
    seconds: int = 0
    ride_seconds: int = 0
    home_at: int = 0


def distances(places: Sequence[Place], road_factor: float) -> NDArray[np.int64]:
    """Metres by road between all places: great circles times the road factor."""
    latitudes = np.radians([place.latitude for place in places])
    longitudes = np.radians([place.longitude for place in places])
    half = (
        np.sin((latitudes[:, None] - latitudes[None, :]) / 2) ** 2
        + np.cos(latitudes)[:, None]
        * np.cos(latitudes)[None, :]
        * np.sin((longitudes[:, None] - longitudes[None, :]) / 2) ** 2
    )
    metres: NDArray[np.int64] = np.rint(2 * EARTH_METRES * road_factor * np.arcsin(np.sqrt(half))).astype(np.int64)
    return metres


def ride_seconds(metres: NDArray[np.int64], speed_kmh: float) -> NDArray[np.int64]:
    """How long the ways take, rounded up to whole seconds."""
    seconds: NDArray[np.int64] = np.ceil(metres * 3.6 / speed_kmh).astype(np.int64)
    return seconds


def fits_alone(rider: Rider, call: Call) -> bool:
    """Whether a call could be made that day if it were the only one."""
    metres = distances([rider.start, rider.end, call.place], rider.road_factor)
    rides = ride_seconds(metres, rider.speed_kmh)
    there, back = int(rides[0, 2]), int(rides[2, 1])
    begins = max(rider.begins + there, call.earliest)
    home = begins + call.seconds + back
    return begins <= call.latest and home <= rider.ends and there + call.seconds + back <= rider.longest


def plan_route(
    rider: Rider, calls: Sequence[Call], *, seed: int, iterations: int | None = None, seconds: float | None = None
) -> Route:
    """The best order found within the limits; what is not worth its way or does not fit is left out.

    Raises ValueError without any limit: a search that nobody ends would hold a worker for good.
    """
    if iterations is None and seconds is None:
        raise ValueError("a search needs a limit: iterations, seconds or both")
    possible = [call for call in calls if call.earliest <= call.latest]
    if not possible:
        return Route(left_out=tuple(call.key for call in calls))
    metres = distances([rider.start, rider.end, *(call.place for call in possible)], rider.road_factor)
    rides = ride_seconds(metres, rider.speed_kmh)
    problem = _problem(rider, possible, metres, rides)
    limits: list[StoppingCriterion] = [NoImprovement(_PATIENCE)]
    limits += [MaxIterations(iterations)] if iterations is not None else []
    limits += [MaxRuntime(seconds)] if seconds is not None else []
    # From a day that can be ridden, whatever is found later can be too; and the search arrives sooner than from a
    # random one.
    first = Solution(problem, [order] if (order := _first_order(rider, possible, rides)) else [])
    found = solve(problem, MultipleCriteria(limits), seed=seed, collect_stats=False, initial_solution=first)
    return _read(found.best, calls, possible, metres, rides)


def _problem(rider: Rider, calls: Sequence[Call], metres: NDArray[np.int64], rides: NDArray[np.int64]) -> ProblemData:
    """Locations are the start, the end, then the calls; PyVRP's client indices begin at the first call.

    A second of the rider's time costs as much as a metre, so that waiting is avoided; the time of the call itself is
    given back.
    """
    places = [rider.start, rider.end, *(call.place for call in calls)]
    return ProblemData(
        locations=[Location(place.longitude, place.latitude) for place in places],
        clients=[
            Client(
                location=index,
                delivery=[_STOP_LOAD],
                service_duration=call.seconds,
                tw_early=call.earliest,
                tw_late=call.latest,
                prize=call.worth + call.seconds,
                required=False,
            )
            for index, call in enumerate(calls, start=2)
        ],
        depots=[Depot(location=0), Depot(location=1)],
        vehicle_types=[
            VehicleType(
                capacity=[rider.most * _STOP_LOAD],
                start_depot=0,
                end_depot=1,
                tw_early=rider.begins,
                tw_late=rider.ends,
                shift_duration=rider.longest,
                unit_distance_cost=1,
                unit_duration_cost=1,
            )
        ],
        distance_matrices=[metres],  # type: ignore[list-item]  # its stubs know no arrays of integers
        duration_matrices=[rides],  # type: ignore[list-item]
    )


def _first_order(rider: Rider, calls: Sequence[Call], rides: NDArray[np.int64]) -> list[int]:
    """A plain order to begin with: always on to the call that is worth most for its time, while one still gets home."""
    order: list[int] = []
    left = set(range(len(calls)))
    at, began, clock = 0, None, rider.begins
    while True:
        best: tuple[float, int, int, int] | None = None
        for index in left:
            call, ride = calls[index], int(rides[at, index + 2])
            begins = max(call.earliest, clock + ride)
            set_out = begins - ride if began is None else began
            ends = begins + call.seconds
            home = ends + int(rides[index + 2, 1])
            if begins > call.latest or home > rider.ends or home - set_out > rider.longest:
                continue
            gain = call.worth / max(1, ends - (set_out if began is None else clock))
            if best is None or (gain, -index) > (best[0], -best[1]):
                best = (gain, index, set_out, ends)
        if best is None or len(order) == rider.most:
            return order
        _gain, index, began, clock = best
        order.append(index)
        left.discard(index)
        at = index + 2


def _read(
    solution: Solution,
    calls: Sequence[Call],
    possible: Sequence[Call],
    metres: NDArray[np.int64],
    rides: NDArray[np.int64],
) -> Route:
    stops: list[Stop] = []
    routes = solution.routes()
    at = 0
    for activity in routes[0] if routes else ():
        if not activity.is_client():
            continue
        call, there = possible[activity.idx], activity.idx + 2
        stops.append(
            Stop(
                key=call.key,
                metres=int(metres[at, there]),
                ride_seconds=int(rides[at, there]),
                begins=activity.start_time + activity.wait_duration,
                ends=activity.end_time,
            )
        )
        at = there
    chosen = {stop.key for stop in stops}
    left_out = tuple(call.key for call in calls if call.key not in chosen)
    if not stops:
        return Route(left_out=left_out)
    way_back = int(rides[at, 1])
    return Route(
        stops=tuple(stops),
        left_out=left_out,
        metres=solution.distance(),
        seconds=solution.duration(),
        ride_seconds=sum(stop.ride_seconds for stop in stops) + way_back,
        home_at=stops[-1].ends + way_back,
    )
