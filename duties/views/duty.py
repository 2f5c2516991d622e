"""One duty: its course, and what one may do about it here."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from duties import services
from duties.forms import HandOverForm
from duties.models import Duty
from duties.services.course import course, story
from duties.services.inbox import lines_of, matter_url
from duties.services.wording import describe, how_it_came, outcome
from duties.views.requests import Request


def visible_duty(request: Request, pk: int) -> Duty:
    found: Duty = get_object_or_404(
        Duty.objects.visible_to(request.user).select_related("unit", "customer", "owner", "held_before"), pk=pk
    )
    return found


def duty(request: Request, pk: int) -> HttpResponse:
    """The course of one duty, and its history in plain sentences."""
    found, now = visible_duty(request, pk), clock.of(request)
    matter = matter_url(found)
    context = {
        "duty": found,
        "sentence": describe(found),
        "came": how_it_came(found, request.user),
        "outcome": outcome(found),
        "course": course(duty=found, now=now),
        "events": story(found),
        "matter_url": "" if matter == request.path else matter,
        "may": _may(found, request),
    }
    return render(request, "duties/duty.html", context)


@require_POST
def acknowledge(request: Request, pk: int) -> HttpResponse:
    """Say that one has it in hand. htmx gets the row anew; a page goes back to where it was."""
    found, now = visible_duty(request, pk), clock.now()
    if not services.may_act(duty=found, person=request.user):
        return _refuse(request, found, _("This is %(person)s's to do.") % {"person": found.owner}, status=403)
    try:
        services.acknowledge(duty=found, by=request.user, now=now)
    except services.AlreadyClosed:
        return _refuse(request, found, _("This was closed in the meantime. Nothing was changed."), status=409)
    said = _("You have it in hand. The deadline stays.")
    if not request.htmx:
        messages.success(request, said)
        return redirect("duties:duty", pk=pk)
    answer = render(
        request,
        "duties/parts/inbox_row.html",
        {"line": lines_of([visible_duty(request, pk)], person=request.user, now=now)[0]},
    )
    answer["HX-Trigger"] = json.dumps({"zd:toast": {"text": said}})
    return answer


def hand_over(request: Request, pk: int) -> HttpResponse:
    """Choose who takes over, and say why; `?q=` searches, and htmx gets the people alone."""
    found, now = visible_duty(request, pk), clock.now()
    if found.state == Duty.State.CLOSED or not services.may_hand_over(duty=found, person=request.user):
        return _refuse(request, found, _("You cannot hand this over."), status=403)
    people = services.may_take_over(duty=found, by=request.user, on=timezone.localdate(now))
    form = HandOverForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            services.hand_over(duty=found, to=to, by=request.user, now=now, note=form.cleaned_data["note"])
        except services.AlreadyClosed:
            return _refuse(request, found, _("This was closed in the meantime. Nothing was changed."), status=409)
        messages.success(request, _("%(person)s has it now, and was told.") % {"person": to})
        return redirect("duties:inbox")
    words = request.GET.get("q", "") or request.POST.get("q", "")
    context: dict[str, Any] = {
        "duty": found,
        "sentence": describe(found),
        "form": form,
        "words": words,
        "chosen": form.data.get("to", ""),
        "people": services.found_people(people, words, on=timezone.localdate(now)),
    }
    if request.htmx:
        return render(request, "duties/parts/people.html", context)
    return render(request, "duties/hand_over.html", context, status=422 if form.errors else 200)


def _may(duty: Duty, request: Request) -> dict[str, bool]:
    if duty.state == Duty.State.CLOSED:
        return {"acknowledge": False, "hand_over": False}
    return {
        "acknowledge": duty.state == Duty.State.OPEN and services.may_act(duty=duty, person=request.user),
        "hand_over": services.may_hand_over(duty=duty, person=request.user),
    }


def _refuse(request: Request, duty: Duty, why: str, *, status: int) -> HttpResponse:
    template = "duties/parts/refused_row.html" if request.htmx else "duties/refused.html"
    return render(request, template, {"duty": duty, "why": why, "sentence": describe(duty)}, status=status)
