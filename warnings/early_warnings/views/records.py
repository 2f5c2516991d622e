"""The page of a report, and what one does there (WRN-5, WRN-7)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.services.responsibility import possible_doers
from accounts.views.asking import person_of
from duties import services as duties
from early_warnings import services
from early_warnings.forms import CloseForm, SuppressForm, measure_forms
from early_warnings.models import EarlyWarning, UnitWarning
from early_warnings.services import reading
from early_warnings.views.page import Page, Report


def _page(request: HttpRequest, kind: type[Report], pk: int) -> Page:
    """The report if the person may see it, else 404 (ORG-4)."""
    related = (
        ("customer__unit", "customer__account_manager") if kind is EarlyWarning else ("unit", "indicator__of_indicator")
    )
    person = person_of(request)
    visible = kind.objects.visible_to(person).select_related(*related, "duty__owner", "closed_by")
    visible = visible.annotate(steps_ahead=duties.steps_of("duty__rule_id"), held=duties.held_by(person, "duty"))
    if kind is UnitWarning:
        visible = visible.annotate(evaluated_on=reading.evaluated_on())
    return Page(request, get_object_or_404(visible, pk=pk), clock.of(request))


@require_GET
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """The urgent report of a customer."""
    return _page(request, EarlyWarning, pk).show()


@require_GET
def similar(request: HttpRequest, pk: int) -> HttpResponse:
    """What helped in similar cases; the page asks for it once it stands."""
    page = _page(request, EarlyWarning, pk)
    leading = page.signs[0] if page.signs else None
    context = {"similar": reading.similar_cases(sign=leading, customer=page.customer)}
    return render(request, "early_warnings/similar.html", context)


@require_GET
def unit_warning(request: HttpRequest, pk: int) -> HttpResponse:
    """The warning about a unit."""
    return _page(request, UnitWarning, pk).show()


@require_GET
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """A measure is shown on its report's page."""
    found = get_object_or_404(services.visible_measures(person=person_of(request)), pk=pk)
    report = found.report
    return redirect(f"{Page(request, report, clock.of(request)).url}#measures")


KINDS: dict[str, type[Report]] = {"report": EarlyWarning, "unit": UnitWarning}


@require_POST
def acknowledge(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Say that one has read it."""
    page = _page(request, KINDS[kind], pk)
    return _carry_out(page, lambda: services.acknowledge(report=page.report, by=person_of(request), now=page.now))


@require_POST
def propose(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Propose measures; what is missing comes back at its row, and nothing that was typed is lost."""
    page = _page(request, KINDS[kind], pk)
    rows = measure_forms(request.POST, posts=possible_doers(page.posts), today=timezone.localdate(page.now))
    if not rows.is_valid():
        page.bound["proposing"] = rows
        return page.show(status=422)
    proposals = [row.proposal() for row in rows if row.has_changed()]
    page.bound["proposing"] = rows
    return _carry_out(
        page,
        lambda: services.propose(report=page.report, proposals=proposals, by=person_of(request), now=page.now),
        _("Measures proposed. Each is now a duty of whoever is to do it."),
    )


@require_POST
def finish_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a measure as done."""
    found = get_object_or_404(services.visible_measures(person=person_of(request)), pk=pk)
    report = found.report
    page = _page(request, type(report), report.pk)
    return _carry_out(page, lambda: services.finish_measure(measure=found, by=person_of(request), now=page.now))


@require_POST
def close(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """End the report with its outcome."""
    page = _page(request, KINDS[kind], pk)
    form = CloseForm(request.POST, outcomes=page.report.outcomes)
    page.bound["closing"] = form
    if not form.is_valid():
        return page.show(status=422)
    return _carry_out(
        page,
        lambda: services.close(report=page.report, by=person_of(request), now=page.now, **form.cleaned_data),
        _("Closed."),
    )


@require_POST
def suppress(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Let the report rest until a day, with a reason; or, with `lift` in what is sent, wake it."""
    page = _page(request, KINDS[kind], pk)
    by = person_of(request)
    if "lift" in request.POST:
        return _carry_out(page, lambda: services.lift(report=page.report, by=by, now=page.now))
    form = SuppressForm(request.POST, today=timezone.localdate(page.now))
    page.bound["suppressing"] = form
    if not form.is_valid():
        return page.show(status=422)
    return _carry_out(
        page,
        lambda: services.suppress(report=page.report, by=by, now=page.now, **form.cleaned_data),
        _("It rests. A new or a worse sign wakes it at once."),
    )


def _carry_out(page: Page, act: Any, said: str = "") -> HttpResponse:
    """Do it and go back to the page; a refusal is shown there, with what was typed."""
    try:
        act()
    except (services.Refused, duties.AlreadyClosed) as refused:
        page.bound["refusal"] = str(refused) or _("This was done in the meantime.")
        return page.show(status=409)
    if said:
        messages.success(page.request, said)
    return redirect(page.url)
