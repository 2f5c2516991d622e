"""The board: open reports by unit and by the role that holds them, with state and age."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Min, Q

from accounts.models import OrgUnit, Person
from early_warnings.models import EarlyWarning

#: Open for longer than this is old.
OLD_DAYS = 14


@dataclass
class BoardLine:
    """A branch or department: how many of its open reports are at which level and in which state, and how old."""

    unit: OrgUnit
    counts: dict[str, int] = field(default_factory=dict)
    oldest: date | None = None

    def add(self, row: dict[str, Any]) -> None:
        for name in _COUNTED:
            self.counts[name] = self.counts.get(name, 0) + row[name]
        if self.oldest is None or (row["oldest"] is not None and row["oldest"] < self.oldest):
            self.oldest = row["oldest"]


_COUNTED = ("all", "breach", "near", "open", "acknowledged", "measures", "rests", "overdue", "old")


def _counts(now: datetime, today: date) -> dict[str, Any]:
    return {
        "all": Count("pk"),
        "breach": Count("pk", filter=Q(level="breach")),
        "near": Count("pk", filter=Q(level="near")),
        "open": Count("pk", filter=Q(state="open")),
        "acknowledged": Count("pk", filter=Q(state="acknowledged")),
        "measures": Count("pk", filter=Q(state="measures")),
        "rests": Count("pk", filter=Q(suppressed_until__isnull=False)),
        "overdue": Count("pk", filter=Q(duty__next_due_at__lt=now)),
        "old": Count("pk", filter=Q(opened_on__lt=date.fromordinal(today.toordinal() - OLD_DAYS))),
        "oldest": Min("opened_on"),
    }


def standing_by_unit(*, person: Person, now: datetime, today: date) -> list[BoardLine]:
    """Open reports of every branch and department in scope, the most first, in two queries."""
    kinds = (OrgUnit.Kind.BRANCH, OrgUnit.Kind.DEPARTMENT)
    by_path = {unit.path: unit for unit in OrgUnit.objects.visible_to(person).filter(kind__in=kinds)}
    lines: dict[str, BoardLine] = {}
    found = EarlyWarning.objects.visible_to(person).open().order_by().values(path=F("customer__unit__path"))
    for row in found.annotate(**_counts(now, today)):
        parts = row["path"].strip("/").split("/")
        above = ("/" + "/".join(parts[:length]) + "/" for length in range(len(parts), 0, -1))
        path = next((each for each in above if each in by_path), None)
        if path is not None:
            lines.setdefault(path, BoardLine(by_path[path])).add(row)
    return sorted(lines.values(), key=lambda line: (-line.counts["all"], line.unit.path))


@dataclass(frozen=True, slots=True)
class Held:
    """What one role holds at one level of climbing."""

    role: str
    counts: dict[str, Any]


def held_by_role(*, person: Person, now: datetime, today: date) -> list[Held]:
    """Open reports by the role whose turn it is, in one query."""
    found = EarlyWarning.objects.visible_to(person).open().filter(duty__isnull=False).order_by()
    rows = found.values(role=F("duty__role")).annotate(**_counts(now, today)).order_by("-all")
    return [Held(row["role"], row) for row in rows]
