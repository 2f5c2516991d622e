"""Several days of one person drawn up together by the kernel, and each visit that is owed and not made explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

import numpy as np
from numpy.typing import NDArray

from visits import routing
from visits.models import PlanOmission
from visits.rules import Promise, ahead_days, demand_prices, opening_window, promise_prices, promise_worth
from visits.rules.priority import FOLLOW_UP_WORTH, LICENCE_WORTH
from visits.services.candidates import BY_HAND_METRES, Candidate, Prospect
from visits.services.drafting import MINUTE, WORKING_DAY, Draft, Frame, Known, Search, is_called, service_minutes

#: What a visit that people have already seen on a day is worth there: a move must save more than this, in metres. It is
#: half of the least promise: keeping a promise outweighs it, saving a detour does not.
SEEN_WORTH = 30_000.0
#: An appointment may begin so many seconds late.
_APPOINTMENT_SLACK = 600

Windows = list[tuple[int, int] | None]


@dataclass(slots=True)
class Horizon:
    """The days, the prospects, and what is settled; `drafts` come out."""

    frames: Sequence[Frame]
    prospects: Mapping[int, Prospect]
    known: Known
    planned: dict[int, list[int]] = field(default_factory=dict)  # customer → numbers of days

    @property
    def days(self) -> list[date]:
        return [frame.on for frame in self.frames]

    def is_called(self, prospect: Prospect) -> bool:
        by_hand = any(customer == prospect.customer_id for customer, _day in self.known.by_hand)
        return is_called(prospect, self.frames[0], by_hand=by_hand)

    def is_free(self, prospect: Prospect, frame: Frame) -> bool:
        """Whether the day may hold a stop for the customer: it is worked, theirs, and has had none."""
        mine = self.known.standing_in.get(prospect.row["account_manager_id"])
        dealt_with = (prospect.customer_id, frame.on) in self.known.dealt_with
        return frame.longest > 0 and (mine is None or frame.on in mine) and not dealt_with

    def candidate(self, prospect: Prospect, number: int) -> Candidate:
        """A prospect as a candidate of one day, after the visits planned before it."""
        frame = self.frames[number]
        before = [self.days[day] for day in self.planned.get(prospect.customer_id, []) if day < number]
        return prospect.on(
            frame.on,
            frame.following,
            visited=before[-1] if before else None,
            longest_ahead=frame.rule.ahead_days,
            by_hand=(prospect.customer_id, frame.on) in self.known.by_hand,
        )


def draw_up_days(frames: Sequence[Frame], prospects: Sequence[Prospect], known: Known, search: Search) -> list[Draft]:
    """A draft for each day. The first day names everybody owed that is not on it; each other day who fits nowhere."""
    horizon = Horizon(frames, {prospect.customer_id: prospect for prospect in prospects}, known)
    wants = {
        prospect.customer_id: _want(horizon, prospect)
        for prospect in prospects
        if prospect.customer_id not in known.handed and (prospect.row["phone"] or not horizon.is_called(prospect))
    }
    rule = frames[0].rule
    plan = routing.plan_days(
        [_day(frame) for frame in frames],
        list(wants.values()),
        speed_kmh=rule.speed_kmh,
        road_factor=rule.road_factor,
        limits=routing.Limits(seed=search.seed, steps=search.iterations, seconds=search.seconds),
    )
    for number, (route, called) in enumerate(zip(plan.routes, plan.calls, strict=True)):
        for key in (*(stop.key for stop in route.stops), *called):
            horizon.planned.setdefault(key, []).append(number)
    drafts = []
    for number, (frame, route, called) in enumerate(zip(frames, plan.routes, plan.calls, strict=True)):
        draft = Draft(frame)
        keys = [stop.key for stop in route.stops]
        draft.ride(route, {key: horizon.candidate(horizon.prospects[key], number) for key in keys})
        calls = [horizon.candidate(horizon.prospects[key], number) for key in called]
        draft.call(sorted(calls, key=lambda each: (-each.worth, each.customer_id)))
        drafts.append(draft)
    _explain(horizon, drafts, wants)
    return drafts


def _day(frame: Frame) -> routing.Day:
    anywhere = routing.Place(0.0, 0.0)
    return routing.Day(
        on=frame.on,
        start=frame.start or anywhere,
        end=frame.end or frame.start or anywhere,
        begins=frame.begins,
        ends=WORKING_DAY.length,
        longest=frame.longest,
        most=frame.rule.stops_most,
        calls_most=frame.rule.calls_most,
    )


def _want(horizon: Horizon, prospect: Prospect) -> routing.Want:
    frame, row = horizon.frames[0], prospect.row
    if horizon.is_called(prospect):
        seconds = frame.rule.call_minutes * MINUTE
        windows: Windows = [(0, WORKING_DAY.length) for _ in horizon.frames]
        place = None
    else:
        seconds = service_minutes(frame.rule, row["tier"]) * MINUTE
        windows = [_window(horizon, prospect, each, seconds) for each in horizon.frames]
        place = routing.Place(row["latitude"], row["longitude"])
    windows = [
        window if horizon.is_free(prospect, each) else None
        for window, each in zip(windows, horizon.frames, strict=True)
    ]
    return routing.Want(prospect.customer_id, place, seconds, windows, prices_of(horizon, prospect))


def _window(horizon: Horizon, prospect: Prospect, frame: Frame, seconds: int) -> tuple[int, int] | None:
    """When a visit may begin that day: in the shop's hours, or at the time that was agreed."""
    agreed = horizon.known.by_hand.get((prospect.customer_id, frame.on))
    if isinstance(agreed, time):
        begins = WORKING_DAY.working_seconds(agreed.hour * 3600 + agreed.minute * 60)
        return begins, min(begins + _APPOINTMENT_SLACK, WORKING_DAY.length)
    row = prospect.row
    return opening_window(
        day=WORKING_DAY,
        weekday=frame.on.isoweekday(),
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        closed_weekdays=row["closed_weekdays"],
        service_seconds=seconds,
    )


