"""Complaints as one may see, search and count them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Person


class ComplaintQuerySet(ScopedQuerySet[Any]):
    def open(self) -> Self:
        return self.exclude(step="closed")

    def closed(self) -> Self:
        return self.filter(step="closed")

    def owed_by(self, person: Person) -> Self:
        """Those whose next step this person owes, or somebody they stand in for."""
        return self.open().filter(duty__owner_id__in=person.scope.own)

    def overdue(self, now: datetime) -> Self:
        """Those whose step is past its deadline: it has climbed, or is about to (CMP-3)."""
        return self.open().filter(Q(duty__level__gt=1) | Q(duty__next_due_at__lte=now))

    def in_last(self, days: int, on: date) -> Self:
        """Registered in the days up to and including `on`."""
        return self.filter(registered_at__date__gt=on - timedelta(days=days), registered_at__date__lte=on)

    def closed_between(self, first: date | None, last: date | None) -> Self:
        """Closed from the first to the last day, both included; None leaves that side open."""
        found = self
        if first:
            found = found.filter(closed_at__gte=_midnight(first))
        if last:
            found = found.filter(closed_at__lt=_midnight(last + timedelta(days=1)))
        return found

    def search(self, text: str) -> Self:
        """Those whose number, subject, complainer or customer (name, code, pinyin, phone) holds each word."""
        found = self
        for word in text.lower().split():
            doubled = "".join(character * 2 for character in word)  # as `Customer.search_text` holds them
            found = found.filter(
                Q(number__icontains=word)
                | Q(subject__icontains=word)
                | Q(reported_by_name__icontains=word)
                | Q(customer__search_text__contains=doubled)
            )
        return found

    def counts(self, person: Person, now: datetime) -> dict[str, int]:
        """How many are mine, open, major and overdue, in one query; call it on what the person may see."""
        overdue = Q(duty__level__gt=1) | Q(duty__next_due_at__lte=now)
        return self.open().aggregate(
            mine=Count("pk", filter=Q(duty__owner_id__in=person.scope.own)),
            open=Count("pk"),
            major=Count("pk", filter=Q(gravity="major")),
            overdue=Count("pk", filter=overdue),
        )

    def causes_by_month(self, first: datetime, until: datetime) -> models.QuerySet[Any, dict[str, Any]]:
        """Rows of month, cause and number of complaints closed from `first` until before `until` (CMP-6, S4)."""
        rows: models.QuerySet[Any, dict[str, Any]] = (
            self.closed()
            .filter(closed_at__gte=first, closed_at__lt=until)
            .annotate(month=TruncMonth("closed_at", output_field=models.DateField()))
            .values("month", "cause")
            .annotate(number=Count("pk"))
            .order_by("month", "cause")
        )
        return rows

    def for_list(self) -> Self:
        """With what a row of the list shows, in one query."""
        return self.select_related("customer", "duty__owner")

    def for_record(self) -> Self:
        """With what the page of one shows, in one query."""
        return self.select_related(
            "customer__unit", "customer__account_manager", "duty__owner", "handler", "registered_by", "told_by"
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 made aware at once


class ComplaintStepQuerySet(ScopedQuerySet[Any]):
    to_customer = "complaint__customer__"
