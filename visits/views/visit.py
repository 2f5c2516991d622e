"""One visit: before entering, in the shop, and as it was (VIS-5, VIS-6)."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import Customer, Person
from accounts.rules import Role
from accounts.views.asking import person_of
from duties.calendar import WorkCalendar
from risk.rules import may_ride
from visits import services
from visits.forms import ArriveForm, LeaveForm, ProblemForm
from visits.models import PlanStop, Visit, VisitInterval
from visits.models.plans import Modes
from visits.rules import DISTANCE_TO_EXPLAIN, due_date
from visits.services.preparing import helpers, prepare
from visits.views import today_of
from visits.views.day import last_check, needs_check

ACT_ICONS = {
    Visit.Act.VISIT: "building-store",
    Visit.Act.INQUIRE: "message-question",
    Visit.Act.GUIDE: "bulb",
    Visit.Act.URGE: "flag",
    Visit.Act.CARE: "heart-handshake",
}
#: A problem is to be solved within so many working days, unless the visitor says otherwise.
PROBLEM_DAYS = 2

ProblemForms = formset_factory(ProblemForm, extra=0, max_num=5, absolute_max=5)


def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Before entering: what to know, and the button that begins the visit."""
    person, today = person_of(request), today_of(request)
    found = get_object_or_404(
        Customer.objects.visible_to(person).select_related("unit", "account_manager", "retailer_file"), pk=pk
    )
    inside = Visit.objects.filter(person=person, state=Visit.State.OPEN).select_related("customer").first()
    if inside is not None and inside.customer_id == found.pk:
        return redirect("visits:visit", inside.pk)
    stop = (
        PlanStop.objects.filter(plan__person=person, plan__date=today, customer=found)
        .exclude(state=PlanStop.State.DONE)
        .first()
    )
    check = last_check(person, today)
    context = {
        "customer": found,
        "stop": stop,
        "inside": inside,
        "preparation": prepare(
            customer=found, role=_role_of(person, found), reasons=stop.reasons if stop else [], on=today
        ),
        "may_ride": not needs_check(person) or may_ride(check.failed if check else None),
        "key": uuid.uuid4(),
        "call_key": uuid.uuid4(),
        "mode": stop.mode if stop else Modes.ON_SITE if found.latitude is not None else Modes.PHONE,
        "order_day": _order_day(found),
    }
    return render(request, "visits/customer.html", context)


def _order_day(of: Customer) -> str:
    file = getattr(of, "retailer_file", None)
    return str(WEEKDAYS[file.order_weekday - 1]) if file is not None and file.order_weekday else ""


def _role_of(person: Person, of: Customer) -> str:
    if of.account_manager_id in person.scope.own:
        return Role.ACCOUNT_MANAGER
    return str(person.post.role) if person.post else Role.ACCOUNT_MANAGER


