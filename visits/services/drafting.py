"""What a day offers and what is settled about it, and the draft of a day: stops in order, and who is left out and why.

(VIS-3, VIS-4)
"""

from collections.abc import Collection, Mapping, Sequence
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
from visits.rules import WorkingDay, capacity_minutes
from visits.services.candidates import Candidate, Prospect

MINUTE = 60
WORKING_DAY = WorkingDay(
    tuple((opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute) for opens, closes in WORKING_HOURS)
)


@dataclass(frozen=True, slots=True)
class Search:
    """How long the kernel looks for an order. With iterations and without seconds it repeats itself exactly."""

    seed: int = 1
    iterations: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What one of a person's days offers: the rule, from where and when they ride, how much of the capacity is left.

    `following` is the working day after it. `away` names who stands in on a day off, "" if nobody does, and is None on
    a day that is worked.
    """

    on: date
    following: date
    rule: DayRule
    start: routing.Place | None
    end: routing.Place | None
    begins: int = 0
    used: int = 0
    away: str | None = None

    @property
    def longest(self) -> int:
        """Working seconds that a plan may still fill."""
        if self.away is not None:
            return 0
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


@dataclass(frozen=True, slots=True)
class Known:
    """What is already settled about the days: by day, whom a person put there by hand and for when, and what was seen.

    `dealt_with` are those that were done or skipped on a day, and get no second stop on it; `fixed` are visits on later
    days that somebody has acted on; `handed` are customers whom a delegate sees to; `standing_in` says on which days an
    absent manager's customers are one's own.
    """

    by_hand: Mapping[tuple[int, date], time | None] = field(default_factory=dict)
    seen: Collection[tuple[int, date]] = frozenset()
    dealt_with: Collection[tuple[int, date]] = frozenset()
    fixed: Mapping[int, date] = field(default_factory=dict)
    handed: Collection[int] = frozenset()
    standing_in: Mapping[int, Collection[date]] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A day before it is written."""

    frame: Frame
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

    def ride(self, route: routing.Route, candidates: Mapping[int, Candidate]) -> None:
        """Take over a route."""
        for stop in route.stops:
            self.stops.append(
                stop_of(
                    self.frame,
                    candidates[stop.key],
                    Modes.ON_SITE,
                    begins=stop.begins,
                    seconds=stop.ends - stop.begins,
                    metres=stop.metres,
                    ride_seconds=stop.ride_seconds,
                )
            )
        self.metres, self.seconds, self.ride_seconds = route.metres, route.seconds, route.ride_seconds
        self.home_at = route.home_at

    def call(self, candidates: Sequence[Candidate]) -> None:
        """Calls are made after the ride, in the hours kept free; one after the other."""
        length = self.frame.rule.call_minutes * MINUTE
        begins = max(self.frame.begins, self.home_at)
        for candidate in candidates:
            if begins + length > WORKING_DAY.length:
                self.omit(candidate, PlanOmission.Reason.CALLS_FULL)
                continue
            self.stops.append(stop_of(self.frame, candidate, Modes.PHONE, begins=begins, seconds=length))
            self.seconds += length
            begins += length


def stop_of(
    frame: Frame, candidate: Candidate, mode: str, *, begins: int, seconds: int, metres: int = 0, ride_seconds: int = 0
) -> PlanStop:
    """A stop at a time of that day, in working seconds."""
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


def is_called(prospect: Prospect, frame: Frame, *, by_hand: bool = False) -> bool:
    """Met by phone: the matrix says so, it was agreed so, the shop is on no map, or nobody knows from where to ride."""
    if frame.start is None or prospect.row["latitude"] is None:
        return True
    if prospect.details is not None:
        return prospect.details.get("mode") == "phone"
    return bool(prospect.row["by_phone"]) and not by_hand


def service_minutes(rule: DayRule, tier: int) -> int:
    """How long a visit to a shop of that tier is planned to last."""
    return int(rule.service_minutes[Customer.Tier(tier) - 1])


def seconds_of(moment: datetime) -> int:
    """Seconds since midnight in China."""
    local = timezone.localtime(moment)
    return local.hour * 3600 + local.minute * 60 + local.second
