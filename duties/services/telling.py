"""Notices: written with the fact they tell of, once for each duty, turn, person and channel (ALL-4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, Model, OuterRef

from accounts.models import Person
from duties.models import Duty, DutyEvent, Message, Notice

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is to be told: of a duty's turn, or of another matter with its values."""

    recipient_id: int
    duty: Duty | None = None
    matter: str = Notice.Matter.DUTY
    details: dict[str, Any] = field(default_factory=dict)


def record(
    duty: Duty,
    act: DutyEvent.Act,
    *,
    at: datetime,
    by: Person | None = None,
    due_at: datetime | None = None,
    missed_at: datetime | None = None,
    note: str = "",
) -> DutyEvent:
    """An entry of the duty's history, not yet saved."""
    return DutyEvent(
        duty=duty,
        act=act,
        level=duty.level,
        turn=duty.turn,
        role=duty.role,
        owner_id=duty.owner_id,
        by=by,
        due_at=due_at,
        missed_at=missed_at,
        note=note[:200],
        at=at,
    )


#: In one statement, read from the duties themselves: thousands are told at once after a night.
_TELL_OWNERS = """
    INSERT INTO duties_notice (duty_id, matter, details, level, turn, recipient_id, channel, message_id, created_at)
    SELECT d.id, 'duty', '{}', d.level, d.turn, d.owner_id, way.channel, way.message_id, %(now)s
    FROM duties_duty d
    JOIN unnest(%(people)s::bigint[], %(channels)s::text[], %(messages)s::bigint[]) WITH ORDINALITY
        AS way (person_id, channel, message_id, place) ON way.person_id = d.owner_id
    WHERE d.id = ANY(%(duties)s)
    ORDER BY d.id, way.place
    ON CONFLICT DO NOTHING
"""


def tell(duties: Sequence[Duty], *, now: datetime) -> None:
    """Tell each duty's owner that it is their turn, by every channel they have; told once, however often called.

    The duties are told of as they stand in the database.
    """
    if not duties:
        return
    owners = sorted({duty.owner_id for duty in duties})
    messages = _write_messages(owners, now)
    ways: list[tuple[int, str, int | None]] = [(person, Notice.Channel.INBOX, None) for person in owners]
    ways += [(person, channel, message.pk) for (person, channel), message in messages.items()]
    people, channels, carriers = zip(*ways, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL_OWNERS,
            {
                "now": now,
                "people": list(people),
                "channels": list(channels),
                "messages": list(carriers),
                "duties": [duty.pk for duty in duties],
            },
        )
    _drop_unsaid(messages, now)


def tell_also(*, duty: Duty, people: Iterable[int], now: datetime) -> None:
    """Tell others who must know at once (CMP-1), by their ids; whoever was told of this turn is not told again."""
    tell_people([Telling(person_id, duty) for person_id in people], now=now)


def tell_people(tellings: Sequence[Telling], *, now: datetime) -> None:
    """Write the notices, and one message for each person and outside channel that carries all of theirs."""
    if not tellings:
        return
    messages = _write_messages({telling.recipient_id for telling in tellings}, now)
    reach: dict[int, list[str]] = {}
    for person, channel in messages:
        reach.setdefault(person, []).append(channel)
    notices = [
        _notice(telling, channel, messages, now)
        for telling in tellings
        for channel in (Notice.Channel.INBOX, *reach.get(telling.recipient_id, ()))
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=BATCH)
    _drop_unsaid(messages, now)


def _write_messages(people: Collection[int], now: datetime) -> dict[tuple[int, str], Message]:
    """One for each person and outside channel; nobody who left is written to."""
    found = Person.objects.filter(pk__in=people, is_active=True).values_list("pk", "email", "webhook")
    pairs = [(pk, channel) for pk, email, webhook in found for channel in _channels(email, webhook)]
    messages = {
        pair: Message(pk=number, recipient_id=pair[0], channel=pair[1], created_at=now, next_attempt_at=now)
        for pair, number in zip(pairs, allocate(Message, len(pairs)), strict=True)
    }
    Message.objects.bulk_create(messages.values(), batch_size=BATCH)
    return messages


def _drop_unsaid(messages: Mapping[tuple[int, str], Message], now: datetime) -> None:
    """Whoever had been told already leaves a message without anything to say."""
    if messages:
        said = Notice.objects.filter(message=OuterRef("pk"))
        Message.objects.filter(~Exists(said), pk__in=[message.pk for message in messages.values()]).update(
            delivery=Message.Delivery.DROPPED, next_attempt_at=None, settled_at=now
        )


def allocate(model: type[Model], count: int) -> list[int]:
    """That many new primary keys: with them one knows afterwards which rows `ON CONFLICT DO NOTHING` let in."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _channels(email: str, webhook: str) -> Iterable[str]:
    if email:
        yield Message.Channel.EMAIL
    if webhook:
        yield Message.Channel.WEBHOOK


def _notice(telling: Telling, channel: str, messages: dict[tuple[int, str], Message], now: datetime) -> Notice:
    duty = telling.duty
    return Notice(
        duty=duty,
        matter=telling.matter,
        details=telling.details,
        level=duty.level if duty else 1,
        turn=duty.turn if duty else 1,
        recipient_id=telling.recipient_id,
        channel=channel,
        message=messages.get((telling.recipient_id, channel)),
        created_at=now,
    )
