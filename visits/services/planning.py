"""One person's plan of one day: made, replaced as a whole, left alone once somebody acted on it (VIS-3, VIS-4)."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Absence, Customer, Person
from accounts.rules import Role
from duties.calendar import WorkCalendar
from visits import routing
from visits.models import DayPlan, DayRule, PlanOmission, PlanStop
from visits.services.candidates import Candidate, find_candidates
from visits.services.drafting import WORKING_DAY, Draft, Frame, Search, draw_up, seconds_of

logger = logging.getLogger(__name__)
#: A plan that failed so often is left to people: the health page names it.
ATTEMPTS_MOST = 5


class DayIsOver(Exception):
    """There is no working time left in which anything could be planned."""


@dataclass(frozen=True, slots=True)
class _Away:
    """Who is away that day, as far as one person's plan is concerned."""

    absent: bool
    delegate: Person | None
    stands_in_for: Mapping[int, str]


@transaction.atomic
def plan_day(
    *, person: Person, on: date, now: datetime, search: Search, calendar: WorkCalendar | None = None
) -> DayPlan:
    """Make or replace a person's plan; one that is under way stays as it is."""
    DayPlan.objects.bulk_create([DayPlan(person=person, date=on)], ignore_conflicts=True)
    plan: DayPlan = DayPlan.objects.select_for_update().get(person=person, date=on)
    if plan.state != DayPlan.State.FROZEN:
        make(plan, now=now, search=search, calendar=calendar or WorkCalendar.load())
    return plan


@transaction.atomic
def claim_and_plan(
    *, now: datetime, search: Search, calendar: WorkCalendar, on: date | None = None, plan_id: int | None = None
) -> DayPlan | None:
    """Take one plan that waits (that one, or any of a day) and make it; None if none is left or another worker has it.

    The row stays locked until the plan is written: a worker that is killed leaves it waiting.
    """
    waiting = DayPlan.objects.to_make().filter(attempts__lt=ATTEMPTS_MOST)
    waiting = waiting.filter(pk=plan_id) if plan_id is not None else waiting.filter(date=on)
    plan = waiting.select_for_update(skip_locked=True).order_by("attempts", "pk").first()
    if plan is not None:
        make(plan, now=now, search=search, calendar=calendar)
    return plan


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
    try:
        with transaction.atomic():
            _plan(plan, now=now, search=search, calendar=calendar)
    except Exception as error:  # one person's trouble must not end the night of all others
        logger.exception("planning failed for person %s on %s", plan.person_id, plan.date)
        plan.state = DayPlan.State.FAILED
        plan.error = f"{type(error).__name__}: {error}"[:300]
        plan.save(update_fields=["state", "error", "attempts"])


def _plan(plan: DayPlan, *, now: datetime, search: Search, calendar: WorkCalendar, from_now: bool = False) -> None:
    began = time.monotonic()
    away = _away(plan)
    rule = DayRule.objects.get()
    kept = list(plan.stops.exclude(state=PlanStop.State.PLANNED).order_by("sequence").select_related("customer"))
    by_hand = {stop.customer_id: stop for stop in plan.stops.filter(state="planned", added_by__isnull=False)}
    frame = _frame(plan, rule, kept, now if from_now else None)
    candidates = find_candidates(
        managers=[plan.person_id, *away.stands_in_for],
        on=plan.date,
        next_working_day=calendar.next_working_day(plan.date),
        longest_ahead=rule.ahead_days,
        without=frozenset(stop.customer_id for stop in kept),
        standing_in=away.stands_in_for,
        by_hand=frozenset(by_hand),
    )
    draft = _draft_of_absent(away, candidates) if away.absent else draw_up(frame, candidates, search)
    _write(plan, draft, kept, by_hand)
    plan.absent = away.absent
    plan.state, plan.error, plan.made_at, plan.attempts = DayPlan.State.MADE, "", now, 0
    plan.solving_ms = round((time.monotonic() - began) * 1000)
    plan.metres = draft.metres + sum(stop.metres for stop in kept)
    plan.minutes = round((draft.seconds + frame.used) / 60)
    plan.ride_minutes = round(draft.ride_seconds / 60) + sum(stop.ride_minutes for stop in kept)
    plan.save()


def _away(plan: DayPlan) -> _Away:
    """Absences of that day that touch this plan, in one query; a delegate who is away too stands in for nobody."""
    absences = (
        Absence.objects.on(plan.date)
        .filter(Q(person_id=plan.person_id) | Q(delegate_id=plan.person_id))
        .select_related("person", "delegate")
        .order_by("created_at")
    )
    own = [absence for absence in absences if absence.person_id == plan.person_id]
    others = {
        absence.person_id: str(absence.person)
        for absence in absences
        if absence.person_id != plan.person_id and absence.person.is_active
    }
    return _Away(bool(own), own[-1].delegate if own else None, {} if own else others)


def _frame(plan: DayPlan, rule: DayRule, kept: Sequence[PlanStop], now: datetime | None) -> Frame:
    """Where and when the ride begins: in the morning at the person's start, later where they were last."""
    start = end = _start_of(plan)
    begins = used = 0
    if now is not None and timezone.localdate(now) >= plan.date:
        begins = (
            WORKING_DAY.working_seconds(seconds_of(now)) if timezone.localdate(now) == plan.date else WORKING_DAY.length
        )
        if begins >= WORKING_DAY.length:
            raise DayIsOver(str(plan.date))
        visited = [stop for stop in kept if stop.state == PlanStop.State.DONE and stop.mode == "on_site"]
        last = visited[-1].customer if visited else None
        if last is not None and last.latitude is not None and last.longitude is not None:
            start = routing.Place(last.latitude, last.longitude)
            used = max(0, begins - WORKING_DAY.working_seconds(seconds_of(visited[0].arrive_at)))
    return Frame(on=plan.date, rule=rule, start=start, end=end or start, begins=begins, used=used)


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


def _draft_of_absent(away: _Away, candidates: Sequence[Candidate]) -> Draft:
    """Somebody away visits nobody; what is due is named, with who sees to it (ORG-3)."""
    draft = Draft()
    for candidate in candidates:
        if away.delegate is not None:
            draft.omit(candidate, PlanOmission.Reason.DELEGATE, name=str(away.delegate))
        else:
            draft.omit(candidate, PlanOmission.Reason.NOBODY)
    return draft


def _write(plan: DayPlan, draft: Draft, kept: Sequence[PlanStop], by_hand: Mapping[int, PlanStop]) -> None:
    plan.stops.filter(state=PlanStop.State.PLANNED).delete()
    plan.omissions.all().delete()
    for number, stop in enumerate(kept, start=1):
        if stop.sequence != number:
            stop.sequence = number
            stop.save(update_fields=["sequence"])
    for number, stop in enumerate(draft.stops, start=len(kept) + 1):
        stop.plan, stop.sequence = plan, number
        if (added := by_hand.get(stop.customer_id)) is not None:
            stop.added_by_id, stop.note = added.added_by_id, added.note
    PlanStop.objects.bulk_create(draft.stops)
    for omission in draft.omissions:
        omission.plan = plan
    PlanOmission.objects.bulk_create(draft.omissions)
