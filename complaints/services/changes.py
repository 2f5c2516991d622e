"""What may change on the way: the gravity, and the handler."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from complaints import rules
from complaints.models import Complaint, ComplaintStep
from complaints.services.acting import rights
from complaints.services.course import locked, move_duty, promised, record
from complaints.services.refusal import Refused
from complaints.services.registering import tell_at_once
from duties import services as duties


@transaction.atomic
def change_gravity(*, complaint: Complaint, gravity: str, text: str, by: Person, now: datetime) -> Complaint:
    """Make a complaint major, which brings it to the deputy manager in charge, or general again (CMP-2).

    Raises Refused without a reason, once the complaint has been instructed or handled, or for whom it is not to decide.
    """
    fresh = locked(complaint)
    gravity = Complaint.Gravity(gravity)
    if not text.strip():
        raise Refused(_("Say why the gravity changes."), "text")
    if fresh.step not in rules.GRAVITY_OPEN:
        raise Refused(_("The plan is decided: the gravity stays as it is (CMP-2)."))
    if fresh.gravity == gravity:
        raise Refused(_("The complaint has this gravity already. Nothing was changed."))
    may = rights(complaint=fresh, person=by)
    if not (may.make_major if gravity == Complaint.Gravity.MAJOR else may.make_general):
        raise Refused(
            _("Only who owes the step or assigned the complaint may make it major.")
            if gravity == Complaint.Gravity.MAJOR
            else _("Only the deputy manager in charge may make a major complaint general again (CMP-2).")
        )
    act = ComplaintStep.Act.MADE_MAJOR if gravity == Complaint.Gravity.MAJOR else ComplaintStep.Act.MADE_GENERAL
    record(fresh, act, by=by, at=now, text=text, deadline=promised(fresh.duty))
    fresh.gravity = gravity
    move_duty(fresh, by=by, now=now)
    fresh.save(update_fields=["gravity", "duty"])
    tell_at_once(fresh, now=now)
    return fresh


@transaction.atomic
def reassign(*, complaint: Complaint, to: Person, by: Person, now: datetime, text: str = "") -> Complaint:
    """Give the complaint to another handler; the deadline of a step that the former one owes stays.

    Raises Refused before the first assignment, after the customer was told, and for whom it is not to decide.
    """
    fresh = locked(complaint)
    if not rights(complaint=fresh, person=by).reassign:
        raise Refused(_("Only who assigned the complaint or owes its step may give it to somebody else."))
    if fresh.handler_id == to.pk:
        raise Refused(_("%(name)s has it already. Nothing was changed.") % {"name": to}, "to")
    record(fresh, ComplaintStep.Act.REASSIGNED, by=by, at=now, text=text, to=to)
    if fresh.next_step in rules.HANDLERS_STEPS and fresh.duty is not None:
        duties.hand_over(duty=fresh.duty, to=to, by=by, now=now, note=text)
    fresh.handler = to
    fresh.save(update_fields=["handler"])
    return fresh
