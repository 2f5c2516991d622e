"""A check of plans that shares no code with the planner: clocks, windows, capacity and ways worked out again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import atan2, cos, radians, sin, sqrt

from accounts.models import Customer
from tests.factories.visits import CHINA, at
from visits.models import DayPlan, DayRule, PlanStop


def crow(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres as the crow flies, by the haversine in its atan2 form."""
    (lat1, lon1), (lat2, lon2) = one, other
    a = (
        sin(radians(lat2 - lat1) / 2) ** 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * 6_371_008.8 * atan2(sqrt(a), sqrt(1 - a))


def work_between(start: datetime, end: datetime) -> float:
    """Minutes of work between two moments of one day: 8:30–12:00 and 13:30–17:30."""
    total = 0.0
    for opens, closes in (
        (at(8, 30, start.date()), at(12, 0, start.date())),
        (at(13, 30, start.date()), at(17, 30, start.date())),
    ):
        total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds() / 60)
    return total


def complaints(plan: DayPlan, start: tuple[float, float]) -> list[str]:
    """What is wrong with a made plan; nothing if it can be ridden."""
    rule = DayRule.objects.get()
    stops = list(plan.stops.select_related("customer").order_by("sequence"))
    found = [
        f"stop {number} is numbered {stop.sequence}" for number, stop in enumerate(stops, 1) if stop.sequence != number
    ]
    on_site = [stop for stop in stops if stop.mode == "on_site"]
    found += _times(stops) + [wrong for stop in on_site for wrong in _window(stop)] + _ways(on_site, start, rule)
    busy = sum((stop.leave_at - stop.arrive_at).total_seconds() / 60 for stop in stops)
    riding = _way_metres(on_site, start, rule) / rule.speed_kmh * 60 / 1000
    capacity = max(450 * rule.fixed_percent // 100, rule.market_minutes)
    if busy + riding > capacity + 1:
        found.append(f"{busy + riding:.0f} minutes in a day of {capacity}")
    if len(on_site) > rule.stops_most:
        found.append(f"{len(on_site)} stops")
    if len({stop.customer_id for stop in stops}) != len(stops):
        found.append("a customer twice")
    return found


def _times(stops: Sequence[PlanStop]) -> list[str]:
    found = []
    for stop in stops:
        begins, ends = stop.arrive_at.astimezone(CHINA), stop.leave_at.astimezone(CHINA)
        if begins < at(8, 30, begins.date()) or at(12, 0, begins.date()) <= begins < at(13, 30, begins.date()):
            found.append(f"{stop.sequence} begins at {begins:%H:%M}")
        if ends > at(17, 30, begins.date()):
            found.append(f"{stop.sequence} ends at {ends:%H:%M}")
    found += [f"{b.sequence} begins before {a.sequence} ends" for a, b in pairwise(stops) if b.arrive_at < a.leave_at]
    return found


def _window(stop: PlanStop) -> list[str]:
    customer: Customer = stop.customer
    begins, ends = stop.arrive_at.astimezone(CHINA), stop.leave_at.astimezone(CHINA)
    if begins.isoweekday() in customer.closed_weekdays:
        return [f"{customer} is closed that day"]
    if customer.opens_at and begins.time() < customer.opens_at:
        return [f"{customer} opens at {customer.opens_at}, not {begins:%H:%M}"]
    if customer.closes_at and ends.time() > customer.closes_at:
        return [f"{customer} closes at {customer.closes_at}, not {ends:%H:%M}"]
    return []


def _place(stop: PlanStop) -> tuple[float, float]:
    return stop.customer.latitude, stop.customer.longitude


def _way_metres(stops: Sequence[PlanStop], start: tuple[float, float], rule: DayRule) -> float:
    places = [start, *(_place(stop) for stop in stops), start]
    return sum(crow(a, b) for a, b in pairwise(places)) * rule.road_factor


def _ways(stops: Sequence[PlanStop], start: tuple[float, float], rule: DayRule) -> list[str]:
    """Each ride takes the time that its way needs."""
    found = []
    for before, stop in pairwise([None, *stops]):
        metres = crow(_place(before) if before else start, _place(stop)) * rule.road_factor
        needed = metres / (rule.speed_kmh * 1000 / 60)
        left = before.leave_at if before else at(8, 30, stop.arrive_at.astimezone(CHINA).date())
        if work_between(left.astimezone(CHINA), stop.arrive_at.astimezone(CHINA)) < needed - 0.05:
            # a visit that runs into the noon break gives its rider those minutes back
            into_break = timedelta(minutes=max(0.0, needed - work_between(left, stop.arrive_at)))
            if into_break > timedelta(minutes=20) or not _over_noon(before, stop):
                found.append(f"{stop.sequence} cannot be reached in time ({needed:.1f} minutes' ride)")
        if abs(stop.metres - metres) > 2:
            found.append(f"{stop.sequence} is {metres:.0f} metres away, not {stop.metres}")
    return found


def _over_noon(before: PlanStop | None, stop: PlanStop) -> bool:
    return (
        before is not None
        and before.leave_at.astimezone(CHINA).hour >= 12
        and before.arrive_at.astimezone(CHINA).hour < 12
        and stop.arrive_at.astimezone(CHINA).hour >= 13
    )
