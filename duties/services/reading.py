"""What a person has read."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Person
from duties.models import Notice


@transaction.atomic
def read_notices(*, person: Person, notices: Sequence[int] | None = None, now: datetime) -> int:
    """Mark a person's own notices as read, these or all; returns how many were unread."""
    unread = Notice.objects.visible_to(person).unread()
    if notices is not None:
        unread = unread.filter(pk__in=notices)
    return unread.update(read_at=now)