@require_POST
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the visit to a customer; the gate first, if the vehicle was not looked at (VIS-10)."""
    person = person_of(request)
    found = get_object_or_404(Customer.objects.visible_to(person).select_related("unit"), pk=pk)
    form = ArriveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That did not arrive whole. Please try again."))
        return redirect("visits:customer", found.pk)
    values = form.cleaned_data
    try:
        visit = services.arrive(
            key=values["key"],
            person=person,
            customer=found,
            now=clock.of(request),
            mode=values["mode"],
            position=form.position(),
        )
    except services.CheckMissing as refused:
        messages.error(request, str(refused))
        return redirect("visits:gate")
    except services.StillInShop as refused:
        messages.error(request, str(refused))
        return redirect("visits:visit", refused.visit_id)
    except services.Refused as refused:
        messages.error(request, str(refused))
        return redirect("visits:customer", found.pk)
    return redirect("visits:visit", visit.pk)


def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """In the shop the page on which the visit is kept; afterwards, and for others, its record."""
    person = person_of(request)
    found = get_object_or_404(
        Visit.objects.visible_to(person).select_related(
            "customer__unit", "customer__account_manager", "customer__retailer_file", "person", "stop"
        ),
        pk=pk,
    )
    if found.state == Visit.State.DONE or found.person_id != person.pk:
        return _record(request, found)
    return _in_shop(request, found)


def _in_shop(request: HttpRequest, found: Visit) -> HttpResponse:
    person, today = person_of(request), today_of(request)
    calendar = WorkCalendar.load()
    until = today
    for _day in range(PROBLEM_DAYS):
        until = calendar.next_working_day(until)
    owners = helpers(customer=found.customer, visitor=person, on=today)
    kwargs = {"owners": owners, "today": today, "until": until}
    sent = request.POST if request.method == "POST" else None
    form = LeaveForm(sent, initial={"acts": found.acts})
    problems = ProblemForms(sent, prefix="problems", form_kwargs=kwargs)
    refused = ""
    if sent is not None and form.is_valid() and problems.is_valid():
        try:
            done = _leave(request, found, form, problems)
        except services.Refused as error:
            refused = str(error)
        else:
            messages.success(request, _("The visit to %(customer)s is kept.") % {"customer": done.customer})
            return redirect("visits:day")
    failed = bool(form.errors) or (sent is not None and not problems.is_valid())
    context = {
        "visit": found,
        "customer": found.customer,
        "preparation": prepare(
            customer=found.customer,
            role=found.role,
            reasons=found.stop.reasons if found.stop else [],
            on=today,
            visitor=person,
        ),
        "form": form,
        "problems": problems,
        "refused": refused,
        "acts": [(value, label, ACT_ICONS[Visit.Act(value)]) for value, label in Visit.Act.choices],
        "guidance": Visit.Guidance.choices,
        "chosen_acts": form["acts"].value() or [],
        "chosen_guidance": form["guidance"].value() or [],
        "chosen_next": form["next_step"].value() or "",
        "next_due": _next_due(found, today),
        "tomorrow": calendar.next_working_day(today),
        "is_far": found.distance is not None and found.distance > DISTANCE_TO_EXPLAIN,
    }
    return render(request, "visits/visit.html", context, status=409 if refused else 422 if failed else 200)


def _leave(request: HttpRequest, found: Visit, form: LeaveForm, problems: "BaseFormSet[Any]") -> Visit:
    told = [one.found(uuid.uuid5(found.key, f"problem {number}")) for number, one in enumerate(problems.forms)]
    return services.complete(
        visit=found,
        log=form.log([one for one in told if one is not None]),
        by=person_of(request),
        now=clock.of(request),
        position=form.position(),
    )


def _next_due(found: Visit, today: date) -> date | None:
    """When the matrix wants the next visit, if this one counts."""
    cell = VisitInterval.objects.filter(tier=found.customer.tier, role=found.role).first()
    return due_date(today, cell.number, cell.unit) if cell else None


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an arrival by mistake."""
    found = get_object_or_404(Visit.objects.visible_to(person_of(request)), pk=pk)
    try:
        services.cancel(visit=found, by=person_of(request))
    except services.Refused as refused:
        messages.error(request, str(refused))
        return redirect("visits:visit", found.pk)
    return redirect("visits:day")


def _record(request: HttpRequest, found: Visit) -> HttpResponse:
    problems = list(found.problems.select_related("owner").order_by("pk"))
    others = (
        Visit.objects.visible_to(person_of(request))
        .filter(customer=found.customer)
        .exclude(pk=found.pk)
        .select_related("person")
        .order_by("-started_at")[:8]
    )
    act = dict(Visit.Act.choices)
    guided = dict(Visit.Guidance.choices)
    context = {
        "visit": found,
        "customer": found.customer,
        "problems": problems,
        "acts": [act[value] for value in found.acts],
        "guidance": [guided[value] for value in found.guidance],
        "is_far": found.distance is not None and found.distance > DISTANCE_TO_EXPLAIN,
        "events": [
            {
                "at": each.started_at,
                "by": each.person,
                "text": f"{each.get_mode_display()} · " + ", ".join(str(act[value]) for value in each.acts),
                "url": reverse("visits:visit", args=[each.pk]),
            }
            for each in others
        ],
    }
    return render(request, "visits/record.html", context)
