"""The one engine: overdue duties climb. Safe to run from several places at once, and to be killed at any line."""

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
    ladder = Ladder.load(now, claimed)
    events = []
    for duty in claimed:
        missed = duty.next_due_at
        turn = ladder.next_above(duty, unit=duty.unit, customer=duty.customer)
        duty.held_before_id, duty.held_since, duty.came = duty.owner_id, now, DutyEvent.Act.CLIMBED
        duty.level, duty.role, duty.owner_id, duty.turn = turn.level, turn.role, turn.owner_id, duty.turn + 1
        duty.vacant, duty.next_due_at, duty.state = turn.vacant, turn.due_at, Duty.State.OPEN
        duty.acknowledged_at = duty.acknowledged_by_id = None
        events.append(record(duty, DutyEvent.Act.CLIMBED, at=now, due_at=turn.due_at, missed_at=missed))
    Duty.objects.bulk_update(claimed, _CLIMBING)
    DutyEvent.objects.bulk_create(events)
    tell(claimed, now=now)
    return len(claimed)


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
