"""Opening duties: one, or thousands in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Customer, OrgUnit, Person
from accounts.services.copying import copy_objects
from duties import kinds
from duties.models import Duty, DutyEvent
from duties.services.ladder import Ladder
from duties.services.telling import allocate, tell

#: Up to so many are inserted by one plain statement; more come by COPY.
FEW = 200

_OPENED = """
    INSERT INTO duties_dutyevent (duty_id, act, level, turn, role, owner_id, by_id, due_at, note, at)
    SELECT id, %s, level, turn, role, owner_id, %s, next_due_at, '', %s
    FROM duties_duty WHERE id = ANY(%s) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """A duty to be opened. Without `owner_id` the rule's first level decides, without `due_at` its limit."""

    subject_id: int
    unit: OrgUnit
    customer: Customer | None = None
    variant: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    owner_id: int | None = None
    due_at: datetime | None = None


def open_duty_of(kind: str, subject_id: int) -> Duty | None:
    """The open duty of a kind about a subject."""
    found: Duty | None = (
        Duty.objects.open().filter(kind=kind, subject_id=subject_id).select_related("owner", "rule").first()
    )
    return found


@transaction.atomic
def open_duty(
    *,
    kind: str,
    subject_id: int,
    unit: OrgUnit,
    now: datetime,
    customer: Customer | None = None,
    variant: str = "",
    details: dict[str, Any] | None = None,
    owner: Person | None = None,
    due_at: datetime | None = None,
    by: Person | None = None,
) -> Duty:
    """Open a duty, or return the one that is open (one a kind and subject).

    Raises LookupError if the kind has no escalation rule, NobodyResponsible if no manager's post is held at all.
    """
    opening = Opening(subject_id, unit, customer, variant, details or {}, owner.pk if owner else None, due_at)
    while True:
        open_duties(kind=kind, openings=[opening], now=now, by=by)
        # Another connection's duty may have stood in the way, and be closed by now: then there is room for this one.
        if (duty := open_duty_of(kind, subject_id)) is not None:
            return duty


@transaction.atomic
def open_duties(*, kind: str, openings: Sequence[Opening], now: datetime, by: Person | None = None) -> int:
    """Open many duties of one kind at once; those already open stay as they are. Returns how many were opened."""
    if not openings:
        return 0
    kinds.get(kind)
    ladder = Ladder.load(now, openings)
    numbers = allocate(Duty, len(openings))
    # In the order of their subjects: two openings of the same ones wait for each other, and never in a circle.
    candidates = [
        _duty(number, kind, opening, ladder)
        for number, opening in zip(numbers, sorted(openings, key=lambda each: each.subject_id), strict=True)
    ]
    if len(candidates) > FEW:
        copy_objects(candidates, ignore_conflicts=True)
    else:
        Duty.objects.bulk_create(candidates, ignore_conflicts=True)
    let_in = set(Duty.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    opened = [duty for duty in candidates if duty.pk in let_in]
    _record_opened([duty.pk for duty in opened], by=by, now=now)
    tell(opened, now=now)
    return len(opened)


def _record_opened(keys: Sequence[int], *, by: Person | None, now: datetime) -> None:
    """The first entry of each history, read from the duties in one statement."""
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_OPENED, [DutyEvent.Act.OPENED, by.pk if by else None, now, list(keys)])


def _duty(number: int, kind: str, opening: Opening, ladder: Ladder) -> Duty:
    rule = ladder.rule(kind, opening.variant)
    turn = ladder.turn(rule.pk, 1, unit=opening.unit, customer=opening.customer)
    return Duty(
        pk=number,
        kind=kind,
        subject_id=opening.subject_id,
        customer=opening.customer,
        unit=opening.unit,
        details=opening.details,
        rule=rule,
        level=turn.level,
        role=turn.role,
        owner_id=opening.owner_id or turn.owner_id,
        vacant=turn.vacant and opening.owner_id is None,
        held_since=ladder.now,
        opened_at=ladder.now,
        next_due_at=opening.due_at or turn.due_at,
    )
