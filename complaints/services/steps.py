"""The steps of a complaint, each taken by whom it is owed by (CMP-2, CMP-3, S4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from complaints import rules
from complaints.models import Complaint
from complaints.services.course import check, locked, take_step
from complaints.services.refusal import Refused
from duties import kinds
from duties import services as duties


@transaction.atomic
def assign(*, complaint: Complaint, to: Person, by: Person, now: datetime, text: str = "") -> Complaint:
    """Say who looks into it, handles it and tells the customer."""
    return take_step(complaint=complaint, step=rules.Step.ASSIGNED, by=by, now=now, text=text, to=to, handler=to)


@transaction.atomic
def investigate(*, complaint: Complaint, text: str, by: Person, now: datetime) -> Complaint:
    """Record what was found."""
    return take_step(complaint=complaint, step=rules.Step.INVESTIGATED, by=by, now=now, text=_words(text))


@transaction.atomic
def instruct(*, complaint: Complaint, text: str, by: Person, now: datetime) -> Complaint:
    """Give the plan for a major complaint 批示 (CMP-2)."""
    return take_step(complaint=complaint, step=rules.Step.INSTRUCTED, by=by, now=now, text=_words(text))


@transaction.atomic
def handle(*, complaint: Complaint, text: str, by: Person, now: datetime) -> Complaint:
    """Record what was done."""
    return take_step(complaint=complaint, step=rules.Step.HANDLED, by=by, now=now, text=_words(text))


@transaction.atomic
def tell_customer(
    *,
    complaint: Complaint,
    told_at: datetime,
    how: str,
    customer_said: str,
    by: Person,
    now: datetime,
    told_by: Person | None = None,
) -> Complaint:
    """Record that the customer was told: when, by whom, how, and what they said 反馈 (CMP-3).

    Raises Refused if one of them is missing, or the moment is not between the registering and now.
    """
    if how not in Complaint.How.values:
        raise Refused(_("Say how the customer was told (CMP-3)."), "how")
    if not customer_said.strip():
        raise Refused(_("Say what the customer said (CMP-3)."), "customer_said")
    if told_at > now:
        raise Refused(_("The customer cannot have been told in the future."), "told_at")
    if told_at < complaint.registered_at.replace(second=0, microsecond=0):  # people tell minutes
        raise Refused(_("The customer cannot have been told before the complaint was registered."), "told_at")
    return take_step(
        complaint=complaint,
        step=rules.Step.TOLD,
        by=by,
        now=now,
        text=customer_said,
        told_at=max(told_at, complaint.registered_at),
        told_by=told_by or by,
        told_how=how,
        customer_said=customer_said.strip(),
    )


@transaction.atomic
def close(*, complaint: Complaint, cause: str, by: Person, now: datetime, text: str = "") -> Complaint:
    """Close a complaint whose customer was told, naming the cause (CMP-3, CMP-6); a follow-up is owed (VIS-12)."""
    check(complaint=locked(complaint), step=rules.Step.CLOSED, by=by)
    if cause not in Complaint.Cause.values:
        raise Refused(_("Name the cause (CMP-6)."), "cause")
    closed = take_step(
        complaint=complaint, step=rules.Step.CLOSED, by=by, now=now, text=text, cause=cause, closed_at=now
    )
    duties.open_duty(
        kind=kinds.VISIT_FOLLOW_UP,
        subject_id=closed.customer_id,
        unit=closed.customer.unit,
        customer=closed.customer,
        details={"reason": f"{closed.number} {closed.subject}"},
        now=now,
        by=by,
    )
    return closed


def _words(text: str) -> str:
    if not text.strip():
        raise Refused(_("Write what was found, decided or done: the step needs its record (CMP-2)."), "text")
    return text
