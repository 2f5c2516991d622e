"""Territories: drawn up fairly, seen before and after on the map, applied or dropped (ORG-5)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import Customer, OrgUnit, Person
from accounts.rules import Deed, Role
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from visits.models import Territory
from visits.services import Refused, promise
from visits.services.promise.territories import PEOPLE_MOST
from visits.views.picture import Picture

#: Hues that the map tells apart.
HUES = 8
POINTS_MOST = 5000
LISTED = 300


def may_decide(person: Person, unit: OrgUnit) -> bool:
    """Who may transfer customers, in a unit under their posts."""
    under = person.scope.everything or any(unit.path.startswith(path) for path in person.scope.paths)
    return under and person.may(Deed.TRANSFER)


def territories(request: HttpRequest) -> HttpResponse:
    """Proposals, the latest first, and the form that draws one up."""
    person = person_of(request)
    if not person.may(Deed.TRANSFER):
        raise PermissionDenied
    found = Territory.objects.visible_to(person).select_related("unit", "made_by").order_by("-made_at", "-pk")
    context = {
        "page": BoundedPaginator(found, 50).get_page(request.GET.get("page")),
        "units": OrgUnit.objects.visible_to(person)
        .filter(kind__in=["branch", "department"])
        .order_by("kind", "path")[:500],
        "empty_title": _("No territories drawn up yet"),
        "empty_text": _("Choose a unit above: territories of even work and short ways are drawn up to compare."),
    }
    return render(request, "visits/territories.html", context)


@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw up fair territories for the managers of a unit."""
    shown = Picture.asked(request)
    unit = shown.unit
    if unit is None or not may_decide(shown.viewer, unit):
        raise PermissionDenied
    shown.role = Role.ACCOUNT_MANAGER
    if shown.too_many or len(shown.loads) > PEOPLE_MOST:
        messages.error(request, _("Too many people at once: choose a branch."))
        return redirect("visits:territories")
    proposal = promise.draw_fair(shown.loads, shown.terms, shown.month)
    if proposal is None:
        messages.info(request, _("The territories of this unit are as even and compact as they get: nothing to move."))
        return redirect("visits:territories")
    territory = promise.keep_proposal(
        unit=unit,
        aim=Territory.Aim.FAIR,
        proposal=proposal,
        found=shown.loads,
        terms=shown.terms,
        month=shown.month,
        by=shown.viewer,
        now=clock.of(request),
    )
    return redirect("visits:territory", territory.pk)


def _found(request: HttpRequest, pk: int) -> Territory:
    found: Territory = get_object_or_404(
        Territory.objects.visible_to(person_of(request)).select_related("unit", "made_by", "settled_by"), pk=pk
    )
    return found


def territory(request: HttpRequest, pk: int) -> HttpResponse:
    """Before and after: the map, each person's hours, which customers would move."""
    found = _found(request, pk)
    moves = list(found.moves.select_related("customer", "giver", "taker").order_by("giver_id", "taker_id", "pk"))
    taker_of = {move.customer_id: move.taker_id for move in moves}
    giver_of = {move.customer_id: move.giver_id for move in moves}
    people = {row["person"]: at % HUES for at, row in enumerate(found.figures)}
    customers = Customer.objects.visible_to(person_of(request)).filter(latitude__isnull=False, status="active")
    points = list(
        (customers.filter(account_manager__in=people) | customers.filter(pk__in=list(taker_of))).values(
            "pk", "name", "latitude", "longitude", "account_manager_id"
        )[:POINTS_MOST]
    )
    before = [round(row["before"] / row["hours"], 3) for row in found.figures if row["hours"]]
    after = [round(row["after"] / row["hours"], 3) for row in found.figures if row["hours"]]
    context = {
        "territory": found,
        "moves": moves[:LISTED],
        "count": len(moves),
        "figures": [{**row, "hue": people[row["person"]]} for row in found.figures],
        "spread": ((min(before), max(before)), (min(after), max(after))) if before else None,
        "maps": [
            _map("before", _("Before"), points, hues=people, owner_of=giver_of),
            _map("after", _("After"), points, hues=people, owner_of=taker_of),
        ],
        "may_decide": found.state == Territory.State.OPEN and may_decide(person_of(request), found.unit),
    }
    return render(request, "visits/territory.html", context)


def _map(
    key: str,
    title: str,
    points: list[dict[str, Any]],
    *,
    hues: Mapping[int, int],
    owner_of: Mapping[int, int],
) -> dict[str, Any]:
    """All customers as dots in their manager's hue; those who move are ringed."""
    return {
        "id": f"territory-{key}",
        "title": title,
        "tiles": settings.MAP_TILES_URL,
        "dots": True,
        "points": [
            {
                "lat": point["latitude"],
                "lng": point["longitude"],
                "name": point["name"],
                "hue": hues.get(owner_of.get(point["pk"], point["account_manager_id"]), 0),
                "moves": point["pk"] in owner_of,
                "url": reverse("visits:customer", args=[point["pk"]]),
            }
            for point in points
        ],
    }


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply or drop it."""
    found = _found(request, pk)
    person = person_of(request)
    if not may_decide(person, found.unit):
        raise PermissionDenied
    applying = request.POST.get("decision") == "apply"
    act = promise.apply_territory if applying else promise.drop_territory
    try:
        act(territory=found, by=person, now=clock.of(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request,
            _("The customers have changed hands; everybody concerned is told.")
            if applying
            else _("Dropped: everything stays as it was."),
        )
    return redirect("visits:territory", found.pk)
