"""Regular reports: the list, one report as page and print, its comment and signature (WRN-6)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.models import Customer, Post
from accounts.views.asking import person_of
from duties import services as duties
from early_warnings import rules, services
from early_warnings.forms import CommentForm
from early_warnings.models import EarlyWarning, Measure, RegularPlan, RegularReport
from early_warnings.models.reports import OF_CAUSE

PAGE_SIZE = 50


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """Regular reports of one's units: those to sign first, then the newest."""
    person = person_of(request)
    visible = RegularReport.objects.visible_to(person)
    view, period = request.GET.get("view", ""), request.GET.get("period", "")
    found = visible.filter(signed_at__isnull=view == "waiting") if view in {"waiting", "signed"} else visible
    if period in RegularPlan.Period.values:
        found = found.filter(period=period)
    found = found.select_related("unit", "duty__owner", "signed_by").defer("figures")
    page = Paginator(found.order_by(F("signed_at").asc(nulls_first=True), "-first", "unit__path"), PAGE_SIZE)
    base = reverse("warnings:regular-reports")
    tabs = (("", _("All")), ("waiting", _("To comment and sign")), ("signed", _("Signed")))
    context = {
        "page": page.get_page(request.GET.get("page")),
        "views": [
            {"label": label, "url": f"{base}?view={key}" if key else base, "count": None, "current": key == view}
            for key, label in tabs
        ],
        "now": clock.of(request),
        "empty_title": _("No report yet"),
        "empty_text": _("Reports are made in the night after each month and quarter."),
    }
    return render(request, "early_warnings/regular_list.html", context)


def _found(request: HttpRequest, pk: int) -> RegularReport:
    related = ("unit", "duty__owner", "signed_by", "commented_by")
    found: RegularReport = get_object_or_404(
        RegularReport.objects.visible_to(person_of(request)).select_related(*related), pk=pk
    )
    return found


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report, from the figures it was made with."""
    return _show(request, _found(request, pk))


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the comment; with `sign` in what is sent, sign at once."""
    found, person, now = _found(request, pk), person_of(request), clock.of(request)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _show(request, found, status=422 if found.signed_at is None else 409, form=form)
    try:
        fresh = services.comment_report(
            report=found,
            comment=form.cleaned_data.get("comment", ""),
            outlook=form.cleaned_data.get("outlook", ""),
            by=person,
            now=now,
        )
        if "sign" in request.POST:
            services.sign_report(report=fresh, by=person, now=now)
    except services.Refused as refused:
        if refused.field:
            form.add_error(refused.field, str(refused))
            return _show(request, found, status=422, form=form)
        return _show(request, found, status=409, form=form, refusal=str(refused))
    said = _("Signed. Nobody changes it any more.") if "sign" in request.POST else _("The comment is kept.")
    messages.success(request, said)
    return redirect("warnings:regular-report", pk=pk)


def _show(request: HttpRequest, found: RegularReport, *, status: int = 200, **bound: Any) -> HttpResponse:
    person, duty = person_of(request), found.duty
    may_act = found.signed_at is None and duty is not None and duties.may_act(duty=duty, person=person)
    context = {
        "report": found,
        "may_act": may_act,
        "form": CommentForm(instance=found) if may_act else None,
        "course": _course(found),
        "now": clock.of(request),
        **told(found),
        **bound,
    }
    return render(request, "early_warnings/regular.html", context, status=status)


def _course(found: RegularReport) -> dict[str, Any]:
    """Made, commented, signed."""
    steps = [
        {"title": _("Made by the system"), "at": found.made_at},
        {"title": _("Commented"), "at": found.commented_at, "active": found.step is rules.Step.MADE},
        {"title": _("Signed and frozen"), "at": found.signed_at, "active": found.step is rules.Step.COMMENTED},
    ]
    duty = found.duty
    if duty is None or found.signed_at is not None:
        return {"steps": steps}
    return {
        "steps": steps,
        "holder": f"{duty.owner} {duty.get_role_display()}",
        "since": duty.held_since,
        "due": duty.next_due_at,
    }


def told(found: RegularReport) -> dict[str, Any]:
    """The kept figures in the reader's language; nothing in here reads today's tables."""
    kept = found.figures
    counts, before = kept["counts"], kept["before"]
    chinese = (get_language() or "").startswith("zh")
    importance, outcome = dict(Customer.Importance.choices), dict(EarlyWarning.Outcome.choices)
    levels, ways = dict(EarlyWarning.Level.choices), dict(Measure.Way.choices)
    name = "name_zh" if chinese else "name_en"
    signed_as = dict(Post.Role.choices).get(found.signed_as, "")
    return {
        "first": parse_date(kept["first"]),
        "last": parse_date(kept["last"]),
        "unit_name": kept["unit"],
        "made_at": timezone.localtime(parse_datetime(kept["made_at"])),
        "figures": _figures(counts, before),
        "counts": counts,
        "by_importance": [{**row, "label": importance.get(row["importance"], "")} for row in kept["importance"]],
        "by_unit": kept["units"],
        "by_indicator": [{**row, "label": row[name]} for row in kept["indicators"]],
        "by_way": [{**row, "label": ways.get(row["way"], row["way"])} for row in kept["ways"]],
        "unit_warnings": [
            {
                **row,
                "label": row[name],
                "level_said": levels[row["level"]],
                "opened": parse_date(row["opened_on"]),
                # a cause of complaints is among no customers
                "outcome_said": (OF_CAUSE if row["among"] is None else outcome).get(row["outcome"], ""),
            }
            for row in kept["unit_warnings"]
        ],
        "waiting": [
            {**row, "opened": parse_date(row["opened_on"]), "label": importance.get(row["importance"], "")}
            for row in kept["waiting"]
        ],
        "months": kept["months"],
        "chart": _chart(found, kept["months"]),
        "signed_as": signed_as,
    }


def _figures(counts: dict[str, Any], before: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures on top, each beside the period before."""
    rows = [
        (_("New urgent reports"), "opened"),
        (_("of them breaches"), "breaches"),
        (_("Closed"), "closed"),
        (_("Recovered"), "recovered"),
        (_("Lost"), "lost"),
        (_("Open at the end"), "standing"),
        (_("Let lapse and climbed"), "climbed"),
        (_("Measures done"), "done"),
    ]
    return [{"label": label, "value": counts[key], "before": before[key]} for label, key in rows]


def _chart(found: RegularReport, months: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"regular-{found.pk}",
        "title": _("Urgent reports a month"),
        "x": [row["month"] for row in months],
        "lines": [
            {"name": _("new"), "values": [row["opened"] for row in months], "kind": "main", "bars": True},
            {"name": pgettext("report", "closed"), "values": [row["closed"] for row in months], "kind": "ref"},
            {"name": _("recovered"), "values": [row["recovered"] for row in months], "kind": "done"},
        ],
        "from_zero": True,
    }
