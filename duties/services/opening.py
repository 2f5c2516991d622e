"""Opening duties: one, or thousands in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Customer, OrgUnit, Person
from duties import kinds
from duties.models import Duty, DutyEvent
from duties.services.ladder import Ladder
from duties.services.telling import record, tell


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
    return Duty.objects.open().filter(kind=kind, subject_id=subject_id).select_related("owner", "rule").first()


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

    Raises LookupError if the kind has no escalation rule, NobodyResponsible if no one is found up to the general manager.
    """
    opening = Opening(subject_id, unit, customer, variant, details or {}, owner.pk if owner else None, due_at)
    open_duties(kind=kind, openings=[opening], now=now, by=by)
    return Duty.objects.open().select_related("owner").get(kind=kind, subject_id=subject_id)


@transaction.atomic
def open_duties(*, kind: str, openings: Sequence[Opening], now: datetime, by: Person | None = None) -> int:
    """Open many duties of one kind at once; those already open stay as they are. Returns how many were opened."""
    if not openings:
        return 0
    kinds.get(kind)
    _take_turns(kind)
    ladder = Ladder.load(now)
    candidates = [_duty(kind, opening, ladder) for opening in openings]
    before = set(
        Duty.objects.open().filter(kind=kind, subject_id__in=[each.subject_id for each in openings]).values_list("pk", flat=True)
    )
    Duty.objects.bulk_create(candidates, ignore_conflicts=True, batch_size=2000)
    opened = list(
        Duty.objects.open().filter(kind=kind, subject_id__in=[each.subject_id for each in openings]).exclude(pk__in=before)
    )
    DutyEvent.objects.bulk_create(
        [record(duty, DutyEvent.Act.OPENED, at=now, by=by, due_at=duty.next_due_at) for duty in opened], batch_size=2000
    )
    tell(opened, now=now)
    return len(opened)


def _take_turns(kind: str) -> None:
    """Let openings of a kind wait for each other, so that what is new here was opened here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"duties.open.{kind}"])


def _duty(kind: str, opening: Opening, ladder: Ladder) -> Duty:
    rule = ladder.rule(kind, opening.variant)
    turn = ladder.turn(rule.pk, 1, unit=opening.unit, customer=opening.customer)
    return Duty(
        kind=kind,
        subject_id=opening.subject_id,
        customer=opening.customer,
        unit=opening.unit,
        details=opening.details,
        rule=rule,
        level=1,
        role=turn.role,
        owner_id=opening.owner_id or turn.owner_id,
        vacant=turn.vacant and opening.owner_id is None,
        opened_at=ladder.now,
        next_due_at=opening.due_at or turn.due_at,
    )
