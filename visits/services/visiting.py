"""Visits as they happen: arriving, what was done, leaving (VIS-6). Sent twice, each happens once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Customer, Person
from accounts.rules import Role
from duties import services as duties
from duties.kinds import VISIT_FOLLOW_UP
from duties.rules import WORKING_HOURS
from risk.models import PreTripCheck
from risk.rules import may_ride
from visits.models import DayPlan, PlanStop, Visit
from visits.models.plans import Modes
from visits.rules import metres_between, moves_clock, visiting_role
from visits.services.clocks import refresh_clocks
from visits.services.problems import Found, report
from visits.services.refusal import CheckMissing, Refused, StillInShop


@dataclass(frozen=True, slots=True)
class Position:
    """Where a tablet was, WGS-84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Log:
    """What a visit was about (VIS-6). Guidance given is an act of its own: `guide` is added to the acts."""

    acts: Sequence[str] = (Visit.Act.VISIT,)
    guidance: Sequence[str] = ()
    notes: str = ""
    market_notes: str = ""
    next_step: str = ""
    next_on: date | None = None
    next_note: str = ""
    distance_reason: str = ""
    problems: Sequence[Found] = ()


@transaction.atomic
def arrive(
    *,
    key: UUID,
    person: Person,
    customer: Customer,
    now: datetime,
    mode: str = Modes.ON_SITE,
    position: Position | None = None,
) -> Visit:
    """Begin a visit. The same key again gives the visit that began then.

    Raises CheckMissing for a ride without a passed pre-trip check (VIS-10), StillInShop while another visit lasts,
    Refused for somebody in no role to visit this customer.
    """
    Person.objects.select_for_update().get(pk=person.pk)  # one person's visits begin one after the other
    known: Visit | None = Visit.objects.filter(key=key).first()
    if known is not None:
        return _own(known, person)
    still = Visit.objects.filter(person=person, state=Visit.State.OPEN).select_related("customer").first()
    if still is not None:
        raise StillInShop(_("Finish the visit to %(customer)s first.") % {"customer": still.customer}, still.pk)
    day = timezone.localdate(now)
    role = _role(person, customer)
    stop = PlanStop.objects.filter(
        plan__person=person, plan__date=day, customer=customer, state=PlanStop.State.PLANNED
    ).first()
    if role == Role.ACCOUNT_MANAGER and mode == Modes.ON_SITE:
        _start_route(person, day, now)
    visit: Visit = Visit.objects.create(
        key=key,
        customer=customer,
        person=person,
        role=role,
        stop=stop,
        mode=mode,
        visited_on=day,
        started_at=now,
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        distance=_distance(customer, position),
        acts=[Visit.Act.VISIT],
    )
    return visit


@transaction.atomic
def complete(*, visit: Visit, log: Log, by: Person, now: datetime, position: Position | None = None) -> Visit:
    """End a visit: keep what was done, move the clock, close the follow-up, open what was agreed.

    A second time changes nothing.
    """
    locked = _own(
        Visit.objects.select_for_update(of=("self",)).select_related("customer__unit", "stop").get(pk=visit.pk), by
    )
    if locked.state == Visit.State.DONE:
        return locked
    acts = _acts(log)
    if log.next_step in {Visit.Next.COME, Visit.Next.CALL} and (log.next_on is None or log.next_on < locked.visited_on):
        raise Refused(_("Say on which day you agreed to meet again."), "next_on")
    locked.acts, locked.guidance = acts, list(dict.fromkeys(log.guidance))
    locked.notes, locked.market_notes = log.notes.strip(), log.market_notes.strip()
    locked.next_step, locked.next_note = log.next_step, log.next_note.strip()
    locked.next_on = log.next_on if log.next_step else None
    locked.distance_reason = log.distance_reason.strip()
    if position is not None:
        locked.left_latitude, locked.left_longitude = position.latitude, position.longitude
        locked.left_distance = _distance(locked.customer, position)
    locked.state, locked.ended_at = Visit.State.DONE, now
    locked.counts = moves_clock(
        locked.mode,
        planned_mode=locked.stop.planned_mode if locked.stop else None,
        has_position=locked.customer.latitude is not None,
    )
    locked.save()
    _finish_stop(locked, by, now)
    _keep_promises(locked, by, now)
    for found in log.problems:
        report(visit=locked, found=found, by=by, now=now)
    return locked


