"""The calendar of a year: holidays, make-up days, and the company's own days on top."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from accounts import clock
from duties import services
from duties.calendar import WorkCalendar
from duties.forms import CalendarDayForm
from duties.models import CalendarDay
from duties.rules import may_set_rules
from duties.services.setting import history_of_calendar
from duties.views.requests import Request
from duties.views.rules import administrators_only

_YEARS = range(2004, 2100)
WEEKDAYS = [
    pgettext_lazy("weekday", "Mo"),
    pgettext_lazy("weekday", "Tu"),
    pgettext_lazy("weekday", "We"),
    pgettext_lazy("weekday", "Th"),
    pgettext_lazy("weekday", "Fr"),
    pgettext_lazy("weekday", "Sa"),
    pgettext_lazy("weekday", "Su"),
]


def calendar(request: Request) -> HttpResponse:
    """Everybody may look; administrators edit the company's own days."""
    today = clock.today()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked) in _YEARS else today.year
    return _page(request, year, CalendarDayForm(initial={"day": today}))


@require_POST
def set_day(request: Request) -> HttpResponse:
    administrators_only(request)
    form = CalendarDayForm(request.POST)
    if not form.is_valid():
        return _page(request, clock.today().year, form, status=422)
    day = services.set_day(**form.cleaned_data, by=request.user, now=clock.now())
    messages.success(request, _("The day is set. Deadlines that run already stay as they are."))
    return redirect(f"{reverse('duties:calendar')}?year={day.day.year}")


@require_POST
def clear_day(request: Request) -> HttpResponse:
    administrators_only(request)
    day = parse_date(request.POST.get("day", "")) or clock.today()
    services.clear_day(day=day, by=request.user, now=clock.now())
    messages.success(request, _("The official calendar counts again for that day."))
    return redirect(f"{reverse('duties:calendar')}?year={day.year}")


def _page(request: Request, year: int, form: CalendarDayForm, status: int = 200) -> HttpResponse:
    own = list(CalendarDay.objects.filter(day__year=year))
    shown = WorkCalendar({day.day: day.works for day in own}).year(year, {day.day: day.name for day in own})
    may_edit = request.user.is_superuser or may_set_rules(request.user.roles)
    days = [day for month in shown for day in month.days]
    context = {
        "year": year,
        "shown": shown,
        "weekdays": WEEKDAYS,
        "unusual": [day for day in days if day.unusual or day.own or day.name],
        "provisional": any(day.provisional for day in days),
        "own": own,
        "form": form,
        "may_edit": may_edit,
        "events": history_of_calendar(year) if may_edit else [],
    }
    return render(request, "duties/calendar.html", context, status=status)
