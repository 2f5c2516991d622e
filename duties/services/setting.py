"""What an administrator sets: the levels of an escalation rule, the company's own days. What was before is kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Person, Post
from duties.models import CalendarDay, EscalationRule, EscalationStep
from duties.rules import Step, faults_of_steps

#: Changes shown beside what they changed.
_SHOWN = 30


class NotALadder(ValueError):
    """These levels do not lead upward; the message says why, in the reader's language."""


@transaction.atomic
def set_steps(*, rule: EscalationRule, steps: Sequence[Step], by: Person, now: datetime) -> None:
    """Replace the levels of a rule (CMP-3, WRN-5). Deadlines that run already stay. Raises NotALadder."""
    if faults := faults_of_steps(steps):
        raise NotALadder(" ".join(words_of_fault(fault) for fault in faults))
    EscalationRule.objects.select_for_update().get(pk=rule.pk)
    old = {step.level: step for step in rule.steps.all()}
    for level, wanted in enumerate(sorted(steps, key=lambda step: step.level), 1):
        step = old.pop(level, None) or EscalationStep(rule=rule, level=level)
        if (step.role, step.limit_minutes) != (wanted.role, wanted.limit_minutes):
            step.role, step.limit_minutes = wanted.role, wanted.limit_minutes
            step.save()
    for step in old.values():
        step.delete()


def words_of_fault(fault: str) -> str:
    """Why levels are refused."""
    return {
        "none": _("A rule needs at least one level."),
        "limit": _("Each level needs some working time."),
        "twice": _("Two levels in a row ask the same role: the second would change nothing."),
        "down": _("A level asks a role below the one before it: a duty climbs, it does not go down."),
    }[fault]


@transaction.atomic
def set_day(*, day: date, works: bool, name: str, by: Person, now: datetime) -> CalendarDay:
    """Let a day be worked or not, whatever the official calendar says. Deadlines that run already stay."""
    kept, _new = CalendarDay.objects.update_or_create(day=day, defaults={"works": works, "name": name})
    return kept


@transaction.atomic
def clear_day(*, day: date, by: Person, now: datetime) -> None:
    """Go back to the official calendar for a day."""
    CalendarDay.objects.filter(day=day).delete()


def history_of_rule(rule: EscalationRule) -> list[dict[str, Any]]:
    """Every change of a rule's levels, the last first: the context of `parts/timeline.html` (ALL-1)."""
    events = apps.get_model("duties", "EscalationStepEvent")._default_manager.filter(rule=rule)
    return [
        {"at": event.pgh_created_at, "text": _change(event.pgh_label, _step_words(event)), "by": by}
        for event, by in _with_authors(events)
    ]


def history_of_calendar(year: int) -> list[dict[str, Any]]:
    """Every change of the company's own days of a year, the last first."""
    events = apps.get_model("duties", "CalendarDayEvent")._default_manager.filter(day__year=year)
    words = {True: _("everybody works"), False: _("nobody works")}
    return [
        {
            "at": event.pgh_created_at,
            "text": _change(event.pgh_label, f"{event.day:%Y-%m-%d} {event.name}, {words[event.works]}"),
            "by": by,
        }
        for event, by in _with_authors(events)
    ]


def _step_words(event: Any) -> str:
    values = {"level": event.level, "role": Post.Role(event.role).label, "hours": f"{event.limit_minutes / 60:g}"}
    return _("level %(level)s: %(role)s, %(hours)s working hours") % values


def _change(label: str, what: str) -> str:
    words = {"insert": _("Set: %(what)s"), "update": _("Changed: %(what)s"), "delete": _("Taken away: %(what)s")}
    return words.get(label, "%(what)s") % {"what": what}


def _with_authors(events: QuerySet[Any]) -> list[tuple[Any, Person | str]]:
    """The last changes with the person who made them, if a page or the API was used."""
    found = list(events.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")[:_SHOWN])
    people = {event.pgh_id: event.pgh_context.metadata.get("user") for event in found if event.pgh_context is not None}
    authors = Person.objects.in_bulk({person for person in people.values() if person is not None})
    return [(event, authors.get(people.get(event.pgh_id), "")) for event in found]
