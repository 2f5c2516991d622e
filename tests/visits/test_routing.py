"""The kernel alone: it repeats itself, keeps its limits, beats the plain heuristic, and does not cross its own way."""

import random
from itertools import pairwise

import pytest

from visits.routing import Call, Place, Rider, Route, distances, fits_alone, plan_route, ride_seconds

HOME = Place(30.60, 104.00)
DAY = 27_000


def rider(**changes: object) -> Rider:
    values = {
        "start": HOME,
        "end": HOME,
        "begins": 0,
        "ends": DAY,
        "longest": 18_000,
        "most": 30,
        "speed_kmh": 20,
        "road_factor": 1.3,
    }
    return Rider(**(values | changes))  # type: ignore[arg-type]


def shops(count: int, seed: int, box: float = 0.05) -> list[Call]:
    dice = random.Random(seed)
    return [
        Call(
            key=number,
            place=Place(30.60 + dice.uniform(-box, box), 104.00 + dice.uniform(-box, box)),
            earliest=dice.choice([0, 0, 0, 5_400]),
            latest=dice.choice([DAY - 900, DAY - 900, 12_000]),
            seconds=dice.choice([600, 900, 1_200]),
            worth=30_000 * dice.choice([2, 2, 3, 5, 7, 10]),
        )
        for number in range(count)
    ]


def complaints(who: Rider, calls: list[Call], route: Route) -> list[str]:
    """What is wrong with a route, worked out without the kernel's own totals."""
    known = {call.key: call for call in calls}
    found, clock, busy = [], None, 0
    places = [who.start, *(known[stop.key].place for stop in route.stops), who.end]
    metres = [int(distances([a, b], who.road_factor)[0, 1]) for a, b in pairwise(places)]
    rides = [int(ride_seconds(distances([a, b], who.road_factor), who.speed_kmh)[0, 1]) for a, b in pairwise(places)]
    for stop, way, ride in zip(route.stops, metres, rides, strict=False):
        call = known[stop.key]
        if not call.earliest <= stop.begins <= call.latest:
            found.append(f"{stop.key} begins outside its window")
        if stop.ends - stop.begins != call.seconds or stop.metres != way or stop.ride_seconds != ride:
            found.append(f"{stop.key} has wrong figures")
        if clock is not None and stop.begins < clock + ride:
            found.append(f"{stop.key} cannot be reached")
        clock = stop.ends
    if route.stops:
        began = route.stops[0].begins - rides[0]
        busy = route.stops[-1].ends + rides[-1] - began
        if began < who.begins or route.stops[-1].ends + rides[-1] > who.ends:
            found.append("outside the day")
        if route.home_at != route.stops[-1].ends + rides[-1]:
            found.append("home at another time")
    if busy > who.longest or len(route.stops) > who.most or sum(metres) != route.metres:
        found.append(f"{busy} seconds, {len(route.stops)} stops, {sum(metres)} metres")
    if sorted([stop.key for stop in route.stops] + list(route.left_out)) != sorted(known):
        found.append("a shop is lost or doubled")
    return found


def worth(calls: list[Call], route: Route) -> int:
    known = {call.key: call.worth for call in calls}
    return sum(known[stop.key] for stop in route.stops)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_route_can_be_ridden(seed: int) -> None:
    calls = shops(60, seed)
    assert complaints(rider(), calls, plan_route(rider(), calls, seed=1, iterations=150)) == []


def test_the_same_seed_gives_the_same_route() -> None:
    calls = shops(50, 7)
    assert plan_route(rider(), calls, seed=3, iterations=150) == plan_route(rider(), calls, seed=3, iterations=150)


