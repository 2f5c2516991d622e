"""From candidates to a day: who is visited in which order, who is called, who is left out and why (VIS-3, VIS-4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from django.utils import timezone

from accounts.models import Customer
from duties.rules import WORKING_HOURS
from visits import routing
from visits.models import DayRule, PlanOmission, PlanStop
from visits.models.plans import Modes
from visits.rules import WorkingDay, capacity_minutes, opening_window
from visits.services.candidates import Candidate

MINUTE = 60
WORKING_DAY = WorkingDay(
    tuple((opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute) for opens, closes in WORKING_HOURS)
)
#: Only so many of the most urgent shops enter the search: more do not fit into a day, and each one makes it slower.
SEARCHED_MOST = 150


@dataclass(frozen=True, slots=True)
class Search:
    """How long the kernel looks for an order. With iterations and without seconds it repeats itself exactly."""

    seed: int = 1
    iterations: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What a person's day offers: the rule, from where and when they ride, and how much of the capacity is left."""

    on: date
    rule: DayRule
    start: routing.Place | None
    end: routing.Place | None
    begins: int = 0
    used: int = 0

    @property
    def longest(self) -> int:
        """Working seconds that a plan may still fill."""
        capacity = MINUTE * capacity_minutes(
            working_minutes=WORKING_DAY.length // MINUTE,
            fixed_percent=self.rule.fixed_percent,
            market_minutes=self.rule.market_minutes,
        )
        return max(0, min(capacity - self.used, WORKING_DAY.length - self.begins))

    def moment(self, working: int) -> datetime:
        """The moment at which so much of the day's work is done."""
        midnight = datetime.combine(self.on, time(), timezone.get_default_timezone())
        return midnight + timedelta(seconds=WORKING_DAY.clock_seconds(working))


@dataclass(slots=True)
class Draft:
    """A day before it is written."""

    stops: list[PlanStop] = field(default_factory=list)
    omissions: list[PlanOmission] = field(default_factory=list)
    metres: int = 0
    seconds: int = 0
    ride_seconds: int = 0
    home_at: int = 0  # working seconds at which the ride is over

    def omit(self, candidate: Candidate, reason: str, **values: Any) -> None:
        """Keep why a promised visit is not made; one ahead of its time was only an opportunity."""
        if candidate.is_owed:
            values |= {"tier": candidate.facts.tier, "why": [reason.as_json() for reason in candidate.reasons]}
            self.omissions.append(
                PlanOmission(customer_id=candidate.customer_id, reason=reason, values=values, worth=candidate.points)
            )


def draw_up(frame: Frame, candidates: Sequence[Candidate], search: Search) -> Draft:
    """Order the shops worth riding to, then the calls, within the day's capacity."""
    draft = Draft()
    to_ride: dict[int, Candidate] = {}
    to_call: list[Candidate] = []
    for candidate in candidates:
        if candidate.wants_call or frame.start is None:
            to_call.append(candidate)
        elif len(to_ride) < SEARCHED_MOST:
            to_ride[candidate.customer_id] = candidate
        else:
            draft.omit(candidate, PlanOmission.Reason.NO_CAPACITY)
    called = _calls_that_fit(frame, to_call, draft)
    _ride(frame, to_ride, search, draft, kept_for_calls=len(called) * frame.rule.call_minutes * MINUTE)
    _call(frame, called, draft)
    return draft


