"""What the field does to its day: leave a stop out, take it back, add a customer, plan again (VIS-3, VIS-4)."""

from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import Customer
from accounts.views.asking import person_of
from visits import services
from visits.forms import SkipForm
from visits.models import DayPlan, PlanStop
from visits.services import weather
from visits.views import today_of
from visits.views.day import Day

#: One tap plans what is left of a day: this long, in seconds.
REPLAN_SECONDS = 1.0
FOUND_MOST = 12


def _own_stop(request: HttpRequest, pk: int) -> PlanStop:
    stops = PlanStop.objects.visible_to(person_of(request)).select_related("plan", "customer")
    stop: PlanStop = get_object_or_404(stops, pk=pk)
    return stop


def _to_day(request: HttpRequest, on: date) -> HttpResponse:
    return redirect("visits:day") if on == today_of(request) else redirect("visits:day-on", on)


def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a stop out, with the reason (VIS-4)."""
    stop = _own_stop(request, pk)
    form = SkipForm(request.POST or None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.skip_stop(
                stop=stop,
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                by=person_of(request),
                now=clock.of(request),
            )
        except services.Refused as error:
            refused = str(error)
        else:
            undo = reverse("visits:take-back", args=[stop.pk])
            messages.success(request, _("%(customer)s is skipped.") % {"customer": stop.customer}, extra_tags=undo)
            return _to_day(request, stop.plan.date)
    context = {"stop": stop, "form": form, "refused": [refused] if refused else []}
    return render(request, "visits/skip.html", context, status=409 if refused else 422 if form.errors else 200)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a skip."""
    stop = _own_stop(request, pk)
    try:
        services.take_back(stop=stop, by=person_of(request))
    except services.Refused as error:
        messages.error(request, str(error))
    return _to_day(request, stop.plan.date)


def add(request: HttpRequest, on: date) -> HttpResponse:
    """Find a customer and put them on the day; those that were left out come first."""
    person = person_of(request)
    shown = Day.load(person, on, person)
    words = request.GET.get("q", "").strip()
    found: Sequence[Customer] = ()
    if words:
        customers = Customer.objects.visible_to(person).filter(status=Customer.Status.ACTIVE).search(words)
        found = list(customers.order_by("pinyin", "pk")[:FOUND_MOST])
    planned = {stop.customer_id for stop in shown.stops if stop.state != "skipped"}
    return render(request, "visits/add.html", {"day": shown, "words": words, "found": found, "planned": planned})


@require_POST
def add_customer(request: HttpRequest, on: date, pk: int) -> HttpResponse:
    """Put a customer on one's own day."""
    person = person_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(person), pk=pk)
    plan, _created = DayPlan.objects.get_or_create(person=person, date=on)
    try:
        services.add_stop(
            plan=plan, customer=customer, by=person, now=clock.of(request), note=request.POST.get("note", "")
        )
    except services.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("%(customer)s is on the day. Plan again to put it in the best place.") % {"customer": customer}
        )
    return _to_day(request, on)


@require_POST
def plan_again(request: HttpRequest, on: date) -> HttpResponse:
    """Plan what is left of one's own day again, now (VIS-3: re-made on demand)."""
    person, now = person_of(request), clock.of(request)
    if on < today_of(request):
        messages.error(request, _("The working day is over: nothing is left to plan."))
        return _to_day(request, on)
    plan, created = DayPlan.objects.get_or_create(person=person, date=on)
    if created:
        services.refresh_clocks(on=today_of(request), customers=person.customers.values_list("pk", flat=True))
    search = services.Search(seed=plan.pk % 10_000, seconds=REPLAN_SECONDS)
    try:
        planned = services.replan(plan=plan, by=person, now=now, search=search)
        weather.turn_all(now=now)
    except services.DayIsOver:
        messages.error(request, _("The working day is over: nothing is left to plan."))
    else:
        messages.success(
            request,
            _("Planned again: %(stops)d stops, %(km).1f km.")
            % {"stops": planned.stops.filter(state="planned").count(), "km": planned.metres / 1000},
        )
    return _to_day(request, on)
