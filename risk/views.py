"""Pages of risk control: pre-trip checks and repairs (RSK-1). The gate itself stands with the day, in visits."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Person
from accounts.views.asking import person_of
from duties.models import DutyEvent
from duties.services import open_duty_of
from risk.forms import RepairForm
from risk.models import Items, PreTripCheck, Repair
from risk.services import close_repair
from risk.services.checks import REPAIR

PAGE_SIZE = 50


def checks(request: HttpRequest) -> HttpResponse:
    """Checks of the people one sees, the latest first; the failed ones a click away."""
    view = request.GET.get("view", "")
    found = PreTripCheck.objects.visible_to(person_of(request)).select_related("person", "unit", "repair")
    if view == "failed":
        found = found.failed_ones()
    if words := request.GET.get("q", "").strip():
        found = found.filter(person__in=Person.objects.filter(name__icontains=words).values("pk"))
    page = Paginator(found.order_by("-checked_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    words_of = dict(Items.choices)
    for check in page.object_list:
        check.failed_words = [words_of[item] for item in check.failed]
    base = reverse("risk:home")
    context = {
        "page": page,
        "views": [
            {"label": _("All"), "url": base, "count": None, "current": view != "failed"},
            {"label": _("Failed"), "url": f"{base}?view=failed", "count": None, "current": view == "failed"},
        ],
        "empty_title": _("No check here"),
        "empty_text": _("Before the first ride of a day the vehicle and the gear are looked at."),
    }
    return render(request, "risk/checks.html", context)


def may_close(repair: Repair, person: Person) -> bool:
    """Who owes the repair now or let it climb past them, and who stands in for one of them."""
    duty = open_duty_of(REPAIR, repair.pk)
    if duty is None:
        return False
    own = set(person.scope.own)
    return duty.owner_id in own or DutyEvent.objects.filter(duty=duty, owner_id__in=own).exists()


def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """One repair: what failed, who owes it until when, and the form that ends it."""
    person = person_of(request)
    checks_seen = PreTripCheck.objects.visible_to(person)
    found = get_object_or_404(
        Repair.objects.filter(check_failed__in=checks_seen.values("pk")).select_related(
            "check_failed__person", "check_failed__unit", "done_by"
        ),
        pk=pk,
    )
    may = may_close(found, person)
    form = RepairForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and may:
        close_repair(repair=found, outcome=form.cleaned_data["outcome"], by=person, now=clock.of(request))
        messages.success(request, _("The repair is done. The rider checks again before the next ride."))
        return redirect("risk:repair", found.pk)
    duty = open_duty_of(REPAIR, found.pk)
    words_of = dict(Items.choices)
    context = {
        "repair": found,
        "check": found.check_failed,
        "items": [words_of[item] for item in found.check_failed.failed],
        "form": form,
        "may": may,
        "course": {
            "holder": duty.owner if duty else None,
            "due": duty.next_due_at if duty else None,
            "steps": [
                {"title": _("Reported"), "at": found.opened_at, "note": str(found.check_failed.person)},
                {"title": _("Mended"), "at": found.done_at, "note": str(found.done_by or ""), "active": True},
            ],
        },
    }
    return render(request, "risk/repair.html", context, status=422 if form.errors else 200)
