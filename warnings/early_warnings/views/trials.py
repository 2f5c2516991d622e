"""An indicator tried on the past (WRN-8)."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.models import Post
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.forms import TrialForm
from early_warnings.models import Indicator, Trial
from early_warnings.services import wording
from early_warnings.views.drafts import carry_out, setters_only
from early_warnings.views.indicator import found_indicator, show


@require_POST
@setters_only
def ask_trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Try it on the past; the answer follows on the page."""
    found, form = found_indicator(pk), TrialForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, trial_form=form)
    months = form.cleaned_data["months"]
    return carry_out(
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
