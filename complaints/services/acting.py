"""Who may act on a complaint."""

from accounts.models import Person
from accounts.rules import Role, role_chain
from complaints import rules
from complaints.models import Complaint, ComplaintStep
from duties.models import DutyEvent

#: Who answers for major complaints (CMP-2).
IN_CHARGE = frozenset(role.value for role in role_chain(Role.DEPUTY_MANAGER_IN_CHARGE))


def may_act(*, complaint: Complaint, person: Person) -> bool:
    """Whether the next step is this person's: they owe it, stand in for who does, or let it climb past them (CMP-3)."""
    if complaint.duty is None:
        return False
    own = person.scope.own
    if complaint.duty.owner_id in own:
        return True
    return DutyEvent.objects.filter(duty_id=complaint.duty_id, owner_id__in=own).exists()


def assigned_by(*, complaint: Complaint, person: Person) -> bool:
    """Whether this person, or somebody they stand in for, assigned the complaint."""
    return ComplaintStep.objects.filter(
        complaint_id=complaint.pk, act=ComplaintStep.Act.ASSIGNED, by_id__in=person.scope.own
    ).exists()


def may_judge(*, complaint: Complaint, person: Person, gravity: str) -> bool:
    """Whether this person may set the gravity: major, who acts or assigned; general again, only who answers for major ones."""
    if complaint.step not in rules.GRAVITY_OPEN or complaint.gravity == gravity:
        return False
    if person.roles & IN_CHARGE:
        return True
    if gravity == Complaint.Gravity.GENERAL:
        return False
    return may_act(complaint=complaint, person=person) or assigned_by(complaint=complaint, person=person)


def may_reassign(*, complaint: Complaint, person: Person) -> bool:
    """Whether this person may give the complaint to another handler: who may act, and who assigned it."""
    if complaint.handler_id is None or complaint.step in {Complaint.Step.TOLD, Complaint.Step.CLOSED}:
        return False
    return may_act(complaint=complaint, person=person) or assigned_by(complaint=complaint, person=person)
