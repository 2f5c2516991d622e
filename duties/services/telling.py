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
    _write([(duty, duty.owner_id) for duty in duties], now)


def tell_also(*, duty: Duty, people: Iterable[int], now: datetime) -> None:
    """Tell others who must know at once, by their ids; whoever was told of this level already is not told again (CMP-1)."""
    _write([(duty, person_id) for person_id in people], now)


def _write(tellings: Sequence[tuple[Duty, int]], now: datetime) -> None:
    reach = {
        pk: (bool(email), bool(webhook))
        for pk, email, webhook in Person.objects.filter(pk__in={person_id for _, person_id in tellings}).values_list(
            "pk", "email", "webhook"
        )
    }
    notices = [
        Notice(
            duty=duty,
            level=duty.level,
            recipient_id=person_id,
            channel=channel,
            created_at=now,
            delivery=Notice.Delivery.SENT if channel == Notice.Channel.INBOX else Notice.Delivery.PENDING,
            next_attempt_at=None if channel == Notice.Channel.INBOX else now,
            sent_at=now if channel == Notice.Channel.INBOX else None,
        )
        for duty, person_id in tellings
        for channel in _channels(*reach[person_id])
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=2000)


def _channels(email: bool, webhook: bool) -> Iterable[Notice.Channel]:
    yield Notice.Channel.INBOX
    if email:
        yield Notice.Channel.EMAIL
    if webhook:
        yield Notice.Channel.WEBHOOK
