"""Duties, notices and messages, as one may see them and as the engines find them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.querysets import customers_of, units_of

if TYPE_CHECKING:
    from accounts.models import Person


class DutyQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person) -> Self:
        """Duties about customers or units in one's scope, and those one owes or owed (ORG-4)."""
        if person.scope.everything:
            return self
        events = self.model._meta.get_field("events").related_model  # without importing the models
        held = events._default_manager.filter(duty=OuterRef("pk"), owner_id__in=person.scope.own)
        return self.filter(
            Q(owner_id__in=person.scope.own)
            | (Q(customer__isnull=False) & customers_of(person, "customer__"))
            | (Q(customer=None) & units_of(person, "unit__"))
            | Exists(held)
        )

    def open(self) -> Self:
        return self.exclude(state="closed")

    def overdue(self, now: datetime) -> Self:
        """Open and past the deadline of the present level."""
        return self.open().filter(next_due_at__lte=now)

    def owed_by(self, person: Person) -> Self:
        """What a person owes now, own duties and those of people they stand in for, the first to fall due first."""
        return self.open().filter(owner_id__in=person.scope.own).order_by("next_due_at", "pk")


class DutyEventQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person) -> Self:
        """The history of the duties that one may see."""
        duties = self.model._meta.get_field("duty").related_model
        return self.filter(duty__in=duties._default_manager.visible_to(person))


class NoticeQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person) -> Self:
        """One's own notices only, as they stand in the inbox."""
        return self.filter(recipient_id=person.pk, channel="inbox")

    def unread(self) -> Self:
        return self.filter(read_at=None)


class MessageQuerySet(models.QuerySet[Any]):
    def to_send(self, now: datetime) -> Self:
        """Waiting, due, and in nobody's hands."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=now), delivery="pending", next_attempt_at__lte=now
        ).order_by("next_attempt_at", "pk")

    def dead(self) -> Self:
        return self.filter(delivery="dead").order_by("-settled_at")
