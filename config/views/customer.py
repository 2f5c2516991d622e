"""One page that shows a customer whole (CUS-9), its quick look, and what is masked on it."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import Customer, Person, SensitiveRead
from accounts.rules import Deed, completeness, may_change_class
from accounts.services.customers import reveal
from accounts.views.asking import person_of
from config import customers, timeline
from config.order_days import OrderDays
from duties import kinds
from duties.models import Duty
from visits.models import VisitClock

#: Entries of the timeline on the page, and with `?timeline=all`.
SHOWN, MOST = 40, 500
LICENCE_DAYS = 60


def _found(request: HttpRequest, pk: int) -> tuple[Customer, Person]:
    """The customer in the reader's scope, with its files, unit and managers in one query; 404 outside it (ORG-4)."""
    person = person_of(request)
    visible = Customer.objects.visible_to(person).select_related(
        "unit", "account_manager", "relationship_manager", "retailer_file", "group_file"
    )
    return get_object_or_404(customers.with_chain(visible.defer("search_text")), pk=pk), person


@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The record: states and the next action, file, classes, facts as charts, open matters, and all that happened."""
    found, person = _found(request, pk)
    now = clock.of(request)
    today = timezone.localdate(now)
    duties = _duties(found)
    history = customers.History.load(found, today)
    everything = request.GET.get("timeline") == "all"
    file = found.retailer_file if found.kind == Customer.Kind.RETAILER else found.group_file
    context = {
        "customer": found,
        "file": file,
        "facts": _halves(customers.file_facts(found)),
        "completeness": completeness(customers.file_values(file)),
        "badges": _badges(found, duties, history, person, today),
        "duties": duties,
        "next": _next_step(duties, person),
        "charts": history.charts(),
        "figures": history.figures(),
        "ordered": OrderDays.load(found, today),
        "products": customers.products(found, history.month),
        "contacts": customers.contacts(found),
        "contracts": customers.contracts(found),
        "clocks": _clocks(found),
        "events": timeline.timeline(found, MOST if everything else SHOWN),
        "everything": everything,
        "may_edit": person.may(Deed.EDIT_CUSTOMER),
        "may_transfer": person.may(Deed.TRANSFER),
        "may_change_class": person.is_superuser
        or may_change_class(person.roles, person.scope.own, found.account_manager_id),
    }
    return render(request, "config/customer.html", context)


@require_safe
def drawer(request: HttpRequest, pk: int) -> HttpResponse:
    """The quick look beside the list: the next step, who visits until when, orders, contact, open matters."""
    found, person = _found(request, pk)
    now = clock.of(request)
    today = timezone.localdate(now)
    duties = _duties(found)
    history = customers.History.load(found, today)
    context = {
        "customer": found,
        "file": found.retailer_file if found.kind == Customer.Kind.RETAILER else None,
        "duties": duties,
        "next": _next_step(duties, person),
        "clocks": _clocks(found),
        "history": history,
        "facts": customers.file_facts(found),
        "now": now,
        "today": today,
        "may_edit": person.may(Deed.EDIT_CUSTOMER),
    }
    return render(request, "config/customer_drawer.html", context)


@require_POST
def show_field(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """A masked phone in full; who looked at it is written down (ALL-5)."""
    found, person = _found(request, pk)
    if field not in SensitiveRead.Field.values:
        return HttpResponse(status=404)
    number = reveal(customer=found, field=field, by=person, now=clock.of(request))
    return render(request, "config/customer_phone.html", {"number": number})


def _duties(found: Customer) -> list[dict[str, Any]]:
    """What is owed about the customer, the first to fall due first; a kind that no app knows is left out."""
    open_ones = Duty.objects.open().filter(customer=found).select_related("owner").order_by("next_due_at", "pk")
    known = {kind.key: kind for kind in kinds.all_kinds()}
    return [
        {
            "text": known[duty.kind].describe(duty.details),
            "label": known[duty.kind].label,
            "icon": known[duty.kind].icon,
            "url": _address(known[duty.kind], duty, found),
            "owner_id": duty.owner_id,
            "owner": duty.owner.name,
            "due": duty.next_due_at,
        }
        for duty in open_ones
        if duty.kind in known
    ]


def _address(kind: kinds.Kind, duty: Duty, found: Customer) -> str:
    try:
        address = kind.url(duty.subject_id)
    except NoReverseMatch:
        return ""
    return "" if address == reverse("customer", args=[found.pk]) else address


def _next_step(duties: list[dict[str, Any]], person: Person) -> dict[str, Any] | None:
    """The one next action: what I owe first, else what anybody owes first."""
    mine = next((duty for duty in duties if duty["owner_id"] in person.scope.own), None)
    return {**mine, "mine": True} if mine else {**duties[0], "mine": False} if duties else None


def _badges(
    found: Customer, duties: list[dict[str, Any]], history: "customers.History", person: Person, today: date
) -> list[tuple[str, str, str]]:
    """The states of the customer that somebody must know: tone, word, icon."""
    badges = []
    if any(duty["owner_id"] in person.scope.own for duty in duties):
        badges.append(("mine", _("waits for me"), ""))
    if found.status != Customer.Status.ACTIVE:
        badges.append(("quiet", found.get_status_display(), "circle-x"))
    ends = found.retailer_file.licence_expires_on if found.kind == Customer.Kind.RETAILER else None
    if ends and ends < today:
        badges.append(("over", _("licence ended"), ""))
    elif ends and (ends - today).days <= LICENCE_DAYS:
        badges.append(("near", _("licence ends in %(days)s days") % {"days": (ends - today).days}, ""))
    if history.overdue:
        badges.append(("over", _("payment overdue"), "cash"))
    if found.importance in {"core", "important"} and not found.relationship_manager_id:
        badges.append(("near", _("no relationship manager"), "user-off"))
    return badges


def _halves(facts: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The facts in two columns."""
    middle = (len(facts) + 1) // 2
    return [half for half in (facts[:middle], facts[middle:]) if half]


def _clocks(found: Customer) -> list[VisitClock]:
    """Until when who visits, the first due first."""
    return list(VisitClock.objects.filter(customer=found).order_by("due_on"))
