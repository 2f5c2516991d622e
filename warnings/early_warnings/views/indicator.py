"""One indicator: what it says, its lines, whom it hits today, its history (WRN-1, WRN-8)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.models import OrgUnit, Person, Post
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.forms import EndForm, LineForm, LiveForm, TrialForm
from early_warnings.models import Indicator, Threshold
from early_warnings.services import wording


def found_indicator(pk: int) -> Indicator:
    """The indicator with whom and what its page names; 404 without."""
    related = ("of_indicator", "replaces", "made_by", "live_by")
    return get_object_or_404(Indicator.objects.select_related(*related), pk=pk)


@require_GET
def indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """What an indicator says, its lines, whom it hits, what it would have raised, and its history."""
    return show(request, found_indicator(pk))


def show(request: HttpRequest, found: Any, *, status: int = 200, **bound: Any) -> HttpResponse:
    """Its page; `bound` are forms with what was typed, or a refusal, in place of fresh ones."""
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
        "line_form": LineForm(instance=Threshold(indicator=found), units=units_for(person)) if may_set else None,
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


def units_for(person: Person) -> list[OrgUnit]:
    """The units a line may be for: those that lead others, among what the person sees."""
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
    found, person = found_indicator(pk), person_of(request)
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
