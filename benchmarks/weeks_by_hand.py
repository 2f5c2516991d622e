"""The weeks of `weeks.py` as one rides by hand: nearest neighbour with 2-opt on each day's due list."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from benchmarks.weeks_shops import MANAGERS, SPEED, Outcome, Shop, closed, due_after, km


def by_hand(shops: list[Shop], days: list[date], fail: float, seed: int) -> Outcome:
    """Each day from the office always on to the nearest shop that is due, as long as one gets home; then 2-opt."""
    from visits.models import DayRule

    rule, outcome = DayRule(), Outcome("nearest neighbour + 2-opt")
    for manager in range(MANAGERS):
        mine = [shop for shop in shops if shop.manager == manager]
        home = middle(mine)
        for day, following in pairwise([*days, days[-1] + timedelta(3)]):
            due = [s for s in mine if due_after(s, max([s.last, *s.visits])) < following]
            route: list[Shop] = []
            while due and len(route) < rule.stops_most:
                here = (route[-1].latitude, route[-1].longitude) if route else home
                nearest = min(due, key=lambda shop, at=here: km(at, (shop.latitude, shop.longitude)))
                due.remove(nearest)
                longer = turned(home, [*route, nearest])
                if _minutes(home, longer, rule) <= 300:
                    route = longer
            outcome.km += _way(home, route)
            for shop in route:
                if not closed(shop, day, fail, seed):
                    shop.visits.append(day)
    return outcome


def middle(shops: list[Shop]) -> tuple[float, float]:
    return sum(s.latitude for s in shops) / len(shops), sum(s.longitude for s in shops) / len(shops)


def _way(home: tuple[float, float], route: list[Shop]) -> float:
    places = [home, *((shop.latitude, shop.longitude) for shop in route), home]
    return 1.3 * sum(km(a, b) for a, b in pairwise(places)) if route else 0.0


def _minutes(home: tuple[float, float], route: list[Shop], rule: Any) -> float:
    return _way(home, route) / SPEED * 60 + sum(rule.service_minutes[shop.tier - 1] for shop in route)


def turned(home: tuple[float, float], route: list[Shop]) -> list[Shop]:
    """2-opt until nothing helps."""
    best: list[Shop | None] = [None, *route, None]
    at = [home, *((shop.latitude, shop.longitude) for shop in route), home]
    better = True
    while better:
        better = False
        for i in range(1, len(best) - 2):
            for k in range(i + 1, len(best) - 1):
                now = km(at[i - 1], at[i]) + km(at[k], at[k + 1])
                if km(at[i - 1], at[k]) + km(at[i], at[k + 1]) < now - 1e-9:
                    best[i : k + 1], at[i : k + 1] = best[i : k + 1][::-1], at[i : k + 1][::-1]
                    better = True
    return [shop for shop in best if shop is not None]
