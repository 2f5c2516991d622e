"""Extreme weather at the desk: alerts, what each one changed, declaring and lifting (VIS-9)."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import OrgUnit, Person
from accounts.querysets import units_of
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from visits.forms import WeatherForm
from visits.models import WeatherAlert, WeatherDebt
from visits.rules.weather import MAY_DECLARE
from visits.services import Refused, weather

UNITS_MOST = 500


def may_declare(person: Person) -> bool:
    """Those who lead, for the units under their posts."""
    return person.is_superuser or bool(person.roles & MAY_DECLARE)


def own_units(person: Person) -> QuerySet[OrgUnit]:
    """The units under one's posts, in the order of the tree."""
    found: QuerySet[OrgUnit] = OrgUnit.objects.filter(units_of(person)).order_by("path")
    return found


def alerts(request: HttpRequest) -> HttpResponse:
    """All alerts in scope, and the form that declares one."""
    person, now = person_of(request), clock.of(request)
    may = may_declare(person)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = WeatherForm(request.POST or None, units=own_units(person))
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            alert = weather.declare(
                identifier=f"hand-{uuid.uuid4()}",
                source=WeatherAlert.Source.HAND,
                by=person,
                now=now,
                **form.cleaned_data,
            )
        except Refused as error:
            refused = str(error)
        else:
            count = alert.debts.count()
            said = ngettext("%(n)d stop becomes a call.", "%(n)d stops become calls.", count) % {"n": count}
            messages.success(request, _("Declared.") + " " + said)
            return redirect("visits:weather-alert", alert.pk)
    found = WeatherAlert.objects.visible_to(person).annotate(put_off=Count("debts")).order_by("-starts_at", "-pk")
    context = {
        "page": BoundedPaginator(found, 50).get_page(request.GET.get("page")),
        "form": form,
        "refused": [refused] if refused else [],
        "may_declare": may,
        "empty_title": _("No extreme weather"),
        "empty_text": _(
            "An alert turns the visits of its units and hours into calls, and plans them again afterwards."
        ),
    }
    return render(request, "visits/weather.html", context, status=409 if refused else 422 if form.errors else 200)


def _found(request: HttpRequest, pk: int) -> WeatherAlert:
    alert: WeatherAlert = get_object_or_404(
        WeatherAlert.objects.visible_to(person_of(request)).select_related("made_by", "lifted_by"), pk=pk
    )
    return alert


def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """What it changed: which visits became calls, by when they are made up for, who was told."""
    found, person = _found(request, pk), person_of(request)
    debts = WeatherDebt.objects.visible_to(person).filter(alert=found)
    owed = set(debts.owed().values_list("pk", flat=True))
    rows = list(debts.select_related("customer", "person").order_by("to_visit_on", "person__pinyin", "customer__tier"))
    for row in rows:
        row.owed = row.pk in owed
    context = {
        "alert": found,
        "units": list(found.units.order_by("path")),
        "debts": rows,
        "owed": len(owed),
        "told": list(found.told.select_related("person").order_by("pk")),
        "in_force": found.state == WeatherAlert.State.ACTIVE and found.ends_at > clock.of(request),
        "may_lift": may_decide(person, found),
    }
    return render(request, "visits/weather_alert.html", context)


def may_decide(person: Person, alert: WeatherAlert) -> bool:
    """Who leads all the units that it is about."""
    wanted = set(alert.units.values_list("pk", flat=True))
    return may_declare(person) and wanted <= set(own_units(person).filter(pk__in=wanted).values_list("pk", flat=True))


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End it before its time: calls not made yet are visits again."""
    found, person = _found(request, pk), person_of(request)
    if not may_decide(person, found):
        raise PermissionDenied
    count = weather.lift(alert=found, by=person, now=clock.of(request))
    said = ngettext("Lifted: %(n)d call is a visit again.", "Lifted: %(n)d calls are visits again.", count)
    messages.success(request, said % {"n": count})
    return redirect("visits:weather-alert", found.pk)
