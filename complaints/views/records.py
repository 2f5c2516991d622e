"""A complaint's page: what the customer says, who holds it until when, the one next step as a form, and its history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.models import Person, Post
from accounts.services.responsibility import possible_doers, posts_around
from complaints import services
from complaints.forms import STEP_FORMS, GravityForm, ReassignForm, StepForm, TellForm
from complaints.models import Complaint
from complaints.rules import Gravity, Step
from complaints.views import SignedIn
from complaints.views.course import History, course
from complaints.views.lists import state_of

Service = Callable[..., Complaint]

#: What each step is called as a thing to do, and the service that takes it.
STEPS: Mapping[Step, tuple[str | Promise, Service]] = {
    Step.ASSIGNED: (gettext_lazy("Assign"), services.assign),
    Step.INVESTIGATED: (gettext_lazy("Record what was found"), services.investigate),
    Step.INSTRUCTED: (gettext_lazy("Give the plan"), services.instruct),
    Step.HANDLED: (gettext_lazy("Record what was done"), services.handle),
    Step.TOLD: (gettext_lazy("Record that the customer was told"), services.tell_customer),
    Step.CLOSED: (gettext_lazy("Name the cause and close"), services.close),
}
#: The forms that name a person.
_NAMING = (Step.ASSIGNED, Step.TOLD)


@dataclass
class Page:
    """One reading of a complaint for one person; what is not shown is not read."""

    request: SignedIn
    complaint: Complaint
    now: datetime

    @classmethod
    def of(cls, request: SignedIn, pk: int) -> Self:
        """The complaint if the person may see it, else 404 (ORG-4)."""
        visible = Complaint.objects.visible_to(request.user).for_record()
        return cls(request, get_object_or_404(visible, pk=pk), clock.of(request))

    @cached_property
    def history(self) -> History:
        return History.load(self.complaint)

    @cached_property
    def may(self) -> services.Rights:
        return services.rights(
            complaint=self.complaint,
            person=self.request.user,
            held_by=self.history.held_by(self.complaint),
            assigned_by=self.history.assigned_by(),
        )

    @cached_property
    def posts(self) -> list[Post]:
        customer = self.complaint.customer
        return posts_around(unit=customer.unit, customer=customer, on=timezone.localdate(self.now))

    @cached_property
    def handlers(self) -> list[Post]:
        return possible_doers(self.posts)

    def step_form(self, data: Mapping[str, Any] | None, step: Step) -> StepForm:
        person: Person = self.request.user
        posts = self.handlers if step in _NAMING else []
        if step == Step.TOLD:
            return TellForm(data, posts=posts, initial=TellForm.first_values(person, self.now))
        first = {"to": self.complaint.customer.account_manager_id} if step == Step.ASSIGNED else {}
        return STEP_FORMS[step](data, posts=posts, initial=first)

    def show(self, *, status: int = 200, **bound: Any) -> HttpResponse:
        """The page; `bound` holds a form that came back with errors, or the `refusal` of a rule."""
        complaint, today = self.complaint, timezone.localdate(self.now)
        step = complaint.next_step
        context = {
            "complaint": complaint,
            "may": self.may,
            "step": step,
            "step_label": STEPS[step][0] if step else "",
            "badge": state_of(complaint, set(self.request.user.scope.own), self.now),
            "course": course(complaint, self.history, self.posts, self.now),
            "events": self.history.timeline(),
            "words": [
                each for each in self.history.steps if each.text and each.act not in {Step.TOLD, Step.REGISTERED}
            ],
            "step_form": self.step_form(None, step) if step and self.may.act else None,
            "reassign_form": ReassignForm(posts=self.handlers) if self.may.reassign else None,
            "gravity_form": GravityForm() if self.may.make_major or self.may.make_general else None,
            "now": self.now,
            "today": today,
            **bound,
        }
        return render(self.request, "complaints/complaint.html", context, status=status)


@require_GET
def complaint(request: SignedIn, pk: int) -> HttpResponse:
    """The record."""
    return Page.of(request, pk).show()


@require_GET
def look(request: SignedIn, pk: int) -> HttpResponse:
    """The drawer beside the list."""
    page = Page.of(request, pk)
    context = {
        "complaint": page.complaint,
        "badge": state_of(page.complaint, set(request.user.scope.own), page.now),
        "steps": page.complaint.steps.select_related("by", "to").order_by("-at", "-pk"),
        "now": page.now,
        "today": timezone.localdate(page.now),
    }
    return render(request, "complaints/look.html", context)


@require_POST
def take_step(request: SignedIn, pk: int, step: str) -> HttpResponse:
    """Take a step. What is wrong comes back in the form; a refusal above it, with the words that were typed."""
    page = Page.of(request, pk)
    if step not in STEPS:
        raise Http404
    wanted = Step(step)
    try:
        services.check(complaint=page.complaint, step=wanted, by=request.user)
    except services.Refused as refused:
        return _refuse(page, refused)
    form = page.step_form(request.POST, wanted)
    return _carry_out(page, form, "step_form", STEPS[wanted][1])


@require_POST
def hand_over(request: SignedIn, pk: int) -> HttpResponse:
    """Give the complaint to another handler."""
    page = Page.of(request, pk)
    return _carry_out(page, ReassignForm(request.POST, posts=page.handlers), "reassign_form", services.reassign)


@require_POST
def gravity(request: SignedIn, pk: int) -> HttpResponse:
    """Make a general complaint major, or a major one general again."""
    page = Page.of(request, pk)
    other = Gravity.GENERAL if page.complaint.gravity == Gravity.MAJOR else Gravity.MAJOR
    return _carry_out(page, GravityForm(request.POST), "gravity_form", services.change_gravity, gravity=other)


def _carry_out(page: Page, form: StepForm, name: str, service: Service, **values: Any) -> HttpResponse:
    """Call the service with what the form holds; 422 for what is wrong in the form, 409 for what a rule forbids."""
    if form.is_valid():
        try:
            done = service(complaint=page.complaint, by=page.request.user, now=page.now, **form.cleaned_data, **values)
        except services.Refused as refused:
            if refused.field not in form.fields:
                return _refuse(page, refused)
            form.add_error(refused.field, str(refused))
        else:
            messages.success(page.request, _what_follows(done))
            return redirect("complaints:complaint", done.pk)
    return page.show(status=422, **{name: form})


def _refuse(page: Page, refused: services.Refused) -> HttpResponse:
    """The page as it stands now, with the refusal, and what was typed so that it is not lost."""
    posted = page.request.POST
    fresh = Page.of(page.request, page.complaint.pk)
    return fresh.show(
        status=409, refusal=[str(refused)], typed=posted.get("text", "") or posted.get("customer_said", "")
    )


def _what_follows(complaint: Complaint) -> str:
    if complaint.duty is None:
        return _("%(number)s is closed; a follow-up visit is planned.") % {"number": complaint.number}
    return _("Recorded. The next step is %(name)s's.") % {"name": complaint.duty.owner}
