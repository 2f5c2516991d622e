"""The search over several days: it repeats itself, keeps its limits by other arithmetic, and finds what is best."""

import random
from datetime import date, timedelta
from itertools import combinations, pairwise
from math import asin, ceil, cos, inf, radians, sin, sqrt

import numpy as np
import pytest

from benchmarks.pvrp import Client, Instance, check, solve
from visits.routing import Day, HorizonPlan, Limits, Place, Want, plan_days, window_prices

HOME = Place(30.60, 104.00)
LENGTH = 27_000
MONDAY = date(2026, 11, 23)
SHORT = Limits(seed=3, steps=400)


def days(count: int, **changes: object) -> list[Day]:
    values = {"start": HOME, "end": HOME, "ends": LENGTH, "longest": 18_000, "most": 30}
    return [Day(on=MONDAY + timedelta(number), **(values | changes)) for number in range(count)]  # type: ignore[arg-type]


def town(count: int, horizon: int, seed: int) -> list[Want]:
    dice = random.Random(seed)
    wants = []
    for key in range(count):
        seconds = dice.choice([600, 900, 1200])
        open_at = [(0, LENGTH - seconds), (5400, LENGTH - seconds), (0, 9000), None]
        windows = [dice.choice(open_at) for _ in range(horizon)]
        first = dice.randrange(horizon)
        last = min(horizon - 1, first + dice.choice([0, 1, 4]))
        place = Place(HOME.latitude + dice.uniform(-0.05, 0.05), HOME.longitude + dice.uniform(-0.05, 0.05))
        prices = window_prices(horizon, [(first, last, 30_000.0 * dice.choice([2, 3, 5, 10]))])
        wants.append(Want(key, place if key % 9 else None, seconds if key % 9 else 360, windows, prices))
    return wants


def planned(wants: list[Want], within: list[Day], limits: Limits = SHORT) -> HorizonPlan:
    return plan_days(within, wants, speed_kmh=20, road_factor=1.3, limits=limits)


def metres(one: Place, other: Place) -> int:
    lat1, lat2 = radians(one.latitude), radians(other.latitude)
    half = sin((lat1 - lat2) / 2) ** 2
    half += cos(lat1) * cos(lat2) * sin(radians(one.longitude - other.longitude) / 2) ** 2
    return round(2 * 6_371_008.8 * 1.3 * asin(sqrt(half)))


def complaints(plan: HorizonPlan, wants: list[Want], within: list[Day]) -> list[str]:
    """What is wrong with a plan; knows only what was asked and what came out."""
    known = {want.key: want for want in wants}
    found, cost = [], 0.0
    visited: dict[int, list[int]] = {key: [] for key in known}
    for number, (day, route, calls) in enumerate(zip(within, plan.routes, plan.calls, strict=True)):
        places = [day.start, *(known[stop.key].place for stop in route.stops), day.end]
        ways = [metres(a, b) for a, b in pairwise(places)] if route.stops else []  # type: ignore[arg-type]
        rides = [ceil(way * 3.6 / 20) for way in ways]
        clock = route.stops[0].begins - rides[0] if route.stops else 0
        out = clock
        for stop, ride in zip(route.stops, rides, strict=False):
            window = known[stop.key].windows[number]
            if stop.begins < clock + ride or window is None or not window[0] <= stop.begins <= window[1]:
                found.append(f"day {number}: {stop.key} at {stop.begins}, window {window}")
            if stop.ends != stop.begins + known[stop.key].seconds:
                found.append(f"day {number}: {stop.key} ends at {stop.ends}")
            clock = stop.ends
            visited[stop.key].append(number)
        home = clock + rides[-1] if route.stops else 0
        talked = sum(known[key].seconds for key in calls)
        for key in calls:
            visited[key].append(number)
        if out < day.begins or home > day.ends or home - out + talked > day.longest:
            found.append(f"day {number}: {out} to {home}, {talked} of calls")
        if len(route.stops) > day.most or len(calls) > day.calls_most or route.metres != sum(ways):
            found.append(f"day {number}: {len(route.stops)} stops, {len(calls)} calls, {route.metres} metres")
        cost += sum(ways) + home - out - sum(known[stop.key].seconds for stop in route.stops)
    for key, mine in visited.items():
        if len(set(mine)) != len(mine):
            found.append(f"{key} twice a day")
        cost += price(known[key], mine, len(within))
    return found if abs(cost - plan.cost) < 1 else [*found, f"costs {cost:.0f}, not {plan.cost:.0f}"]


def price(want: Want, visits: list[int], horizon: int) -> float:
    steps = [0, *(day + 1 for day in sorted(visits))]
    ends = [*sorted(visits), horizon]
    return sum(float(want.prices[a, b]) for a, b in zip(steps, ends, strict=True))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plan_of_days_can_be_ridden_and_says_what_it_costs(seed: int) -> None:
    wants, within = town(70, 4, seed), days(4, calls_most=2)
    plan = planned(wants, within)
    assert sum(len(route.stops) for route in plan.routes) > 20
    assert complaints(plan, wants, within) == []


