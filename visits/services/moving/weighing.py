"""What moving stops would do: riding, promises kept, shops found closed, before anything is written (VIS-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import Role
from visits.models import DayPlan, DayRule, PlanStop, VisitClock
from visits.rules import capacity_minutes
from visits.services.drafting import MINUTE, WORKING_DAY
from visits.services.laying_out import Layout, lay_out, place_of
from visits.services.refusal import Refused

#: A stop may go to a day so far ahead.
DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class Measure:
    """What days cost and keep: riding, promises kept, stops that find a closed shop, minutes over what a day holds."""

    ride_minutes: int
    metres: int
    kept: int
    promises: int
    closed: int
    over: int

    def as_json(self) -> dict[str, int]:
        return {
            "ride_minutes": self.ride_minutes,
            "metres": self.metres,
            "kept": self.kept,
            "promises": self.promises,
            "closed": self.closed,
            "over": self.over,
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """Before and after, and the layout of each plan as it would be."""

    before: Measure
    after: Measure
    layouts: Mapping[int, Layout]
    broken: Sequence[PlanStop]  # stops whose promise is late or lost by the change

    @property
    def ride_change(self) -> int:
        return self.after.ride_minutes - self.before.ride_minutes

    @property
    def metres_change(self) -> int:
        return self.after.metres - self.before.metres

    @property
    def kept_change(self) -> int:
        return self.after.kept - self.before.kept


@dataclass(slots=True)
class Days:
    """The plans that may change together, with their stops in order."""

    plans: list[DayPlan]
    stops: dict[int, list[PlanStop]] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: DayPlan, *, lock: bool = False) -> "Days":
        """The plan and its person's later days that are planned already."""
        found = DayPlan.objects.filter(
            person=plan.person_id,
            date__gte=plan.date,
            date__lte=plan.date + timedelta(days=DAYS_AHEAD),
            state__in=[DayPlan.State.MADE, DayPlan.State.FROZEN, DayPlan.State.DRAFT],
            absent=False,
        ).order_by("date")
        found = found.select_for_update(of=("self",)) if lock else found
        plans = list(found.select_related("person"))
        days = cls(plans, {each.pk: [] for each in plans})
        stops = PlanStop.objects.filter(plan__in=plans).select_related("customer", "plan").order_by("plan", "sequence")
        for stop in stops:
            days.stops[stop.plan_id].append(stop)
        return days

    def acted(self, plan_id: int) -> list[PlanStop]:
        return [stop for stop in self.stops[plan_id] if stop.state != PlanStop.State.PLANNED]

    def left(self, plan_id: int) -> list[PlanStop]:
        return [stop for stop in self.stops[plan_id] if stop.state == PlanStop.State.PLANNED]

    @property
    def present(self) -> dict[int, list[int]]:
        """The arrangement as it stands."""
        return {plan.pk: [stop.pk for stop in self.left(plan.pk)] for plan in self.plans}


def weigh(*, plan: DayPlan, arrangement: Mapping[int, Sequence[int]], now: datetime) -> Effect:
    """What an arrangement would do, nothing is written: plan's id → ids of its stops in their order.

    A stop that stands nowhere is dropped. Raises Refused for what cannot be.
    """
    days = Days.of(plan)
    return weigh_days(days, checked(days, arrangement), now)


def checked(days: Days, arrangement: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """The arrangement for every plan; a plan that is not named stays as it is."""
    known = {stop.pk: stop for stops in days.stops.values() for stop in stops if stop.state == PlanStop.State.PLANNED}
    wanted = {plan.pk: list(arrangement.get(plan.pk, days.present[plan.pk])) for plan in days.plans}
    if set(arrangement) - set(wanted):
        raise Refused(_("This day is not among those that can be changed."))
    placed = [pk for ids in wanted.values() for pk in ids]
    if len(placed) != len(set(placed)) or set(placed) - set(known):
        raise Refused(_("The day went on meanwhile. Load it again."))
    for plan in days.plans:
        customers = [known[pk].customer_id for pk in wanted[plan.pk]]
        customers += [stop.customer_id for stop in days.acted(plan.pk)]
        if len(customers) != len(set(customers)):
            raise Refused(_("This customer is on that day already."))
    return wanted


def weigh_days(days: Days, wanted: Mapping[int, Sequence[int]], now: datetime) -> Effect:
    """The same for days that are read already."""
    rule = DayRule.objects.get()
    by_id = {stop.pk: stop for stops in days.stops.values() for stop in stops}
    due = dict(
        VisitClock.objects.filter(
            role=Role.ACCOUNT_MANAGER, customer__in={stop.customer_id for stop in by_id.values()}
        ).values_list("customer_id", "due_on")
    )
    was = _layouts(days, days.present, by_id, rule, now)
    then = _layouts(days, wanted, by_id, rule, now)
    before, late = _measure(days, was, due, rule)
    after, later = _measure(days, then, due, rule)
    known = {stop.customer_id for stop in late}
    missing = {pk for ids in days.present.values() for pk in ids} - {pk for ids in wanted.values() for pk in ids}
    lost = [by_id[pk] for pk in sorted(missing) if due.get(by_id[pk].customer_id) is not None]
    return Effect(before, after, then, [*(stop for stop in later if stop.customer_id not in known), *lost])


def _layouts(
    days: Days, wanted: Mapping[int, Sequence[int]], by_id: Mapping[int, PlanStop], rule: DayRule, now: datetime
) -> dict[int, Layout]:
    return {
        plan.pk: lay_out(
            plan=plan,
            stops=[by_id[pk] for pk in wanted[plan.pk]],
            rule=rule,
            start=place_of(plan, days.acted(plan.pk)),
            begins_at=now if plan.date == timezone.localdate(now) else None,
        )
        for plan in days.plans
    }


def _measure(
    days: Days, layouts: Mapping[int, Layout], due: Mapping[int, date], rule: DayRule
) -> tuple[Measure, list[PlanStop]]:
    """A promise is kept by a stop that meets its customer by the due day; one overdue already, by any stop at all."""
    first = days.plans[0].date
    capacity = capacity_minutes(
        working_minutes=WORKING_DAY.length // MINUTE,
        fixed_percent=rule.fixed_percent,
        market_minutes=rule.market_minutes,
    )
    kept, closed, over = 0, 0, 0
    promised: set[int] = set()
    broken: list[PlanStop] = []
    for plan in days.plans:
        laid = layouts[plan.pk]
        over += max(0, round(laid.seconds / MINUTE) - capacity)
        for leg in laid.legs:
            closed += not leg.meets
            if leg.stop.customer_id in promised:
                continue  # the first visit keeps the promise; later ones have their own
            promised.add(leg.stop.customer_id)
            until = due.get(leg.stop.customer_id)
            in_time = until is None or plan.date <= max(until, first)
            kept += leg.meets and in_time
            if not in_time:
                broken.append(leg.stop)
    measure = Measure(
        ride_minutes=round(sum(laid.ride_seconds for laid in layouts.values()) / MINUTE),
        metres=sum(laid.metres for laid in layouts.values()),
        kept=kept,
        promises=len(promised),
        closed=closed,
        over=over,
    )
    return measure, broken
