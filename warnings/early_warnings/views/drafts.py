"""The editor of indicators: a draft made, changed, given lines, tried, put live, ended (WRN-1, WRN-8)."""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.models import OrgUnit, Person, Post
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.forms import EndForm, IndicatorForm, LineForm, LiveForm, TrialForm
from early_warnings.models import Indicator, Threshold, Trial
from early_warnings.services import wording

View = Callable[..., HttpResponse]


def setters_only(view: View) -> View:
    """Whoever may not set lines is told so (WRN-1)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not services.may_set_lines(person_of(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _found(pk: int) -> Indicator:
    related = ("of_indicator", "replaces", "made_by", "live_by")
    return get_object_or_404(Indicator.objects.select_related(*related), pk=pk)


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
    found = _found(pk)
    form = IndicatorForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_draft(indicator=form.save(commit=False), by=person_of(request), now=clock.of(request))
        except services.Refused as refused:
            return _show(request, _found(pk), refusal=str(refused), status=409)
        messages.success(request, _("The draft is changed. What was tried before was another one."))
        return redirect("warnings:indicator", pk=pk)
    context = {"form": form, "indicator": found, "now": clock.of(request)}
    return render(request, "early_warnings/indicator_form.html", context, status=422 if form.errors else 200)


@require_GET
def indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """What an indicator says, its lines, whom it hits, what it would have raised, and its history."""
    return _show(request, _found(pk))


def _show(request: HttpRequest, found: Any, *, status: int = 200, **bound: Any) -> HttpResponse:
    person, now = person_of(request), clock.of(request)
    today = timezone.localdate(now)
    draft = found.state == Indicator.State.DRAFT
    may_set = services.may_set_lines(person)
    lines: list[Any] = list(found.thresholds.select_related("unit").order_by("importance", "tier", "pk"))
    for each in lines:
        each.whose, each.indicator = wording.line_for(each), found
        each.near_said, each.breach_said = wording.value_of(found, each.near), wording.value_of(found, each.breach)
    trials: list[Any] = list(found.trials.select_related("asked_by")[:6])
    context = {
        "indicator": found,
        "draft": draft,
        "ended": found.valid_until is not None and found.valid_until < today,
        "ahead": not draft and found.valid_from is not None and found.valid_from > today,
        "said": wording.made_of(found),
        "lines": lines,
        "may_set": may_set,
        "line_form": LineForm(instance=Threshold(indicator=found), units=_units(person)) if may_set else None,
        "live_form": LiveForm(today=today, initial={"valid_from": today}) if may_set and draft else None,
        "end_form": EndForm(today=today, initial={"valid_until": today}) if may_set and not draft else None,
        "trial_form": TrialForm() if may_set else None,
        "trials": trials,
        "proposed": Indicator.objects.filter(replaces=found, state=Indicator.State.DRAFT).first(),
        "events": _events(found),
        "now": now,
        "today": today,
        **bound,
    }
    return render(request, "early_warnings/indicator.html", context, status=status)


def _units(person: Person) -> list[OrgUnit]:
    kinds = (OrgUnit.Kind.REGION, OrgUnit.Kind.BRANCH, OrgUnit.Kind.DEPARTMENT)
    return list(OrgUnit.objects.visible_to(person).filter(kind__in=kinds).order_by("path")[:300])


def _events(found: Any) -> list[dict[str, Any]]:
    """Every change, with who made it."""
    history = list(found.events.select_related("pgh_context").order_by("-pgh_created_at")[:30])
    keys = {each.pgh_context.metadata.get("user") for each in history if each.pgh_context} - {None}
    people = Person.objects.in_bulk(keys)
    states = {"draft": _("Draft"), "live": _("Live")}
    said = []
    for each in history:
        text = states.get(each.state, each.state)
        if each.state == "live" and each.valid_from:
            text += " " + _("from %(day)s") % {"day": each.valid_from.isoformat()}
        if each.valid_until:
            text += " " + _("until %(day)s") % {"day": each.valid_until.isoformat()}
        by = people.get(each.pgh_context.metadata.get("user")) if each.pgh_context else None
        said.append({"at": each.pgh_created_at, "text": text, "by": by or ""})
    return said


@require_GET
def hits(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom it would hit today; the page asks for it once it stands."""
    found, person = _found(pk), person_of(request)
    context: dict[str, Any] = {"indicator": found}
    try:
        now_hit = services.hit_now(indicator=found, person=person, on=timezone.localdate(clock.of(request)))
    except services.TooLong:
        context["too_long"] = True
    else:
        rows = [
            {
                "hit": each,
                "value": wording.value_of(found, each.value),
                "line": wording.line_for(each.line) if each.line else "",
            }
            for each in now_hit.shown
        ]
        context |= {"hits": now_hit, "rows": rows, "desks": _desks(now_hit.desks)}
    return render(request, "early_warnings/hits.html", context)


