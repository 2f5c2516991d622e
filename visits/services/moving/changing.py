"""Stops moved by hand to another place or day: done with a reason, undone (VIS-4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from visits.models import DayPlan, PlanChange, PlanStop
from visits.rules.rearranging import moved_in
from visits.services.days import may_change
from visits.services.drafting import MINUTE
from visits.services.laying_out import write_layout
from visits.services.moving.weighing import Days, Effect, checked, weigh_days
from visits.services.refusal import Refused

_KEPT = (
    "pk",
    "plan_id",
    "sequence",
    "arrive_at",
    "leave_at",
    "metres",
    "ride_minutes",
    "added_by_id",
    "note",
    "reasons",
)


@transaction.atomic
def rearrange(
    *,
    plan: DayPlan,
    arrangement: Mapping[int, Sequence[int]],
    reason: str,
    by: Person,
    now: datetime,
    note: str = "",
) -> PlanChange | None:
    """Put the stops where the arrangement has them, and keep why; None if it changes nothing.

    A stop on another day keeps that day when plans are made anew. A dropped one is skipped with the reason. Raises
    Refused for somebody else's days, without a reason, and for what cannot be.
    """
    if not may_change(plan, by):
        raise Refused(_("Only the person themselves changes their day."))
    if reason not in PlanChange.Reason.values:
        raise Refused(_("Say why you change it."), "reason")
    if reason == PlanChange.Reason.OTHER and not note.strip():
        raise Refused(_("Say in a few words why."), "note")
    days = Days.of(plan, lock=True)
    wanted = checked(days, arrangement)
    if wanted == days.present:
        return None
    effect = weigh_days(days, wanted, now)
    before = [_as_kept(stop) for each in days.plans for stop in days.stops[each.pk]]
    moved = _moved(days, wanted)
    _write(days, wanted, effect, by=by, now=now, note=note.strip()[:200], reason=reason)
    change: PlanChange = PlanChange.objects.create(
        plan=plan,
        by=by,
        at=now,
        reason=reason,
        note=note.strip()[:200],
        moved=moved,
        effect={"before": effect.before.as_json(), "after": effect.after.as_json()},
        before=before,
    )
    return change


@transaction.atomic
def undo_change(*, change: PlanChange, by: Person, now: datetime) -> PlanChange:
    """Put everything back where it was.

    Raises Refused when somebody has acted on it or planned again since, or for a change that is not the last.
    """
    locked: PlanChange = PlanChange.objects.select_for_update(of=("self",)).select_related("plan").get(pk=change.pk)
    if not may_change(locked.plan, by):
        raise Refused(_("Only the person themselves changes their day."))
    if locked.undone_at is not None:
        return locked
    plans = {row["plan_id"] for row in locked.before}
    newer = PlanChange.objects.filter(plan__person=locked.plan.person_id, undone_at=None, pk__gt=locked.pk)
    if newer.exists():
        raise Refused(_("Something was changed since: undo that first."))
    dropped = {each["stop"] for each in locked.moved if each["what"] == "drop"}
    stops = {
        stop.pk: stop
        for stop in PlanStop.objects.select_for_update(of=("self",)).filter(pk__in=[row["pk"] for row in locked.before])
    }
    touched = [row for row in locked.before if row["state"] == PlanStop.State.PLANNED]
    for row in touched:
        stop = stops.get(row["pk"])
        skipped = stop is not None and stop.state == PlanStop.State.SKIPPED and stop.pk in dropped
        if stop is None or (stop.state != PlanStop.State.PLANNED and not skipped):
            raise Refused(_("The day went on or was planned again since: it cannot be undone any more."))
    list(DayPlan.objects.select_for_update().filter(pk__in=plans).order_by("pk"))
    for row in touched:
        _restore(stops[row["pk"]], row)
    PlanStop.objects.bulk_update(
        [stops[row["pk"]] for row in touched],
        [*(name.removesuffix("_id") for name in _KEPT[1:]), "state", "skip_reason", "acted_at", "acted_by"],
    )
    for plan in DayPlan.objects.filter(pk__in=plans):
        _sum_up(plan)
    locked.undone_at = now
    locked.save(update_fields=["undone_at"])
    return locked


def _restore(stop: PlanStop, row: Mapping[str, Any]) -> None:
    for name in _KEPT[1:]:
        value = row[name]
        setattr(stop, name, datetime.fromisoformat(value) if name in {"arrive_at", "leave_at"} else value)
    stop.state, stop.skip_reason, stop.acted_at, stop.acted_by = PlanStop.State.PLANNED, "", None, None


def _sum_up(plan: DayPlan) -> None:
    stops = list(plan.stops.all())
    plan.metres = sum(stop.metres for stop in stops)
    plan.ride_minutes = sum(stop.ride_minutes for stop in stops)
    served = sum(round((stop.leave_at - stop.arrive_at).total_seconds() / MINUTE) for stop in stops)
    plan.minutes = plan.ride_minutes + served
    plan.save(update_fields=["metres", "ride_minutes", "minutes"])


def _as_kept(stop: PlanStop) -> dict[str, Any]:
    row = {name: getattr(stop, name) for name in _KEPT}
    row["arrive_at"], row["leave_at"] = stop.arrive_at.isoformat(), stop.leave_at.isoformat()
    return row | {"state": stop.state}


def _moved(days: Days, wanted: Mapping[int, Sequence[int]]) -> list[dict[str, Any]]:
    """What changed, as data: moved to another day, dropped, or to another place."""
    date_of = {plan.pk: plan.date.isoformat() for plan in days.plans}
    place_then = {pk: (plan, at) for plan, ids in wanted.items() for at, pk in enumerate(ids)}
    found: list[dict[str, Any]] = []
    for plan in days.plans:
        stayed = [pk for pk in days.present[plan.pk] if place_then.get(pk, (0, 0))[0] == plan.pk]
        shifted = moved_in(stayed, [pk for pk in wanted[plan.pk] if pk in stayed])
        for stop in days.left(plan.pk):
            row = {"stop": stop.pk, "customer": stop.customer_id, "name": stop.customer.name, "from": date_of[plan.pk]}
            if stop.pk not in place_then:
                found.append(row | {"what": "drop"})
            elif (to := place_then[stop.pk][0]) != plan.pk:
                found.append(row | {"what": "day", "to": date_of[to]})
            elif stop.pk in shifted:
                found.append(row | {"what": "place", "at": place_then[stop.pk][1] + 1})
    return found


def _write(
    days: Days,
    wanted: Mapping[int, Sequence[int]],
    effect: Effect,
    *,
    by: Person,
    now: datetime,
    note: str,
    reason: str,
) -> None:
    placed = {pk for ids in wanted.values() for pk in ids}
    home = {stop.pk: plan_id for plan_id, stops in days.stops.items() for stop in stops}
    for plan in days.plans:
        if list(wanted[plan.pk]) == days.present[plan.pk]:
            continue
        acted = days.acted(plan.pk)
        dropped = [stop for stop in days.left(plan.pk) if stop.pk not in placed]
        _drop(dropped, by=by, now=now, note=note, reason=reason)
        front = sorted([*acted, *dropped], key=lambda stop: stop.sequence)
        for number, stop in enumerate(front, start=1):
            stop.sequence = number
        PlanStop.objects.bulk_update(front, ["sequence", "state", "skip_reason", "note", "acted_at", "acted_by"])
        newcomers = [leg.stop for leg in effect.layouts[plan.pk].legs if home[leg.stop.pk] != plan.pk]
        for stop in newcomers:
            stop.plan, stop.added_by, stop.note = plan, by, note
            stop.reasons = [{"code": "added"}, *(each for each in stop.reasons if each["code"] != "added")]
        PlanStop.objects.bulk_update(newcomers, ["plan", "added_by", "note", "reasons"])
        write_layout(plan, effect.layouts[plan.pk], front)
        if plan.pk == days.plans[0].pk:  # nights leave alone what its person has arranged
            DayPlan.objects.filter(pk=plan.pk, state=DayPlan.State.MADE).update(state=DayPlan.State.FROZEN)


def _drop(stops: Iterable[PlanStop], *, by: Person, now: datetime, note: str, reason: str) -> None:
    words = str(PlanChange.Reason(reason).label)
    for stop in stops:
        stop.state, stop.skip_reason = PlanStop.State.SKIPPED, PlanStop.Skip.OTHER
        stop.note, stop.acted_at, stop.acted_by = (note or words)[:200], now, by
