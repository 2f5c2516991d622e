"""Who may act on a complaint."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import Person
from accounts.rules import Role, role_chain
from complaints import rules
from complaints.models import Complaint, ComplaintStep
from duties.models import DutyEvent

#: Who answers for major complaints (CMP-2).
IN_CHARGE = frozenset(role.value for role in role_chain(Role.DEPUTY_MANAGER_IN_CHARGE))


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do about a complaint as it stands."""

    act: bool = False
    reassign: bool = False
    make_major: bool = False
    make_general: bool = False


def rights(
    *,
    complaint: Complaint,
    person: Person,
    held_by: Collection[int] | None = None,
    assigned_by: Collection[int] | None = None,
) -> Rights:
    """What this person may do.

    The next step is theirs who owe it, who stand in for them, and who let it climb past them (CMP-3). Giving it
    to somebody else, and making it major, is also theirs who assigned it. Only who answers for major ones makes one
    general again.

    `held_by` and `assigned_by` are the ids of who held the open duty and who assigned; what is not given is looked up.
    """
    if complaint.duty is None:
        return Rights()
    own = set(person.scope.own)
    if held_by is None:
        held_by = DutyEvent.objects.filter(duty=complaint.duty).values_list("owner_id", flat=True)
    if assigned_by is None:
        assigned = ComplaintStep.objects.filter(complaint_id=complaint.pk, act=ComplaintStep.Act.ASSIGNED)
        assigned_by = assigned.values_list("by_id", flat=True)
    act = complaint.duty.owner_id in own or not own.isdisjoint(held_by)
    act_or_assigned = act or not own.isdisjoint(assigned_by)
    in_charge = bool(person.roles & IN_CHARGE)
    open_to_judge = complaint.step in rules.GRAVITY_OPEN
    major = complaint.gravity == Complaint.Gravity.MAJOR
    return Rights(
        act=act,
        reassign=act_or_assigned and complaint.handler_id is not None and complaint.step != Complaint.Step.TOLD,
        make_major=open_to_judge and not major and (act_or_assigned or in_charge),
        make_general=open_to_judge and major and in_charge,
    )
