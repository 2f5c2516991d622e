"""Pre-trip checks as one may see them, and the one that decides a day."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models

from accounts.querysets import Viewer


class PreTripCheckQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Checks by people whom one sees, oneself included."""
        if person.scope.everything:
            return self
        people: Any = self.model._meta.get_field("person").related_model
        return self.filter(person__in=people._default_manager.visible_to(person).values("pk"))

    def deciding(self, person_id: int, day: date) -> Self:
        """The check that decides whether a person may ride that day: the last one (at most one row)."""
        return self.filter(person_id=person_id, day=day).order_by("-checked_at", "-pk")[:1]

    def failed_ones(self) -> Self:
        return self.filter(failed__len__gt=0)
