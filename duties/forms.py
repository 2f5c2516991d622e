"""What people type about duties, made into values."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms.moments import Day
from accounts.models import Person, Post
from duties.rules import MINUTES_A_DAY

#: A limit longer than a year of working days is a slip.
_MOST_HOURS = 250 * MINUTES_A_DAY / 60


class HandOverForm(forms.Form):
    """Who takes over, and why."""

    to = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("Who takes over"),
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Choose who takes over."),
            "invalid_choice": _("This person cannot take it over."),
        },
    )
    note = forms.CharField(
        label=_("Reason"), max_length=200, error_messages={"required": _("Say why: the next person reads it.")}
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """One level of an escalation rule; a line without a role is left out."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", "–"), *Post.Role.choices], required=False)
    hours = forms.DecimalField(
        label=_("Limit"), min_value=0, max_value=_MOST_HOURS, max_digits=6, decimal_places=2, required=False
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("role") and not values.get("hours") and "hours" not in self.errors:
            self.add_error("hours", _("How many working hours?"))
        return values


StepFormSet = forms.formset_factory(StepForm, extra=0, max_num=12, absolute_max=12)


class CalendarDayForm(forms.Form):
    """A day that differs from the official calendar."""

    day = forms.DateField(label=_("Day"), widget=Day)
    works = forms.TypedChoiceField(
        label=_("On this day"),
        choices=[("0", _("nobody works")), ("1", _("everybody works"))],
        coerce=lambda value: value == "1",
    )
    name = forms.CharField(label=_("What for"), max_length=60)
