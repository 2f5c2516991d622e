"""At the desk: all visits and what is due, as lists that filter, search, sort and export (ALL-2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Customer, Person, Post
from accounts.rules import Role
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator, bounded_count
from visits.models import Visit, VisitClock, VisitInterval
from visits.models.plans import Modes
from visits.views import today_of

PAGE_SIZE = 50
EXPORT_MOST = 50_000
#: Counting stops here: "10,000" then reads as "at least".
COUNT_MOST = 10_000
ORDERS = {
    "when": ("started_at", "pk"),
    "-when": ("-started_at", "-pk"),
    "customer": ("customer__pinyin", "pk"),
    "-customer": ("-customer__pinyin", "-pk"),
}


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the visit list asks for; what means nothing is passed over."""

    sort: str
    words: str
    wanted: dict[str, Any]

    @classmethod
    def read(cls, query: QueryDict, person: Person, today: date) -> "Asked":
        sort = query.get("sort", "")
        view = query.get("view", "")
        wanted: dict[str, Any] = {
            "mode": query.get("mode") if query.get("mode") in Modes.values else "",
            "act": query.get("act") if query.get("act") in Visit.Act.values else "",
            "planned": query.get("planned"),
            "since": _day(query.get("since")),
            "until": _day(query.get("until")),
            "person": person.pk if view == "mine" else None,
        }
        if view == "today":
            wanted |= {"since": today, "until": today}
        return cls(sort if sort in ORDERS else "-when", query.get("q", "").strip(), wanted)

    def found(self, person: Person) -> QuerySet[Visit]:
        visits: QuerySet[Visit] = Visit.objects.visible_to(person).matching(self.wanted)
        if self.words:
            visits = visits.filter(customer__in=Customer.objects.visible_to(person).search(self.words).values("pk"))
        return visits.order_by(*ORDERS[self.sort])


def visits(request: HttpRequest) -> HttpResponse:
    """All visits in scope, the latest first."""
    person, today = person_of(request), today_of(request)
    asked = Asked.read(request.GET, person, today)
    found = asked.found(person).select_related("customer__unit", "person")
    paginator = BoundedPaginator(found, PAGE_SIZE, most=COUNT_MOST)
    page = paginator.get_page(request.GET.get("page"))
    problems = dict(
        Visit.objects.filter(pk__in=[each.pk for each in page.object_list], problems__isnull=False)
        .order_by()
        .values_list("pk")
        .annotate(n=Count("problems"))
        .values_list("pk", "n")
    )
    act = {value: str(label) for value, label in Visit.Act.choices}
    for each in page.object_list:
        each.done = " · ".join(act[value] for value in each.acts)
        each.problem_count = problems.get(each.pk, 0)
    base, view = reverse("visits:list"), request.GET.get("view", "")
    context = {
        "page": page,
        "at_least": paginator.is_cut,
        "views": [
            {"label": label, "url": f"{base}{'?view=' + key if key else ''}", "count": None, "current": view == key}
            for key, label in (("", _("All")), ("mine", _("My own")), ("today", _("Today")))
        ],
        "rides": Role.ACCOUNT_MANAGER in person.roles,
        "modes": Modes.choices,
        "acts": Visit.Act.choices,
        "empty_title": "" if request.GET else _("No visit yet"),
        "empty_text": "" if request.GET else _("Visits begin on the day's page, at the shop."),
    }
    return render(request, "visits/list.html", context)


HEADS = ("when", "customer", "code", "unit", "person", "mode", "acts", "minutes", "distance", "next", "notes")


def export(request: HttpRequest) -> HttpResponse:
    """What the list shows, all pages, as an Excel file."""
    person = person_of(request)
    asked = Asked.read(request.GET, person, today_of(request))
    found = asked.found(person).select_related("customer__unit", "person")[:EXPORT_MOST]
    wanted = [name for name in request.GET.get("columns", "").split(",") if name in HEADS]
    columns = [name for name in HEADS if not wanted or name in {*wanted, "code", "unit"}]
    answer = HttpResponse(
        _workbook(found, columns), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = 'attachment; filename="visits.xlsx"'
    return answer


def _workbook(rows: Iterable[Visit], columns: Sequence[str]) -> bytes:
    words = {
        "when": _("When"),
        "customer": _("Customer"),
        "code": _("Customer code"),
        "unit": _("Unit"),
        "person": _("Visitor"),
        "mode": _("How"),
        "acts": _("What was done"),
        "minutes": _("Minutes"),
        "distance": _("Metres from the shop"),
        "next": _("Next step"),
        "notes": _("Notes"),
    }
    act = {value: str(label) for value, label in Visit.Act.choices}
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [str(words[name]) for name in columns], book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, visit in enumerate(rows, 1):
            cells = {
                "when": f"{timezone.localtime(visit.started_at):%Y-%m-%d %H:%M}",
                "customer": visit.customer.name,
                "code": visit.customer.code,
                "unit": visit.customer.unit.name,
                "person": visit.person.name,
                "mode": str(visit.get_mode_display()),
                "acts": " ".join(act[value] for value in visit.acts),
                "minutes": visit.minutes,
                "distance": visit.distance,
                "next": f"{visit.get_next_step_display()} {visit.next_on or ''} {visit.next_note}".strip(),
                "notes": visit.notes,
            }
            sheet.write_row(number, 0, [cells[name] for name in columns])
    return file.getvalue()


def due(request: HttpRequest) -> HttpResponse:
    """What is due by role and customer, the longest overdue first (VIS-1)."""
    person, today = person_of(request), today_of(request)
    roles = list(VisitInterval.objects.order_by().values_list("role", flat=True).distinct())
    own = next((role for role in person.roles if role in roles), Role.ACCOUNT_MANAGER)
    role = request.GET.get("role") if request.GET.get("role") in roles else own
    clocks = VisitClock.objects.visible_to(person).filter(role=role)
    overdue, soon = clocks.overdue(today), clocks.filter(due_on__gte=today)
    view = request.GET.get("view", "")
    shown = {"over": overdue, "soon": soon}.get(view, clocks)
    if request.GET.get("tier") in {str(value) for value in Customer.Tier.values}:
        shown = shown.filter(customer__tier=request.GET["tier"])
    if words := request.GET.get("q", "").strip():
        shown = shown.filter(customer__in=Customer.objects.visible_to(person).search(words).values("pk"))
    order = {"due": F("due_on").asc(), "-due": F("due_on").desc()}.get(request.GET.get("sort", ""), F("due_on").asc())
    shown = shown.select_related("customer__unit", "customer__account_manager").order_by(order, "customer_id")
    over, in_time = bounded_count(overdue, COUNT_MOST), bounded_count(soon, COUNT_MOST)
    base = f"{reverse('visits:due')}?role={role}"
    context = {
        "page": BoundedPaginator(shown, PAGE_SIZE, most=COUNT_MOST).get_page(request.GET.get("page")),
        "role": role,
        "roles": [(value, label) for value, label in Post.Role.choices if value in roles],
        "tiers": Customer.Tier.choices,
        "views": [
            {"label": _("All"), "url": base, "count": None, "current": view not in {"over", "soon"}},
            {"label": _("Overdue"), "url": f"{base}&view=over", "count": over, "current": view == "over"},
            {"label": _("In time"), "url": f"{base}&view=soon", "count": in_time, "current": view == "soon"},
        ],
    }
    return render(request, "visits/due.html", context)
