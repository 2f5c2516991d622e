"""Problems found on visits: the list, and the page on which one is solved (VIS-6)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Customer
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from duties.models import Duty
from duties.services import open_duty_of
from visits import services
from visits.forms import SolveForm
from visits.models import Problem
from visits.services.problems import PROBLEM
from visits.views import today_of
from visits.views.desk import PAGE_SIZE


def problems(request: HttpRequest) -> HttpResponse:
    """Open problems first; the solved ones a click away."""
    person, today = person_of(request), today_of(request)
    view = request.GET.get("view", "")
    found = Problem.objects.visible_to(person).select_related("customer__unit", "owner", "visit")
    mine = found.open().filter(owner_id__in=person.scope.own)
    shown = {"mine": mine, "solved": found.exclude(solved_at=None)}.get(view, found.open())
    if words := request.GET.get("q", "").strip():
        shown = shown.filter(customer__in=Customer.objects.visible_to(person).search(words).values("pk"))
    order = ("-solved_at", "-pk") if view == "solved" else ("due_on", "pk")
    base = reverse("visits:problems")
    context = {
        "page": BoundedPaginator(shown.order_by(*order), PAGE_SIZE).get_page(request.GET.get("page")),
        "solved": view == "solved",
        "today": today,
        "views": [
            {"label": _("Open"), "url": base, "count": None, "current": view not in {"mine", "solved"}},
            {"label": _("My own"), "url": f"{base}?view=mine", "count": mine.count(), "current": view == "mine"},
            {"label": _("Solved"), "url": f"{base}?view=solved", "count": None, "current": view == "solved"},
        ],
        "empty_title": _("No problem here"),
        "empty_text": _("What is found wrong on a visit stands here until somebody has solved it."),
    }
    return render(request, "visits/problems.html", context)


def problem(request: HttpRequest, pk: int) -> HttpResponse:
    """One problem: who owes it until when, and the form that ends it."""
    found = get_object_or_404(
        Problem.objects.visible_to(person_of(request)).select_related(
            "customer__unit", "owner", "visit__person", "solved_by"
        ),
        pk=pk,
    )
    form = SolveForm(request.POST or None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.solve(
                problem=found, solution=form.cleaned_data["solution"], by=person_of(request), now=clock.of(request)
            )
        except services.Refused as error:
            refused = str(error)
        else:
            messages.success(request, _("The problem is solved."))
            return redirect("visits:problem", found.pk)
    duty = open_duty_of(PROBLEM, found.pk)
    context = {
        "problem": found,
        "form": form,
        "refused": [refused] if refused else [],
        "may_solve": found.solved_at is None and services.may_solve(problem=found, person=person_of(request)),
        "course": _course(found, duty),
    }
    return render(request, "visits/problem.html", context, status=409 if refused else 422 if form.errors else 200)


def _course(found: Problem, duty: Duty | None) -> dict[str, object]:
    steps = [
        {"title": _("Found"), "at": found.created_at, "note": str(found.visit.person), "active": False},
        {
            "title": _("With its owner"),
            "until": duty.next_due_at if duty else None,
            "note": str(duty.owner if duty else found.owner),
            "active": found.solved_at is None,
        },
        {
            "title": _("Solved"),
            "at": found.solved_at,
            "note": str(found.solved_by or ""),
            "active": found.solved_at is not None,
        },
    ]
    if duty is None:
        return {"steps": steps}
    return {"holder": duty.owner, "due": duty.next_due_at, "steps": steps}
