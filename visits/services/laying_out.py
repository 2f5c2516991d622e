"""Stops in a given order laid out over a day: when each begins, how one rides there, what it costs (VIS-3, VIS-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil

from django.utils import timezone

from visits import routing
from visits.models import DayPlan, DayRule, PlanStop
from visits.models.plans import Modes
from visits.rules import opening_window
from visits.services.drafting import MINUTE, WORKING_DAY, seconds_of, service_minutes


@dataclass(frozen=True, slots=True)
class Leg:
    """One stop in its place: when it begins and ends, how one comes there; `meets` is whether the shop is open then."""

    stop: PlanStop
    arrive_at: datetime
    leave_at: datetime
    metres: int
    ride_minutes: int
    meets: bool


@dataclass(slots=True)
class Layout:
    """A day laid out; `overtime` are the minutes after the end of work."""

    legs: list[Leg] = field(default_factory=list)
    metres: int = 0
    seconds: int = 0
    ride_seconds: int = 0
    overtime: int = 0

    @property
    def kept(self) -> int:
        """Stops that meet an open shop within working hours."""
        return sum(leg.meets for leg in self.legs)


def lay_out(
    *,
    plan: DayPlan,
    stops: Sequence[PlanStop],
    rule: DayRule,
    start: routing.Place | None,
    begins_at: datetime | None = None,
    not_before: Mapping[int, datetime] | None = None,
) -> Layout:
    """Lay the stops out one after the other, from `start` and not before `begins_at`.

    Each comes with its customer. `not_before` holds stops, by their ids, until a moment. A shop that is not open yet is
    waited for; one that would be closed is kept in its place and marked.
    """
    laid, at = Layout(), start
    clock = 0
    if begins_at is not None and timezone.localdate(begins_at) == plan.date:
        clock = min(WORKING_DAY.working_seconds(seconds_of(begins_at)), WORKING_DAY.length)
    for stop in stops:
        on_site = stop.mode == Modes.ON_SITE
        seconds = (service_minutes(rule, stop.customer.tier) if on_site else rule.call_minutes) * MINUTE
        metres = ride = 0
        there = _place(stop)
        if on_site and there is not None and at is not None:
            metres = int(routing.distances([at, there], rule.road_factor)[0, 1])
            ride = ceil(metres * 3.6 / rule.speed_kmh)
        begins, meets = clock + ride, True
        held = (not_before or {}).get(stop.pk)
        if held is not None and timezone.localdate(held) == plan.date:
            begins = max(begins, WORKING_DAY.working_seconds(seconds_of(held)))
        if on_site:
            begins, meets = _open(plan, stop, begins, seconds)
        arrive = _moment(plan.date, begins)
        leave = _moment(plan.date, begins + seconds)
        if leave <= arrive:  # work is over: the clock of working time stands still
            leave = arrive + timedelta(seconds=seconds)
        meets = meets and begins + seconds <= WORKING_DAY.length
        laid.legs.append(Leg(stop, arrive, leave, metres, ceil(ride / MINUTE), meets))
        laid.metres += metres
        laid.ride_seconds += ride
        laid.seconds += begins + seconds - clock
        clock = begins + seconds
        if on_site and there is not None:
            at = there
    laid.overtime = max(0, round((clock - WORKING_DAY.length) / MINUTE))
    return laid


def _moment(on: date, working: int) -> datetime:
    """The moment at which so much of the day's work is done."""
    midnight = datetime.combine(on, time(), timezone.get_default_timezone())
    return midnight + timedelta(seconds=WORKING_DAY.clock_seconds(working))


def _open(plan: DayPlan, stop: PlanStop, begins: int, seconds: int) -> tuple[int, bool]:
    """When a visit can begin from then on, and whether the shop is open."""
    window = opening_window(
        day=WORKING_DAY,
        weekday=plan.date.isoweekday(),
        opens_at=stop.customer.opens_at,
        closes_at=stop.customer.closes_at,
        closed_weekdays=stop.customer.closed_weekdays,
        service_seconds=seconds,
    )
    if window is None:
        return begins, False
    earliest, latest = window
    return max(begins, earliest), max(begins, earliest) <= latest


def _place(stop: PlanStop) -> routing.Place | None:
    customer = stop.customer
    if customer.latitude is None or customer.longitude is None:
        return None
    return routing.Place(customer.latitude, customer.longitude)


def place_of(plan: DayPlan, acted: Sequence[PlanStop]) -> routing.Place | None:
    """Where the person is: at the last shop they were in, else where their day starts."""
    for stop in reversed(acted):
        if stop.state == PlanStop.State.DONE and stop.mode == Modes.ON_SITE and (place := _place(stop)) is not None:
            return place
    person = plan.person
    if person.start_latitude is not None and person.start_longitude is not None:
        return routing.Place(person.start_latitude, person.start_longitude)
    return None


def write_layout(plan: DayPlan, laid: Layout, acted: Sequence[PlanStop]) -> None:
    """Give the stops their new places and times in one statement, and the plan its sums."""
    for number, leg in enumerate(laid.legs, start=len(acted) + 1):
        stop = leg.stop
        stop.sequence, stop.arrive_at, stop.leave_at = number, leg.arrive_at, leg.leave_at
        stop.metres, stop.ride_minutes = leg.metres, leg.ride_minutes
    PlanStop.objects.bulk_update(
        [leg.stop for leg in laid.legs],
        ["sequence", "arrive_at", "leave_at", "metres", "ride_minutes", "mode", "mode_cause"],
    )
    plan.metres = laid.metres + sum(stop.metres for stop in acted)
    plan.ride_minutes = ceil(laid.ride_seconds / MINUTE) + sum(stop.ride_minutes for stop in acted)
    served = sum(round((stop.leave_at - stop.arrive_at).total_seconds() / MINUTE) for stop in acted)
    plan.minutes = round(laid.seconds / MINUTE) + served + sum(stop.ride_minutes for stop in acted)
    plan.save(update_fields=["metres", "ride_minutes", "minutes"])
