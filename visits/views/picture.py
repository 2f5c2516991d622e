"""What the pages about the promise show: a unit, a role and a month, with everybody's hours (VIS-1, VIS-4)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import OrgUnit, Person, Post
from accounts.rules import Role
from accounts.views.asking import person_of
from duties.calendar import WorkCalendar
from visits.rules.promise import tone
from visits.services import promise
from visits.views import today_of

#: The matrix's columns, as the rule book has them.
ROLES = (
    Role.REGION_MANAGER,
    Role.MARKETING_DIRECTOR,
    Role.BRANCH_GENERAL_MANAGER,
    Role.BRANCH_SALES_MANAGER,
    Role.ACCOUNT_MANAGER,
)
#: Of more people than this the page shows units only; one goes into a unit to see its people.
PEOPLE_MOST = 400
PROPOSALS_MOST = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One person's month as a line of the table; minutes have become hours."""

    load: promise.Load
    visits: int
    calls: int
    service: float
    ride: float
    asked: float
    there_are: float
    share: float | None

    @property
    def tone(self) -> str:
        return tone(self.share)

    @property
    def left(self) -> float:
        return self.there_are - self.asked


@dataclass
class Picture:
    """What the page shows: a unit, a role and a month, with everybody's hours."""

    viewer: Person
    unit: OrgUnit | None
    role: str
    month: promise.Month
    on: date

    @classmethod
    def asked(cls, request: HttpRequest) -> "Picture":
        viewer, today = person_of(request), today_of(request)
        values = request.POST if request.method == "POST" else request.GET
        unit = None
        if wanted := values.get("unit", ""):
            unit = get_object_or_404(OrgUnit.objects.visible_to(viewer), pk=wanted if wanted.isdigit() else 0)
        role = values.get("role", "")
        calendar = WorkCalendar.load()
        month = promise.Month.after(today, calendar)
        with suppress(ValueError):
            month = promise.Month.of(date.fromisoformat(f"{values.get('month', '')}-01"), calendar)
        return cls(viewer, unit, role if role in ROLES else Role.ACCOUNT_MANAGER, month, today)

    @cached_property
    def terms(self) -> promise.Terms:
        return promise.Terms.load()

    @cached_property
    def people(self) -> QuerySet[Person]:
        held = Post.objects.held_on(self.on).filter(role=self.role)
        if self.unit is not None:
            held = held.filter(unit__path__startswith=self.unit.path)
        found: QuerySet[Person] = Person.objects.visible_to(self.viewer).filter(
            pk__in=held.values("person"), is_active=True
        )
        return found

    @cached_property
    def posts(self) -> list[Post]:
        """What these people hold; one more than the page takes, if there are more."""
        found = promise.posts_of(self.people, role=self.role, month=self.month, on=self.on)
        return list(found[: PEOPLE_MOST + 1])

    @property
    def too_many(self) -> bool:
        return len(self.posts) > PEOPLE_MOST

    @cached_property
    def loads(self) -> list[promise.Load]:
        if self.too_many:
            return []
        return promise.loads_of(self.posts, role=self.role, month=self.month, on=self.on, terms=self.terms)

    @cached_property
    def rows(self) -> list[Row]:
        """Everybody, the fullest first."""
        rows = [row_of(load, self.terms, self.month) for load in self.loads]
        return sorted(rows, key=lambda row: (-(99.0 if row.share is None else row.share), row.load.person_id))

    @cached_property
    def over(self) -> list[Row]:
        return [row for row in self.rows if row.tone == "over"]

    @cached_property
    def proposals(self) -> list[promise.Proposal]:
        return promise.propose(self.loads, self.terms, self.month)[:PROPOSALS_MOST]

    def units(self) -> list[OrgUnit]:
        """Where one can go from here: the units below, or those one begins with."""
        visible = OrgUnit.objects.visible_to(self.viewer)
        if self.unit is not None:
            return list(visible.filter(parent=self.unit).order_by("code"))
        return list(visible.filter(kind__in=["region", "branch", "department"]).order_by("path")[:60])

    def chart(self) -> dict[str, Any] | None:
        """Hours by unit, or by person where there is one unit only."""
        if not self.rows:
            return None
        by_unit: dict[str, list[Row]] = {}
        for row in sorted(self.rows, key=lambda row: row.load.unit_id):
            by_unit.setdefault(row.load.unit, []).append(row)
        groups = by_unit if len(by_unit) > 1 else {row.load.name: [row] for row in self.rows}
        asked = [round(sum(row.asked for row in rows)) for rows in groups.values()]
        there_are = [round(sum(row.there_are for row in rows)) for rows in groups.values()]
        return {
            "id": "promise-chart",
            "title": _("Hours by unit") if len(by_unit) > 1 else _("Hours by person"),
            "unit": _("hours a month"),
            "note": date_format(self.month.first, "YEAR_MONTH_FORMAT"),
            "x": list(groups),
            "x_name": _("Unit") if len(by_unit) > 1 else _("Person"),
            "from_zero": True,
            "lines": [
                {"name": _("hours asked"), "values": asked, "kind": "main", "bars": True},
                {"name": _("hours there are"), "values": there_are, "kind": "ref", "bars": True},
            ],
        }

    @property
    def query(self) -> str:
        unit = f"&unit={self.unit.pk}" if self.unit else ""
        return f"?role={self.role}&month={self.month.first:%Y-%m}{unit}"


def row_of(load: promise.Load, terms: promise.Terms, month: promise.Month) -> Row:
    """A load reckoned under certain terms."""
    work = load.work(terms, month)
    return Row(
        load=load,
        visits=round(work.on_site),
        calls=round(work.calls),
        service=work.service_minutes / 60,
        ride=work.ride_minutes / 60,
        asked=work.minutes / 60,
        there_are=load.minutes_there_are(terms) / 60,
        share=load.share(terms, month),
    )
