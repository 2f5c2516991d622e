"""The lists of reports about customers and about units, and their export."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Customer, OrgUnit, Person, Post
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from duties.models import DutyEvent
from early_warnings.models import EarlyWarning, Indicator, Sign, UnitWarning
from early_warnings.services import reading, wording
from early_warnings.services.seeing.board import OLD_DAYS

PAGE_SIZE = 50
ORDERS: dict[str, tuple[Any, ...]] = {
    "due": (F("duty__next_due_at").asc(nulls_last=True), "pk"),
    "-due": (F("duty__next_due_at").desc(nulls_last=True), "-pk"),
    "opened": ("opened_on", "pk"),
    "-opened": ("-opened_on", "-pk"),
    "customer": ("customer__pinyin", "pk"),
    "-customer": ("-customer__pinyin", "-pk"),
}
TABS = ("mine", "open", "closed")
#: What a row says in words; asked of each row by `get_…_display`, it would be a fifth of the page's time.
SAID = {
    "level": EarlyWarning.Level,
    "state": EarlyWarning.State,
    "outcome": EarlyWarning.Outcome,
    "importance": Customer.Importance,
}
FILTERS = {
    "level": EarlyWarning.Level,
    "state": EarlyWarning.State,
    "importance": Customer.Importance,
    "outcome": EarlyWarning.Outcome,
}


def _only(query: QueryDict, now: datetime) -> Q:
    """What the board and the week link to: resting, overdue, older than two weeks, new of the last days, of a role."""
    today = timezone.localdate(now)
    only = Q()
    if query.get("state") == "suppressed":
        only &= Q(suppressed_until__isnull=False)
    if query.get("late"):
        only &= Q(duty__next_due_at__lt=now)
    if query.get("old"):
        only &= Q(opened_on__lt=today - timedelta(days=OLD_DAYS))
    if (days := query.get("days", "")).isdecimal() and int(days) <= 400:
        only &= Q(opened_on__gte=today - timedelta(days=int(days)))
    if (closed := query.get("closed", "")).isdecimal() and int(closed) <= 400:
        only &= Q(closed_at__gte=now - timedelta(days=int(closed)))
    if (climbed := query.get("climbed", "")).isdecimal() and int(climbed) <= 400:
        since = now - timedelta(days=int(climbed))
        only &= Q(duty__in=DutyEvent.objects.filter(act="climbed", at__gte=since).values("duty"))
    if query.get("role") in Post.Role.values:
        only &= Q(duty__role=query["role"])
    return only


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; values that mean nothing are passed over."""

    tab: str
    sort: str
    words: str
    filters: dict[str, Any]
    unit: OrgUnit | None
    only: Q | None = None

    @classmethod
    def read(cls, query: QueryDict, units: list[OrgUnit], indicators: list[Indicator], now: datetime) -> "Asked":
        tab = query.get("view", "")
        tab = tab if tab in {*TABS, "all"} else "open"
        sort = query.get("sort", "")
        filters: dict[str, Any] = {
            name: query[name] for name, known in FILTERS.items() if query.get(name) in known.values
        }
        if query.get("indicator") in {str(each.pk) for each in indicators}:
            filters["signs__indicator_id"] = int(query.get("indicator", "0"))
        unit = next((each for each in units if str(each.pk) == query.get("unit")), None)
        return cls(
            tab=tab,
            sort=sort if sort in ORDERS else ("-opened" if tab == "closed" else "due"),
            words=query.get("q", "").strip(),
            filters=filters,
            unit=unit,
            only=_only(query, now),
        )

    def found(self, visible: QuerySet[EarlyWarning], person: Person) -> QuerySet[EarlyWarning]:
        found = visible.filter(**self.filters)
        if self.tab == "mine":
            found = found.exclude(state="closed").filter(duty__owner_id__in=person.scope.own)
        elif self.tab != "all":
            found = found.filter(state="closed") if self.tab == "closed" else found.exclude(state="closed")
        if self.only is not None:
            found = found.filter(self.only)
        if self.unit:
            found = found.filter(customer__unit__path__startswith=self.unit.path)
        if self.words:
            found = found.filter(customer__in=Customer.objects.search(self.words))
        return found.order_by(*ORDERS[self.sort])


def for_list(found: QuerySet[EarlyWarning], signs: QuerySet[Sign] | None = None) -> QuerySet[EarlyWarning]:
    """Reports with what a row shows: customer, holder, and the signs: by default all of them, the worst first."""
    shown = ("customer__code", "customer__name", "customer__importance", "customer__unit__name")
    held = ("duty__next_due_at", "duty__role", "duty__state", "duty__owner__name", "duty__owner__username")
    own = (
        "customer",
        "importance",
        "level",
        "state",
        "opened_on",
        "above_again_on",
        "outcome",
        "conclusion",
        "suppressed_until",
        "suppressed_because",
        "storm",
    )
    return (
        found.select_related("customer__unit", "duty__owner")
        .only(*own, *shown, *held)
        .prefetch_related(Prefetch("signs", Sign.objects.worst_first() if signs is None else signs))
    )


def _units(person: Person) -> list[OrgUnit]:
    """Regions and branches one may choose from: a select never holds thousands."""
    return list(OrgUnit.objects.visible_to(person).filter(kind__in=["region", "branch"]).order_by("path")[:200])


def elsewhere(current: str = "") -> list[dict[str, Any]]:
    """The other views of warnings."""
    views = (
        ("units", _("Units")),
        ("board", _("Board")),
        ("map", _("Map")),
        ("week", _("The week")),
        ("regular-reports", _("Regular reports")),
    )
    return [
        {"label": label, "url": reverse(f"warnings:{name}"), "count": None, "current": name == current}
        for name, label in views
    ]


