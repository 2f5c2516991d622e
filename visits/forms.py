"""What comes in from the pages of visits, made into values."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms.moments import Day, Moment
from accounts.models import Customer, OrgUnit, Person
from visits.models import DayRule, News, PlanChange, PlanStop, Visit, VisitInterval, WeatherAlert
from visits.models.plans import Modes
from visits.rules.rearranging import as_arrangement
from visits.services import Found, Log, Position


class PlaceForm(forms.Form):
    """Where the tablet was; both or nothing: somebody without a position arrives all the same."""

    latitude = forms.FloatField(min_value=-90, max_value=90, required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(min_value=-180, max_value=180, required=False, widget=forms.HiddenInput)

    def position(self) -> Position | None:
        latitude, longitude = self.cleaned_data.get("latitude"), self.cleaned_data.get("longitude")
        return Position(latitude, longitude) if latitude is not None and longitude is not None else None


class ArriveForm(PlaceForm):
    key = forms.UUIDField(widget=forms.HiddenInput)
    mode = forms.ChoiceField(choices=Modes.choices, required=False)

    def clean_mode(self) -> str:
        return str(self.cleaned_data["mode"] or Modes.ON_SITE)


class ProblemForm(forms.Form):
    """One problem; a line without words is no problem."""

    what = forms.CharField(label=_("What the problem is"), max_length=200, required=False)
    owner = forms.TypedChoiceField(label=_("Who solves it"), coerce=int, required=False)
    due_on = forms.DateField(label=_("Until"), required=False, widget=Day)

    def __init__(self, *args: Any, owners: Sequence[Person], today: date, until: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {person.pk: person for person in owners}
        self.today = today
        field = self.fields["owner"]
        field.choices = [(person.pk, str(person)) for person in owners]  # type: ignore[attr-defined]
        self.fields["due_on"].initial = until
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("what"):
            if not values.get("owner"):
                self.add_error("owner", _("Say who solves it."))
            if not values.get("due_on"):
                self.add_error("due_on", _("Say until when."))
            elif values["due_on"] < self.today:
                self.add_error("due_on", _("The date lies in the past."))
        return values

    def found(self, key: uuid.UUID) -> Found | None:
        values = self.cleaned_data
        if not values.get("what"):
            return None
        return Found(key=key, what=values["what"], owner=self.owners[values["owner"]], due_on=values["due_on"])


class LeaveForm(PlaceForm):
    """The end of a visit (VIS-6): seven taps at most for a plain one, nothing to type."""

    acts = forms.MultipleChoiceField(choices=Visit.Act.choices, required=False)
    guidance = forms.MultipleChoiceField(choices=Visit.Guidance.choices, required=False)
    next_step = forms.ChoiceField(choices=Visit.Next.choices, required=False)
    next_on = forms.DateField(label=_("On"), required=False, widget=Day)
    next_note = forms.CharField(label=_("What was agreed"), max_length=200, required=False)
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    market_notes = forms.CharField(
        label=_("Market and competitors"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    distance_reason = forms.CharField(label=_("Why so far from the shop"), max_length=200, required=False)

    def log(self, problems: Sequence[Found]) -> Log:
        values = self.cleaned_data
        return Log(
            acts=values["acts"],
            guidance=values["guidance"],
            notes=values["notes"],
            market_notes=values["market_notes"],
            next_step=values["next_step"],
            next_on=values["next_on"],
            next_note=values["next_note"],
            distance_reason=values["distance_reason"],
            problems=problems,
        )


class SkipForm(forms.Form):
    reason = forms.ChoiceField(
        choices=PlanStop.Skip.choices, error_messages={"required": _("Say why the stop is skipped.")}
    )
    note = forms.CharField(label=_("In a few words"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("reason") == PlanStop.Skip.OTHER and not values.get("note"):
            self.add_error("note", _("Say in a few words why."))
        return values


class SolveForm(forms.Form):
    solution = forms.CharField(
        label=_("How it was solved"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200})
    )


class MatrixForm(forms.Form):
    """The whole visit matrix, a number and a unit for each tier and role; without a number there is no interval."""

    def __init__(
        self, *args: Any, cells: dict[tuple[int, str], VisitInterval], roles: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keys = [(tier, role) for tier in Customer.Tier.values for role in roles]
        for tier, role in self.keys:
            cell = cells.get((tier, role))
            self.fields[f"number-{tier}-{role}"] = forms.IntegerField(
                min_value=1, max_value=366, required=False, initial=cell.number if cell else None
            )
            self.fields[f"unit-{tier}-{role}"] = forms.ChoiceField(
                choices=VisitInterval.Units.choices, initial=cell.unit if cell else VisitInterval.Units.MONTH
            )
            self.fields[f"phone-{tier}-{role}"] = forms.TypedChoiceField(
                choices=VisitInterval.ByPhone.choices,
                coerce=int,
                required=False,
                empty_value=None,
                initial=cell.phone_percent if cell else 0,
            )

    def rows(self) -> list[tuple[str, list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]]]:
        """Tier by tier, its cells: the number's, the unit's and the phone share's field."""
        return [
            (
                str(Customer.Tier(tier).label),
                [
                    (self[f"number-{t}-{role}"], self[f"unit-{t}-{role}"], self[f"phone-{t}-{role}"])
                    for t, role in self.keys
                    if t == tier
                ],
            )
            for tier in Customer.Tier.values
        ]

    def intervals(self) -> list[tuple[int, str, int | None, str, int | None]]:
        """Tier, role, number, unit and phone share of each cell; a share that was not sent stays as it is."""
        values = self.cleaned_data
        return [
            (
                tier,
                role,
                values[f"number-{tier}-{role}"],
                values[f"unit-{tier}-{role}"],
                values[f"phone-{tier}-{role}"],
            )
            for tier, role in self.keys
        ]

    def cells(self) -> list[VisitInterval]:
        """The matrix as it would be, unsaved."""
        return [
            VisitInterval(tier=tier, role=role, number=number, unit=unit, phone_percent=percent or 0)
            for tier, role, number, unit, percent in self.intervals()
            if number is not None
        ]


