"""The list of complaints and its export: filters, search and order stand in the address."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Self

import xlsxwriter
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import clock
from accounts.models import OrgUnit, Person
from accounts.views.paging import BoundedPaginator
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.views import SignedIn

PAGE_SIZE = 50
#: What `?sort=` may name; the last part keeps the order firm.
ORDERS = {
    "due": ("duty__next_due_at", "pk"),
    "-due": ("-duty__next_due_at", "-pk"),
    "registered": ("registered_at", "pk"),
    "-registered": ("-registered_at", "-pk"),
    "customer": ("customer__pinyin", "pk"),
    "-customer": ("-customer__pinyin", "-pk"),
}
TABS = ("mine", "open", "overdue", "all")
#: What may be filtered by, with the values known.
FILTERS = {
    "step": Complaint.Step,
    "gravity": Complaint.Gravity,
    "channel": Complaint.Channel,
    "cause": Complaint.Cause,
}
#: What other pages link with, and the filter bar has no field for.
NARROWED = ("cause", "unit", "closed_from", "closed_until")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    tab: str
    sort: str
    words: str
    filters: dict[str, str]
    closed_from: date | None
    closed_until: date | None
    unit: OrgUnit | None

    @classmethod
    def read(cls, query: QueryDict, person: Person) -> Self:
        """Values that mean nothing are passed over, as if they were not there."""
        tab = query.get("view", "")
        tab = tab if tab in TABS else "open"
        sort = query.get("sort", "")
        return cls(
            tab=tab,
            sort=sort if sort in ORDERS else ("-registered" if tab == "all" else "due"),
            words=query.get("q", "").strip(),
            filters={name: value for name, known in FILTERS.items() if (value := query.get(name, "")) in known.values},
            closed_from=_day(query.get("closed_from")),
            closed_until=_day(query.get("closed_until")),
            unit=_unit(query.get("unit", ""), person),
        )

    def found(self, complaints: ComplaintQuerySet, person: Person, now: datetime) -> ComplaintQuerySet:
        """Of what the person may see, what is asked for, in its order."""
        tabs: dict[str, Callable[[], ComplaintQuerySet]] = {
            "mine": lambda: complaints.owed_by(person),
            "open": complaints.open,
            "overdue": lambda: complaints.overdue(now),
            "all": complaints.all,
        }
        found = tabs[self.tab]().filter(**self.filters).closed_between(self.closed_from, self.closed_until)
        if self.unit:
            found = found.filter(customer__unit__path__startswith=self.unit.path)
        if self.words:
            found = found.search(self.words)
        return found.order_by(*ORDERS[self.sort])


def complaints(request: SignedIn) -> HttpResponse:
    """The list: mine, open, overdue, all."""
    now, asked = clock.of(request), Asked.read(request.GET, request.user)
    visible = Complaint.objects.visible_to(request.user)
    counts = visible.counts(request.user, now)
    found = asked.found(visible, request.user, now).for_list()
    page = BoundedPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    own = set(request.user.scope.own)
    for complaint in page.object_list:
        complaint.badge = state_of(complaint, own, now)
    labels = {"mine": _("Mine"), "open": _("Not closed"), "overdue": _("Overdue"), "all": _("All")}
    context = {
        "page": page,
        "base": reverse("complaints:list"),
        "sort": asked.sort,
        "views": [
            {"label": labels[tab], "url": f"?view={tab}", "count": counts.get(tab), "current": tab == asked.tab}
            for tab in TABS
        ],
        "choices": [
            (name, label, FILTERS[name].choices, asked.filters.get(name, ""))
            for name, label in {"step": _("Step"), "gravity": _("Gravity"), "channel": _("Channel")}.items()
        ],
        "narrowed": [(name, request.GET[name]) for name in NARROWED if request.GET.get(name)],
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "complaints/list.html", context)


def state_of(complaint: Complaint, own: set[int], now: datetime) -> tuple[str, str]:
    """The one badge of a complaint, by its step: closed, over its time, mine to do, or under way."""
    word = complaint.get_step_display()
    if complaint.duty is None:
        return "done", word
    if complaint.duty.level > 1 or (complaint.duty.next_due_at and complaint.duty.next_due_at <= now):
        return "over", word
    return ("mine" if complaint.duty.owner_id in own else "quiet"), word


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the export; `head` names the table's head that shows it, empty for what only the export has."""

    head: str
    title: str
    value: Callable[[Complaint], Any]


def export_columns() -> list[Column]:
    """All columns, in the reader's language."""
    return [
        Column("about", _("Number"), lambda each: each.number),
        Column("about", _("About"), lambda each: each.subject),
        Column("customer", _("Customer"), lambda each: each.customer.name),
        Column("customer", _("Customer code"), lambda each: each.customer.code),
        Column("gravity", _("Gravity"), lambda each: each.get_gravity_display()),
        Column("step", _("Step"), lambda each: each.get_step_display()),
        Column("holder", _("Held by"), lambda each: each.duty.owner.name if each.duty else ""),
        Column("due", _("Due"), lambda each: each.duty.next_due_at if each.duty else None),
        Column("channel", _("Channel"), lambda each: each.get_channel_display()),
        Column("registered", _("Registered"), lambda each: each.registered_at),
        Column("", _("Who complains"), lambda each: each.reported_by_name),
        Column("", _("What the customer says"), lambda each: each.text),
        Column("", _("Customer told"), lambda each: each.told_at),
        Column("", _("What the customer said"), lambda each: each.customer_said),
        Column("", _("Cause"), lambda each: each.get_cause_display()),
        Column("", pgettext("complaint", "closed"), lambda each: each.closed_at),
    ]


def export(request: SignedIn) -> HttpResponse:
    """What the list shows, all pages, as an Excel file for inspection (CMP-4); `columns=` keeps the shown ones."""
    now, asked = clock.of(request), Asked.read(request.GET, request.user)
    found = asked.found(Complaint.objects.visible_to(request.user), request.user, now).for_list()
    shown = set(filter(None, request.GET.get("columns", "").split(",")))
    columns = [column for column in export_columns() if not shown or not column.head or column.head in shown]
    answer = HttpResponse(
        _workbook(columns, found.iterator(chunk_size=1000)),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer["Content-Disposition"] = f'attachment; filename="complaints-{timezone.localtime(now):%Y%m%d-%H%M}.xlsx"'
    return answer


def _workbook(columns: Sequence[Column], complaints: Iterator[Complaint]) -> bytes:
    file = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18)
        sheet.write_row(0, 0, [column.title for column in columns], bold)
        for line, complaint in enumerate(complaints, 1):
            for at, column in enumerate(columns):
                cell = column.value(complaint)
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, at, timezone.localtime(cell).replace(tzinfo=None), moment)
                else:
                    sheet.write(line, at, cell)
    return file.getvalue()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _unit(text: str, person: Person) -> OrgUnit | None:
    return OrgUnit.objects.visible_to(person).filter(pk=text).first() if text.isdecimal() else None
