"""What a person changes on their day: skip, take back, add, call instead of riding (VIS-4, VIS-10)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Customer, Person
from risk.models import PreTripCheck
from visits.models import DayPlan, DayRule, PlanStop
from visits.models.plans import Modes
from visits.rules import metres_between
from visits.services.drafting import service_minutes
from visits.services.refusal import Refused


def may_change(plan: DayPlan, person: Person) -> bool:
    """One's own day, and that of somebody one stands in for."""
    return plan.person_id in person.scope.own


@transaction.atomic
def skip_stop(*, stop: PlanStop, reason: str, by: Person, now: datetime, note: str = "") -> PlanStop:
    """Leave a stop out today, with the reason.

    Raises Refused for a stop that is done, or without words for "another reason".
    """
    locked = _locked(stop, by)
    if locked.state == PlanStop.State.DONE:
        raise Refused(_("This stop is done."))
    if reason not in PlanStop.Skip.values:
        raise Refused(_("Say why the stop is skipped."), "reason")
    if reason == PlanStop.Skip.OTHER and not note.strip():
        raise Refused(_("Say in a few words why."), "note")
    locked.state, locked.skip_reason, locked.note = PlanStop.State.SKIPPED, reason, note.strip()[:200]
    locked.acted_at, locked.acted_by = now, by
    locked.save(update_fields=["state", "skip_reason", "note", "acted_at", "acted_by"])
    _freeze(locked.plan)
    return locked


@transaction.atomic
def take_back(*, stop: PlanStop, by: Person) -> PlanStop:
    """Undo a skip."""
    locked = _locked(stop, by)
    if locked.state == PlanStop.State.SKIPPED:
        locked.state, locked.skip_reason, locked.note = PlanStop.State.PLANNED, "", ""
        locked.acted_at = locked.acted_by = None
        locked.save(update_fields=["state", "skip_reason", "note", "acted_at", "acted_by"])
    return locked


@transaction.atomic
def add_stop(*, plan: DayPlan, customer: Customer, by: Person, now: datetime, note: str = "") -> PlanStop:
    """Put a customer on one's day, after the last stop; planning again finds it the best place. Twice is once.

    Raises Refused for somebody else's day.
    """
    day = DayPlan.objects.select_for_update().get(pk=plan.pk)
    if not may_change(day, by):
        raise Refused(_("Only the person themselves changes their day."))
    known: PlanStop | None = day.stops.filter(customer=customer).first()
    if known is not None:
        return take_back(stop=known, by=by)
    last: PlanStop | None = day.stops.select_related("customer").order_by("-sequence").first()
    rule = DayRule.objects.get()
    mode = Modes.ON_SITE if customer.latitude is not None else Modes.PHONE
    metres = _metres(last, customer, rule)
    ride = timedelta(minutes=round(metres / (rule.speed_kmh * 1000 / 60)))
    arrive = max(last.leave_at if last else now, now) + ride
    minutes = service_minutes(rule, customer.tier) if mode == Modes.ON_SITE else rule.call_minutes
    stop: PlanStop = PlanStop.objects.create(
        plan=day,
        sequence=(last.sequence if last else 0) + 1,
        customer=customer,
        mode=mode,
        planned_mode=mode,
        arrive_at=arrive,
        leave_at=arrive + timedelta(minutes=minutes),
        metres=metres,
        ride_minutes=ride.seconds // 60,
        reasons=[{"code": "added"}],
        note=note.strip()[:200],
        added_by=by,
    )
    day.omissions.filter(customer=customer).delete()
    if day.made_at is None:  # nobody planned this day yet; it is this person's own now
        DayPlan.objects.filter(pk=day.pk).update(state=DayPlan.State.MADE, made_at=now)
    return stop


@transaction.atomic
def stop_route(*, person: Person, check: PreTripCheck) -> int:
    """A failed check: today's rides become calls, and the on-site debt stays (RSK-1, VIS-10).

    Returns how many changed.
    """
    stops = PlanStop.objects.filter(
        plan__person=person, plan__date=check.day, state=PlanStop.State.PLANNED, mode=Modes.ON_SITE
    )
    return stops.update(mode=Modes.PHONE, mode_cause=PlanStop.Cause.CHECK)


@transaction.atomic
def start_route(*, person: Person, check: PreTripCheck, now: datetime) -> int:
    """A passed check: the route may start, and rides that a failed one had turned into calls come back.

    Returns how many.
    """
    DayPlan.objects.filter(person=person, date=check.day, started_at=None).update(started_at=now, pre_trip_check=check)
    stops = PlanStop.objects.filter(
        plan__person=person, plan__date=check.day, state=PlanStop.State.PLANNED, mode_cause=PlanStop.Cause.CHECK
    )
    return stops.update(mode=F("planned_mode"), mode_cause=PlanStop.Cause.NONE)


def _locked(stop: PlanStop, by: Person) -> PlanStop:
    fresh: PlanStop = PlanStop.objects.select_for_update(of=("self",)).select_related("plan").get(pk=stop.pk)
    if not may_change(fresh.plan, by):
        raise Refused(_("Only the person themselves changes their day."))
    return fresh


def _freeze(plan: DayPlan) -> None:
    DayPlan.objects.filter(pk=plan.pk, state=DayPlan.State.MADE).update(state=DayPlan.State.FROZEN)


def _metres(last: PlanStop | None, customer: Customer, rule: DayRule) -> int:
    before = last.customer if last else None
    if before is None or before.latitude is None or before.longitude is None:
        return 0
    if customer.latitude is None or customer.longitude is None:
        return 0
    return round(
        rule.road_factor * metres_between(before.latitude, before.longitude, customer.latitude, customer.longitude)
    )
