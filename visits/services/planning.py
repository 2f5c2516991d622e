"""One person's plans: their day and the drafts of the days after it, replaced as a whole (VIS-3, VIS-4).

A day that somebody acted on is left alone. The other days are drafts: rows of `DayPlan` in the state `draft`, each
with its stops, planned again with every planning of an earlier day. `plan_day` and `replan` return the first day's
plan; read the week by `DayPlan.objects.week(person, on, until)`.

To move a customer to a later day by hand: give its draft a stop with `added_by` (and `appointed_at` for a time that was
agreed), and plan the first day again: such stops keep their day, all else finds its best place around them.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from accounts.models import Customer, Person
from accounts.rules import Role
from duties.calendar import WorkCalendar
from visits import routing
from visits.models import DayPlan, DayRule, PlanStop
from visits.services import claiming
from visits.services.candidates import find_prospects
from visits.services.drafting import WORKING_DAY, Frame, Known, Search, seconds_of
from visits.services.horizons import draw_up_days
from visits.services.leave import Leave, leave_of
from visits.services.progress import say_at_work
from visits.services.writing import is_open, later_plans, stops_of, write_plans

logger = logging.getLogger(__name__)


class DayIsOver(Exception):
    """There is no working time left in which anything could be planned."""


@transaction.atomic
def plan_day(
    *, person: Person, on: date, now: datetime, search: Search, calendar: WorkCalendar | None = None
) -> DayPlan:
    """Make or replace a person's plan; one that is under way stays as it is."""
    DayPlan.objects.bulk_create([DayPlan(person=person, date=on)], ignore_conflicts=True)
    plan: DayPlan = DayPlan.objects.select_for_update().get(person=person, date=on)
    if plan.state != DayPlan.State.FROZEN:
        plan.attempts, plan.begun, plan.error = 0, 0, ""
        make(plan, now=now, search=search, calendar=calendar or WorkCalendar.load())
    return plan


def claim_and_plan(
    *, now: datetime, search: Search, calendar: WorkCalendar, on: date | None = None, plan_id: int | None = None
) -> DayPlan | None:
    """Take one plan that waits (that one, or any of a day) and make it; None if none is left or another worker has it.

    The row stays locked until the plan is written: a worker that is killed leaves it waiting, with an attempt begun.
    """
    while (claimed := claiming.claim(plan_id=plan_id, on=on)) is not None:
        with transaction.atomic():
            waiting = DayPlan.objects.to_make().filter(pk=claimed).select_related("person")
            plan: DayPlan | None = waiting.select_for_update(skip_locked=True, of=("self",)).first()
            if plan is not None:
                say_at_work(plan.pk)
                make(plan, now=now, search=search, calendar=calendar)
        if plan is not None or plan_id is not None:
            return plan
    return None


@transaction.atomic
def replan(*, plan: DayPlan, by: Person, now: datetime, search: Search) -> DayPlan:
    """Plan what is left of a day again from now on: what is done or skipped stays (VIS-4, "re-plan now").

    Raises DayIsOver when no working time is left.
    """
    locked: DayPlan = DayPlan.objects.select_for_update().get(pk=plan.pk)
    started = locked.state == DayPlan.State.FROZEN
    _plan(locked, now=now, search=search, calendar=WorkCalendar.load(), from_now=True)
    if started:
        locked.state = DayPlan.State.FROZEN
        locked.save(update_fields=["state"])
    logger.info("plan %s of %s planned again by %s", locked.pk, locked.date, by.pk)
    return locked


def make(plan: DayPlan, *, now: datetime, search: Search, calendar: WorkCalendar) -> None:
    """Plan a locked row; what goes wrong is kept in it, and the plan that was there before stays."""
    plan.attempts += 1
    plan.begun = 0
    try:
        with transaction.atomic():
            _plan(plan, now=now, search=search, calendar=calendar)
    except Exception as error:  # one person's trouble must not end the night of all others
        logger.exception("planning failed for person %s on %s", plan.person_id, plan.date)
        plan.state = DayPlan.State.FAILED
        plan.error = f"{type(error).__name__}: {error}"[:300]
        plan.save(update_fields=["state", "error", "attempts", "begun"])


