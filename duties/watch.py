"""The watchdog's checks: each counts broken promises of one kind. Upper apps register theirs in `AppConfig.ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from accounts.rules import Role
from accounts.services.responsibility import ResponsibilityMap
from duties import kinds
from duties.models import Duty, Heartbeat, Message

#: How many, or each by name.
Found = int | Sequence[str]

#: A sweep by cron comes every minute; two minutes after that a deadline is missed by the machine, not by a person.
SWEEP_LATE = timedelta(minutes=3)
#: A message that waits this long has failed several times, or nobody sends.
MESSAGE_LATE = timedelta(minutes=30)
#: When each part of the machinery counts as silent.
SILENT = {"sweep": SWEEP_LATE, "deliver": timedelta(minutes=5), "beat": timedelta(minutes=5)}
#: What each part does, in words.
NAMES = {
    "sweep": _("Overdue duties climb"),
    "deliver": _("Messages are sent"),
    "watch": _("This watchdog looks"),
    "beat": _("Celery's clock"),
}
#: The watchdog itself: only the page for machines can say that it is silent.
WATCH_LATE = timedelta(minutes=5)
#: Parts that an installation may do without: with cron there is no beat.
OPTIONAL = frozenset({"beat"})


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of broken promise: its name for machines, its label in words, and the function that counts."""

    name: str
    label: str | Promise
    find: Callable[[datetime], Found]


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found: green if nothing."""

    check: Check
    count: int
    what: list[str]

    @property
    def red(self) -> bool:
        return self.count > 0


_checks: dict[str, Check] = {}


def register(name: str, label: str | Promise, check: Callable[[datetime], Found]) -> None:
    """Watch for one more broken promise: `check(now)` gives their number, or a list of what is broken; 0 or [] is well.

    `name` is `app.what`, such as `visits.plan_missing`. It is called every minute: it must be quick.
    """
    if name in _checks:
        raise ValueError(f"check {name} is registered twice")
    _checks[name] = Check(name, label, check)


def checks() -> list[Check]:
    """All checks, those of the lower apps first."""
    return list(_checks.values())


def run(check: Check, now: datetime) -> Result:
    """What the check finds now."""
    found = check.find(now)
    if isinstance(found, int):
        return Result(check, found, [])
    return Result(check, len(found), [str(each) for each in found[:20]])


class BrokenPromise(kinds.Kind):
    """The kind of the watchdog's own duties: its sentence is the label of the check that is red."""

    def describe(self, details: dict[str, Any]) -> str:
        check = _checks.get(str(details.get("check")))
        return str(self.sentence) % {"check": check.label if check else details.get("check", "–")}


#: A check is red: `subject_id` is the row of its finding.
BROKEN = BrokenPromise(
    key="duties.broken",
    label=_("Broken promise of the system"),
    sentence=_("Mend: %(check)s"),
    url_name="duties:check",
    icon="alert-triangle",
)


def not_climbed(now: datetime) -> int:
    """Overdue duties that no sweep took up."""
    return Duty.objects.overdue(now - SWEEP_LATE).count()


def not_sent(now: datetime) -> int:
    """Messages that wait although they were due long ago."""
    return Message.objects.filter(delivery=Message.Delivery.PENDING, created_at__lt=now - MESSAGE_LATE).count()


def dead_letters(now: datetime) -> int:
    """Messages that the other side refused at every attempt."""
    return Message.objects.dead().count()


def without_owner(now: datetime) -> int:
    """Open duties whose owner left the company."""
    return Duty.objects.open().filter(owner__is_active=False).count()


def nobody_responsible(now: datetime) -> list[str]:
    """Companies at whose top nobody stands today: what climbs there would stay where it is (ORG-3)."""
    people = ResponsibilityMap.load(timezone.localdate(now))
    roots = OrgUnit.objects.filter(parent=None).order_by("pk")
    return [root.name for root in roots if people.in_unit(root.path, Role.GENERAL_MANAGER) is None]


def silent(now: datetime) -> list[str]:
    """Parts of the machinery that have not done their work lately."""
    last = dict(Heartbeat.objects.values_list("name", "at"))
    return [
        str(NAMES[name])
        for name, patience in SILENT.items()
        if (name in last and last[name] < now - patience) or (name not in last and name not in OPTIONAL)
    ]


def register_own() -> None:
    """The checks of this floor."""
    kinds.register(BROKEN)
    register("duties.not_climbed", _("Overdue duties that did not climb"), not_climbed)
    register("duties.silent", _("Parts of the machinery that stand still"), silent)
    register("duties.nobody_responsible", _("Companies without anybody at the top today"), nobody_responsible)
    register("duties.without_owner", _("Open duties whose owner left"), without_owner)
    register("duties.not_sent", _("Messages that wait for more than half an hour"), not_sent)
    register("duties.dead_letters", _("Messages that could not be sent"), dead_letters)
