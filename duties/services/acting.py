"""What a person does with a duty. Each act locks the duty's row, as the engine does: one of them goes first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Person
from duties.models import Duty, DutyEvent, Notice
from duties.services.telling import BATCH, record, tell


class AlreadyClosed(Exception):
    """Somebody closed the duty in the meantime."""


def held_by(person: Person, duty: str = "pk") -> Exists:
    """Whether the person, or whom they stand in for, ever held the duty that this field of a query names."""
    return Exists(DutyEvent.objects.filter(duty=OuterRef(duty), owner_id__in=person.scope.own))


def may_act(*, duty: Duty, person: Person, held: bool | None = None) -> bool:
    """Who may do what a duty asks: its owner, whoever stands in for them, and anyone who held it before (CMP-3).

    Somebody who let it lapse may still mend it: what counts is that it is done. `held` is `held_by`, if it was read.
    """
    if duty.owner_id in person.scope.own:
        return True
    return duty.events.filter(owner_id__in=person.scope.own).exists() if held is None else held


def may_hand_over(*, duty: Duty, person: Person) -> bool:
    """Who may give it to another: who may act, and the superiors, whose posts cover the duty's unit."""
    return (
        person.scope.everything
        or any(duty.unit.path.startswith(path) for path in person.scope.paths)
        or may_act(duty=duty, person=person)
    )


#: What changes when somebody else holds a duty.
_HOLDING = (
    "owner",
    "turn",
    "vacant",
    "state",
    "held_before",
    "held_since",
    "came",
    "acknowledged_at",
    "acknowledged_by",
)


def _locked(duty: Duty) -> Duty:
    fresh: Duty = Duty.objects.select_for_update().get(pk=duty.pk)
    if fresh.state == Duty.State.CLOSED:
        raise AlreadyClosed(str(fresh))
    return fresh


@transaction.atomic
def acknowledge(*, duty: Duty, by: Person, now: datetime, due_at: datetime | None = None) -> Duty:
    """Say that one has it in hand; the deadline stays unless a new one is agreed. Raises AlreadyClosed.

    A second acknowledgement of the same turn changes nothing, unless it agrees a deadline.
    """
    fresh = _locked(duty)
    if fresh.state == Duty.State.ACKNOWLEDGED and due_at in (None, fresh.next_due_at):
        return fresh
    fresh.state, fresh.acknowledged_at, fresh.acknowledged_by = Duty.State.ACKNOWLEDGED, now, by
    fresh.next_due_at = due_at or fresh.next_due_at
    fresh.save(update_fields=["state", "acknowledged_at", "acknowledged_by", "next_due_at"])
    record(fresh, DutyEvent.Act.ACKNOWLEDGED, at=now, by=by, due_at=fresh.next_due_at).save()
    Notice.objects.visible_to(by).unread().filter(duty=fresh).update(read_at=now)
    return fresh


@transaction.atomic
def hand_over(*, duty: Duty, to: Person, by: Person, now: datetime, note: str = "") -> Duty:
    """Give a duty to another person at the same level and deadline; they are told.

    Raises AlreadyClosed, and ValueError for somebody who left. To its present owner nothing changes.
    """
    if not to.is_active:
        raise ValueError(f"{to} left and cannot take over anything")
    fresh = _locked(duty)
    if fresh.owner_id == to.pk:
        return fresh
    give(duties=[fresh], takers={fresh.pk: to.pk}, by=by, now=now, note=note)
    tell([fresh], now=now)
    return fresh


def give(*, duties: Sequence[Duty], takers: Mapping[int, int], by: Person | None, now: datetime, note: str) -> None:
    """Hand over many duties in two statements: `takers` says by a duty's id who has it now, as a person's id.

    They come locked and open; whoever calls tells the takers.
    """
    for duty in duties:
        duty.held_before_id, duty.held_since, duty.came = duty.owner_id, now, DutyEvent.Act.HANDED_OVER
        duty.owner_id, duty.turn, duty.vacant, duty.state = takers[duty.pk], duty.turn + 1, False, Duty.State.OPEN
        duty.acknowledged_at = duty.acknowledged_by_id = None
    Duty.objects.bulk_update(duties, _HOLDING, batch_size=BATCH)
    DutyEvent.objects.bulk_create(
        [record(duty, DutyEvent.Act.HANDED_OVER, at=now, by=by, due_at=duty.next_due_at, note=note) for duty in duties],
        batch_size=BATCH,
    )


@transaction.atomic
def set_deadline(*, duty: Duty, due_at: datetime, by: Person | None, now: datetime, note: str = "") -> Duty:
    """Set the deadline of the present level, such as the day until which a measure runs. Raises AlreadyClosed."""
    fresh = _locked(duty)
    fresh.next_due_at = due_at
    fresh.save(update_fields=["next_due_at"])
    record(fresh, DutyEvent.Act.EXTENDED, at=now, by=by, due_at=due_at, note=note).save()
    return fresh


@transaction.atomic
def close(*, duty: Duty, by: Person | None, now: datetime, outcome: str = "") -> Duty:
    """The promise is kept, or no longer owed. Raises AlreadyClosed."""
    fresh = _locked(duty)
    fresh.state, fresh.closed_at, fresh.closed_by = Duty.State.CLOSED, now, by
    fresh.next_due_at, fresh.outcome = None, outcome[:200]
    fresh.save(update_fields=["state", "closed_at", "closed_by", "next_due_at", "outcome"])
    record(fresh, DutyEvent.Act.CLOSED, at=now, by=by, note=outcome).save()
    return fresh
