"""Suggesting people while one types, one's own absences, and the organisation as a tree."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.forms.absences import AbsenceForm
from accounts.models import Absence, OrgUnit, Person, Post
from accounts.rules import Role
from accounts.services.organisation import end_absence, record_absence
from accounts.views.asking import person_of

SUGGESTED = 12
#: Units shown on one page of the organisation.
MOST_UNITS = 300
#: Roles without which a unit of that kind has a vacancy worth showing.
EXPECTED: dict[str, tuple[Role, ...]] = {
    OrgUnit.Kind.COMPANY: (Role.GENERAL_MANAGER,),
    OrgUnit.Kind.REGION: (Role.REGION_MANAGER,),
    OrgUnit.Kind.BRANCH: (Role.BRANCH_GENERAL_MANAGER, Role.BRANCH_SALES_MANAGER, Role.CUSTOMER_OFFICER),
}


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """A few people as options of a datalist; the field's name says which parameter holds what was typed."""
    person = person_of(request)
    text = request.GET.get(request.GET.get("field", "manager"), "").strip()
    found = Person.objects.around(person).filter(is_active=True)
    if role := request.GET.get("role"):
        found = found.holding(role, timezone.localdate(clock.of(request)))
    named = found.named(text).order_by("pinyin", "pk")[:SUGGESTED] if text else []
    return render(request, "accounts/people.html", {"people": named})


def absences(request: HttpRequest) -> HttpResponse:
    """My days away and who stands in for me; a form to say so."""
    person, today = person_of(request), timezone.localdate(clock.of(request))
    form = AbsenceForm(request.POST or None, by=person, today=today)
    if request.method == "POST" and form.is_valid():
        record_absence(person=person, **form.cleaned_data)
        messages.success(request, _("Your absence is on record."))
        return redirect("accounts:absences")
    own = Absence.objects.filter(person=person).select_related("delegate").order_by("-starts_on")[:50]
    for_others = Absence.objects.filter(delegate=person, ends_on__gte=today).select_related("person")
    context = {"form": form, "absences": own, "standing_in": for_others.order_by("starts_on"), "today": today}
    return render(request, "accounts/absences.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Back earlier, or not away after all."""
    absence = get_object_or_404(Absence, pk=pk, person=person_of(request))
    end_absence(absence=absence, today=timezone.localdate(clock.of(request)))
    messages.success(request, _("You are back on record."))
    return redirect("accounts:absences")


@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """The units that I see, who holds which post, who is away today, and what is vacant (ORG-1…3)."""
    person, today = person_of(request), timezone.localdate(clock.of(request))
    units = list(OrgUnit.objects.visible_to(person).order_by("path")[:MOST_UNITS])
    posts: dict[int, list[Post]] = defaultdict(list)
    held = (
        Post.objects.held_on(today).filter(unit__in=units).select_related("person").order_by("role", "person__pinyin")
    )
    for post in held:
        posts[post.unit_id].append(post)
    away = dict(Absence.objects.on(today).values_list("person_id", "delegate__name"))
    least = min((unit.path.count("/") for unit in units), default=0)
    roles, kinds = _words(Post.Role), _words(OrgUnit.Kind)
    rows = [
        {
            "unit": unit,
            "indent": "\N{IDEOGRAPHIC SPACE}" * (unit.path.count("/") - least),
            "kind": kinds[unit.kind],
            "holders": _holders(posts[unit.pk], away, roles),
            "vacant": [
                roles[role] for role in EXPECTED.get(unit.kind, ()) if role not in {p.role for p in posts[unit.pk]}
            ],
        }
        for unit in units
    ]
    return render(request, "accounts/organisation.html", {"rows": rows, "today": today})


def _holders(posts: list[Post], away: dict[int, str | None], roles: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Who holds each role, and who stands in for those who are away."""
    holders: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for post in posts:
        holders[roles[post.role]].append(
            {"name": post.person.name, "absent": post.person_id in away, "delegate": away.get(post.person_id)}
        )
    return dict(holders)


def _words(choices: Any) -> dict[str, str]:
    return {str(value): str(label) for value, label in choices.choices}
