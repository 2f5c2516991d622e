"""Today's visits: planned, done, and what was to be expected by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Absence, Person
from accounts.rules import Role
from visits.models import DayPlan, PlanStop, VisitClock
from visits.querysets import planned_people
from visits.reasons import Why, in_words


@dataclass(frozen=True, slots=True)
class Progress:
    """A day's stops; `expected` is how many were to be left by now."""

    planned: int
    done: int
    skipped: int
    expected: int

    @property
    def behind(self) -> int:
        """Done and skipped against expected; negative is behind."""
        return self.done + self.skipped - self.expected

    @property
    def share(self) -> float:
        return (self.done + self.skipped) / self.planned if self.planned else 0

    @property
    def tick(self) -> float:
        return self.expected / self.planned if self.planned else 0

    @property
    def tone(self) -> str:
        """Amber when a tenth of the day, and more than two stops, are missing."""
        return "near" if self.behind < -2 and -self.behind * 10 >= self.planned else ""


def _counts(stops: str, now: datetime) -> dict[str, Count]:
    """What `Progress` needs, of the stops at the end of a path (empty: of the rows themselves)."""
    path = f"{stops}__" if stops else ""
    return {
        "planned": Count(f"{path}pk"),
        "done": Count(f"{path}pk", filter=Q(**{f"{path}state": "done"})),
        "skipped": Count(f"{path}pk", filter=Q(**{f"{path}state": "skipped"})),
        "expected": Count(f"{path}pk", filter=Q(**{f"{path}leave_at__lte": now})),
    }


def by_unit(person: Person, on: date, now: datetime) -> list[dict[str, Any]]:
    """Stops of the day by the customers' unit: rows of unit, planned, done, skipped, expected."""
    stops = PlanStop.objects.visible_to(person).filter(plan__date=on)
    return list(stops.order_by().values("customer__unit_id").annotate(**_counts("", now)))


@dataclass(frozen=True, slots=True)
class Manager:
    """An account manager's day, and how many of their customers wait longer than the matrix allows."""

    person: Person
    progress: Progress
    overdue: int
    away: bool
    has_plan: bool


def by_person(person: Person, on: date, now: datetime) -> list[Manager]:
    """The account managers in scope, those furthest behind first."""
    overdue = (
        VisitClock.objects.filter(
            role=Role.ACCOUNT_MANAGER,
            due_on__lt=on,
            customer__account_manager=OuterRef("pk"),
            customer__status="active",
        )
        .order_by()
        .values("customer__account_manager")
        .annotate(number=Count("pk"))
        .values("number")
    )
    people = (
        planned_people(Person, on)
        .filter(pk__in=Person.objects.visible_to(person).values("pk"))
        .exclude(pk=person.pk)
        .annotate(on_day=FilteredRelation("day_plans", condition=Q(day_plans__date=on)))
        .annotate(
            **_counts("on_day__stops", now),
            overdue=Coalesce(Subquery(overdue, output_field=IntegerField()), 0),
            away=Exists(Absence.objects.on(on).filter(person=OuterRef("pk"))),
            has_plan=Exists(DayPlan.objects.filter(person=OuterRef("pk"), date=on, state__in=["made", "frozen"])),
        )
    )
    managers = [
        Manager(
            person=each,
            progress=Progress(each.planned, each.done, each.skipped, each.expected),
            overdue=each.overdue,
            away=each.away,
            has_plan=each.has_plan,
        )
        for each in people
    ]
    return sorted(managers, key=lambda each: (each.progress.behind, -each.overdue, each.person.name))


@dataclass(frozen=True, slots=True)
class Day:
    """One's own next plan: today's, or that of the next planned day."""

    plan: DayPlan
    stops: list[tuple[PlanStop, Sequence[Why]]]
    progress: Progress


def own(person: Person, on: date, now: datetime) -> Day | None:
    """The plan of today, or the next one made; two queries."""
    plan = DayPlan.objects.filter(person=person, date__gte=on, state__in=["made", "frozen"]).order_by("date").first()
    if plan is None:
        return None
    stops = list(PlanStop.objects.filter(plan=plan).select_related("customer").order_by("sequence"))
    return Day(
        plan=plan,
        stops=[(stop, in_words(stop.reasons)) for stop in stops],
        progress=Progress(
            planned=len(stops),
            done=sum(stop.state == PlanStop.State.DONE for stop in stops),
            skipped=sum(stop.state == PlanStop.State.SKIPPED for stop in stops),
            expected=sum(stop.leave_at <= now for stop in stops),
        ),
    )


def longest_waiting(person: Person, on: date, most: int = 8) -> list[VisitClock]:
    """Customers in scope that wait longest beyond what the matrix allows the account manager (VIS-1)."""
    return list(
        VisitClock.objects.visible_to(person)
        .overdue(on)
        .filter(role=Role.ACCOUNT_MANAGER, customer__status="active")
        .select_related("customer", "customer__account_manager", "customer__unit")
        .order_by("due_on", "customer__tier", "pk")[:most]
    )
