"""Reports seen together: the board, the map, the week, a customer's indicators over time (WRN-7)."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.models import Customer, Post
from accounts.views.asking import person_of
from duties.models import Duty
from duties.services.inbox import matter_url
from duties.services.wording import describe
from early_warnings.models import EarlyWarning, Measure, RegularReport, Storm, UnitWarning
from early_warnings.services import scoring, seeing, wording
from early_warnings.views.lists import elsewhere

#: Points on the map, breaches first.
MOST_POINTS = 2000
TONES = {"breach": "over", "near": "near"}


def _views(current: str) -> list[dict[str, Any]]:
    own = {"label": _("Customers"), "url": reverse("warnings:list"), "count": None, "current": False}
    return [own, *elsewhere(current)]


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Open reports by unit and by the role that holds them, with state and age."""
    person, now = person_of(request), clock.of(request)
    today = timezone.localdate(now)
    lines: list[Any] = seeing.standing_by_unit(person=person, now=now, today=today)
    for line in lines:
        line.age = (today - line.oldest).days if line.oldest else 0
    labels = dict(Post.Role.choices)
    held = [
        {
            "role": each.role,
            "label": labels.get(each.role, each.role),
            "counts": each.counts,
            "age": (today - each.counts["oldest"]).days,
        }
        for each in seeing.held_by_role(person=person, now=now, today=today)
    ]
    context = {"lines": lines, "held": held, "views": _views("board"), "now": now}
    return render(request, "early_warnings/board.html", context)


@require_GET
def on_map(request: HttpRequest) -> HttpResponse:
    """Where open reports are; the list beside it works without tiles."""
    visible = EarlyWarning.objects.visible_to(person_of(request))
    level, importance = request.GET.get("level", ""), request.GET.get("importance", "")
    if level in EarlyWarning.Level.values:
        visible = visible.filter(level=level)
    if importance in Customer.Importance.values:
        visible = visible.filter(customer__importance=importance)
    words = dict(EarlyWarning.Level.choices)
    points = [
        {
            "id": row["pk"],
            "lat": row["latitude"],
            "lng": row["longitude"],
            "name": row["customer__name"],
            "tone": TONES[row["level"]],
            "text": str(words[row["level"]]),
            "url": reverse("warnings:warning", args=[row["pk"]]),
        }
        for row in visible.on_map(MOST_POINTS)
    ]
    context = {
        "map": {"id": "reports-map", "title": _("Open reports"), "tiles": settings.MAP_TILES_URL, "points": points},
        "legend": [("over", _("breach")), ("near", _("near breach"))],
        "count": visible.open().count(),
        "levels": EarlyWarning.Level.choices,
        "importances": Customer.Importance.choices,
        "views": _views("map"),
        "now": clock.of(request),
    }
    return render(request, "early_warnings/map.html", context)


@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """A director's Monday: what the week brought, what waits, what is to be decided."""
    person, now = person_of(request), clock.of(request)
    today = timezone.localdate(now)
    told = seeing.week_of(person=person, now=now, today=today)
    visible = EarlyWarning.objects.visible_to(person).open()
    owed = Duty.objects.owed_by(person).filter(kind__startswith="warning.").select_related("unit", "customer")
    late = (
        visible.filter(duty__next_due_at__lt=now)
        .select_related("customer", "duty__owner")
        .only("opened_on", "level", "customer__name", "duty__owner__name", "duty__owner__username", "duty__next_due_at")
    )
    context = {
        "since": told.since,
        "figures": _figures(told),
        "owed": [(each, _sentence(each)) for each in owed.order_by("next_due_at")[:8]],
        "late": late.order_by("duty__next_due_at")[:8],
        "units": told.breaches[:8],
        "unit_warnings": _unit_warnings(person),
        "regular": RegularReport.objects.visible_to(person).filter(signed_at=None).count(),
        "storms": Storm.objects.visible_to(person).filter(on__gte=told.since).select_related("unit"),
        "resting": told.resting,
        "effects": _effects(told),
        "views": _views("week"),
        "now": now,
    }
    return render(request, "early_warnings/week.html", context)


