"""A town of customers, what falls due, and what a plan of it costs, by code that shares nothing with the search."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from visits.routing import Place

HOME = Place(30.60, 104.00)
LENGTH, MOST, SPEED, ROAD = 27_000, 40, 20.0, 1.3
#: Of each tier: share of the customers, days between visits, worth in metres, minutes of a visit.
TIERS = {
    1: (0.10, 3, 300_000, 12),
    2: (0.15, 7, 210_000, 10),
    3: (0.25, 15, 150_000, 10),
    4: (0.25, 30, 90_000, 8),
    5: (0.25, 30, 60_000, 8),
}
OVERDUE = 50
Plan = list[list[int]]  # by day, visits in order


@dataclass(frozen=True)
class Visit:
    """One visit of a customer, wanted on one of the days `first` … `last`."""

    customer: int
    first: int
    last: int
    worth: int


@dataclass(frozen=True)
class Case:
    days: tuple[date, ...]
    places: tuple[Place, ...]
    minutes: tuple[int, ...]
    visits: tuple[Visit, ...]


def invent(days: int, seed: int, customers: int = 300) -> Case:
    """A town of customers, and what falls due."""
    dice = random.Random(seed)
    begin = date(2026, 11, 23)
    worked = [day for number in range(days * 2) if (day := begin + timedelta(number)).isoweekday() <= 5][:days]
    tiers = dice.choices(list(TIERS), [share for share, *_rest in TIERS.values()], k=customers)
    places = tuple(
        Place(HOME.latitude + dice.gauss(0, 0.02), HOME.longitude + dice.gauss(0, 0.025)) for _ in range(customers)
    )
    late = set(dice.sample(range(customers), OVERDUE))
    visits = []
    for customer, tier in enumerate(tiers):
        _share, interval, worth, _minutes = TIERS[tier]
        due = dice.randrange(interval)
        before = -1
        if customer in late:
            visits.append(Visit(customer, 0, min(days - 1, interval - 1), worth * 3 // 2))
            before, due = visits[-1].last, interval + due
        while begin + timedelta(due) <= worked[-1] + timedelta(2):
            open_days = [n for n, day in enumerate(worked) if day <= begin + timedelta(due)]
            last = max(open_days, default=0)
            ahead = begin + timedelta(due - min(3, interval // 3))
            first = max(min((n for n, day in enumerate(worked) if day >= ahead), default=last), before + 1)
            if first <= last:
                visits.append(Visit(customer, first, last, worth))
                before = last
            due += interval
    return Case(tuple(worked), places, tuple(TIERS[tier][3] for tier in tiers), tuple(visits))


def metres_between(one: Place, other: Place) -> int:
    """By the haversine in its atan2 form, rounded like a road book."""
    north, east = math.radians(other.latitude - one.latitude), math.radians(other.longitude - one.longitude)
    a = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(one.latitude)) * math.cos(math.radians(other.latitude)) * math.sin(east / 2) ** 2
    )
    return round(2 * 6_371_008.8 * ROAD * math.atan2(math.sqrt(a), math.sqrt(1 - a)))


def day_of(case: Case, route: Sequence[int]) -> tuple[int, int, int]:
    """A day's metres, its seconds from door to door, and those of riding."""
    if not route:
        return 0, 0, 0
    places = [HOME, *(case.places[case.visits[n].customer] for n in route), HOME]
    ways = [metres_between(a, b) for a, b in pairwise(places)]
    rides = sum(math.ceil(way * 3.6 / SPEED) for way in ways)
    return sum(ways), rides + sum(case.minutes[case.visits[n].customer] * 60 for n in route), rides


def check(case: Case, plan: Plan) -> tuple[float, int, float, list[str]]:
    """A plan's score, its promises kept, its kilometres, and everything that is wrong with it."""
    faults: list[str] = []
    kept: set[int] = set()
    cost = metres = 0
    for day, route in enumerate(plan):
        way, length, rides = day_of(case, route)
        metres += way
        cost += way + rides
        if length > LENGTH:
            faults.append(f"day {day}: {length} s")
        if len(route) > MOST:
            faults.append(f"day {day}: {len(route)} stops")
        if len({case.visits[n].customer for n in route}) != len(route):
            faults.append(f"day {day}: a customer twice")
        kept |= {n for n in route if case.visits[n].first <= day <= case.visits[n].last}
    cost += sum(visit.worth for number, visit in enumerate(case.visits) if number not in kept)
    return cost, len(kept), metres / 1000, faults
