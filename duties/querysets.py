"""Duties and notices, as one may see and as the engine finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from accounts.querysets import customers_of, units_of

if TYPE_CHECKING:
    from accounts.models import Person


class DutyQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person) -> Self:
        """Duties about customers or units in one's scope, and those one owes or owed."""
        if person.scope.everything:
            return self
        return self.filter(
            Q(owner_id=person.pk)
            | (Q(customer__isnull=False) & customers_of(person, "customer__"))
            | (Q(customer=None) & units_of(person, "unit__"))
        )

    def open(self) -> Self:
        return self.exclude(state="closed")

    def owed_by(self, person: Person) -> Self:
        """What a person owes now, own duties and those of people they stand in for, the first to fall due first."""
        return self.open().filter(owner_id__in=person.scope.own).order_by("next_due_at", "pk")


class NoticeQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person) -> Self:
        """One's own notices only."""
        return self.filter(recipient_id=person.pk)
