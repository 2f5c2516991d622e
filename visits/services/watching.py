"""What the watchdog asks of visits: whether everybody has a plan for today, and which plans nobody tries any more."""

from datetime import datetime, time

from django.utils import timezone

from duties.calendar import WorkCalendar
from visits.models import DayPlan

#: By then the night has had time to be caught up.
PLANS_BY = time(8, 0)
_NAMED_MOST = 20


def plans_missing(now: datetime) -> list[str] | int:
    """Account managers without a plan on a working day after eight: their names, or how many if they are too many."""
    local = timezone.localtime(now)
    if local.time() < PLANS_BY or not WorkCalendar.load().is_working_day(local.date()):
        return 0
    missing = DayPlan.objects.missing(local.date())
    named = [str(person) for person in missing.order_by("pk")[: _NAMED_MOST + 1]]
    return named if len(named) <= _NAMED_MOST else missing.count()


def plans_given_up(now: datetime) -> list[str] | int:
    """Plans from today on that are tried again only when somebody asks for it: whose and of which day, or how many."""
    found = DayPlan.objects.given_up().filter(date__gte=timezone.localdate(now)).select_related("person")
    named = [f"{plan.person} {plan.date}" for plan in found.order_by("date", "pk")[: _NAMED_MOST + 1]]
    return named if len(named) <= _NAMED_MOST else found.count()
