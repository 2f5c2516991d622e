"""The night's run while it works and in the morning: who is planned, who is not, why, and trying again (VIS-3)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import OrgUnit, Person
from accounts.querysets import units_of
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from visits.models import DayPlan, PlanRun
from visits.reasons import trouble_in_words
from visits.rules import ATTEMPTS_MOST
from visits.services import Refused, nights
from visits.services.progress import SHOWN, NightState, plans_of, shown, state_of

PAGE = 50


def night(request: HttpRequest, on: date | None = None) -> HttpResponse:
    """The run of a day, by default the last one; while it works the page asks for its state every few seconds."""
    person, now = person_of(request), clock.of(request)
    runs = PlanRun.objects.visible_to(person)
    run = get_object_or_404(runs, date=on) if on is not None else runs.order_by("-date").first()
    context: dict[str, Any] = {"run": run, "may_try": nights.leads(person)}
    if run is not None:
        unit = _unit(request, person)
        state = state_of(run=run, viewer=person, now=now, unit=unit)
        context |= {
            "state": state,
            "unit": unit,
            **runs.aggregate(
                before=Max("date", filter=Q(date__lt=run.date)), after=Min("date", filter=Q(date__gt=run.date))
            ),
            "attempts_most": ATTEMPTS_MOST,
            **_people(request, state, person, unit),
        }
    fragment = "HX-Request" in request.headers
    return render(request, "visits/night_state.html" if fragment else "visits/night.html", context)


def _unit(request: HttpRequest, person: Person) -> OrgUnit | None:
    """The unit that the address asks for, if one sees it."""
    asked = request.GET.get("unit", "")
    return OrgUnit.objects.filter(units_of(person), pk=int(asked)).first() if asked.isdecimal() else None


def _people(request: HttpRequest, state: NightState, person: Person, unit: OrgUnit | None) -> dict[str, Any]:
    """The people of one kind, a page of them, and how many there are of each kind."""
    total = state.total
    counts = {each: getattr(total, each) for each in SHOWN}
    which = request.GET.get("show", "")
    if which not in SHOWN:
        which = next((each for each in SHOWN[:-1] if counts[each]), "planned")
    found = shown(plans_of(run=state.run, viewer=person, unit=unit), which, state.busy)
    page = BoundedPaginator(found, PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    for row in rows:
        row.trouble = trouble_in_words(row.error) if row.error else ""
    labels = {
        "failed": pgettext("plans", "failed"),
        "retried": pgettext("plans", "planned at a later attempt"),
        "working": pgettext("plans", "being made now"),
        "waiting": pgettext("plans", "waiting"),
        "planned": pgettext("plans", "planned"),
    }
    tabs = [(each, labels[each], counts[each]) for each in SHOWN if counts[each] or each == which]
    return {"page": page, "rows": rows, "which": which, "tabs": tabs}


@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a failed person's days at once."""
    person = person_of(request)
    plan = get_object_or_404(DayPlan.objects.visible_to(person).select_related("person"), pk=pk)
    if not nights.may_try_again(plan, person):
        raise PermissionDenied
    try:
        made = nights.try_again(plan=plan, by=person, now=clock.of(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        words = {"name": plan.person.name, "why": trouble_in_words(made.error)}
        if made.is_lost:
            messages.success(request, _("%(name)s: a worker tries it again within five minutes.") % words)
        elif made.state == DayPlan.State.FAILED:
            messages.error(request, _("%(name)s: planning failed again, %(why)s.") % words)
        else:
            messages.success(request, _("%(name)s is planned.") % words)
    return redirect("visits:night-of", plan.date)


@require_POST
def try_all_again(request: HttpRequest, on: date) -> HttpResponse:
    """Hand out again what failed in a night, as far as one sees it."""
    person = person_of(request)
    run = get_object_or_404(PlanRun.objects.visible_to(person), date=on)
    if not nights.leads(person):
        raise PermissionDenied
    count = nights.hand_out_again(run=run.pk, plans=DayPlan.objects.visible_to(person), by=person)
    said = ngettext(
        "%(n)d plan is tried again within five minutes.", "%(n)d plans are tried again within five minutes.", count
    )
    messages.success(request, said % {"n": count})
    return redirect("visits:night-of", on)
