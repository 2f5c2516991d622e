"""What people fill in about complaints: registering one, and each of its steps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.moments import Moment
from accounts.models import Customer, Person, Post
from complaints import rules
from complaints.models import Complaint


def _words(label: Any, rows: int = 4, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class RegisterForm(forms.Form):
    """A complaint, whole (CMP-1). The customer is chosen among those that the person may see."""

    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        error_messages={
            "required": _("Search for the customer and choose one."),
            "invalid_choice": _("This customer is not yours to see."),
        },
    )
    channel = forms.ChoiceField(
        label=_("How it reached us"),
        choices=[choice for choice in Complaint.Channel.choices if choice[0] not in {"form", "api"}],
        initial=Complaint.Channel.PHONE,
    )
    reported_by_name = forms.CharField(label=_("Who complains"), max_length=60)
    reported_by_phone = forms.CharField(
        label=_("Their phone"),
        max_length=20,
        required=False,
        help_text=_("With its last four digits they can follow the complaint."),
    )
    subject = forms.CharField(label=_("About"), max_length=100, help_text=_("In a few words: what the matter is."))
    text = _words(_("What the customer says"), 6, _("In their words, whole."))
    gravity = forms.ChoiceField(
        label=_("Gravity"),
        choices=Complaint.Gravity.choices,
        initial=Complaint.Gravity.GENERAL,
        widget=forms.RadioSelect,
        help_text=_("A major one goes to the deputy manager in charge, who gives the plan and answers for it (CMP-2)."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(person).select_related("unit")  # type: ignore[attr-defined]


class _PersonChoice(forms.TypedChoiceField):
    """One of the people whose posts are given, named with their role; cleaned to the person."""

    def offer(self, posts: Sequence[Post]) -> None:
        people = {str(post.person_id): post.person for post in posts}
        self.choices = [("", "—"), *((post.person_id, f"{post.person} · {post.get_role_display()}") for post in posts)]
        self.coerce = lambda value: people[str(value)]
        self.empty_value = None


class StepForm(forms.Form):
    """A step of the course; `posts` are of those who may be named in it. Several stand on one page."""

    def __init__(self, *args: Any, posts: Sequence[Post] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"{type(self).__name__.removesuffix('Form').lower()}-%s"
        for field in self.fields.values():
            if isinstance(field, _PersonChoice):
                field.offer(posts)


class AssignForm(StepForm):
    to = _PersonChoice(label=_("Who looks into it, handles it and tells the customer"))
    text = _words(_("A word to them"), 2, required=False)


class InvestigateForm(StepForm):
    text = _words(_("What was found"), help_text=_("What happened, whom you asked, what proves it."))


class InstructForm(StepForm):
    text = _words(_("The plan"), help_text=_("What is to be done, by whom, until when."))


class HandleForm(StepForm):
    text = _words(_("What was done"))


class TellForm(StepForm):
    """Feedback 反馈: when, by whom, how, and what the customer said (CMP-3)."""

    told_at = forms.DateTimeField(
        label=_("When the customer was told"),
        widget=Moment,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    told_by = _PersonChoice(label=_("Who told them"), required=False)
    how = forms.ChoiceField(label=_("How"), choices=Complaint.How.choices, widget=forms.RadioSelect)
    customer_said = _words(_("What the customer said"), help_text=_("Their answer, in their words: content or not."))

    @staticmethod
    def first_values(person: Person, now: datetime) -> dict[str, Any]:
        """Just now, by whoever fills it in."""
        return {"told_at": timezone.localtime(now).replace(second=0, microsecond=0), "told_by": person.pk}


class CloseForm(StepForm):
    cause = forms.ChoiceField(label=_("Where the error lay"), choices=Complaint.Cause.choices, widget=forms.RadioSelect)
    text = _words(_("What is to be learnt"), 2, required=False)


class GravityForm(StepForm):
    text = _words(_("The reason"), 2)


class ReassignForm(StepForm):
    to = _PersonChoice(label=_("Given to"))
    text = _words(_("The reason"), 2, required=False)


#: The form of each step.
STEP_FORMS: Mapping[rules.Step, type[StepForm]] = {
    rules.Step.ASSIGNED: AssignForm,
    rules.Step.INVESTIGATED: InvestigateForm,
    rules.Step.INSTRUCTED: InstructForm,
    rules.Step.HANDLED: HandleForm,
    rules.Step.TOLD: TellForm,
    rules.Step.CLOSED: CloseForm,
}


class PublicForm(forms.Form):
    """What a customer files themselves (CMP-1)."""

    code = forms.CharField(
        label=_("Your customer code"), max_length=20, help_text=_("On your delivery note and in your service handbook.")
    )
    name = forms.CharField(label=_("Your name"), max_length=60)
    phone = forms.RegexField(
        label=_("Your phone"),
        regex=r"^[\d +\-()]{7,20}$",
        help_text=_("We call you back on it, and with its last four digits you follow your complaint."),
        error_messages={"invalid": _("A phone number has 7 to 20 digits.")},
    )
    subject = forms.CharField(label=_("About"), max_length=100)
    text = _words(_("What happened"), 6)


class FollowForm(forms.Form):
    """Asking how a complaint stands."""

    number = forms.CharField(label=_("Number of the complaint"), max_length=20)
    last_four = forms.RegexField(
        label=_("Last four digits of your phone"),
        regex=r"^\d{4}$",
        error_messages={"invalid": _("Four digits, please.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "4", "autocomplete": "off"}),
    )
