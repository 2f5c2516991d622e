"""One person's days: our plan against nearest neighbour with 2-opt and against PyVRP alone.

    python benchmarks/plan.py [--days 5 20] [--seeds 1 2 3] [--long 20] [--json]

300 customers of five tiers round a town, all their visits that fall due within the days, each with the days on which it
keeps its promise and its worth; more of them than fit. The score is what a plan costs: metres, seconds of riding and
waiting, and the worth of every promise not kept. Each plan is checked, and its score worked out, by code of its own.
Seconds are the processor's, one core, whole calls included.

Seen over 20 days with seeds 1, 2, 3 on a core that others shared, all plans feasible, ours against the others on the
mean: 54 % less than nearest neighbour with 2-opt, 26 % less than PyVRP at 1 s, 4 % less than PyVRP at 20 s. PyVRP at
20 s keeps 1 to 3 in a hundred promises more, of lesser worth.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
from pyvrp.stop import MaxRuntime

from benchmarks.plan_case import HOME, LENGTH, MOST, ROAD, SPEED, Case, Plan, check, day_of, invent, metres_between
from visits.routing import Day, Limits, Want, distances, plan_days, ride_seconds, window_prices


def ours(case: Case, seed: int, seconds: float) -> Plan:
    """The product's horizon."""
    days = [Day(on=on, start=HOME, end=HOME, ends=LENGTH, longest=LENGTH, most=MOST) for on in case.days]
    wanted: dict[int, list[int]] = {}
    for number, visit in enumerate(case.visits):
        wanted.setdefault(visit.customer, []).append(number)
    wants = []
    for customer, numbers in wanted.items():
        service = case.minutes[customer] * 60
        mine = [case.visits[number] for number in numbers]
        prices = window_prices(len(days), [(visit.first, visit.last, visit.worth) for visit in mine])
        wants.append(Want(customer, case.places[customer], service, [(0, LENGTH - service)] * len(days), prices))
    plan = plan_days(days, wants, speed_kmh=SPEED, road_factor=ROAD, limits=Limits(seed=seed, seconds=seconds))
    return [[_visit(case, wanted[stop.key], day) for stop in route.stops] for day, route in enumerate(plan.routes)]


def _visit(case: Case, numbers: Sequence[int], day: int) -> int:
    """Which of a customer's visits one on that day is: the one whose days it lies in, else any."""
    return next((n for n in numbers if case.visits[n].first <= day <= case.visits[n].last), numbers[0])


def pyvrp(case: Case, seed: int, seconds: float) -> Plan:
    """PyVRP: a client per visit with one window over its days, the days one after the other on one clock."""
    midnight = 86_400
    places = [HOME, *(case.places[visit.customer] for visit in case.visits)]
    metres = distances(places, ROAD)
    clients = []
    for number, visit in enumerate(case.visits, start=1):
        service = case.minutes[visit.customer] * 60
        clients.append(
            Client(
                location=number,
                delivery=[1],
                service_duration=service,
                tw_early=visit.first * midnight,
                tw_late=visit.last * midnight + LENGTH - service,
                prize=visit.worth + service,
                required=False,
            )
        )
    vehicles = [
        VehicleType(
            capacity=[MOST],
            tw_early=day * midnight,
            tw_late=day * midnight + LENGTH,
            shift_duration=LENGTH,
            unit_distance_cost=1,
            unit_duration_cost=1,
        )
        for day in range(len(case.days))
    ]
    data = ProblemData(
        locations=[Location(place.longitude, place.latitude) for place in places],
        clients=clients,
        depots=[Depot(location=0)],
        vehicle_types=vehicles,
        distance_matrices=[metres],
        duration_matrices=[ride_seconds(metres, SPEED)],
    )
    found = solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False, display=False).best
    plan: Plan = [[] for _ in case.days]
    if found.is_feasible():
        for route in found.routes():
            plan[route.vehicle_type()] = [activity.idx for activity in route if activity.is_client()]
    return plan


