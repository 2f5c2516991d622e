"""The people's day for those who lead: planned against done, and one person's plan (VIS-4)."""

from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts.models import Person, Post
from accounts.rules import Role
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from duties.calendar import WorkCalendar
from visits.models import DayPlan, PlanStop
from visits.querysets import planned_people
from visits.services import may_change
from visits.views import today_of
from visits.views.day import Day

TEAM_PAGE = 50


def team(request: HttpRequest) -> HttpResponse:
    """Everybody in scope who should have a plan that day: stops planned, done, skipped; who has none is named."""
    viewer, today = person_of(request), today_of(request)
    on = _day(request.GET.get("on")) or today
    people = planned_people(Person, on).visible_to(viewer)
    if words := request.GET.get("q", "").strip():
        people = people.filter(Q(name__icontains=words) | Q(pinyin__istartswith=words) | Q(username__icontains=words))
    page = BoundedPaginator(people.order_by("pinyin", "pk"), TEAM_PAGE).get_page(request.GET.get("page"))
    _show(list(page.object_list), on)
    plans = DayPlan.objects.visible_to(viewer).filter(date=on)
    totals = PlanStop.objects.filter(plan__in=plans.values("pk")).aggregate(
        planned=Count("pk"), done=Count("pk", filter=Q(state="done")), skipped=Count("pk", filter=Q(state="skipped"))
    )
    context = {
        "page": page,
        "on": on,
        "is_today": on == today,
        "totals": totals,
        "rest": totals["planned"] - totals["done"] - totals["skipped"],
        "before": date.fromordinal(on.toordinal() - 1),
        "after": date.fromordinal(on.toordinal() + 1),
        "works": WorkCalendar.load().is_working_day(on),
        "empty_title": _("Nobody has a plan here"),
        "empty_text": _("Account managers get a plan for each working day, made in the night before."),
    }
    return render(request, "visits/team.html", context)


def _show(people: list[Person], on: date) -> None:
    """Give each person of a page their plan and its figures: two queries."""
    found = DayPlan.objects.filter(date=on, person__in=people)
    plans: dict[int, DayPlan] = {plan.person_id: plan for plan in found}
    counted: dict[int, dict[str, Any]] = {
        row["person"]: row
        for row in PlanStop.objects.filter(plan__in=plans.values())
        .order_by()
        .values(person=F("plan__person"))
        .annotate(
            planned=Count("pk"),
            done=Count("pk", filter=Q(state="done")),
            skipped=Count("pk", filter=Q(state="skipped")),
        )
    }
    posts = dict(
        Post.objects.held_on(on)
        .filter(role=Role.ACCOUNT_MANAGER, person__in=people)
        .values_list("person_id", "unit__name")
    )
    for person in people:
        person.plan = plans.get(person.pk)  # type: ignore[attr-defined]
        person.unit_name = posts.get(person.pk, "")  # type: ignore[attr-defined]
        counts = counted.get(person.pk, {"planned": 0, "done": 0, "skipped": 0})
        person.counts = counts  # type: ignore[attr-defined]
        person.share = counts["done"] / counts["planned"] if counts["planned"] else None  # type: ignore[attr-defined]


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's plan at the desk: map and list side by side, what was left out and why."""
    found = get_object_or_404(DayPlan.objects.visible_to(person_of(request)).select_related("person"), pk=pk)
    shown = Day.of(found, person_of(request))
    context = {"plan": found, "day": shown, "map": shown.map(), **_changed(found, person_of(request))}
    return render(request, "visits/plan.html", context)


def _changed(plan: DayPlan, viewer: Person) -> dict[str, Any]:
    """What was moved and why, and whether one may change it oneself."""
    return {
        "history": list(plan.changes.select_related("by").order_by("-at", "-pk")[:10]),
        "may_change": may_change(plan, viewer),
    }
