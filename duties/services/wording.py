"""What a notice says, in its recipient's language, and where to act (ALL-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Person
from duties import kinds
from duties.models import Duty, DutyEvent, Notice

#: Lines in one message; the rest is a number and the inbox.
_LINES = 20


@dataclass(frozen=True, slots=True)
class Wording:
    """A message in words."""

    subject: str
    text: str
    url: str


def word(notices: Sequence[Notice], recipient: Person) -> Wording | None:
    """The text that tells a person of these notices; None if nothing of it is still to be told."""
    duties = [notice.duty for notice in notices if notice.duty is not None and notice.duty.state != Duty.State.CLOSED]
    others = [notice for notice in notices if notice.duty is None]
    if not duties and not others:
        return None
    with translation.override(recipient.language):
        lines = [sentence(notice.matter, notice.details) for notice in others]
        lines += [_line(duty, recipient) for duty in duties]
        inbox = reverse("duties:inbox")
        if len(lines) > 1:
            subject = ngettext("%(count)d matter waits for you", "%(count)d matters wait for you", len(lines))
            return _wording(subject % {"count": len(lines)}, lines, inbox)
        if others:
            return _wording(lines[0], lines, inbox)
        return _wording(describe(duties[0]), lines, reverse("duties:duty", args=[duties[0].pk]))


def describe(duty: Duty) -> str:
    """The duty's sentence in the present language; a kind that no app knows any more reads by its key."""
    try:
        return kinds.get(duty.kind).describe(duty.details)
    except KeyError:
        return duty.kind


def outcome(duty: Duty) -> str:
    """How a duty ended, in the present language."""
    try:
        return kinds.get(duty.kind).said("outcome", duty.outcome)
    except KeyError:
        return duty.outcome


def sentence(matter: str, details: dict[str, object]) -> str:
    """What a notice without a duty says (ORG-5, VIS-9)."""
    words = {
        Notice.Matter.CUSTOMERS_CAME: _(
            "%(customers)s customers came to you from %(person)s, with %(duties)s open duties"
        ),
        Notice.Matter.CUSTOMERS_WENT: _(
            "%(customers)s customers went from you to %(person)s, with %(duties)s open duties"
        ),
        Notice.Matter.WEATHER: _(
            "%(headline)s: from %(since)s to %(until)s nobody rides, %(stops)s stops become calls"
        ),
    }
    return words[Notice.Matter(matter)] % details


def how_it_came(duty: Duty, reader: Person) -> str:
    """Why the owner has this duty, in a few words; the duty comes with its owner and who held it before."""
    before = duty.held_before
    if duty.came == DutyEvent.Act.CLIMBED and before is not None:
        if duty.held_before_id == duty.owner_id:
            return _("Not done in time, and nobody is above")
        return _("%(person)s did not act in time") % {"person": before}
    if duty.came == DutyEvent.Act.HANDED_OVER and before is not None:
        return _("Handed over by %(person)s") % {"person": before}
    if duty.vacant:
        return _("The post asked first is vacant")
    if duty.owner_id != reader.pk:
        return _("Directly to %(person)s") % {"person": duty.owner}
    return _("Directly to you")


def moment(at: datetime) -> str:
    """`23 Nov 17:30`, `11月23日 17:30`."""
    return format_date(timezone.localtime(at), pgettext("date format", "j M H:i"))


def _line(duty: Duty, reader: Person) -> str:
    parts = [describe(duty)]
    if duty.next_due_at is not None:
        parts.append(_("by %(moment)s") % {"moment": moment(duty.next_due_at)})
    if duty.came != DutyEvent.Act.OPENED or duty.vacant:
        parts.append(how_it_came(duty, reader))
    return " · ".join(parts)


def _wording(subject: str, lines: list[str], path: str) -> Wording:
    shown = lines[:_LINES]
    if len(lines) > _LINES:
        left = len(lines) - _LINES
        shown.append(ngettext("and %(count)d more", "and %(count)d more", left) % {"count": left})
    # A sentence may hold what people typed: a header takes no line break.
    return Wording(" ".join(subject.split())[:180], "\n".join(shown), settings.SITE_URL.rstrip("/") + path)
