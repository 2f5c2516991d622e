"""Pre-trip checks and the repairs that failed ones ask for (RSK-1)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import OrgUnit, Person
from duties import services as duties
from risk.models import PreTripCheck, Repair

REPAIR = "risk.repair"


class NoUnit(Exception):
    """Somebody without a post has no unit that could repair anything."""


@transaction.atomic
def record_check(*, key: UUID, person: Person, failed: Sequence[str], now: datetime, remark: str = "") -> PreTripCheck:
    """Record a check; a failed item opens a repair with its duty (RSK-1). The same key again returns the first record.

    Raises NoUnit for a person without a post.
    """
    if person.post is None:
        raise NoUnit(str(person))
    check, created = PreTripCheck.objects.get_or_create(
        key=key,
        defaults={
            "person": person,
            "unit": person.post.unit,
            "day": timezone.localdate(now),
            "checked_at": now,
            "failed": list(failed),
            "remark": remark.strip(),
        },
    )
    if created and check.failed:
        repair = Repair.objects.create(check_failed=check, opened_at=now)
        _ask_for_repair(repair, person.post.unit, person, now)
    return check


def _ask_for_repair(repair: Repair, unit: OrgUnit, person: Person, now: datetime) -> None:
    check = repair.check_failed
    details = {"person": str(person), "items": check.failed, "remark": check.remark}
    duties.open_duty(kind=REPAIR, subject_id=repair.pk, unit=unit, now=now, details=details, by=person)


@transaction.atomic
def close_repair(*, repair: Repair, outcome: str, by: Person, now: datetime) -> Repair:
    """Say what was mended; the duty ends with it. A repair closed meanwhile stays as it was."""
    locked = Repair.objects.select_for_update().get(pk=repair.pk)
    if locked.done_at is None:
        locked.done_at, locked.done_by, locked.outcome = now, by, outcome.strip()
        locked.save(update_fields=["done_at", "done_by", "outcome"])
        duty = duties.open_duty_of(REPAIR, locked.pk)
        if duty is not None:
            duties.close(duty=duty, by=by, now=now, outcome=locked.outcome)
    return locked
