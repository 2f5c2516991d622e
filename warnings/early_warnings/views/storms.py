"""A storm: the new reports of one unit and night, as one list (WRN-3)."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from duties import services as duties
from early_warnings import services
from early_warnings.models import EarlyWarning, Sign, Storm
from early_warnings.services import wording
from early_warnings.views.lists import PAGE_SIZE, for_list


def _found(request: HttpRequest, pk: int) -> Storm:
    visible = Storm.objects.visible_to(person_of(request)).select_related("unit", "duty__owner")
    found: Storm = get_object_or_404(visible, pk=pk)
    return found


def storm(request: HttpRequest, pk: int) -> HttpResponse:
    """What came in one night, by sign and by holder, and each report."""
    return _show(request, _found(request, pk))


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is behind it."""
    found, person = _found(request, pk), person_of(request)
    what = request.POST.get("what", "").strip()
    if found.duty is None or found.duty.state == "closed" or not duties.may_act(duty=found.duty, person=person):
        return _show(request, found, status=409, refusal=_("This is another person's to settle, or settled already."))
    if not what:
        return _show(request, found, status=422, refusal=_("Say in words what is behind it."))
    services.settle_storm(storm=found, by=person, now=clock.of(request), what=what)
    messages.success(request, _("Settled. The reports stay their holders'."))
    return redirect("warnings:storm", pk=pk)


def _show(request: HttpRequest, found: Storm, *, status: int = 200, **bound: Any) -> HttpResponse:
    person = person_of(request)
    reports = EarlyWarning.objects.visible_to(person).filter(storm=found)
    page = BoundedPaginator(for_list(reports.order_by("level", "pk")), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = rows = list[Any](page.object_list)
    for report in rows:
        report.reason = wording.reason(report.signs.all()[0]) if report.signs.all() else ""
    signs = Sign.objects.filter(warning__in=reports).order_by().values("indicator__name_zh", "indicator__name_en")
    duty = found.duty
    context = {
        "storm": found,
        "page": page,
        "signs": signs.annotate(n=Count("pk")).order_by("-n"),
        "holders": reports.order_by().values("duty__owner__name").annotate(n=Count("pk")).order_by("-n")[:12],
        "may_act": duty is not None and duty.state != "closed" and duties.may_act(duty=duty, person=person),
        "now": clock.of(request),
        **bound,
    }
    return render(request, "early_warnings/storm.html", context, status=status)
