"""Plans as rows: the later days of a horizon taken and locked, and all its days written set by set (VIS-3).

Writing a person's days takes four statements however many stops they have: one that clears, two COPY, one UPDATE.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection

from accounts.services.copying import copy_objects
from visits.models import DayPlan, PlanOmission, PlanStop
from visits.services.drafting import Draft

#: What planning writes in a plan's row, with the column's type.
_WRITTEN = {
    "id": "bigint",
    "state": "text",
    "error": "text",
    "attempts": "smallint",
    "begun": "smallint",
    "solving_ms": "integer",
    "made_at": "timestamptz",
    "absent": "boolean",
    "metres": "integer",
    "minutes": "integer",
    "ride_minutes": "integer",
}
_SET = ", ".join(f"{name} = new.{name}" for name in _WRITTEN if name != "id")
_NEW = ", ".join(f"%s::{kind}[]" for kind in _WRITTEN.values())
_UPDATE = (
    f"UPDATE visits_dayplan plan SET {_SET} FROM unnest({_NEW}) AS new ({', '.join(_WRITTEN)}) WHERE plan.id = new.id"
)
# A visit that was begun from a stop which is planned anew stays, without the stop.
_CLEAR = """
WITH left_out AS (DELETE FROM visits_planomission WHERE plan_id = ANY (%(plans)s)),
    gone AS (DELETE FROM visits_planstop WHERE plan_id = ANY (%(plans)s) AND state = 'planned' RETURNING id)
UPDATE visits_visit SET stop_id = NULL WHERE stop_id IN (SELECT id FROM gone)
"""


def is_open(plan: DayPlan) -> bool:
    """Whether planning may still change it: nobody has acted on it."""
    return plan.state != DayPlan.State.FROZEN


def later_plans(first: DayPlan, days: Sequence[date], now: datetime) -> list[DayPlan]:
    """The rows of the days after a locked plan, locked too, in order; a missing one becomes a draft."""
    DayPlan.objects.bulk_create(
        [DayPlan(person_id=first.person_id, date=day, state=DayPlan.State.DRAFT, made_at=now) for day in days],
        ignore_conflicts=True,
    )
    rows = DayPlan.objects.select_for_update().filter(person_id=first.person_id, date__in=days)
    return list(rows.order_by("date"))


def stops_of(plans: Sequence[DayPlan]) -> dict[int, list[PlanStop]]:
    """The stops of plans in their order, by plan, with their customers."""
    found: dict[int, list[PlanStop]] = {plan.pk: [] for plan in plans}
    for stop in PlanStop.objects.filter(plan__in=plans).select_related("customer").order_by("plan", "sequence"):
        found[stop.plan_id].append(stop)
    return found


def write_plans(
    plans: Sequence[DayPlan], drafts: Sequence[Draft], before: Mapping[int, Sequence[PlanStop]], *, now: datetime
) -> None:
    """Replace what was only planned; what was done or skipped stays in front, and a frozen later day whole."""
    open_plans = [plan for plan in plans if plan is plans[0] or is_open(plan)]
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, {"plans": [plan.pk for plan in open_plans]})
    stops: list[PlanStop] = []
    omissions: list[PlanOmission] = []
    for plan, draft in zip(plans, drafts, strict=True):
        if plan not in open_plans:
            continue
        kept = [stop for stop in before[plan.pk] if stop.state != PlanStop.State.PLANNED]
        stops += _numbered(plan, draft, kept, before[plan.pk])
        for omission in draft.omissions:
            omission.plan = plan
        omissions += draft.omissions
        _sum_up(plan, draft, kept)
        plan.made_at = now
    copy_objects(stops)
    copy_objects(omissions)
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [[getattr(plan, name) for plan in open_plans] for name in _WRITTEN])


def _numbered(plan: DayPlan, draft: Draft, kept: Sequence[PlanStop], before: Sequence[PlanStop]) -> list[PlanStop]:
    """The draft's stops after those kept; what a person had put there keeps their name, words and appointment."""
    for number, stop in enumerate(kept, start=1):
        if stop.sequence != number:
            stop.sequence = number
            stop.save(update_fields=["sequence"])
    by_hand = {stop.customer_id: stop for stop in before if stop.added_by_id is not None}
    for number, stop in enumerate(draft.stops, start=len(kept) + 1):
        stop.plan, stop.sequence = plan, number
        if (added := by_hand.get(stop.customer_id)) is not None:
            stop.added_by_id, stop.note, stop.appointed_at = added.added_by_id, added.note, added.appointed_at
    return draft.stops


def _sum_up(plan: DayPlan, draft: Draft, kept: Sequence[PlanStop]) -> None:
    plan.absent = draft.frame.away is not None
    plan.metres = draft.metres + sum(stop.metres for stop in kept)
    plan.minutes = round((draft.seconds + draft.frame.used) / 60)
    plan.ride_minutes = round(draft.ride_seconds / 60) + sum(stop.ride_minutes for stop in kept)
