"""A person's coming days side by side, drafts included, and the month roughly: what falls due, and the room (VIS-3)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import Person
from accounts.rules import OWN_CUSTOMERS_ONLY, Role
from accounts.views.asking import person_of
from duties.calendar import WorkCalendar
from visits.models import DayPlan, DayRule, PlanOmission, PlanStop, VisitClock, VisitInterval
from visits.reasons import in_words
from visits.rules import Week, capacity_minutes, weeks_ahead
from visits.services.drafting import MINUTE, WORKING_DAY
from visits.views import today_of

#: How far the page looks: so many days for the plans, so many weeks for the month.
DAYS, WEEKS = 14, 5
#: Minutes of a visit with its ride, where no plan says it.
_USUAL_MINUTES = 18


@dataclass
class Column:
    """One day: its plan, the stops in order, what found no place."""

    plan: DayPlan
    stops: list[PlanStop]
    left_out: list[PlanOmission]

    @property
    def calls(self) -> int:
        return sum(stop.mode != "on_site" for stop in self.stops)


def week(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One's own week, or that of somebody in scope. Who leads and has none of their own is sent to the team's day."""
    viewer, today = person_of(request), today_of(request)
    person = viewer if pk is None else get_object_or_404(Person.objects.visible_to(viewer), pk=pk)
    columns = columns_of(person, today, viewer)
    if pk is None and not columns and not viewer.roles & OWN_CUSTOMERS_ONLY:
        return redirect("visits:team")
    context = {
        "person": person,
        "own": person.pk == viewer.pk,
        "columns": columns,
        "weeks": month_of(person, today, columns),
        "stops": sum(len(column.stops) for column in columns),
        "metres": sum(column.plan.metres for column in columns),
        "left_out": sum(len(column.left_out) for column in columns),
    }
    return render(request, "visits/week.html", context)


def columns_of(person: Person, on: date, viewer: Person) -> list[Column]:
    """The days that are planned from that one on, in three queries; what is only planned for later is no omission."""
    plans = list(DayPlan.objects.week(person, on, on + timedelta(days=DAYS)))
    stops: dict[int, list[PlanStop]] = {plan.pk: [] for plan in plans}
    found = PlanStop.objects.visible_to(viewer).filter(plan__in=plans).select_related("customer")
    for stop in found.order_by("plan", "sequence"):
        stop.why = in_words(stop.reasons[:1])
        stops[stop.plan_id].append(stop)
    left: dict[int, list[PlanOmission]] = {plan.pk: [] for plan in plans}
    omissions = PlanOmission.objects.visible_to(viewer).filter(plan__in=plans).select_related("customer")
    for omission in omissions.exclude(values__has_key="on"):
        left[omission.plan_id].append(omission)
    return [Column(plan, stops[plan.pk], left[plan.pk]) for plan in plans]


def month_of(person: Person, on: date, columns: list[Column]) -> list[Week]:
    """Visits falling due in the coming weeks against the room for them; a visit takes as long as those just planned."""
    cell = VisitInterval.objects.filter(role=Role.ACCOUNT_MANAGER, tier=OuterRef("customer__tier"))
    rule = DayRule.objects.get()
    clocks = VisitClock.objects.of_managers([person.pk]).annotate(
        number=Subquery(cell.values("number")), unit=Subquery(cell.values("unit"))
    )
    minutes = sum(column.plan.minutes for column in columns)
    visits = sum(len(column.stops) for column in columns)
    a_visit = max(1.0, minutes / visits) if visits else _USUAL_MINUTES
    a_day = capacity_minutes(
        working_minutes=WORKING_DAY.length // MINUTE,
        fixed_percent=rule.fixed_percent,
        market_minutes=rule.market_minutes,
    )
    return weeks_ahead(
        on,
        WorkCalendar.load().working_days(on, on + timedelta(weeks=WEEKS)),
        list(clocks.exclude(number=None).values_list("due_on", "number", "unit")),
        count=WEEKS,
        room_a_day=round(a_day / a_visit),
    )
