"""How one duty went from hand to hand, and where it goes next: the context of `parts/course.html` (FACE: Course)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Post
from duties.models import Duty, DutyEvent
from duties.services.ladder import Ladder
from duties.services.wording import moment, outcome

_TURNS = (DutyEvent.Act.OPENED, DutyEvent.Act.CLIMBED, DutyEvent.Act.HANDED_OVER)


def climbs_to(duty: Duty, ladder: Ladder) -> str:
    """The name of the person to whom an open duty climbs at its deadline; empty if the present one is asked again."""
    held, _limit = ladder.above(duty, unit=duty.unit, customer=duty.customer)
    return "" if held.owner_id == duty.owner_id else ladder.called([held.owner_id]).get(held.owner_id, "")


def story(duty: Duty) -> list[dict[str, Any]]:
    """The duty's history in plain sentences, the last first: the context of `parts/timeline.html`."""
    events = duty.events.select_related("owner", "by").order_by("-at", "-pk")
    return [{"at": event.at, "text": _sentence(event, duty), "by": event.by or ""} for event in events]


def _sentence(event: DutyEvent, duty: Duty) -> str:
    words = {
        DutyEvent.Act.OPENED: _("Opened: %(person)s owes it"),
        DutyEvent.Act.CLIMBED: _("Not done in time, climbed to %(person)s (%(role)s)"),
        DutyEvent.Act.ACKNOWLEDGED: _("Acknowledged, %(person)s has it in hand"),
        DutyEvent.Act.HANDED_OVER: _("Handed over to %(person)s"),
        DutyEvent.Act.EXTENDED: _("New deadline for %(person)s"),
        DutyEvent.Act.CLOSED: _("Closed"),
    }
    said = words[DutyEvent.Act(event.act)] % {"person": event.owner, "role": event.get_role_display()}
    if event.due_at is not None:
        said = _("%(what)s, until %(moment)s") % {"what": said, "moment": moment(event.due_at)}
    note = outcome(duty) if event.act == DutyEvent.Act.CLOSED and event.note == duty.outcome else event.note
    return f"{said}: {note}" if note else said


def course(*, duty: Duty, now: datetime) -> dict[str, Any]:
    """Who holds a duty, since when, until when, whom it climbs to next and when, and who held it before."""
    events = list(duty.events.select_related("owner").order_by("turn", "pk"))
    turns = [event for event in events if event.act in _TURNS]
    steps: list[dict[str, Any]] = [
        {
            "title": f"{event.owner} · {event.get_role_display()}",
            "at": event.at,
            "note": "" if event.act == DutyEvent.Act.OPENED else event.get_act_display(),
            "active": event is turns[-1] and duty.state != Duty.State.CLOSED,
        }
        for event in turns
    ]
    if duty.state == Duty.State.CLOSED:
        return {"steps": [*steps, {"title": _("Closed"), "at": duty.closed_at, "note": "", "active": True}]}
    ladder = Ladder.load(now, [duty])
    held, _limit = ladder.above(duty, unit=duty.unit, customer=duty.customer)
    next_name = climbs_to(duty, ladder)
    if next_name:
        role = Post.Role(held.role).label
        steps.append({"title": f"{next_name} · {role}", "until": None, "note": _("if not done"), "active": False})
    return {
        "holder": duty.owner,
        "since": duty.held_since,
        "due": duty.next_due_at,
        "climbs_to": next_name or _("the same person, asked again"),
        "climbs_at": duty.next_due_at if next_name else None,
        "steps": steps,
    }
