"""The score card's versions: read by everybody, set by administrators, tried before they count (WRN-1, WRN-8)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.forms import CardForm
from early_warnings.measures import SCORES
from early_warnings.models import Indicator, ScoreCard, Scoring
from early_warnings.services import scoring, wording
from early_warnings.views.drafts import setters_only


@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """The version of a kind that counts today or the one asked for, its points, and all versions of its kind."""
    today = timezone.localdate(clock.of(request))
    kind, begun = _asked_for(request)
    versions: list[Any] = list(ScoreCard.objects.filter(kind=kind).select_related("made_by").prefetch_related("bands"))
    counting = scoring.card_on(today, kind)
    wanted = begun or counting
    chosen = next((each for each in versions if each == wanted), None)
    for each in versions:
        each.counts, each.ahead = each == counting, each.valid_from > today
    lines: list[Any] = []
    for indicator in Indicator.objects.filter(measure=SCORES[kind], state=Indicator.State.LIVE):
        of: list[Any] = list(indicator.thresholds.select_related("unit"))
        for line in of:
            line.whose, line.named = wording.line_for(line), indicator
            lines.append(line)
    context = {
        "kind": kind,
        "tabs": [{"label": named, "url": f"?kind={each}", "current": each == kind} for each, named in _NAMED],
        "versions": versions,
        "chosen": chosen,
        "questions": scoring.told(chosen) if chosen else [],
        "lines": lines,
        "scorings": Scoring.objects.order_by("-pk")[:5],
        "may_set": services.may_set_lines(person_of(request)),
    }
    return render(request, "early_warnings/cards.html", context)


#: The card by order days first: it is the better one.
_NAMED = [(each.value, each.label) for each in (ScoreCard.Kind.DAYS, ScoreCard.Kind.MONTHS)]


def _asked_for(request: HttpRequest) -> tuple[str, ScoreCard | None]:
    """The kind of card and, if one is asked for, the version."""
    asked, kind = request.GET.get("version", ""), request.GET.get("kind", "")
    begun = ScoreCard.objects.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None
    if begun is not None:
        return begun.kind, begun
    return (kind if kind in ScoreCard.Kind else ScoreCard.Kind.MONTHS), None


@setters_only
def make_card(request: HttpRequest) -> HttpResponse:
    """Change the points from a day on; or, with `try` in what is sent, only see what that would do now."""
    person, now = person_of(request), clock.of(request)
    today = timezone.localdate(now)
    kind, begun = _asked_for(request)
    base = begun or scoring.card_on(today, kind)
    bands = list(base.bands.all()) if base else []
    form = CardForm(request.POST or None, kind=kind, today=today, bands=bands)
    tried, too_long = None, False
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            try:
                tried = scoring.try_card(kind=kind, points=form.points, on=today, now=now)
            except services.TooLong:
                too_long = True
        else:
            values = form.cleaned_data
            try:
                made = scoring.make_card(
                    kind=kind,
                    valid_from=values["valid_from"],
                    why=values["why"],
                    points=form.points,
                    by=person,
                    now=now,
                )
            except services.Refused as refused:
                form.add_error(refused.field or None, str(refused))
            else:
                messages.success(request, _("The version is kept. It counts from its day on."))
                return redirect(f"{reverse('warnings:cards')}?version={made.pk}")
    context = {"form": form, "kind": kind, "named": ScoreCard.Kind(kind).label, "tried": tried, "too_long": too_long}
    return render(request, "early_warnings/card_form.html", context, status=422 if form.errors else 200)


@setters_only
@require_POST
def remove_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a version that does not count yet."""
    version = get_object_or_404(ScoreCard, pk=pk)
    try:
        scoring.remove_card(version=version, by=person_of(request), now=clock.of(request))
    except services.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The version is taken back."))
    return redirect(f"{reverse('warnings:cards')}?kind={version.kind}")
