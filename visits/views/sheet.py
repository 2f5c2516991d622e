"""The day on paper: route, times, why, what to bring, room for notes (VIS-3)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.views.asking import person_of
from duties import kinds
from duties.models import Duty
from visits.models import DayPlan, PlanStop
from visits.reasons import to_bring
from visits.rules.sketch import sketch
from visits.services.notices import to_explain, words_of
from visits.views.day import Day


def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan for the printer; phones in full only for the person who calls them (ALL-5)."""
    viewer = person_of(request)
    plan = get_object_or_404(DayPlan.objects.visible_to(viewer).select_related("person"), pk=pk)
    shown = Day.of(plan, viewer)
    stops = [stop for stop in shown.stops if stop.state != PlanStop.State.SKIPPED]
    owed = _owed(stops)
    words = words_of(person=plan.person, customers=[stop.customer_id for stop in stops])
    news = to_explain(customers=[stop.customer for stop in stops], on=plan.date)
    for stop in stops:
        own = words.get(stop.customer_id)
        stop.own_goal = own.goal if own is not None else ""  # type: ignore[attr-defined]
        stop.news = news.get(stop.customer_id, [])  # type: ignore[attr-defined]
        stop.bring = [  # type: ignore[attr-defined]
            *([own.bring] if own is not None and own.bring else []),
            *to_bring(stop.reasons),
            *owed.get(stop.customer_id, []),
        ]
    start = plan.person.start_latitude, plan.person.start_longitude
    places = [
        (stop.customer.latitude, stop.customer.longitude, stop.sequence)
        for stop in stops
        if stop.mode == "on_site" and stop.customer.latitude is not None and stop.customer.longitude is not None
    ]
    context = {
        "plan": plan,
        "day": shown,
        "stops": stops,
        "sketch": sketch(places, start if None not in start else None, width=700, height=260),
        "own": plan.person_id in viewer.scope.own,
    }
    return render(request, "visits/sheet.html", context)


def _owed(stops: list[PlanStop]) -> dict[int, list[str]]:
    """Open matters of these customers in words, in one query: what was promised is to be brought along."""
    found: dict[int, list[str]] = {}
    known: dict[str, Any] = {kind.key: kind for kind in kinds.all_kinds()}
    duties = Duty.objects.open().filter(customer__in=[stop.customer_id for stop in stops]).order_by("next_due_at", "pk")
    for duty in duties:
        if duty.kind in known and duty.kind != kinds.VISIT_FOLLOW_UP and duty.customer_id is not None:
            found.setdefault(duty.customer_id, []).append(known[duty.kind].describe(duty.details))
    return found