def _desks(desks: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    labels = dict(Post.Role.choices)
    return [(str(labels.get(role, role)), count) for role, count in desks]


@setters_only
def line_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an indicator one more line."""
    found = _found(pk)
    form = LineForm(request.POST or None, instance=Threshold(indicator=found), units=_units(person_of(request)))
    if request.method != "POST":
        return redirect("warnings:indicator", pk=pk)
    if not form.is_valid():
        return _show(request, found, status=422, line_form=form)
    return _carry_out(
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
    return _carry_out(
        request,
        _found(line.indicator_id),
        lambda: services.remove_line(line=line, by=person_of(request), now=clock.of(request)),
    )


@require_POST
@setters_only
def propose_change(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft that is to replace a live indicator."""
    draft = services.propose_change(indicator=_found(pk), by=person_of(request), now=clock.of(request))
    return redirect("warnings:indicator", pk=draft.pk)


@require_POST
@setters_only
def put_live(request: HttpRequest, pk: int) -> HttpResponse:
    """From a day on it raises reports."""
    found, now = _found(pk), clock.of(request)
    form = LiveForm(request.POST, today=timezone.localdate(now))
    if not form.is_valid():
        return _show(request, found, status=422, live_form=form)
    day = form.cleaned_data["valid_from"]
    return _carry_out(
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
    found, now = _found(pk), clock.of(request)
    form = EndForm(request.POST, today=timezone.localdate(now))
    if not form.is_valid():
        return _show(request, found, status=422, end_form=form)
    day = form.cleaned_data["valid_until"]
    return _carry_out(
        request,
        found,
        lambda: services.end(indicator=found, last_day=day, by=person_of(request), now=now),
        end_form=form,
    )


@require_POST
@setters_only
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a draft."""
    found = _found(pk)
    try:
        services.throw_away(indicator=found, by=person_of(request), now=clock.of(request))
    except services.Refused as refused:
        return _show(request, found, refusal=str(refused), status=409)
    messages.success(request, _("The draft is gone."))
    return redirect("warnings:indicators")


def _carry_out(
    request: HttpRequest, found: Indicator, act: Callable[[], Any], said: str = "", **bound: Any
) -> HttpResponse:
    """Do it and go back to the page; a refusal is shown there, with what was typed."""
    try:
        act()
    except services.Refused as refused:
        return _show(request, _found(found.pk), refusal=str(refused), status=409, **bound)
    if said:
        messages.success(request, said)
    return redirect("warnings:indicator", pk=found.pk)


# The past


@require_POST
@setters_only
def ask_trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Try it on the past; the answer follows on the page."""
    found, form = _found(pk), TrialForm(request.POST)
    if not form.is_valid():
        return _show(request, found, status=422, trial_form=form)
    months = form.cleaned_data["months"]
    return _carry_out(
        request,
        found,
        lambda: services.ask_trial(indicator=found, months=months, by=person_of(request), now=clock.of(request)),
    )


@require_GET
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a trial has come, then what it says; the page asks again while it runs."""
    found: Any = get_object_or_404(Trial.objects.select_related("indicator", "asked_by"), pk=pk)
    done = found.state == Trial.State.DONE
    context = {"trial": found, "done": done, "now": clock.of(request)}
    if done:
        context |= _result(found)
    elif found.state != Trial.State.FAILED:
        months = (found.last_month.year - found.first_month.year) * 12 + found.last_month.month
        months += 1 - found.first_month.month
        so_far = found.months.values("month").distinct().count()
        context |= {"total": months, "so_far": so_far, "share": so_far / months}
    return render(request, "early_warnings/trial.html", context)


def _result(found: Trial) -> dict[str, Any]:
    told = services.told(trial=found)
    present, alone, together = told
    chart = {
        "id": f"trial-{found.pk}",
        "title": _("New reports a month"),
        "x": [f"{month:%Y-%m}" for month in together.months],
        "lines": [
            {"name": together.label, "values": together.raised, "kind": "main", "bars": True},
            {"name": present.label, "values": present.raised, "kind": "ref", "bars": True},
            {"name": alone.label, "values": alone.raised, "kind": "near"},
        ],
        "from_zero": True,
    }
    roles = sorted({role for each in told for role in each.desks}, key=lambda role: -together.desks[role])
    labels = dict(Post.Role.choices)
    workload = [
        (str(labels.get(role, role)), [each.desks[role] / (len(each.months) or 1) for each in told]) for role in roles
    ]
    units = found.indicator.family != Indicator.Family.CUSTOMER
    lines = [
        f"{wording.line_kept(each)} {wording.value_of(found.indicator, Decimal(each['near']))}"
        f" / {wording.value_of(found.indicator, Decimal(each['breach']))}"
        for each in found.lines
    ]
    return {"lines": lines, "told": told, "chart": chart, "workload": workload, "units": units, "base": together.base}
