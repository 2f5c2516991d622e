"""Escalation rules as an administrator edits them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import clock
from duties import services
from duties.forms import StepFormSet
from duties.models import EscalationRule
from duties.rules import MINUTES_A_DAY, Step, may_set_rules
from duties.services.inbox import case_label, kind_label
from duties.services.setting import history_of_rule
from duties.views.requests import Request


def administrators_only(request: Request) -> None:
    if not (request.user.is_superuser or may_set_rules(request.user.roles)):
        raise Http404


def rules(request: Request) -> HttpResponse:
    """Every kind of duty with its levels."""
    administrators_only(request)
    found = EscalationRule.objects.prefetch_related("steps").order_by("kind", "variant")
    rows = [
        {
            "rule": rule,
            "label": kind_label(rule.kind),
            "case": case_label(rule.kind, rule.variant),
            "steps": list(rule.steps.all()),
        }
        for rule in found
    ]
    return render(request, "duties/rules.html", {"rows": rows, "minutes_a_day": MINUTES_A_DAY})


def rule(request: Request, pk: int) -> HttpResponse:
    """The levels of one rule: who is asked, for how many working hours; and what they were before."""
    administrators_only(request)
    found = get_object_or_404(EscalationRule, pk=pk)
    initial = [{"role": step.role, "hours": step.hours} for step in found.steps.all()]
    formset = StepFormSet(request.POST or None, initial=None if request.method == "POST" else initial)
    errors: list[str] = []
    if request.method == "POST" and formset.is_valid():
        rows = [form.cleaned_data for form in formset if form.cleaned_data.get("role")]
        steps = [Step(level, row["role"], round(row["hours"] * 60)) for level, row in enumerate(rows, 1)]
        try:
            services.set_steps(rule=found, steps=steps, by=request.user, now=clock.now())
        except services.NotALadder as refusal:
            errors.append(str(refusal))
        else:
            messages.success(request, _("The levels are set. Deadlines that run already stay as they are."))
            return redirect("duties:rules")
    context = {
        "rule": found,
        "label": kind_label(found.kind),
        "case": case_label(found.kind, found.variant),
        "formset": formset,
        "errors": errors,
        "events": history_of_rule(found),
    }
    failed = request.method == "POST"
    return render(request, "duties/rule.html", context, status=422 if failed else 200)