def _sentence(duty: Duty) -> dict[str, str]:
    return {"text": describe(duty), "url": matter_url(duty)}


def _unit_warnings(person: Any) -> list[Any]:
    rows: list[Any] = list(UnitWarning.objects.visible_to(person).open().select_related("unit", "indicator")[:8])
    for each in rows:
        each.reason = wording.unit_reason(each)
    return rows


def _figures(told: seeing.Week) -> list[dict[str, Any]]:
    """Each figure with the week before beside it, and the list that makes it up."""
    base = reverse("warnings:list")
    rows = (
        (_("New urgent reports"), "new", f"{base}?view=all&days=7", -1),
        (_("of them breaches"), "breaches", f"{base}?view=all&days=7&level=breach", -1),
        (pgettext("report", "Closed"), "closed", f"{base}?view=closed&closed=7", 1),
        (_("Recovered"), "recovered", f"{base}?view=closed&closed=7&outcome=recovered", 1),
        (_("Lost"), "lost", f"{base}?view=closed&closed=7&outcome=lost", -1),
        (_("Let lapse and climbed"), "climbed", f"{base}?view=all&climbed=7", -1),
    )
    figures = []
    for label, name, url, good in rows:
        value, before = told.counts[name]
        change = value - before
        figures.append(
            {
                "label": label,
                "value": f"{value:,}",
                "unit": "",
                "change": f"{abs(change):,}" if change else "",
                "up": None if not change else change > 0,
                "tone": "" if not change else "done" if change * good > 0 else "near",
                "comparison": _("week before %(n)s") % {"n": f"{before:,}"},
                "url": url,
            }
        )
    return figures


def _effects(told: seeing.Week) -> list[tuple[str, int, int]]:
    """What measures came to."""
    labels = dict(Measure.Verdict.choices)
    return [
        (_("Measures done"), *told.counts["done"]),
        (str(labels["recovered"]), *told.counts["helped"]),
        (str(labels["not"]), *told.counts["unhelped"]),
    ]


@require_GET
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's indicators over the last months, each with its bands."""
    person, now = person_of(request), clock.of(request)
    found: Customer = get_object_or_404(Customer.objects.visible_to(person).select_related("unit"), pk=pk)
    followed = seeing.follow(customer=found, on=timezone.localdate(now))
    cards = []
    for each in followed:
        last = next((value for value in reversed(each.values) if value is not None), None)
        cards.append(
            {
                "followed": each,
                "now": wording.value_of(each.indicator, last) if last is not None else "–",
                "said": wording.made_of(each.indicator),
                "whose": wording.line_for(each.line),
                "chart": _chart(each),
            }
        )
    reports = EarlyWarning.objects.visible_to(person).of_customer(found.pk)[:5]
    context = {"customer": found, "cards": cards, "reports": reports, "now": now}
    return render(request, "early_warnings/customer.html", context)


@require_GET
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's score card, to be added up by hand; pages ask for it once they stand."""
    person = person_of(request)
    found: Customer = get_object_or_404(Customer.objects.visible_to(person).select_related("unit"), pk=pk)
    card = scoring.shown(customer=found, on=timezone.localdate(clock.of(request)))
    return render(request, "early_warnings/score.html", {"customer": found, "card": card})


def _chart(each: seeing.Followed) -> dict[str, Any]:
    """The value against both lines; parts of one are drawn as per cent."""
    percent = wording.value_of(each.indicator, Decimal(1)).endswith("%")
    scale = 100 if percent else 1

    def drawn(value: Decimal | None) -> float | None:
        return None if value is None else round(float(value) * scale, 2)

    flat = len(each.months)
    return {
        "id": f"indicator-{each.indicator.pk}",
        "title": each.indicator.name,
        "unit": "%" if percent else "",
        "x": [f"{month:%Y-%m}" for month in each.months],
        "lines": [
            {"name": _("This customer"), "values": [drawn(value) for value in each.values], "kind": "main"},
            {"name": _("Near"), "values": [drawn(each.line.near)] * flat, "kind": "near"},
            {"name": _("Breach line"), "values": [drawn(each.line.breach)] * flat, "kind": "over"},
        ],
    }
