"""The visit matrix and the rule of the day: read by everybody, set by administrators (VIS-1, VIS-4)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import Customer, Person, Post
from accounts.views.asking import person_of
from visits.forms import DayRuleForm, MatrixForm
from visits.models import DayRule, VisitInterval
from visits.services import may_set_matrix, set_interval
from visits.views import today_of
from visits.views.picture import ROLES
from visits.views.trying import tried

HISTORY_MOST = 30


def matrix(request: HttpRequest) -> HttpResponse:
    """How often whom: the matrix, and what a day may hold; a changed cell moves the due dates at once."""
    person = person_of(request)
    may_set = may_set_matrix(person)
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    cells = {(cell.tier, cell.role): cell for cell in VisitInterval.objects.all()}
    sent = request.POST if request.method == "POST" else None
    form = MatrixForm(sent, cells=cells, roles=[str(role) for role in ROLES])
    rule = DayRuleForm(sent, instance=DayRule.objects.get())
    valid = sent is not None and form.is_valid() and rule.is_valid()
    trying = valid and "try" in request.POST
    if valid and not trying:
        with transaction.atomic():
            for tier, role, number, unit, percent in form.intervals():
                if _differs(cells.get((tier, role)), number, unit, percent):
                    set_interval(
                        tier=tier, role=role, number=number, unit=unit, phone_percent=percent, on=today_of(request)
                    )
            rule.save()
        messages.success(request, _("The matrix is set. Due dates follow it from now on."))
        return redirect("visits:matrix")
    labels = dict(Post.Role.choices)
    context = {
        "form": form,
        "rule": rule,
        "may_set": may_set,
        "heads": [labels[str(role)] for role in ROLES],
        "rows": form.rows(),
        "read": [(tier.label, [_read(cells.get((tier.value, role))) for role in ROLES]) for tier in Customer.Tier],
        "history": _history(),
        "tried": tried(person, today_of(request), form.cells(), rule.instance) if trying else None,
    }
    return render(request, "visits/matrix.html", context, status=422 if form.errors or rule.errors else 200)


def _differs(cell: VisitInterval | None, number: int | None, unit: str, percent: int | None) -> bool:
    if cell is None:
        return number is not None
    return (cell.number, cell.unit) != (number, unit) or (percent is not None and cell.phone_percent != percent)


def _read(cell: VisitInterval | None) -> str:
    if cell is None:
        return "–"
    return f"{cell.in_words} · {cell.get_phone_percent_display()}" if cell.phone_percent else cell.in_words


def _history() -> list[dict[str, object]]:
    """The last changes of cells in plain sentences."""
    model: Any = VisitInterval._meta.get_field("events").related_model
    events = model.objects.exclude(pgh_context=None)  # what shipped has no context
    found = list(events.select_related("pgh_context").order_by("-pgh_created_at", "-pk")[:HISTORY_MOST])
    people = Person.objects.in_bulk({each.pgh_context.metadata.get("user") for each in found} - {None})
    said = []
    for each in found:
        cell = VisitInterval(
            tier=each.tier, role=each.role, number=each.number, unit=each.unit, phone_percent=each.phone_percent
        )
        words = _("%(cell)s no longer") if each.pgh_label == "delete" else "%(cell)s"
        by = people.get(each.pgh_context.metadata.get("user"))
        said.append({"at": each.pgh_created_at, "text": words % {"cell": cell}, "by": by})
    return said
