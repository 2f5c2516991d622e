"""The editor of indicators: a draft made, changed, given lines, put live, ended (WRN-1, WRN-8)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.forms import EndForm, IndicatorForm, LineForm, LiveForm
from early_warnings.models import Indicator, Threshold
from early_warnings.views.indicator import found_indicator, show, units_for

View = Callable[..., HttpResponse]


def setters_only(view: View) -> View:
    """Whoever may not set lines is told so (WRN-1)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not services.may_set_lines(person_of(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@setters_only
def make(request: HttpRequest) -> HttpResponse:
    """A new draft."""
    form = IndicatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        draft = services.make_draft(indicator=form.save(commit=False), by=person_of(request), now=clock.of(request))
        messages.success(request, _("Kept as a draft. Now give it a line."))
        return redirect("warnings:indicator", pk=draft.pk)
    context = {"form": form, "now": clock.of(request)}
    return render(request, "early_warnings/indicator_form.html", context, status=422 if form.errors else 200)


@setters_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    found = found_indicator(pk)
    form = IndicatorForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_draft(indicator=form.save(commit=False), by=person_of(request), now=clock.of(request))
        except services.Refused as refused:
            return show(request, found_indicator(pk), refusal=str(refused), status=409)
        messages.success(request, _("The draft is changed. What was tried before was another one."))
        return redirect("warnings:indicator", pk=pk)
    context = {"form": form, "indicator": found, "now": clock.of(request)}
    return render(request, "early_warnings/indicator_form.html", context, status=422 if form.errors else 200)


@setters_only
def line_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an indicator one more line."""
    found = found_indicator(pk)
    form = LineForm(request.POST or None, instance=Threshold(indicator=found), units=units_for(person_of(request)))
    if request.method != "POST":
        return redirect("warnings:indicator", pk=pk)
    if not form.is_valid():
        return show(request, found, status=422, line_form=form)
    return carry_out(
        request,
        found,
        lambda: services.set_line(line=form.save(commit=False), by=person_of(request), now=clock.of(request)),
        line_form=form,
    )


@require_POST
@setters_only
def remove_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line away."""
    line = get_object_or_404(Threshold.objects.select_related("indicator"), pk=pk)
    return carry_out(
        request,
        found_indicator(line.indicator_id),
        lambda: services.remove_line(line=line, by=person_of(request), now=clock.of(request)),
    )


@require_POST
@setters_only
def propose_change(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft that is to replace a live indicator."""
    draft = services.propose_change(indicator=found_indicator(pk), by=person_of(request), now=clock.of(request))
    return redirect("warnings:indicator", pk=draft.pk)


@require_POST
@setters_only
def put_live(request: HttpRequest, pk: int) -> HttpResponse:
    """From a day on it raises reports."""
    found, now = found_indicator(pk), clock.of(request)
    form = LiveForm(request.POST, today=timezone.localdate(now))
    if not form.is_valid():
        return show(request, found, status=422, live_form=form)
    day = form.cleaned_data["valid_from"]
    return carry_out(
        request,
        found,
        lambda: services.put_live(indicator=found, from_day=day, by=person_of(request), now=now),
        _("It is live. The evaluation of that day raises its first reports."),
        live_form=form,
    )


@require_POST
@setters_only
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """After a day it raises nothing more."""
    found, now = found_indicator(pk), clock.of(request)
    form = EndForm(request.POST, today=timezone.localdate(now))
    if not form.is_valid():
        return show(request, found, status=422, end_form=form)
    day = form.cleaned_data["valid_until"]
    return carry_out(
        request,
        found,
        lambda: services.end(indicator=found, last_day=day, by=person_of(request), now=now),
        end_form=form,
    )


@require_POST
@setters_only
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a draft."""
    found = found_indicator(pk)
    try:
        services.throw_away(indicator=found, by=person_of(request), now=clock.of(request))
    except services.Refused as refused:
        return show(request, found, refusal=str(refused), status=409)
    messages.success(request, _("The draft is gone."))
    return redirect("warnings:indicators")


def carry_out(
    request: HttpRequest, found: Indicator, act: Callable[[], Any], said: str = "", **bound: Any
) -> HttpResponse:
    """Do it and go back to the page; a refusal is shown there, with what was typed."""
    try:
        act()
    except services.Refused as refused:
        return show(request, found_indicator(found.pk), refusal=str(refused), status=409, **bound)
    if said:
        messages.success(request, said)
    return redirect("warnings:indicator", pk=found.pk)