def nearest_neighbour(case: Case, seed: int, seconds: float) -> Plan:
    """What a careful person does: what falls due today, always on to the nearest; the rest of the day what is open."""
    numbers = range(len(case.visits))
    done: set[int] = set()
    plan: Plan = []
    for day in range(len(case.days)):
        route: list[int] = []
        for late_only in (True, False):
            todo = [n for n in numbers if n not in done and case.visits[n].first <= day <= case.visits[n].last]
            left = [n for n in todo if case.visits[n].last == day or not late_only]
            while left:
                here = case.places[case.visits[route[-1]].customer] if route else HOME
                nearest = min(left, key=lambda n: metres_between(here, case.places[case.visits[n].customer]))
                left.remove(nearest)
                if nearest not in done and len(route) < MOST:
                    longer = two_opt(case, [*route, nearest])
                    if day_of(case, longer)[1] <= LENGTH:
                        route = longer
                        done.add(nearest)
        plan.append(route)
    return plan


def two_opt(case: Case, route: list[int]) -> list[int]:
    """Turn pieces round while that shortens the way."""
    places = [HOME, *(case.places[case.visits[n].customer] for n in route), HOME]
    between = distances(places, ROAD)
    order = list(range(len(places)))
    better = True
    while better:
        better = False
        for i in range(1, len(order) - 2):
            for k in range(i + 1, len(order) - 1):
                a, b, c, d = order[i - 1], order[i], order[k], order[k + 1]
                if between[a, c] + between[b, d] < between[a, b] + between[c, d]:
                    order[i : k + 1] = reversed(order[i : k + 1])
                    better = True
    return [route[at - 1] for at in order[1:-1]]


@dataclass(frozen=True)
class Line:
    days: int
    seed: int
    method: str
    score: float
    kept: float
    stops: int
    km: float
    seconds: float
    faults: tuple[str, ...]


def lines(days: Sequence[int], seeds: Sequence[int], long: float) -> list[Line]:
    methods: list[tuple[str, Callable[[Case, int, float], Plan], float]] = [
        ("ours, 1 s", ours, 1),
        ("nearest neighbour + 2-opt", nearest_neighbour, 0),
        ("PyVRP, 1 s", pyvrp, 1),
        (f"PyVRP, {long:g} s", pyvrp, long),
    ]
    found = []
    for count in days:
        for seed in seeds:
            case = invent(count, seed)
            for name, method, seconds in methods:
                if method is pyvrp and seconds == 0:
                    continue
                began = time.perf_counter()
                plan = method(case, seed, seconds)
                took = time.perf_counter() - began
                cost, kept, km, faults = check(case, plan)
                share = round(100 * kept / len(case.visits), 1)
                stops = sum(len(route) for route in plan)
                found.append(Line(count, seed, name, cost, share, stops, round(km, 1), round(took, 2), tuple(faults)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--long", type=float, default=20, help="PyVRP's longer time; 0 leaves it out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    ours(invent(5, 1, 60), 1, 0.01)  # compiles, or loads what was compiled
    done = lines(options.days, options.seeds, options.long)
    if options.json:
        print(json.dumps([vars(line) for line in done], indent=1))
        return
    print(f"{'days':>4} {'seed':>4} {'':26} {'score':>12} {'ours is':>9} {'kept %':>7} {'stops':>5} {'km':>7} {'s':>6}")
    for line in done:
        mine = next(each for each in done if (each.days, each.seed) == (line.days, line.seed))
        better = f"{100 * (mine.score / line.score - 1):+8.1f}%" if line is not mine else ""
        print(
            f"{line.days:4} {line.seed:4} {line.method:26} {line.score:12,.0f} {better:>9} {line.kept:7.1f} "
            f"{line.stops:5} {line.km:7.1f} {line.seconds:6.2f} {'; '.join(line.faults) or 'feasible'}"
        )
    for days in options.days:
        for name in dict.fromkeys(line.method for line in done):
            mine = [line.score for line in done if line.days == days and line.method.startswith("ours")]
            others = [line.score for line in done if line.days == days and line.method == name]
            if mine != others:
                change = 100 * (np.mean([a / b for a, b in zip(mine, others, strict=True)]) - 1)
                print(f"{days} days: ours is {change:+.1f} % of {name}")


if __name__ == "__main__":
    main()
