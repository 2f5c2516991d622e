"""The inbox: what a person owes, by when, how it came to them, and whom it climbs to next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Min, Model, OuterRef, Q, Window
from django.urls import NoReverseMatch

from accounts.addresses import record_url
from accounts.models import Customer, Person
from duties import kinds
from duties.models import Duty, Notice
from duties.services.course import climbs_to
from duties.services.ladder import Ladder
from duties.services.wording import describe, how_it_came, sentence

#: More duties than this of one kind in one unit stand in one line that unfolds: a storm must not hide the rest.
GATHERED_ABOVE = 5
#: Lines on a page.
LINES = 24
#: Notices beside them; the rest is a number.
NOTICES = 12


def _unused(model: type[Model], way: str, *used: str) -> list[str]:
    """The fields of a model behind `way` that no line needs: rows of people and customers are wide."""
    fields = model._meta.concrete_fields
    return [f"{way}__{each.name}" for each in fields if not each.primary_key and each.name not in used]


NOT_SHOWN = [
    *_unused(Customer, "customer", "name", "account_manager", "relationship_manager"),
    *_unused(Person, "owner", "name", "username"),
    *_unused(Person, "held_before", "name", "username"),
]


@dataclass(frozen=True, slots=True)
class Line:
    """One duty as its owner reads it."""

    duty: Duty
    icon: str
    sentence: str
    label: str
    url: str
    came: str
    climbs_to: str
    new: bool
    to_acknowledge: bool

    @property
    def due_at(self) -> datetime:
        assert self.duty.next_due_at is not None  # noqa: S101 an open duty has its deadline: the database says so
        return self.duty.next_due_at


@dataclass(frozen=True, slots=True)
class Gathered:
    """Many duties of one kind in one unit; `due_at` is the first deadline among them."""

    kind: str
    label: str
    icon: str
    unit_id: int
    unit: str
    count: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of duty, and how many of it one owes."""

    kind: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that one has not read, of something that one does not owe."""

    notice: Notice
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox. `total` counts every duty owed, whatever the page and the tab."""

    total: int
    tabs: list[Tab]
    lines: list[Line | Gathered]
    more: bool
    told: list[Told] = field(default_factory=list)


def inbox(
    *, person: Person, now: datetime, kind: str = "", unit_id: int | None = None, page: int = 1, limit: int = LINES
) -> Inbox:
    """A page of what a person owes, the first to fall due first; of one kind and of one unit's, if given.

    With a unit nothing is gathered: that is what a gathered line unfolds to.
    """
    owed = Duty.objects.owed_by(person)
    groups = list(
        owed.order_by().values("kind", "unit_id", "unit__name").annotate(count=Count("pk"), due_at=Min("next_due_at"))
    )
    wanted = [group for group in groups if kind in ("", group["kind"]) and unit_id in (None, group["unit_id"])]
    gathered = [_gathered(group) for group in wanted if unit_id is None and group["count"] > GATHERED_ABOVE]
    start = (page - 1) * limit
    found = _loose(owed, kind, unit_id, person)[start : start + limit + 1] if len(gathered) < len(wanted) else []
    duties = list(found)
    lines: list[Line | Gathered] = [
        *lines_of(duties[:limit], person=person, now=now),
        *(gathered if page == 1 else []),
    ]
    return Inbox(
        total=sum(group["count"] for group in groups),
        tabs=_tabs(groups),
        lines=sorted(lines, key=lambda line: line.due_at),
        more=len(duties) > limit,
        told=_told(person),
    )


def lines_of(duties: Sequence[Duty], *, person: Person, now: datetime) -> list[Line]:
    """Duties as their owner reads them; they come with unit, customer and who held them before.

    A line is new if its duty was read with `unread`: a notice of it that one has not seen.
    """
    if not duties:
        return []
    ladder = Ladder.load(now, duties)
    return [
        Line(
            duty=duty,
            icon=_icon(duty.kind),
            sentence=describe(duty),
            label=kind_label(duty.kind),
            url=matter_url(duty),
            came=how_it_came(duty, person),
            climbs_to=climbs_to(duty, ladder),
            new=getattr(duty, "unread", False),
            to_acknowledge=duty.state == Duty.State.OPEN and _acknowledged_here(duty.kind),
        )
        for duty in duties
    ]


def matter_url(duty: Duty) -> str:
    """The page of the matter itself; the duty's own page if its app has none."""
    try:
        return kinds.get(duty.kind).url(duty.subject_id)
    except (KeyError, NoReverseMatch):
        return record_url("duties:duty", duty.pk)


def _loose(owed: Any, kind: str, unit_id: int | None, person: Person) -> Any:
    """The duties that stand in a line of their own, with what a line shows."""
    unread = Notice.objects.visible_to(person).unread().filter(duty=OuterRef("pk"))
    found = (
        owed.select_related("unit", "customer", "held_before", "owner")
        .defer(*NOT_SHOWN)
        .annotate(unread=Exists(unread))
    )
    if unit_id is not None:
        return found.filter(unit_id=unit_id, **({"kind": kind} if kind else {}))
    alike = Window(Count("pk"), partition_by=[F("kind"), F("unit_id")])
    return found.filter(Q(kind=kind) if kind else Q()).annotate(alike=alike).filter(alike__lte=GATHERED_ABOVE)


def _gathered(group: dict[str, Any]) -> Gathered:
    kind = group["kind"]
    return Gathered(
        kind, kind_label(kind), _icon(kind), group["unit_id"], group["unit__name"], group["count"], group["due_at"]
    )


def _tabs(groups: list[dict[str, Any]]) -> list[Tab]:
    counts: dict[str, int] = {}
    for group in groups:
        counts[group["kind"]] = counts.get(group["kind"], 0) + group["count"]
    return [
        Tab(kind, kind_label(kind), count)
        for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _told(person: Person) -> list[Told]:
    """The unread that stands in no line: matters without a duty, and duties that somebody else owes."""
    unread = Notice.objects.visible_to(person).unread()
    others = unread.filter(Q(duty=None) | ~Q(duty__owner_id__in=person.scope.own))
    return [
        Told(
            notice,
            describe(notice.duty) if notice.duty else sentence(notice.matter, notice.details),
            record_url("duties:duty", notice.duty_id) if notice.duty_id else "",
        )
        for notice in others.select_related("duty").order_by("-created_at", "-pk")[:NOTICES]
    ]


def kind_label(kind: str) -> str:
    """What a kind of duty is called in the present language."""
    try:
        return str(kinds.get(kind).label)
    except KeyError:
        return kind


def case_label(kind: str, variant: str) -> str:
    """What a case of a kind is called in the present language; nothing for the rule of all other cases."""
    try:
        return str(kinds.get(kind).cases.get(variant, variant))
    except KeyError:
        return variant


def _acknowledged_here(kind: str) -> bool:
    try:
        return kinds.get(kind).acknowledged_in_inbox
    except KeyError:
        return True


def _icon(kind: str) -> str:
    try:
        return kinds.get(kind).icon
    except KeyError:
        return "clipboard-check"