@transaction.atomic
def log_visit(
    *,
    key: UUID,
    person: Person,
    customer: Customer,
    started_at: datetime,
    ended_at: datetime,
    now: datetime,
    log: Log,
    mode: str = Modes.ON_SITE,
    arrived: Position | None = None,
    left: Position | None = None,
) -> Visit:
    """Keep a whole visit at once, as a tablet sends it that was without network.

    Raises what `arrive` and `complete` raise.
    """
    if not started_at <= ended_at <= now:
        raise Refused(_("A visit ends after it began, and not in the future."), "ended_at")
    visit = arrive(key=key, person=person, customer=customer, now=started_at, mode=mode, position=arrived)
    return complete(visit=visit, log=log, by=person, now=max(ended_at, visit.started_at), position=left)


@transaction.atomic
def cancel(*, visit: Visit, by: Person) -> None:
    """Undo an arrival by mistake. Raises Refused once the visit was ended: that stays."""
    locked = _own(Visit.objects.select_for_update().get(pk=visit.pk), by)
    if locked.state == Visit.State.DONE:
        raise Refused(_("A finished visit stays on record."))
    locked.delete()


def _own(visit: Visit, person: Person) -> Visit:
    if visit.person_id != person.pk:
        raise Refused(_("This visit belongs to somebody else."))
    return visit


def _role(person: Person, customer: Customer) -> Role:
    role = visiting_role(
        visitor_ids=set(person.scope.own),
        roles=person.roles,
        account_manager_id=customer.account_manager_id,
        relationship_manager_id=customer.relationship_manager_id,
    )
    if role is None:
        raise Refused(_("You hold no role in which you could visit this customer."))
    return role


def _start_route(person: Person, day: date, now: datetime) -> None:
    """VIS-10: an on-site route starts only after the day's check has passed."""
    check = PreTripCheck.objects.deciding(person.pk, day).first()
    if not may_ride(check.failed if check else None):
        raise CheckMissing(_("Pass the pre-trip check first (VIS-10)."))
    DayPlan.objects.filter(person=person, date=day, started_at=None).update(started_at=now, pre_trip_check=check)


def _distance(customer: Customer, position: Position | None) -> int | None:
    if position is None or customer.latitude is None or customer.longitude is None:
        return None
    return metres_between(customer.latitude, customer.longitude, position.latitude, position.longitude)


def _acts(log: Log) -> list[str]:
    acts = set(log.acts) | ({Visit.Act.GUIDE} if log.guidance else set())
    if not acts:
        raise Refused(_("Say at least one thing that was done."), "acts")
    return [act for act in Visit.Act.values if act in acts]


def _finish_stop(visit: Visit, by: Person, now: datetime) -> None:
    if visit.stop is None:
        return
    PlanStop.objects.filter(pk=visit.stop.pk).update(
        state=PlanStop.State.DONE, skip_reason="", mode=visit.mode, mode_cause=_cause(visit), acted_at=now, acted_by=by
    )
    DayPlan.objects.filter(pk=visit.stop.plan_id, state=DayPlan.State.MADE).update(state=DayPlan.State.FROZEN)


def _cause(visit: Visit) -> str:
    stop = visit.stop
    if stop is None or visit.mode == stop.planned_mode:
        return PlanStop.Cause.NONE
    return stop.mode_cause or PlanStop.Cause.PERSON


def _keep_promises(visit: Visit, by: Person, now: datetime) -> None:
    """The clock goes on; an open follow-up ends with the visit that it asked for; what was agreed now is owed."""
    customer = visit.customer
    refresh_clocks(on=visit.visited_on, customers=[customer.pk])
    agreed = visit.next_step in {Visit.Next.COME, Visit.Next.CALL}
    duty = duties.open_duty_of(VISIT_FOLLOW_UP, customer.pk)
    if duty is not None and (agreed or _fulfils(visit, duty.details)):
        outcome = "visited" if visit.mode == Modes.ON_SITE else "called"
        duties.close(duty=duty, by=by, now=now, outcome=outcome)
    if agreed and visit.next_on is not None:
        details = {"reason": visit.next_note or _("agreed on the last visit"), "on": visit.next_on.isoformat()}
        if visit.next_step == Visit.Next.CALL:
            details["mode"] = Modes.PHONE.value
        duties.open_duty(
            kind=VISIT_FOLLOW_UP,
            subject_id=customer.pk,
            unit=customer.unit,
            customer=customer,
            now=now,
            details=details,
            owner=by,
            due_at=end_of_work(visit.next_on),
            by=by,
        )


def _fulfils(visit: Visit, details: dict[str, Any]) -> bool:
    """A visit before the agreed day leaves the promise open, and so does a call where a visit was promised."""
    if str(details.get("on", "")) > visit.visited_on.isoformat():
        return False
    return visit.counts or details.get("mode") == Modes.PHONE


def end_of_work(day: date) -> datetime:
    """When a day's work ends: what is promised for a day is due then."""
    closes: time = WORKING_HOURS[-1][1]
    return datetime.combine(day, closes, timezone.get_default_timezone())
