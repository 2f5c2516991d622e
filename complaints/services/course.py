"""How a complaint moves: under a lock, with its record, from one duty to the next."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Person
from complaints import rules
from complaints.models import Complaint, ComplaintStep
from complaints.services.acting import rights
from complaints.services.refusal import Refused
from duties import services as duties
from duties.models import Duty, DutyEvent


def locked(complaint: Complaint) -> Complaint:
    """The complaint as it is now; nobody else moves it until this transaction ends."""
    Complaint.objects.select_for_update().get(pk=complaint.pk)
    fresh: Complaint = Complaint.objects.select_related("customer__unit", "duty__owner", "handler").get(pk=complaint.pk)
    return fresh


def take_step(
    *,
    complaint: Complaint,
    step: rules.Step,
    by: Person,
    now: datetime,
    text: str = "",
    to: Person | None = None,
    **values: Any,
) -> Complaint:
    """Take the step that is owed: record it, set the values that belong to it, and let the next one be owed.

    Raises Refused if another step is owed, or this person does not owe it.
    """
    fresh = locked(complaint)
    check(complaint=fresh, step=step, by=by)
    if step in rules.HANDLERS_STEPS and fresh.duty and fresh.duty.came == DutyEvent.Act.HANDED_OVER:
        values["handler"] = fresh.duty.owner  # what was handed over in the inbox stays with them
    record(fresh, ComplaintStep.Act(step), by=by, at=now, text=text, to=to, deadline=promised(fresh.duty))
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.step = step
    move_duty(fresh, by=by, now=now)
    fresh.save(update_fields=["step", "duty", *values])
    return fresh


def check(*, complaint: Complaint, step: rules.Step, by: Person) -> None:
    """Raise Refused if another step is owed, saying what happened meanwhile, or if it is not this person's (CMP-2)."""
    owed = complaint.next_step
    if owed == step:
        if not rights(complaint=complaint, person=by).act:
            raise Refused(_("This step is %(name)s's.") % {"name": complaint.duty.owner if complaint.duty else ""})
        return
    taken = ComplaintStep.objects.filter(complaint=complaint, act=step).select_related("by").first()
    if taken is not None:
        raise Refused(_("%(name)s has taken this step already. Nothing was changed.") % {"name": taken.by})
    if step == rules.Step.CLOSED:
        raise Refused(_("The complaint cannot be closed: the customer has not been told yet (CMP-3)."))
    raise Refused(
        _("This step is not due: the complaint is “%(step)s”.") % {"step": complaint.get_step_display()}
        if owed
        else _("The complaint is closed.")
    )


def record(
    complaint: Complaint,
    act: ComplaintStep.Act,
    *,
    by: Person | None,
    at: datetime,
    text: str = "",
    to: Person | None = None,
    deadline: datetime | None = None,
) -> ComplaintStep:
    """Add to the history."""
    return ComplaintStep.objects.create(
        complaint=complaint, act=act, by=by, at=at, text=text.strip(), to=to, deadline=deadline
    )


def promised(duty: Duty | None) -> datetime | None:
    """The deadline promised for a duty: the first one, or the last that somebody set; climbing moves it not."""
    if duty is None:
        return None
    acts = [DutyEvent.Act.OPENED, DutyEvent.Act.EXTENDED]
    return DutyEvent.objects.filter(duty=duty, act__in=acts).order_by("-pk").values_list("due_at", flat=True).first()


def move_duty(complaint: Complaint, *, by: Person | None, now: datetime) -> None:
    """Close the duty of the step taken and open that of the next one, if any. Sets `duty`; the caller saves."""
    if complaint.duty is not None:
        duties.close(duty=complaint.duty, by=by, now=now, outcome=complaint.step)
    step = complaint.next_step
    if step is None:
        complaint.duty = None
        return
    complaint.duty = duties.open_duty(
        kind=rules.DUTY_KINDS[step],
        subject_id=complaint.pk,
        unit=complaint.customer.unit,
        customer=complaint.customer,
        variant=complaint.gravity,
        details={"number": complaint.number, "subject": complaint.subject},
        owner=complaint.handler if step in rules.HANDLERS_STEPS else None,
        now=now,
        by=by,
    )
