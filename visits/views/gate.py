"""The gate: the vehicle's check before the first ride of a day (RSK-1, VIS-10)."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import clock
from accounts.views.asking import person_of
from risk.forms import PreTripForm
from risk.models import PreTripCheck
from risk.services import record_check
from risk.services.checks import NoUnit
from visits import services
from visits.views import today_of
from visits.views.day import Day


def gate(request: HttpRequest) -> HttpResponse:
    """The vehicle, item by item: passed, the route starts; failed, rides become calls and a repair is asked for."""
    person, now = person_of(request), clock.of(request)
    form = PreTripForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            check = record_check(
                key=values["key"], person=person, failed=form.failed(), remark=values["remark"], now=now
            )
        except NoUnit:
            messages.error(request, _("You hold no post today, so nobody could mend your vehicle."))
            return redirect("home")
        return _after(request, check)
    before = PreTripCheck.objects.filter(person=person).order_by("-checked_at").first()
    shown = Day.load(person, today_of(request), person)
    context = {"form": form, "day": shown, "before": before, "first_calls": shown.left[:3]}
    return render(request, "visits/gate.html", context, status=422 if form.errors else 200)


def _after(request: HttpRequest, check: PreTripCheck) -> HttpResponse:
    person = person_of(request)
    if check.passed:
        services.start_route(person=person, check=check, now=clock.of(request))
        messages.success(request, _("Check passed. Ride safely."))
    else:
        turned = services.stop_route(person=person, check=check)
        messages.success(
            request, _("The repair is reported. %(count)d rides of today are calls now.") % {"count": turned}
        )
    return redirect("visits:day")
