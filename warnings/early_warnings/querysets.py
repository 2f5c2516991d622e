"""Reports as one may see them, and the figures that homes and the board show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import TruncMonth

from accounts.querysets import ScopedQuerySet, Viewer, customers_of, units_of

if TYPE_CHECKING:
    from accounts.models import Person


class EarlyWarningQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Reports about customers in one's scope, and those that one must act on oneself."""
        if person.scope.everything:
            return self
        return self.filter(customers_of(person, "customer__") | Q(duty__owner_id__in=person.scope.own))

    def open(self) -> Self:
        return self.exclude(state="closed")

    def owed_by(self, person: Person) -> Self:
        """Reports that this person, or somebody they stand in for, must move on now."""
        return self.open().filter(duty__owner_id__in=person.scope.own).order_by("duty__next_due_at", "pk")

    def of_customer(self, customer_id: int) -> Self:
        """A customer's reports, the newest first, with what its page says of them."""
        return self.filter(customer_id=customer_id).select_related("duty__owner").order_by("-opened_on", "-pk")

    def count_by_unit(self) -> Any:
        """Open reports by unit and level, in one query."""
        return (
            self.open()
            .order_by()
            .values("customer__unit_id", unit_name=F("customer__unit__name"), unit_path=F("customer__unit__path"))
            .annotate(breach=Count("pk", filter=Q(level="breach")), near=Count("pk", filter=Q(level="near")))
        )

    def opened_by_month(self, since: date) -> Any:
        """Reports opened and closed since a day, by month of opening, in one query."""
        return (
            self.filter(opened_on__gte=since)
            .order_by()
            .values(month=TruncMonth("opened_on"))
            .annotate(opened=Count("pk"), closed=Count("pk", filter=Q(state="closed")))
            .order_by("month")
        )

    def on_map(self, most: int = 2000) -> Any:
        """Places of open reports, breaches first, so many at most."""
        return (
            self.open()
            .filter(customer__latitude__isnull=False)
            .order_by("level", "-pk")
            .values(
                "pk", "level", "customer__name", latitude=F("customer__latitude"), longitude=F("customer__longitude")
            )[:most]
        )


class UnitWarningQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Warnings about units under the person's posts, and those they owe."""
        if person.scope.everything:
            return self
        return self.filter(units_of(person, "unit__") | Q(duty__owner_id__in=person.scope.own))

    def open(self) -> Self:
        return self.exclude(state="closed")


class StormQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Storms of units under the person's posts, and those they owe."""
        if person.scope.everything:
            return self
        return self.filter(units_of(person, "unit__") | Q(duty__owner_id__in=person.scope.own))


class RegularReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Regular reports of units under the person's posts, and those they are to sign."""
        if person.scope.everything:
            return self
        return self.filter(units_of(person, "unit__") | Q(duty__owner_id__in=person.scope.own))


class ThroughWarningQuerySet(ScopedQuerySet[Any]):
    """For what hangs on a report: its signs and measures."""

    to_customer = "warning__customer__"


class SignQuerySet(ThroughWarningQuerySet):
    def worst_first(self) -> Self:
        """Signs over their line before those that came back; the first one leads the report."""
        back = Case(When(level="back", then=1), default=0)
        return self.select_related("indicator").order_by(back, "worst", "indicator__position")
