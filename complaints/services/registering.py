"""Registering a complaint: whole, with its number, and the branch sales manager knows at once (CMP-1, S4)."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Customer, Person
from accounts.rules import Role
from accounts.services.responsibility import ResponsibilityMap
from complaints.models import Complaint, ComplaintStep
from complaints.services.course import move_duty, record
from complaints.services.refusal import Refused
from duties import services as duties
from duties.models import Duty


@transaction.atomic
def register(
    *,
    customer: Customer,
    channel: str,
    reported_by_name: str,
    subject: str,
    text: str,
    by: Person | None,
    now: datetime,
    reported_by_phone: str = "",
    gravity: str = Complaint.Gravity.GENERAL,
) -> Complaint:
    """Register a complaint and let its first step be owed; `by` is None only for the public form.

    Raises Refused if the words are missing.
    """
    for name, value in {"reported_by_name": reported_by_name, "subject": subject, "text": text}.items():
        if not value.strip():
            raise Refused(_("A complaint is registered whole: who, about what, and what they say (CMP-1)."), name)
    complaint = Complaint.objects.create(
        number=_next_number(now),
        customer=customer,
        channel=channel,
        reported_by_name=reported_by_name.strip(),
        reported_by_phone=reported_by_phone.strip(),
        subject=subject.strip(),
        text=text.strip(),
        gravity=gravity,
        registered_by=by,
        registered_at=now,
    )
    record(complaint, ComplaintStep.Act.REGISTERED, by=by, at=now)
    move_duty(complaint, by=by, now=now)
    complaint.save(update_fields=["duty"])
    tell_at_once(complaint, now=now)
    return complaint


def tell_at_once(complaint: Complaint, *, now: datetime) -> None:
    """Whoever owes the step: tell the branch sales manager, and of a major one the deputy in charge (CMP-1, CMP-2)."""
    roles = [Role.BRANCH_SALES_MANAGER]
    if complaint.gravity == Complaint.Gravity.MAJOR:
        roles.append(Role.DEPUTY_MANAGER_IN_CHARGE)
    path = complaint.customer.unit.path
    people = ResponsibilityMap.load(timezone.localdate(now), [path])
    found = [people.in_unit(path, role) for role in roles]
    duty: Duty = complaint.duty  # type: ignore[assignment]  # registered or changed a moment ago: it is open
    duties.tell_also(duty=duty, people=[each.person_id for each in found if each], now=now)


def _next_number(now: datetime) -> str:
    """TS-2611-0042: year and month of the registering, and a running number that never begins again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('complaints_number')")
        return f"TS-{timezone.localtime(now):%y%m}-{cursor.fetchone()[0]:04d}"
