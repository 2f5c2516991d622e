"""How a complaint's course and history are shown: who holds it until when, whom it climbs to, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Post
from complaints import rules
from complaints.models import Complaint, ComplaintStep
from duties import services as duties
from duties.models import DutyEvent

#: What of a duty's own history is worth telling; the rest is told by the steps.
_TOLD = (DutyEvent.Act.CLIMBED, DutyEvent.Act.HANDED_OVER, DutyEvent.Act.ACKNOWLEDGED, DutyEvent.Act.EXTENDED)

#: The steps as stations of the course.
_TITLES = {
    rules.Step.REGISTERED: gettext_lazy("Registering"),
    rules.Step.ASSIGNED: gettext_lazy("Assignment"),
    rules.Step.INVESTIGATED: gettext_lazy("Investigation"),
    rules.Step.INSTRUCTED: gettext_lazy("Instruction"),
    rules.Step.HANDLED: gettext_lazy("Handling"),
    rules.Step.TOLD: gettext_lazy("Feedback"),
    rules.Step.CLOSED: gettext_lazy("Closing"),
}


@dataclass(frozen=True, slots=True)
class History:
    """All that is recorded about a complaint, in two queries: its steps, and the events of their duties."""

    steps: Sequence[ComplaintStep]
    events: Sequence[DutyEvent]

    @classmethod
    def load(cls, complaint: Complaint) -> Self:
        steps = complaint.steps.select_related("by", "to").order_by("at", "pk")
        events = (
            DutyEvent.objects.filter(duty__subject_id=complaint.pk, duty__kind__in=rules.DUTY_KINDS.values())
            .select_related("owner", "by")
            .order_by("at", "pk")
        )
        return cls(list(steps), list(events))

    def held_by(self, complaint: Complaint) -> set[int]:
        """Who held the open duty, the present owner among them."""
        return {event.owner_id for event in self.events if event.duty_id == complaint.duty_id}

    def assigned_by(self) -> set[int]:
        return {step.by_id for step in self.steps if step.act == ComplaintStep.Act.ASSIGNED and step.by_id}

    def timeline(self) -> list[dict[str, Any]]:
        """All of it as sentences, the latest first."""
        given = {step.at for step in self.steps if step.act == ComplaintStep.Act.REASSIGNED}
        told: list[dict[str, Any]] = [
            {"at": step.at, "text": step.sentence, "by": _("late") if step.late else ""} for step in self.steps
        ]
        told += [
            {"at": event.at, "text": _sentence(event), "by": ""}
            for event in self.events
            if event.act in _TOLD and not (event.act == DutyEvent.Act.HANDED_OVER and event.at in given)
        ]
        return sorted(told, key=lambda entry: entry["at"])[::-1]


def _sentence(event: DutyEvent) -> str:
    sentences = {
        DutyEvent.Act.CLIMBED.value: _("The deadline passed: climbed to %(owner)s, %(role)s"),
        DutyEvent.Act.HANDED_OVER.value: _("%(by)s handed the step over to %(owner)s"),
        DutyEvent.Act.ACKNOWLEDGED.value: _("%(by)s has it in hand"),
        DutyEvent.Act.EXTENDED.value: _("%(by)s set the deadline"),
    }
    return sentences[event.act] % {"owner": event.owner, "role": event.get_role_display(), "by": event.by or "–"}


def course(complaint: Complaint, history: History, posts: Sequence[Post], now: datetime) -> dict[str, Any]:
    """What the part `course.html` shows; `posts` are those around the complaint."""
    done = {step.act: step for step in history.steps}
    steps = []
    for step in rules.COURSE[rules.Gravity(complaint.gravity)]:
        entry: dict[str, Any] = {"title": _TITLES[step]}
        if step in done:
            entry["at"] = done[step].at
        elif step == complaint.next_step and complaint.duty:
            entry |= {"until": complaint.duty.next_due_at, "active": True}
        steps.append(entry)
    if complaint.duty is None:
        return {"steps": steps}
    owner, customer = complaint.duty.owner, complaint.customer
    climbs_to = duties.next_holder(duty=complaint.duty, unit=customer.unit, customer=customer, posts=posts, now=now)
    role = next((post.get_role_display() for post in posts if post.person_id == owner.pk), "")
    return {
        "steps": steps,
        "holder": f"{owner} {role or complaint.duty.get_role_display()}",
        "since": complaint.duty.held_since,
        "due": complaint.duty.next_due_at,
        "climbs_at": complaint.duty.next_due_at,
        "climbs_to": str(climbs_to or ""),
    }
