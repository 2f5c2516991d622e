"""The one engine: overdue duties climb. Safe to run from several places at once, and to be killed at any line."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts import clock
from duties.models import Duty, DutyEvent
from duties.services.heart import beat
from duties.services.ladder import Ladder
from duties.services.telling import record, tell

#: Duties claimed in one transaction: short enough that an acknowledgement never waits long for its row.
BATCH = 50


def sweep() -> int:
    """Let every overdue duty climb one level (CMP-3, WRN-5); returns how many climbed."""
    climbed = 0
    while batch := sweep_batch():
        climbed += batch
    beat("sweep", now=clock.now())
    return climbed


@transaction.atomic
def sweep_batch() -> int:
    """Claim up to 50 overdue duties; in the same transaction climb, set the next deadline, tell the next person."""
    now = clock.now()
    claimed = list(
        Duty.objects.overdue(now)
        .order_by("next_due_at")
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("unit", "customer")[:BATCH]
    )
    if not claimed:
        return 0
    missed = {duty.pk: duty.next_due_at for duty in claimed}
    _one_level_up(claimed, DutyEvent.Act.CLIMBED, now)
    events = [
        record(duty, DutyEvent.Act.CLIMBED, at=now, due_at=duty.next_due_at, missed_at=missed[duty.pk])
        for duty in claimed
    ]
    DutyEvent.objects.bulk_create(events)
    tell(claimed, now=now)
    return len(claimed)


@transaction.atomic
def pass_up(*, duties: Sequence[Duty], now: datetime, note: str) -> int:
    """One level up before a deadline passed: what was tried did not help (WRN-5). Closed ones stay; returns how many.

    Nobody missed anything: the history says that it was handed on, and why.
    """
    keys = [duty.pk for duty in duties]
    rows = Duty.objects.open().filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    locked = list(rows.select_related("unit", "customer"))
    _one_level_up(locked, DutyEvent.Act.HANDED_OVER, now)
    events = [record(duty, DutyEvent.Act.HANDED_OVER, at=now, due_at=duty.next_due_at, note=note) for duty in locked]
    DutyEvent.objects.bulk_create(events)
    tell(locked, now=now)
    return len(locked)


def _one_level_up(duties: Sequence[Duty], came: DutyEvent.Act, now: datetime) -> None:
    """The next person, a new deadline, a new turn; the duties come locked."""
    ladder = Ladder.load(now, duties)
    for duty in duties:
        turn = ladder.next_above(duty, unit=duty.unit, customer=duty.customer)
        duty.held_before_id, duty.held_since, duty.came = duty.owner_id, now, came
        duty.level, duty.role, duty.owner_id, duty.turn = turn.level, turn.role, turn.owner_id, duty.turn + 1
        duty.vacant, duty.next_due_at, duty.state = turn.vacant, turn.due_at, Duty.State.OPEN
        duty.acknowledged_at = duty.acknowledged_by_id = None
    Duty.objects.bulk_update(duties, _CLIMBING)


_CLIMBING = [
    "level",
    "role",
    "owner",
    "turn",
    "vacant",
    "next_due_at",
    "state",
    "held_before",
    "held_since",
    "came",
    "acknowledged_at",
    "acknowledged_by",
]
