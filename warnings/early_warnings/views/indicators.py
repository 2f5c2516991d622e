"""Indicators and their lines: read by everybody, set by administrators, with their history (WRN-1)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Person
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.forms import ThresholdForm
from early_warnings.measures import MEASURES
from early_warnings.models import EarlyWarning, Evaluation, Indicator, Sign, Threshold
from early_warnings.services import wording


def indicators(request: HttpRequest) -> HttpResponse:
    """All indicators, what they compare, their lines, and how many open reports carry their sign."""
    open_reports = EarlyWarning.objects.visible_to(person_of(request)).open()
    signs = dict(
        Sign.objects.filter(warning__in=open_reports)
        .order_by()
        .values_list("indicator_id")
        .annotate(n=Count("pk"))
        .values_list("indicator_id", "n")
    )
    lines = Threshold.objects.select_related("unit").order_by("importance", "tier", "service_class", "pk")
    found: list[Any] = list(
        Indicator.objects.select_related("of_indicator").prefetch_related(Prefetch("thresholds", lines))
    )
    today = timezone.localdate(clock.of(request))
    for each in found:
        each.ended = each.valid_until is not None and each.valid_until < today
        each.ahead = each.valid_from is not None and each.valid_from > today
        each.signs = signs.get(each.pk, 0)
        each.measured = MEASURES[each.measure].label if each.measure else each.of_indicator.name
        for line in each.thresholds.all():
            line.whose = wording.line_for(line)
            line.breach_said = wording.value_of(each, line.breach)
            line.near_said = wording.value_of(each, line.near)
    context = {
        "indicators": sorted(found, key=lambda each: (each.ended, each.state != "draft")),
        "may_set": services.may_set_lines(person_of(request)),
        "evaluations": Evaluation.objects.all()[:7],
        "now": clock.of(request),
    }
    return render(request, "early_warnings/indicators.html", context)


def line(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a line; the history of the old ones stands below."""
    if not services.may_set_lines(person_of(request)):
        raise PermissionDenied
    found: Any = get_object_or_404(Threshold.objects.select_related("indicator", "unit"), pk=pk)
    form = ThresholdForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and "try" not in request.POST:
        form.save()
        messages.success(request, _("The line is set. The next evaluation uses it."))
        return redirect("warnings:indicator", pk=found.indicator_id)
    history = found.events.select_related("pgh_context").order_by("-pgh_created_at")[:50]
    people = Person.objects.in_bulk(
        {each.pgh_context.metadata.get("user") for each in history if each.pgh_context} - {None}
    )
    for each in history:
        each.person = people.get(each.pgh_context.metadata.get("user")) if each.pgh_context else None
    carrying = Sign.objects.filter(Q(indicator=found.indicator), ~Q(warning__state="closed")).count()
    tried = None
    if request.method == "POST" and "try" in request.POST and not form.errors:
        tried = _tried(found, form)
    context = {
        "line": found,
        "whose": wording.line_for(found),
        "form": form,
        "tried": tried,
        "history": history,
        "carrying": carrying,
        "now": clock.of(request),
    }
    return render(request, "early_warnings/line.html", context, status=422 if form.errors else 200)


def _tried(line: Threshold, form: ThresholdForm) -> dict[str, Any]:
    """How many are over the lines now, and would be over those that were typed; nothing is set (WRN-8)."""
    values = form.cleaned_data
    before, after = services.preview(line=line, breach=values["breach"], near=values["near"], on=clock.today())
    return {"before": before, "after": after, "units": line.indicator.family != Indicator.Family.CUSTOMER}
