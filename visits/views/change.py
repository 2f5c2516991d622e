"""Changing the plan by dragging: the effect shows before it is saved, with a reason, and can be undone (VIS-4)."""

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.views.asking import person_of
from visits import services
from visits.forms import RearrangeForm
from visits.models import DayPlan, PlanChange
from visits.reasons import in_words
from visits.services import moving


def _own_plan(request: HttpRequest, pk: int) -> DayPlan:
    """A plan that one may change; another's does not open here."""
    person = person_of(request)
    plan: DayPlan = get_object_or_404(DayPlan.objects.visible_to(person).select_related("person"), pk=pk)
    if not services.may_change(plan, person):
        raise Http404
    return plan


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The day and those after it side by side; what is dragged is only weighed until it is saved."""
    plan = _own_plan(request, pk)
    form = RearrangeForm(request.POST or None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = moving.rearrange(
                plan=plan,
                arrangement=form.cleaned_data["arrangement"],
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                by=person_of(request),
                now=clock.of(request),
            )
        except services.Refused as error:
            refused = str(error)
        else:
            if made is None:
                messages.info(request, _("Nothing was moved."))
            else:
                undo = reverse("visits:change-undo", args=[made.pk])
                messages.success(request, _("The plan is changed."), extra_tags=undo)
            return redirect("visits:change", plan.pk)
    days = moving.Days.of(plan)
    wanted = form.cleaned_data.get("arrangement") if form.is_bound and form.is_valid() else None
    context = {
        "plan": plan,
        "form": form,
        "refused": [refused] if refused else [],
        "columns": _columns(days, wanted),
        "effect": moving.weigh_days(days, days.present, clock.of(request)),
        "history": _history(plan),
    }
    return render(request, "visits/change.html", context, status=409 if refused else 422 if form.errors else 200)


def _columns(days: moving.Days, wanted: Mapping[int, Sequence[int]] | None) -> list[dict[str, object]]:
    stops = {stop.pk: stop for each in days.stops.values() for stop in each}
    for stop in stops.values():
        stop.why = in_words(stop.reasons)  # type: ignore[attr-defined]
    order = {**days.present, **(wanted or {})}
    return [
        {
            "plan": plan,
            "acted": days.acted(plan.pk),
            "left": [stops[pk] for pk in order[plan.pk] if pk in stops],
        }
        for plan in days.plans
    ]


def _history(plan: DayPlan) -> list[PlanChange]:
    """The last changes of that day, with what undoing would take back first."""
    return list(plan.changes.select_related("by").order_by("-at", "-pk")[:10])


@require_POST
def effect(request: HttpRequest, pk: int) -> HttpResponse:
    """A fragment: what the order on the screen would do."""
    plan = _own_plan(request, pk)
    form = RearrangeForm(request.POST)
    form.full_clean()
    arrangement = form.cleaned_data.get("arrangement")
    if arrangement is None:
        return render(request, "visits/effect.html", {"refused": _("That did not arrive whole. Please try again.")})
    try:
        found = moving.weigh(plan=plan, arrangement=arrangement, now=clock.of(request))
    except services.Refused as error:
        return render(request, "visits/effect.html", {"refused": str(error)})
    return render(request, "visits/effect.html", {"effect": found, "weighed": True})


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put everything back."""
    person = person_of(request)
    found = get_object_or_404(PlanChange.objects.visible_to(person).select_related("plan"), pk=pk)
    try:
        moving.undo_change(change=found, by=person, now=clock.of(request))
    except services.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone: the plan is as it was."))
    return (
        redirect("visits:change", found.plan_id)
        if services.may_change(found.plan, person)
        else redirect("visits:plan", found.plan_id)
    )