class MendForm(forms.Form):
    """One cell of the matrix, as a proposal has it."""

    tier = forms.TypedChoiceField(choices=Customer.Tier.choices, coerce=int)
    number = forms.IntegerField(min_value=1, max_value=366)
    every = forms.ChoiceField(choices=VisitInterval.Units.choices)
    phone_percent = forms.TypedChoiceField(choices=VisitInterval.ByPhone.choices, coerce=int)


class DayRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = DayRule
        fields = (
            "fixed_percent",
            "market_minutes",
            "leaders_percent",
            "stops_most",
            "service_minutes",
            "call_minutes",
            "calls_most",
            "ahead_days",
            "speed_kmh",
            "road_factor",
        )


class WeatherForm(forms.Form):
    """An alert by hand: what, where, from when until when (VIS-9)."""

    kind = forms.ChoiceField(label=_("Weather"), choices=WeatherAlert.Kind.choices)
    headline = forms.CharField(label=_("What is said"), max_length=200, required=False)
    units = forms.ModelMultipleChoiceField(
        label=_("Units"), queryset=OrgUnit.objects.none(), widget=forms.SelectMultiple(attrs={"size": 8})
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=Moment)
    ends_at = forms.DateTimeField(label=_("Until"), widget=Moment)

    def __init__(self, *args: Any, units: QuerySet[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units  # type: ignore[attr-defined]


class RearrangeForm(forms.Form):
    """An order of stops, as JSON: the ids of plans, each with the ids of its stops in order; and why."""

    arrangement = forms.JSONField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        choices=PlanChange.Reason.choices, error_messages={"required": _("Say why you change it.")}
    )
    note = forms.CharField(label=_("In a few words"), max_length=200, required=False)

    def clean_arrangement(self) -> dict[int, list[int]]:
        try:
            return as_arrangement(self.cleaned_data["arrangement"])
        except ValueError as error:
            raise forms.ValidationError(_("That did not arrive whole. Please try again.")) from error

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("reason") == PlanChange.Reason.OTHER and not values.get("note"):
            self.add_error("note", _("Say in a few words why."))
        return values


class NewsForm(forms.Form):
    """Something new that customers are to be told: what, to whom, within which days (VIS-5)."""

    kind = forms.ChoiceField(label=_("Kind"), choices=News.Kind.choices)
    title = forms.CharField(label=_("Title"), max_length=80)
    text = forms.CharField(
        label=_("What to say"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    starts_on = forms.DateField(label=_("From"), widget=Day)
    ends_on = forms.DateField(label=_("Until"), widget=Day)
    tiers = forms.TypedMultipleChoiceField(
        label=_("Tiers"),
        choices=Customer.Tier.choices,
        coerce=int,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("None chosen: all tiers."),
    )
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrgUnit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, units: QuerySet[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
