"""Can we keep this promise? Hours asked against hours there are, and what would mend it (VIS-1, VIS-4)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import OrgUnit, Person, Post
from accounts.rules import Deed, Role
from accounts.views.asking import person_of
from duties.calendar import WorkCalendar
from visits.forms import MendForm
from visits.models import Territory
from visits.rules.promise import tone
from visits.services import promise, set_interval
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


def may_set_matrix(person: Person) -> bool:
    """Administrators, and those who answer for the whole company."""
    return person.is_superuser or bool(person.roles & {Role.ADMINISTRATOR, Role.GENERAL_MANAGER})


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
    def too_many(self) -> bool:
        return len(self.people.values_list("pk", flat=True)[: PEOPLE_MOST + 1]) > PEOPLE_MOST

    @cached_property
    def loads(self) -> list[promise.Load]:
        return (
            []
            if self.too_many
            else promise.loads(self.people, role=self.role, month=self.month, on=self.on, terms=self.terms)
        )

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


def picture(request: HttpRequest) -> HttpResponse:
    """Who is asked for more than a month has, by unit and person, and what would mend it."""
    shown = Picture.asked(request)
    viewer = shown.viewer
    labels = dict(Post.Role.choices)
    leads = viewer.may(Deed.TRANSFER) or may_set_matrix(viewer)
    context = {
        "shown": shown,
        "chart": shown.chart(),
        "months": _months(shown.on),
        "roles": [(str(role), labels[str(role)]) for role in reversed(ROLES)],
        "proposals": [_said(each, shown) for each in shown.proposals] if leads and not shown.too_many else [],
        "may_move": viewer.may(Deed.TRANSFER),
        "may_set": may_set_matrix(viewer),
        "may_draw": viewer.may(Deed.TRANSFER) and shown.unit is not None and shown.role == Role.ACCOUNT_MANAGER,
        "hours": {
            "asked": sum(row.asked for row in shown.rows),
            "there_are": sum(row.there_are for row in shown.rows),
        },
    }
    return render(request, "visits/promise.html", context)


def _months(today: date) -> list[date]:
    first = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + 7)]


def _said(proposal: promise.Proposal, shown: Picture) -> dict[str, Any]:
    """A proposal in words, with what its button sends."""
    cell = proposal.interval
    if cell is None:
        words = ngettext(
            "Hand %(n)d customer at the border to a neighbour with room",
            "Hand %(n)d customers at the border to neighbours with room",
            len(proposal.moves),
        ) % {"n": len(proposal.moves)}
    elif proposal.kind == "phone":
        words = _("%(tier)s: %(how)s") % {
            "tier": cell.get_tier_display(),
            "how": cell.get_phone_percent_display(),
        }
    else:
        words = _("%(tier)s: a visit every %(interval)s") % {
            "tier": cell.get_tier_display(),
            "interval": cell.in_words,
        }
    return {
        "key": proposal.key,
        "kind": proposal.kind,
        "words": words,
        "hours": proposal.hours_saved,
        "lost": round(proposal.visits_lost),
        "mends": proposal.mends,
        "over_before": proposal.over_before,
        "over_after": proposal.over_after,
        "cell": cell,
        "changes": [
            (load.name, proposal.before[load.person_id] / 60, proposal.after[load.person_id] / 60)
            for load in proposal.over_before[:4]
        ],
    }


@require_POST
def mend(request: HttpRequest) -> HttpResponse:
    """Apply a proposal: the matrix's cell at once; moves are drawn up first, to be looked at on the map."""
    shown = Picture.asked(request)
    back = redirect(f"{reverse('visits:promise')}{shown.query}")
    if request.POST.get("kind") == "move":
        return _draw_up(request, shown) or back
    if not may_set_matrix(shown.viewer):
        raise PermissionDenied
    form = MendForm(request.POST)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    set_interval(
        tier=asked["tier"],
        role=shown.role,
        number=asked["number"],
        unit=asked["every"],
        phone_percent=asked["phone_percent"],
        on=shown.on,
    )
    after = Picture(shown.viewer, shown.unit, shown.role, shown.month, shown.on)
    messages.success(request, _said_after(len(after.over)))
    return back


def _said_after(count: int) -> str:
    words = ngettext(
        "The matrix is set. %(n)d person is over now.", "The matrix is set. %(n)d people are over now.", count
    )
    return words % {"n": count} if count else _("The matrix is set. Nobody is over now.")


def _draw_up(request: HttpRequest, shown: Picture) -> HttpResponse | None:
    if not shown.viewer.may(Deed.TRANSFER):
        raise PermissionDenied
    move = next((each for each in shown.proposals if each.kind == "move"), None)
    if move is None:
        messages.info(request, _("Nobody is over, or no neighbour has room: nothing to move."))
        return None
    territory = promise.keep_proposal(
        unit=shown.unit or common_unit(move.touched),
        aim=Territory.Aim.RELIEF,
        proposal=move,
        found=shown.loads,
        terms=shown.terms,
        month=shown.month,
        by=shown.viewer,
        now=clock.of(request),
    )
    return redirect("visits:territory", territory.pk)


def common_unit(found: Sequence[promise.Load]) -> OrgUnit:
    """The lowest unit that holds all these people's."""
    paths = [unit.path for unit in OrgUnit.objects.filter(pk__in={load.unit_id for load in found})]
    shared = paths[0]
    while not all(path.startswith(shared) for path in paths):
        shared = shared.rstrip("/").rpartition("/")[0] + "/"
    unit: OrgUnit = OrgUnit.objects.get(path=shared)
    return unit
