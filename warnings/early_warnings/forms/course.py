"""What people enter about reports: measures, the outcome, until when one may rest."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.moments import Day
from accounts.models import Post
from early_warnings import rules
from early_warnings.models import Measure
from early_warnings.services import Proposal

#: A measure is proposed to be done within so long, until somebody says otherwise.
USUALLY = timedelta(days=7)


class MeasureForm(forms.Form):
    """One measure: what, who, by when, with which effect (WRN-5)."""

    way = forms.ChoiceField(label=_("Way of acting"), choices=Measure.Way.choices)
    what = forms.CharField(label=_("What is done"), max_length=200)
    who = forms.TypedChoiceField(label=_("Who"), coerce=int)
    by_when = forms.DateField(label=_("By when"), widget=Day)
    expected = forms.CharField(label=_("Effect expected"), max_length=120, required=False)

    def __init__(self, *args: Any, posts: Sequence[Post], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.people = {post.person_id: post.person for post in posts}
        roles = dict(Post.Role.choices)
        choices = [(post.person_id, f"{post.person} · {roles[post.role]}") for post in posts]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        self.fields["by_when"].widget.attrs["min"] = today.isoformat()
        self.fields["by_when"].initial = today + USUALLY

    def clean_by_when(self) -> date:
        day: date = self.cleaned_data["by_when"]
        if day < self.today:
            raise forms.ValidationError(_("The day of a measure cannot lie in the past."))
        return day

    def proposal(self) -> Proposal:
        values = self.cleaned_data
        who = self.people[values["who"]]
        return Proposal(values["what"], who, values["by_when"], values["expected"], values["way"])


def measure_forms(
    data: Mapping[str, Any] | None, *, posts: Sequence[Post], today: date, initial: Sequence[Mapping[str, Any]] = ()
) -> "forms.BaseFormSet[MeasureForm]":
    """The rows of measures, one at least."""
    formset = forms.formset_factory(MeasureForm, extra=0 if initial else 1, min_num=0, max_num=10)
    return formset(
        data,
        prefix="measures",
        form_kwargs={"posts": posts, "today": today},
        initial=list(initial) if not data else None,
    )


class CloseForm(forms.Form):
    """What came of it (WRN-5)."""

    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    conclusion = forms.CharField(
        label=_("In words"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What helped, or why not: it is shown in similar cases."),
    )

    def __init__(self, *args: Any, outcomes: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = list(outcomes.items())  # type: ignore[attr-defined]


class SuppressForm(forms.Form):
    """Until when a report may rest, and why (WRN-3)."""

    until = forms.DateField(label=_("May rest until"), widget=Day)
    because = forms.CharField(label=_("Why it may rest"), max_length=200)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": (today + timedelta(days=rules.MOST_SUPPRESSED_DAYS)).isoformat(),
        }
        self.fields["until"].widget.attrs.update(limits)