def prices_of(horizon: Horizon, prospect: Prospect) -> NDArray[np.float64]:
    """What the customer costs without visits: clock, open follow-up, licence, what was put there by hand or seen."""
    days, frames = horizon.days, horizon.frames
    end = frames[-1].following
    prices = np.zeros((len(days) + 1, len(days) + 1))
    facts = horizon.candidate(prospect, 0).facts
    if prospect.interval is not None and prospect.row["due_on"] is not None:
        prices += promise_prices(days, end, _promise(horizon, prospect, promise_worth(facts)))
    promised_on = prospect.promised_on
    if promised_on is not None and promised_on < end:
        prices += demand_prices(days, promised_on, FOLLOW_UP_WORTH)
    if facts.licence_near:
        prices += demand_prices(days, days[0], LICENCE_WORTH)
    for number, day in enumerate(days):
        if (prospect.customer_id, day) in horizon.known.by_hand:
            prices[:, number] -= BY_HAND_METRES
        elif (prospect.customer_id, day) in horizon.known.seen:
            prices[:, number] -= SEEN_WORTH
    return prices


def _promise(horizon: Horizon, prospect: Prospect, worth: float) -> Promise:
    interval = prospect.interval
    if interval is None:
        raise ValueError("a customer without a clock has no promise")
    fixed = horizon.known.fixed.get(prospect.customer_id)
    due, last = prospect.row["due_on"], prospect.row["last_visit_on"]
    if fixed is not None:
        due, last = prospect.due_after(fixed) or due, fixed
    eves = [prospect.is_eve(frame.on, frame.following) for frame in horizon.frames]
    longest = horizon.frames[0].rule.ahead_days
    return Promise(
        worth=worth,
        interval_days=max(1, interval.about_days),
        dues=[due, *(max(due, prospect.due_after(day) or due) for day in horizon.days)],
        last_visit_on=last,
        ahead=[ahead_days(interval.about_days, longest=longest, order_tomorrow=eve) for eve in eves],
        order_eve=eves,
    )


def _explain(horizon: Horizon, drafts: Sequence[Draft], wants: Mapping[int, routing.Want]) -> None:
    """Name what is owed and not made: on the first day all of it, on the others what falls due and fits nowhere."""
    for prospect in horizon.prospects.values():
        candidate = horizon.candidate(prospect, 0)
        planned = horizon.planned.get(prospect.customer_id, [])
        if 0 in planned or (prospect.customer_id, horizon.days[0]) in horizon.known.dealt_with:
            continue
        if candidate.is_owed:
            reason, values = _reason(horizon, prospect, wants.get(prospect.customer_id), planned)
            drafts[0].omit(candidate, reason, **values)
        elif not planned and prospect.customer_id not in horizon.known.fixed:
            _explain_later(horizon, prospect, drafts)


def _explain_later(horizon: Horizon, prospect: Prospect, drafts: Sequence[Draft]) -> None:
    """Name a visit that falls due on a later day and is on none: on the last working day on which it could be made."""
    for number, draft in enumerate(drafts):
        candidate = horizon.candidate(prospect, number)
        if candidate.is_owed:
            if draft.frame.away and prospect.customer_id in horizon.known.handed:
                draft.omit(candidate, PlanOmission.Reason.DELEGATE, name=draft.frame.away)
            else:
                draft.omit(candidate, PlanOmission.Reason.NO_CAPACITY)
            return


def _reason(
    horizon: Horizon, prospect: Prospect, want: routing.Want | None, planned: Sequence[int]
) -> tuple[str, dict[str, str]]:
    """Why an owed visit is not on the first day; `on` says on which day it is instead."""
    reasons, frame = PlanOmission.Reason, horizon.frames[0]
    values = {"on": horizon.days[planned[0]].isoformat()} if planned else {}
    if frame.away is not None:
        return (reasons.DELEGATE, {"name": frame.away}) if frame.away else (reasons.NOBODY, values)
    if want is None:
        return reasons.NO_POSITION, values
    if want.place is None:
        return (reasons.LATER if planned else reasons.CALLS_FULL), values
    if want.windows[0] is None and frame.longest:
        shut = frame.on.isoweekday() in prospect.row["closed_weekdays"]
        return (reasons.CLOSED_THAT_DAY if shut else reasons.OUTSIDE_HOURS), values
    if planned:
        return reasons.LATER, values
    return (reasons.NO_CAPACITY if _fits_alone(frame, want) else reasons.TOO_FAR), values


def _fits_alone(frame: Frame, want: routing.Want) -> bool:
    if frame.start is None or frame.end is None or want.place is None or want.windows[0] is None:
        return True
    rider = routing.Rider(
        start=frame.start,
        end=frame.end,
        begins=frame.begins,
        ends=WORKING_DAY.length,
        longest=frame.longest,
        most=frame.rule.stops_most,
        speed_kmh=frame.rule.speed_kmh,
        road_factor=frame.rule.road_factor,
    )
    call = routing.Call(want.key, want.place, *want.windows[0], want.seconds, 0)
    return routing.fits_alone(rider, call)