def _heuristic(who: Rider, calls: list[Call]) -> tuple[int, int]:
    """What a diligent person would do: on to the nearest shop while time lasts, then 2-opt. Worth and metres."""
    left, order = list(calls), []

    def feasible(tour: list[Call]) -> int | None:
        clock, at, began = None, who.start, None
        for call in tour:
            ride = int(ride_seconds(distances([at, call.place], who.road_factor), who.speed_kmh)[0, 1])
            clock = max(call.earliest, (0 if clock is None else clock) + ride)
            began = clock - ride if began is None else began
            if clock > call.latest:
                return None
            clock, at = clock + call.seconds, call.place
        home = int(ride_seconds(distances([at, who.end], who.road_factor), who.speed_kmh)[0, 1])
        return None if clock is None or clock + home - (began or 0) > who.longest else metres_of(tour)

    def metres_of(tour: list[Call]) -> int:
        places = [who.start, *(call.place for call in tour), who.end]
        return sum(int(distances([a, b], who.road_factor)[0, 1]) for a, b in pairwise(places))

    at = who.start
    while left:
        nearest = sorted(left, key=lambda call: int(distances([at, call.place], 1)[0, 1]))
        call = next((one for one in nearest if feasible([*order, one]) is not None), None)
        if call is None:
            break
        order.append(call)
        left.remove(call)
        at = call.place
    turns = [(i, j) for i in range(len(order) - 1) for j in range(i + 1, len(order))]
    for i, j in turns * 5:
        turned = [*order[:i], *reversed(order[i : j + 1]), *order[j + 1 :]]
        new = feasible(turned)
        if new is not None and new < metres_of(order):
            order = turned
    return sum(call.worth for call in order), metres_of(order)


def test_better_than_nearest_neighbour_with_two_opt() -> None:
    calls = shops(40, 11)
    theirs, _their_metres = _heuristic(rider(), calls)
    route = plan_route(rider(), calls, seed=1, iterations=300)
    assert worth(calls, route) > theirs * 1.2


def test_a_shop_ahead_of_its_time_is_visited_only_on_the_way() -> None:
    due = Call(1, Place(30.60, 104.05), 0, DAY, 600, 150_000)
    on_the_way = Call(2, Place(30.6005, 104.025), 0, DAY, 600, 900)
    aside = Call(3, Place(30.63, 104.025), 0, DAY, 600, 900)
    route = plan_route(rider(), [due, on_the_way, aside], seed=1, iterations=50)
    assert {stop.key for stop in route.stops} == {1, 2}
    assert route.left_out == (3,)


def test_the_way_does_not_cross_itself() -> None:
    calls = [
        Call(call.key, call.place, 0, DAY, 300, call.worth) for call in shops(18, 5)
    ]  # all fit, no windows: nothing excuses a crossing
    route = plan_route(rider(longest=DAY), calls, seed=1, iterations=200)
    assert len(route.stops) == 18
    known = {call.key: call.place for call in calls}
    places = [HOME, *(known[stop.key] for stop in route.stops), HOME]
    legs = [((a.longitude, a.latitude), (b.longitude, b.latitude)) for a, b in pairwise(places)]
    assert [(i, j) for i, one in enumerate(legs) for j, two in enumerate(legs) if j > i + 1 and _cross(one, two)] == []


def _cross(one: tuple, two: tuple) -> bool:  # type: ignore[type-arg]
    def side(p: tuple, q: tuple, r: tuple) -> float:  # type: ignore[type-arg]
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    (a, b), (c, d) = one, two
    if {a, b} & {c, d}:
        return False
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def test_no_more_stops_than_allowed() -> None:
    route = plan_route(rider(most=4), shops(20, 2), seed=1, iterations=100)
    assert len(route.stops) == 4


def test_a_shop_that_closes_before_it_opens_is_left_out() -> None:
    never = Call(1, HOME, 500, 400, 600, 100_000)
    assert plan_route(rider(), [never], seed=1, iterations=10) == Route(left_out=(1,))
    assert plan_route(rider(), [], seed=1, iterations=10) == Route()


def test_a_search_without_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        plan_route(rider(), shops(3, 1), seed=1)


@pytest.mark.parametrize(
    ("latitude", "changes", "fits"),
    [(30.61, {}, True), (31.2, {}, False), (30.61, {"longest": 500}, False), (30.61, {"begins": 26_000}, False)],
)
def test_what_fits_alone(latitude: float, changes: dict[str, object], fits: bool) -> None:
    call = Call(1, Place(latitude, 104.00), 0, 26_400, 600, 1)
    assert fits_alone(rider(**changes), call) is fits