def warnings(request: HttpRequest) -> HttpResponse:
    """Urgent reports: mine, open, closed."""
    person, now = person_of(request), clock.of(request)
    units, indicators = _units(person), list(Indicator.objects.filter(family="customer"))
    asked = Asked.read(request.GET, units, indicators, now)
    visible = EarlyWarning.objects.visible_to(person)
    counts = visible.open().aggregate(open=Count("pk"), mine=Count("pk", filter=Q(duty__owner_id__in=person.scope.own)))
    found = for_list(asked.found(visible, person), Sign.objects.leading())
    page = BoundedPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = rows = list[Any](page.object_list)
    by_pk = {indicator.pk: indicator for indicator in indicators}
    said = {name: dict(known.choices) for name, known in SAID.items()}
    for report in rows:
        report.reason, report.more = "", 0
        for sign in report.signs.all():
            sign.indicator = by_pk[sign.indicator_id]
            report.reason, report.more = wording.reason(sign), sign.among - 1
        report.said = {name: labels.get(getattr(report, name), "") for name, labels in said.items()}
        report.held_as = Post.Role(report.duty.role).label if report.duty else ""
    labels = {"mine": _("Mine"), "open": _("Not settled"), "closed": _("Closed")}
    base = reverse("warnings:list")
    context = {
        "page": page,
        "views": [
            {"label": labels[tab], "url": f"{base}?view={tab}", "count": counts.get(tab), "current": tab == asked.tab}
            for tab in TABS
        ]
        + elsewhere(),
        "levels": EarlyWarning.Level.choices,
        "states": [*EarlyWarning.State.choices, ("suppressed", _("suppressed"))],
        "importances": Customer.Importance.choices,
        "indicators": indicators,
        "units": units,
        "now": now,
        "empty_title": _("No reports here"),
        "empty_text": _(
            "Each night the indicators are evaluated; what crosses a line comes to the desk it belongs to."
        ),
    }
    return render(request, "early_warnings/list.html", context)


def export(request: HttpRequest) -> HttpResponse:
    """What the list shows, all pages, as an Excel file."""
    person = person_of(request)
    asked = Asked.read(
        request.GET, _units(person), list(Indicator.objects.filter(family="customer")), clock.of(request)
    )
    found = for_list(asked.found(EarlyWarning.objects.visible_to(person), person))[:50_000]
    answer = HttpResponse(
        _workbook(list(found)), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = 'attachment; filename="warnings.xlsx"'
    return answer


def _workbook(reports: list[EarlyWarning]) -> bytes:
    heads = [
        _("Number"), _("Customer code"), _("Customer"), _("Unit"), _("Importance"), _("Level"), _("State"), _("Opened"),
        _("Held by"), _("Due"), _("Why"), _("Outcome"), _("What came of it"),
    ]  # fmt: skip
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [str(head) for head in heads], book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for row, report in enumerate(reports, 1):
            sheet.write_row(row, 0, _cells(report))
    return file.getvalue()


def _cells(report: EarlyWarning) -> list[str]:
    customer, duty = report.customer, report.duty
    return [
        report.number,
        customer.code,
        customer.name,
        customer.unit.name,
        str(customer.get_importance_display()),
        str(report.get_level_display()),
        str(report.get_state_display()),
        report.opened_on.isoformat(),
        duty.owner.name if duty else "",
        _minute(duty.next_due_at) if duty and duty.next_due_at else "",
        " ".join(wording.reason(sign) for sign in report.signs.all()),
        str(report.get_outcome_display()),
        report.conclusion,
    ]


def _minute(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _board(person: Person) -> dict[str, Any]:
    """Branches by open reports for a thousand customers; the bars are as long as the worst one's."""
    rows = reading.board(person=person)[:60]
    customers, reports = sum(row.customers for row in rows), sum(row.breach + row.near for row in rows)
    mean = 1000 * reports / customers if customers else 0.0
    longest = max([*(row.rate for row in rows), mean * 1.25, 0.001])
    for row in rows:
        row.over = 100 * row.rate / longest * row.breach / max(row.breach + row.near, 1)
        row.close = 100 * row.rate / longest - row.over
    return {"board": rows, "mean": mean, "mark": 100 * mean / longest}


def units(request: HttpRequest) -> HttpResponse:
    """Totals and ratios of units over their lines (WRN-2), and the board by unit."""
    person, now = person_of(request), clock.of(request)
    closed = request.GET.get("view") == "closed"
    found = UnitWarning.objects.visible_to(person).select_related("unit", "indicator", "duty__owner")
    found = found.filter(state="closed") if closed else found.exclude(state="closed")
    page = BoundedPaginator(found.order_by("-opened_on", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = rows = list[Any](page.object_list)
    for each in rows:
        each.reason = wording.unit_reason(each)
    base = reverse("warnings:units")
    context = {
        "page": page,
        "views": [
            {"label": _("Customers"), "url": reverse("warnings:list"), "count": None, "current": False},
            {"label": _("Units"), "url": base, "count": None, "current": not closed},
            {"label": _("Units, closed"), "url": f"{base}?view=closed", "count": None, "current": closed},
        ],
        **_board(person),
        "now": now,
        "empty_title": _("No unit over its line"),
        "empty_text": _("Totals, ratios and causes of complaints are evaluated each night."),
    }
    return render(request, "early_warnings/units.html", context)