def _plan(plan: DayPlan, *, now: datetime, search: Search, calendar: WorkCalendar, from_now: bool = False) -> None:
    """Plan the row's day and, together with it, the following working days as drafts."""
    rule = DayRule.objects.get()
    days = [plan.date]
    while len(days) <= rule.horizon_days:
        days.append(calendar.next_working_day(days[-1]))
    plans = [plan, *later_plans(plan, days[1:-1], now)]
    stops = stops_of(plans)
    leave = leave_of(plan.person, days[:-1])
    frames = _frames(plan, days, rule, leave)
    if from_now and timezone.localdate(now) >= plan.date:
        frames[0] = _from_now(frames[0], stops[plan.pk], now)
    known = _known(plans, stops)
    prospects = find_prospects(
        managers=[plan.person_id, *leave.standing_in],
        on=plan.date,
        until=days[-1],
        longest_ahead=rule.ahead_days,
        standing_in=leave.names,
        by_hand=frozenset(customer for customer, _day in known.by_hand),
    )
    prospects, known = leave.share(prospects, known, frames)
    began = time.monotonic()
    drafts = draw_up_days(frames, prospects, known, search)
    plan.state = DayPlan.State.MADE  # `attempts` and the last `error` stay: the night's page tells of them
    plan.solving_ms = round((time.monotonic() - began) * 1000)
    write_plans(plans, drafts, stops, now=now)


def _frames(plan: DayPlan, days: Sequence[date], rule: DayRule, leave: Leave) -> list[Frame]:
    """What each day but the last one offers, from and to the person's place."""
    start = _start_of(plan)
    return [
        Frame(on=day, following=following, rule=rule, start=start, end=start, away=leave.away.get(day))
        for day, following in pairwise(days)
    ]


def _from_now(frame: Frame, stops: Sequence[PlanStop], now: datetime) -> Frame:
    """Today, planned again under way: from where the person was last, with the time that is left."""
    today = timezone.localdate(now) == frame.on
    begins = WORKING_DAY.working_seconds(seconds_of(now)) if today else WORKING_DAY.length
    if begins >= WORKING_DAY.length:
        raise DayIsOver(str(frame.on))
    visited = [stop for stop in stops if stop.state == PlanStop.State.DONE and stop.mode == "on_site"]
    last = visited[-1].customer if visited else None
    if last is None or last.latitude is None or last.longitude is None:
        return replace(frame, begins=begins)
    used = max(0, begins - WORKING_DAY.working_seconds(seconds_of(visited[0].arrive_at)))
    return replace(frame, begins=begins, used=used, start=routing.Place(last.latitude, last.longitude))


def _known(plans: Sequence[DayPlan], stops: Mapping[int, Sequence[PlanStop]]) -> Known:
    """What people have done, put there by hand or seen on these days."""
    by_hand, seen, fixed, dealt_with = {}, set(), {}, set()
    for plan in plans:
        for stop in stops[plan.pk]:
            key = (stop.customer_id, plan.date)
            if plan is not plans[0] and not is_open(plan):
                fixed[stop.customer_id] = plan.date
                dealt_with.add(key)
            elif stop.state != PlanStop.State.PLANNED:
                dealt_with.add(key)
            elif stop.added_by_id is not None:
                by_hand[key] = stop.appointed_at
            else:
                seen.add(key)
    return Known(by_hand, frozenset(seen), frozenset(dealt_with), fixed)


def _start_of(plan: DayPlan) -> routing.Place | None:
    """Where the day starts: the person's place, else their unit's, else among their customers; None if unknown."""
    person = plan.person
    if person.start_latitude is not None and person.start_longitude is not None:
        return routing.Place(person.start_latitude, person.start_longitude)
    post = (
        person.posts.held_on(plan.date)
        .filter(role=Role.ACCOUNT_MANAGER, unit__latitude__isnull=False, unit__longitude__isnull=False)
        .select_related("unit")
        .first()
    )
    if post is not None:
        return routing.Place(post.unit.latitude, post.unit.longitude)
    places = list(
        Customer.objects.filter(account_manager=person, latitude__isnull=False).values_list("latitude", "longitude")
    )
    if not places:
        return None
    return routing.Place(
        sum(latitude for latitude, _ in places) / len(places), sum(longitude for _, longitude in places) / len(places)
    )
