"""What is due, what was planned and done, and who may see it; each answer in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum

from accounts.querysets import PersonQuerySet, ScopedQuerySet, Viewer, customers_of, units_of
from accounts.rules import Role
from visits.rules import ATTEMPTS_MOST, LOST_MOST

if TYPE_CHECKING:
    from accounts.models import Customer, Person

#: States of a plan that can be walked.
PLANNED = ("made", "frozen")


class VisitClockQuerySet(ScopedQuerySet[Any]):
    def due(self, on: date) -> Self:
        """Clocks whose promise ends on that day or has ended before."""
        return self.filter(due_on__lte=on)

    def overdue(self, on: date) -> Self:
        """Clocks whose promise was broken by that day."""
        return self.filter(due_on__lt=on)

    def of_managers(self, people: Iterable[int]) -> Self:
        """The account manager's clocks of the customers assigned to these people."""
        return self.filter(role=Role.ACCOUNT_MANAGER, customer__account_manager_id__in=list(people))


class _PersonalQuerySet(models.QuerySet[Any]):
    """What belongs to a person rather than to a customer: seen by whoever sees the person."""

    def visible_to(self, person: Viewer) -> Self:
        if person.scope.everything:
            return self
        people = person_model(self)._default_manager.visible_to(person)
        return self.filter(person__in=people.values("pk"))


class PlanRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Nights in which somebody was planned whom one sees; their figures are to be counted in scope."""
        if person.scope.everything:
            return self
        plans = self.model._meta.get_field("plans").related_model  # without importing upward
        return self.filter(Exists(plans._default_manager.visible_to(person).filter(run=OuterRef("pk"))))


class DayPlanQuerySet(_PersonalQuerySet):
    def to_make(self) -> Self:
        """Plans that nobody made yet, or that failed: the list of the planner's work."""
        return self.filter(state__in=["waiting", "failed"])

    def to_hand_out(self) -> Self:
        """Those of them that may still be tried."""
        return self.to_make().filter(attempts__lt=ATTEMPTS_MOST, begun__lt=LOST_MOST)

    def given_up(self) -> Self:
        """Those that failed so often, or so often took their worker with them, that nobody tries them by himself."""
        worn_out = Q(attempts__gte=ATTEMPTS_MOST) | Q(begun__gte=LOST_MOST)
        return self.filter(worn_out, state="failed")

    def lost(self, saying: str) -> Self:
        """Those that once too often took their worker with them, and are not failed `saying` so yet."""
        return self.to_make().filter(begun__gte=LOST_MOST).exclude(state="failed", error=saying)

    def week(self, person: Person, on: date, until: date) -> Self:
        """A person's plans of some days in order, drafts included; none that waits for its first planning."""
        return self.filter(person=person, date__gte=on, date__lte=until, made_at__isnull=False).order_by("date")

    def progress(self) -> Self:
        """With `planned`, `done` and `skipped` stops; `planned` counts all that were on the plan."""
        return self.annotate(
            planned=Count("stops"),
            done=Count("stops", filter=Q(stops__state="done")),
            skipped=Count("stops", filter=Q(stops__state="skipped")),
        )

    def missing(self, on: date) -> PersonQuerySet:
        """Account managers on duty that day for whom no plan was made: the watchdog counts them."""
        made = self.filter(person=OuterRef("pk"), date=on, state__in=PLANNED)
        return planned_people(person_model(self), on).filter(~Exists(made))


def person_model(rows: models.QuerySet[Any]) -> Any:
    """The model of people, found through a relation: querysets import no models."""
    return rows.model._meta.get_field("person").related_model


def planned_people(people: Any, on: date) -> PersonQuerySet:
    """Who gets a plan for a day: active holders of an account manager's post; those away get one that says so."""
    posts = people._meta.get_field("posts").related_model
    held = posts._default_manager.held_on(on).filter(role=Role.ACCOUNT_MANAGER, person=OuterRef("pk"))
    found: PersonQuerySet = people._default_manager.filter(Exists(held), is_active=True)
    return found


class TerritoryQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Proposals for units under one's posts; an account manager sees none before it is decided."""
        return self if person.scope.everything else self.filter(units_of(person, "unit__"))


class PlanChangeQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Changes of the plans one sees."""
        if person.scope.everything:
            return self
        plans = self.model._meta.get_field("plan").related_model  # without importing upward
        return self.filter(plan__in=plans._default_manager.visible_to(person).values("pk"))


class NewsQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Notices for units under one's posts, and those that reach the unit one works in."""
        if person.scope.everything:
            return self
        units = self.model._meta.get_field("unit").related_model  # without importing upward
        homes = units._default_manager.filter(pk__in=person.scope.home_units, path__startswith=OuterRef("unit__path"))
        return self.filter(units_of(person, "unit__") | Exists(homes))

    def in_force(self, on: date) -> Self:
        return self.filter(withdrawn_at=None, starts_on__lte=on, ends_on__gte=on)


class WeatherAlertQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Alerts for units under one's posts, and those that cover the unit one works in."""
        if person.scope.everything:
            return self
        units = self.model._meta.get_field("units").related_model  # without importing upward
        under = units._default_manager.filter(units_of(person), weather_alerts=OuterRef("pk"))
        homes = units._default_manager.filter(pk__in=person.scope.home_units, path__startswith=OuterRef("path"))
        above = units._default_manager.filter(Exists(homes), weather_alerts=OuterRef("pk"))
        return self.filter(Exists(under) | Exists(above))

    def in_force(self, now: datetime) -> Self:
        """Not lifted, not over; also those that are still to come."""
        return self.filter(state="active", ends_at__gt=now)


class WeatherDebtQuerySet(ScopedQuerySet[Any]):
    def owed(self) -> Self:
        """Put off, and nobody has been in the shop since."""
        visits = self.model._meta.get_field("customer").related_model._meta.get_field("visits").related_model
        since = visits._default_manager.filter(
            customer=OuterRef("customer"), state="done", mode="on_site", started_at__gt=OuterRef("put_off_at")
        )
        return self.filter(~Exists(since), customer__status="active")


class PlanStopQuerySet(ScopedQuerySet[Any]):
    def planned_done(self, person: Person, on: date) -> dict[str, int]:
        """How many stops a person's day has, how many are done and skipped, in one query."""
        counted = self.filter(plan__person=person, plan__date=on).aggregate(
            planned=Count("pk"),
            done=Count("pk", filter=Q(state="done")),
            skipped=Count("pk", filter=Q(state="skipped")),
        )
        return dict(counted)

    def day(self, person: Person, on: date) -> Self:
        """The stops of one person's day in order, with their customers."""
        return (
            self.filter(plan__person=person, plan__date=on)
            .select_related("customer", "customer__retailer_file")
            .order_by("sequence")
        )


class PlanOmissionQuerySet(ScopedQuerySet[Any]):
    pass


class VisitQuerySet(ScopedQuerySet[Any]):
    def done(self) -> Self:
        return self.filter(state="done")

    def latest_of(self, customer: Customer, most: int = 10) -> Self:
        """A customer's last visits with who made them, in one query: for the customer's page."""
        return self.filter(customer=customer).select_related("person").order_by("-started_at")[:most]

    def matching(self, wanted: Mapping[str, Any]) -> Self:
        """Visits by the list's filter: `person`, `role`, `mode`, `act`, `since`, `until`, `planned`."""
        found = self
        for key, path in (
            ("person", "person"),
            ("role", "role"),
            ("mode", "mode"),
            ("since", "visited_on__gte"),
            ("until", "visited_on__lte"),
        ):
            if wanted.get(key):
                found = found.filter(**{path: wanted[key]})
        if wanted.get("act"):
            found = found.filter(acts__contains=[wanted["act"]])
        if wanted.get("planned") in ("yes", "no"):
            found = found.filter(stop__isnull=wanted["planned"] == "no")
        return found


class ProblemQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Problems of customers in scope, and those that one owns."""
        if person.scope.everything:
            return self
        return self.filter(customers_of(person, "customer__") | Q(owner_id__in=person.scope.own))

    def open(self) -> Self:
        return self.filter(solved_at=None)


def day_totals(plans: DayPlanQuerySet) -> dict[str, int]:
    """Minutes and metres of many plans together."""
    summed = plans.aggregate(minutes=Sum("minutes"), metres=Sum("metres"))
    return {key: value or 0 for key, value in summed.items()}
