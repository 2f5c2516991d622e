"""The list of customers, its counts, and its export."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.filters import customer_sets
from accounts.models import Customer, OrgUnit, Person, RetailerFile
from accounts.rules import Deed
from accounts.views import export, listing
from accounts.views.asking import person_of
from accounts.views.columns import more_columns
from accounts.views.paging import BoundedPaginator, bounded_count

PER_PAGE = 100
MOST_UNITS = 400
#: A tab says at most so many; the list itself counts on.
MOST_IN_TAB = 9_999
MOST_EXPORTED = 100_000


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """The list, through filters, views and an order that the address holds."""
    person, now = person_of(request), clock.of(request)
    today = timezone.localdate(now)
    month = listing.last_month(today)
    units = _units(person)
    found = listing.chosen(person, request.GET, today, month, {pk: path for pk, _name, path in units})
    shown = listing.values_of(listing.ordered(found, request.GET, month))
    paginator = BoundedPaginator(shown, PER_PAGE, counted=found)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": listing.rows(list(page.object_list), month, now),
        "month": month,
        "more_columns": [(column.key, column.label, column.css, column.order is not None) for column in more_columns()],
        "is_cut": paginator.is_cut,
        "units": _indented(units),
        "choices": _choices(),
        "folded": _folded(request),
        "sets": [(each.key, each.label, request.GET.get(each.key)) for each in customer_sets()],
        "views": _views(request),
        "may_import": person.may(Deed.IMPORT),
        "may_add": person.may(Deed.ADD_CUSTOMER),
        "may_transfer": person.may(Deed.TRANSFER),
    }
    return render(request, "accounts/customers.html", context)


@require_safe
def customer_counts(request: HttpRequest) -> HttpResponse:
    """The tabs with how many customers each holds: asked for once the list stands."""
    person, today = person_of(request), timezone.localdate(clock.of(request))
    month = listing.last_month(today)
    visible = Customer.objects.visible_to(person)
    counts = [
        bounded_count(listing.of_view(visible, view.key, today, month), MOST_IN_TAB if view.key else 10 * MOST_IN_TAB)
        for view in listing.views()
    ]
    return render(request, "parts/views.html", {"views": _views(request, counts)})


@require_safe
def export_customers(request: HttpRequest) -> FileResponse:
    """What the list shows, all pages of it, as a workbook: the same filters, order and columns."""
    person, now = person_of(request), clock.of(request)
    today = timezone.localdate(now)
    month = listing.last_month(today)
    found = listing.ordered(listing.chosen(person, request.GET, today, month), request.GET, month)
    ids = list(listing.values_of(found)[:MOST_EXPORTED])
    heads = export.heads(request.GET.get("columns", ""))
    name = _("customers") + f"-{today:%Y%m%d}.xlsx"
    return export.workbook(name, heads, _exported(ids, month, now))


def _exported(found: list[tuple[Any, ...]], month: Any, now: Any, step: int = 2_000) -> Iterator[listing.Row]:
    for start in range(0, len(found), step):
        yield from listing.rows(found[start : start + step], month, now)


def _units(person: Person) -> list[tuple[int, str, str]]:
    """The units to filter by: id, name, path. Only managers see more than a few."""
    return list(OrgUnit.objects.visible_to(person).order_by("path").values_list("pk", "name", "path")[:MOST_UNITS])


def _indented(units: list[tuple[int, str, str]]) -> list[tuple[str, str]]:
    """As a tree."""
    least = min((path.count("/") for _pk, _name, path in units), default=0)
    return [(str(pk), "\N{IDEOGRAPHIC SPACE}" * (path.count("/") - least) + name) for pk, name, path in units]


def _choices() -> dict[str, Iterable[tuple[Any, Any]]]:
    return {
        "importance": Customer.Importance.choices,
        "tier": [(str(value), label) for value, label in Customer.Tier.choices],
        "service_class": [(str(value), label) for value, label in Customer.ServiceClass.choices],
        "status": Customer.Status.choices,
        "kind": Customer.Kind.choices,
        "shop_format": RetailerFile.Format.choices,
        "market": RetailerFile.Market.choices,
    }


FOLDED = ("tier", "service_class", "status", "kind", "shop_format", "market", "licence", "unlooked", "unassigned")


def _folded(request: HttpRequest) -> int:
    """How many of the folded filters are set."""
    return sum(1 for name in (*FOLDED, *(each.key for each in customer_sets())) if request.GET.get(name))


def _views(request: HttpRequest, counts: list[int] | None = None) -> list[dict[str, Any]]:
    current = request.GET.get("view", "")
    address = request.GET.get("of", request.path)
    return [
        {
            "label": view.label,
            "url": f"?view={view.key}" if view.key else address,
            "count": counts[at] if counts else None,
            "current": view.key == current,
        }
        for at, view in enumerate(listing.views())
    ]
