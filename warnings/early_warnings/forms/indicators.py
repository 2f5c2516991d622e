"""What people enter about indicators: data only, chosen from lists and numbers (WRN-1)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Field
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.moments import Day
from accounts.models import OrgUnit
from early_warnings import rules
from early_warnings.measures import MEASURES, Source, fits
from early_warnings.models import Indicator, Threshold

#: What only some comparisons need besides the measure; for others it is put back to what a new indicator has.
_ONLY_FOR = {
    "base_measure": rules.OF_TWO,
    "base_period": rules.WITH_MONTHS_BEFORE,
    "against_market": rules.IN_TIME,
}
_CUSTOMER_ONLY = ("customer_kind", "measure", "comparison", "base_measure", "period", "base_period", "against_market")
_UNIT_ONLY = ("of_indicator", "of_tiers", "fresh_days")


def _measures(sources: Iterable[Source]) -> list[tuple[str, Any]]:
    wanted = set(sources)
    return [(each.key, each.label) for each in MEASURES.values() if each.source in wanted]


class IndicatorForm(forms.ModelForm):  # type: ignore[type-arg]
    """An indicator as data: what is measured, over which months, compared with what, for whom."""

    class Meta:
        model = Indicator
        fields = (
            "name_zh", "name_en", "why", "family", "customer_kind", "measure", "comparison", "base_measure", "period",
            "base_period", "least_base", "against_market", "falling", "of_indicator", "of_tiers", "fresh_days",
            "remeasure_days",
        )  # fmt: skip
        widgets = {"why": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "why": _("Which trouble it is to find; those who decide about it read this."),
            "least_base": _("Customers who bought less than this a month before are passed over: they say nothing."),
            "against_market": _("So that a season or a price change is not taken for a fall."),
            "falling": _("Ticked: a value at or under the line counts; else one at or over it."),
            "of_tiers": _("2 counts tiers 1 and 2 only; empty counts all."),
            "remeasure_days": _("So many days after a measure the same indicator is measured again."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = [("", "–")]
        every, facts = _measures(Source), _measures([Source.FLOW, Source.LEVEL])
        self.fields["measure"] = forms.ChoiceField(
            label=pgettext_lazy("indicator", "Measure"), choices=empty + every, required=False, initial="quantity"
        )
        self.fields["base_measure"] = forms.ChoiceField(
            label=_("Compared with which measure"), choices=empty + facts, required=False
        )
        self.fields["comparison"].choices = Indicator.Comparison.choices  # type: ignore[attr-defined]
        counted = Indicator.objects.filter(family=Indicator.Family.CUSTOMER, state=Indicator.State.LIVE)
        self.fields["of_indicator"].queryset = counted  # type: ignore[attr-defined]
        for name in ("period", "base_period"):
            self.fields[name].widget.attrs.update({"min": 1, "max": 12})
        for name in (*_CUSTOMER_ONLY, *_UNIT_ONLY, "least_base", "falling"):
            self.fields[name].required = False

    @property
    def shown_for(self) -> dict[str, str]:
        """With which comparisons each field is asked for."""
        return {name: ",".join(sorted(wanted)) for name, wanted in _ONLY_FOR.items()}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("family") == Indicator.Family.CUSTOMER:
            self._clean_customer(values)
        elif values.get("family") == Indicator.Family.CAUSE:
            self._clean_cause(values)
        elif "family" in values:
            self._clean_unit(values)
        for name in ("period", "base_period"):
            months = values.get(name)
            if months is not None and not 1 <= months <= 12:
                self.add_error(name, _("Between 1 and 12 months."))
        if (values.get("least_base") or 0) < 0:
            self.add_error("least_base", _("The floor cannot be less than nothing."))
        return values

    def _clean_customer(self, values: dict[str, Any]) -> None:
        self._back_to_default(values, _UNIT_ONLY)
        measure = MEASURES.get(values.get("measure") or "")
        comparison = values.get("comparison") or Indicator.Comparison.ABSOLUTE
        values["comparison"] = comparison
        if measure is None:
            if "measure" not in self.errors:
                self.add_error("measure", _("Choose what is measured."))
            return
        if measure.source is Source.CAUSE:
            self.add_error("measure", _("Causes of complaints are told of units: choose that family."))
        elif not fits(measure.key, comparison):
            ways = "、".join(str(Indicator.Comparison(each).label) for each in sorted(measure.comparisons))
            self.add_error("comparison", _("This measure can only be told: %(ways)s.") % {"ways": ways})
        if comparison in rules.OF_TWO:
            if not values.get("base_measure"):
                self.add_error("base_measure", _("Choose the measure that it is compared with."))
            elif values["base_measure"] == measure.key:
                self.add_error("base_measure", _("A measure is always one of itself."))
        unused = [name for name, wanted in _ONLY_FOR.items() if comparison not in wanted]
        self._back_to_default(values, unused)
        self._back_to_default(values, [name for name in ("period", "base_period") if values.get(name) is None])

    def _clean_cause(self, values: dict[str, Any]) -> None:
        self._back_to_default(values, (*_UNIT_ONLY, "customer_kind", "base_measure", "against_market"))
        self._back_to_default(values, [name for name in ("period", "base_period") if values.get(name) is None])
        values["comparison"], values["falling"] = Indicator.Comparison.BEFORE, False
        measure = MEASURES.get(values.get("measure") or "")
        if measure is None or measure.source is not Source.CAUSE:
            self.add_error("measure", _("Choose a cause of complaints."))

    def _clean_unit(self, values: dict[str, Any]) -> None:
        self._back_to_default(values, _CUSTOMER_ONLY)
        values["falling"] = False
        if values.get("of_indicator") is None:
            self.add_error("of_indicator", _("Choose whose breaches are counted."))
        tiers = values.get("of_tiers")
        if tiers is not None and not 1 <= tiers <= 6:
            self.add_error("of_tiers", _("There are tiers 1 to 6."))

    def _back_to_default(self, values: dict[str, Any], names: Iterable[str]) -> None:
        for name in names:
            if name not in self.errors:
                values[name] = cast("Field[Any, Any]", Indicator._meta.get_field(name)).get_default()


class ThresholdForm(forms.ModelForm):  # type: ignore[type-arg]
    """The two lines of an indicator."""

    class Meta:
        model = Threshold
        fields: tuple[str, ...] = ("breach", "near")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        breach, near = values.get("breach"), values.get("near")
        if breach is not None and near is not None:
            falling = self.instance.indicator.falling
            if (near < breach) if falling else (near > breach):
                raise forms.ValidationError(_("The near-breach line must be crossed before the breach line."))
        return values


class LineForm(ThresholdForm):
    """A line with the customers it is for; whatever is left open means all (WRN-1)."""

    class Meta(ThresholdForm.Meta):
        fields = ("importance", "tier", "service_class", "unit", "near", "breach")

    def __init__(self, *args: Any, units: Iterable[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "–"), *((unit.pk, unit.name) for unit in units)]  # type: ignore[attr-defined]
        if self.instance.indicator.family != Indicator.Family.CUSTOMER:
            for name in ("importance", "tier", "service_class"):
                del self.fields[name]


class _DayForm(forms.Form):
    today: date

    def _not_before(self, name: str) -> None:
        self.fields[name].widget = Day({"min": self.today.isoformat()})

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in self.fields:
            self._not_before(name)


class LiveForm(_DayForm):
    """From which day on a draft raises reports (WRN-8)."""

    valid_from = forms.DateField(label=_("Live from"))


class EndForm(_DayForm):
    """The last day on which an indicator raises reports."""

    valid_until = forms.DateField(label=_("Last day"))


class TrialForm(forms.Form):
    """Over how many of the last months a draft is tried (WRN-8)."""

    months = forms.TypedChoiceField(
        label=_("Months"), coerce=int, choices=[(6, "6"), (12, "12"), (24, "24")], initial=12
    )
