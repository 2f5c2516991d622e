"""Open work follows customers to their new account manager, and both are told what moved (ORG-5)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import CustomerTransfer
from accounts.rules import Role
from accounts.services.responsibility import ResponsibilityMap
from duties.models import Duty, Notice
from duties.services.acting import give
from duties.services.telling import Telling, tell_people


def settle_transfers(*, now: datetime) -> int:
    """Settle every transfer that waits for it; returns how many. Each is a transaction of its own."""
    settled = 0
    while settle_next(now=now):
        settled += 1
    return settled


@transaction.atomic
def settle_next(*, now: datetime) -> bool:
    """Claim one transfer, move its open duties, and tell the taker and the giver."""
    transfer = (
        CustomerTransfer.objects.to_settle()
        .select_related("from_person", "to_person", "moved_by")
        .select_for_update(of=("self",), skip_locked=True)
        .first()
    )
    if transfer is None:
        return False
    people = ResponsibilityMap.load(timezone.localdate(now))
    moving = list(
        Duty.objects.open()
        .filter(pk__in=open_work(transfer, people).order_by().values("pk"))
        .select_related("unit")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    takers = {
        duty.pk: found.person_id if found else transfer.to_person_id
        for duty in moving
        for found in [people.for_customer(duty.unit.path, Role.ACCOUNT_MANAGER, transfer.to_person_id)]
    }
    give(duties=moving, takers=takers, by=transfer.moved_by or transfer.to_person, now=now, note=transfer.reason)
    _tell_both(transfer, moving, now)
    transfer.settled_at = now
    transfer.save(update_fields=["settled_at"])
    return True


def open_work(transfer: CustomerTransfer, people: ResponsibilityMap) -> QuerySet[Duty]:
    """The open duties that a transfer moves.

    What the giver owes as account manager, or who stands in for them; for customers that nobody had, what fell to a
    higher role for want of an account manager.
    """
    open_ones = Duty.objects.open().filter(customer__transferred__transfer=transfer).order_by("pk")
    if transfer.from_person_id is None:
        return open_ones.filter(
            level=1, vacant=True, rule__steps__level=1, rule__steps__role=Role.ACCOUNT_MANAGER
        ).distinct()
    owners = {transfer.from_person_id, people.absent.get(transfer.from_person_id) or transfer.from_person_id}
    return open_ones.filter(Q(role=Role.ACCOUNT_MANAGER), owner_id__in=owners)


def _tell_both(transfer: CustomerTransfer, moved: Sequence[Duty], now: datetime) -> None:
    """One message to each, whatever moved."""
    count = transfer.lines.count()
    told = [(transfer.to_person, Notice.Matter.CUSTOMERS_CAME, transfer.from_person)]
    if transfer.from_person and transfer.from_person.is_active:
        told.append((transfer.from_person, Notice.Matter.CUSTOMERS_WENT, transfer.to_person))
    tell_people(
        [
            Telling(
                person.pk,
                matter=matter,
                details={
                    "customers": count,
                    "duties": len(moved),
                    "person": other.name if other else "—",
                    "transfer": transfer.pk,
                },
            )
            for person, matter, other in told
        ]
        + [Telling(duty.owner_id, duty) for duty in moved],
        now=now,
    )