def test_the_same_seed_and_steps_find_the_same() -> None:
    wants, within = town(60, 3, 4), days(3, calls_most=3)
    assert planned(wants, within) == planned(wants, within)
    assert planned(wants, within) != planned(wants, within, Limits(seed=9, steps=400))


def test_more_steps_are_not_worse_than_few() -> None:
    wants, within = town(90, 4, 5), days(4)
    assert planned(wants, within, Limits(steps=4_000)).cost < planned(wants, within, Limits(steps=20)).cost


def test_what_can_be_tried_out_is_found() -> None:
    """Six shops, two days, each visited on either: the best split of all 64."""
    dice = random.Random(8)
    wants = [
        Want(
            key,
            Place(HOME.latitude + dice.uniform(-0.05, 0.05), HOME.longitude + dice.uniform(-0.05, 0.05)),
            600,
            [(0, 20_000), (0, 20_000)],
            window_prices(2, [(0, 1, 1e6)]),
        )
        for key in range(6)
    ]
    within = days(2)

    def alone(group: tuple[Want, ...]) -> float:
        return planned(list(group), days(1), Limits(steps=300)).cost if group else 0.0

    single = [Want(w.key, w.place, w.seconds, w.windows[:1], window_prices(1, [(0, 0, 1e6)])) for w in wants]
    best = min(
        alone(chosen) + alone(tuple(want for want in single if want not in chosen))
        for size in range(4)
        for chosen in combinations(single, size)
    )
    assert planned(wants, within, Limits(steps=2_000)).cost == pytest.approx(best)


def test_a_shop_that_wants_two_visits_gets_them_on_days_of_their_own() -> None:
    prices = window_prices(5, [(0, 1, 50_000.0), (3, 4, 50_000.0)])
    shop = Want(1, Place(30.61, 104.01), 900, [(0, 20_000)] * 5, prices)
    plan = planned([shop], days(5))
    visits = [number for number, route in enumerate(plan.routes) if route.stops]
    assert len(visits) == 2
    assert visits[0] in (0, 1)
    assert visits[1] in (3, 4)


def test_what_is_not_worth_its_way_or_does_not_fit_stays_out() -> None:
    near, far = Place(30.61, 104.0), Place(30.95, 104.0)
    cheap = Want(1, far, 600, [(0, 20_000)], window_prices(1, [(0, 0, 10_000.0)]))
    long = Want(2, near, 20_000, [(0, 5_000)], window_prices(1, [(0, 0, 1e9)]))
    shut = Want(3, near, 600, [None], window_prices(1, [(0, 0, 500.0)]))
    plan = planned([cheap, long, shut], days(1))
    assert (plan.routes[0].stops, plan.cost) == ((), 10_000 + 1e9 + 500)
    assert planned([shut], days(1)).cost == 500


def test_a_day_off_gets_nothing_and_a_full_one_no_more() -> None:
    wants = town(40, 2, 6)
    off, full = Day(MONDAY, HOME, HOME, LENGTH, 0, 30), Day(MONDAY, HOME, HOME, LENGTH, 18_000, 3)
    plan = planned(wants, [off, full])
    assert [len(route.stops) for route in plan.routes] == [0, 3]


@pytest.mark.parametrize("limits", [Limits(), Limits(seed=2)])
def test_a_search_without_an_end_is_refused(limits: Limits) -> None:
    with pytest.raises(ValueError, match="needs a limit"):
        planned([], days(1), limits)


def test_a_horizon_fits_into_a_set_of_bits() -> None:
    with pytest.raises(ValueError, match="sixty"):
        planned([], days(61))


def test_with_time_for_many_searches_their_solutions_are_mixed_and_can_be_ridden() -> None:
    wants, within = town(14, 3, 1), days(3, longest=9_000, calls_most=1)
    plan = planned(wants, within, Limits(seed=1, steps=60_000))
    assert complaints(plan, wants, within) == []
    assert plan.cost < planned(wants, within, Limits(seed=1, steps=1_000)).cost
    assert plan == planned(wants, within, Limits(seed=1, steps=60_000))


def test_periodic_routes_keep_days_loads_and_lengths() -> None:
    dice = random.Random(2)
    clients = [
        Client(dice.uniform(0, 100), dice.uniform(0, 100), 5, dice.randint(1, 20), frequency, patterns)
        for frequency, patterns in [(1, (8, 4, 2, 1)), (2, (10, 5)), (4, (15,))] * 8
    ]
    instance = Instance("small", 3, ((400.0, 100.0),) * 4, (Client(50, 50, 0, 0, 0, ()), *clients))
    routes = solve(instance, 1, steps=30_000)
    cost, faults = check(instance, routes)
    assert faults == []
    assert 0 < cost < inf
    routes[0] = routes[0][1:]
    assert check(instance, routes)[1] != []
    assert np.isfinite(cost)