def _calls_that_fit(frame: Frame, candidates: Sequence[Candidate], draft: Draft) -> list[Candidate]:
    fitting: list[Candidate] = []
    most = min(frame.rule.calls_most, frame.longest // max(1, frame.rule.call_minutes * MINUTE))
    for candidate in candidates:
        if not candidate.row["phone"]:
            draft.omit(candidate, PlanOmission.Reason.NO_POSITION)
        elif len(fitting) == most:
            draft.omit(candidate, PlanOmission.Reason.CALLS_FULL)
        else:
            fitting.append(candidate)
    return fitting


def _ride(frame: Frame, candidates: dict[int, Candidate], search: Search, draft: Draft, *, kept_for_calls: int) -> None:
    if frame.start is None or frame.end is None or not candidates:
        return
    calls = []
    for candidate in candidates.values():
        call = _as_call(frame, candidate, draft)
        if call is not None:
            calls.append(call)
    rider = routing.Rider(
        start=frame.start,
        end=frame.end,
        begins=frame.begins,
        ends=WORKING_DAY.length,
        longest=max(0, frame.longest - kept_for_calls),
        most=frame.rule.stops_most,
        speed_kmh=frame.rule.speed_kmh,
        road_factor=frame.rule.road_factor,
    )
    route = routing.plan_route(rider, calls, seed=search.seed, iterations=search.iterations, seconds=search.seconds)
    for stop in route.stops:
        draft.stops.append(
            _stop(
                frame,
                candidates[stop.key],
                Modes.ON_SITE,
                begins=stop.begins,
                seconds=stop.ends - stop.begins,
                metres=stop.metres,
                ride_seconds=stop.ride_seconds,
            )
        )
    draft.metres, draft.seconds, draft.ride_seconds = route.metres, route.seconds, route.ride_seconds
    draft.home_at = route.home_at
    alone = {call.key: call for call in calls}
    for key in route.left_out:
        fits = routing.fits_alone(rider, alone[key])
        draft.omit(candidates[key], PlanOmission.Reason.NO_CAPACITY if fits else PlanOmission.Reason.TOO_FAR)


def _as_call(frame: Frame, candidate: Candidate, draft: Draft) -> routing.Call | None:
    row = candidate.row
    seconds = service_minutes(frame.rule, candidate.facts.tier) * MINUTE
    window = opening_window(
        day=WORKING_DAY,
        weekday=frame.on.isoweekday(),
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        closed_weekdays=row["closed_weekdays"],
        service_seconds=seconds,
    )
    if window is None:
        shut = frame.on.isoweekday() in row["closed_weekdays"]
        draft.omit(candidate, PlanOmission.Reason.CLOSED_THAT_DAY if shut else PlanOmission.Reason.OUTSIDE_HOURS)
        return None
    return routing.Call(
        key=candidate.customer_id,
        place=routing.Place(row["latitude"], row["longitude"]),
        earliest=window[0],
        latest=window[1],
        seconds=seconds,
        worth=candidate.worth,
    )


def _call(frame: Frame, candidates: Sequence[Candidate], draft: Draft) -> None:
    """Calls are made after the ride, in the hours kept free; one after the other."""
    length = frame.rule.call_minutes * MINUTE
    begins = max(frame.begins, draft.home_at)
    for candidate in candidates:
        if begins + length > WORKING_DAY.length:
            draft.omit(candidate, PlanOmission.Reason.CALLS_FULL)
            continue
        draft.stops.append(_stop(frame, candidate, Modes.PHONE, begins=begins, seconds=length))
        draft.seconds += length
        begins += length


def _stop(
    frame: Frame, candidate: Candidate, mode: str, *, begins: int, seconds: int, metres: int = 0, ride_seconds: int = 0
) -> PlanStop:
    arrive = frame.moment(begins)
    return PlanStop(
        customer_id=candidate.customer_id,
        mode=mode,
        planned_mode=mode,
        arrive_at=arrive,
        leave_at=arrive + timedelta(seconds=seconds),
        metres=metres,
        ride_minutes=ceil(ride_seconds / MINUTE),
        reasons=[reason.as_json() for reason in candidate.reasons],
    )


def service_minutes(rule: DayRule, tier: int) -> int:
    """How long a visit to a shop of that tier is planned to last."""
    return int(rule.service_minutes[Customer.Tier(tier) - 1])


def seconds_of(moment: datetime) -> int:
    """Seconds since midnight in China."""
    local = timezone.localtime(moment)
    return local.hour * 3600 + local.minute * 60 + local.second
