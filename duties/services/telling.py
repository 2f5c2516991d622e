"""Notices: written with the fact they tell of, once for each duty, level, person and channel."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from accounts.models import Person
from duties.models import Duty, DutyEvent, Notice


def record(
    duty: Duty, act: DutyEvent.Act, *, at: datetime, by: Person | None = None, due_at: datetime | None = None, note: str = ""
) -> DutyEvent:
    """An entry of the duty's history, not yet saved."""
    return DutyEvent(
        duty=duty, act=act, level=duty.level, role=duty.role, owner_id=duty.owner_id, by=by, due_at=due_at, note=note[:200], at=at
    )


def tell(duties: Sequence[Duty], *, now: datetime) -> None:
    """Tell each duty's owner at its level, by every channel they have (ALL-4); told once, however often called."""
    reach = {
        pk: (bool(email), bool(webhook))
        for pk, email, webhook in Person.objects.filter(pk__in={duty.owner_id for duty in duties}).values_list(
            "pk", "email", "webhook"
        )
    }
    notices = [
        Notice(
            duty=duty,
            level=duty.level,
            recipient_id=duty.owner_id,
            channel=channel,
            created_at=now,
            delivery=Notice.Delivery.SENT if channel == Notice.Channel.INBOX else Notice.Delivery.PENDING,
            next_attempt_at=None if channel == Notice.Channel.INBOX else now,
            sent_at=now if channel == Notice.Channel.INBOX else None,
        )
        for duty in duties
        for channel in _channels(*reach[duty.owner_id])
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=2000)


def _channels(email: bool, webhook: bool) -> Iterable[Notice.Channel]:
    yield Notice.Channel.INBOX
    if email:
        yield Notice.Channel.EMAIL
    if webhook:
        yield Notice.Channel.WEBHOOK
