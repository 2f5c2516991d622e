"""Days away, and who stands in (ORG-3)."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.moments import Day
from accounts.forms.people import PersonField
from accounts.models import Absence, Person


class AbsenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """One's own days away. They begin today at the earliest: the past is not rewritten."""

    delegate = PersonField(
        label=_("delegate"),
        required=False,
        help_text=_(
            "Sees your customers and receives your duties on these days. Without one, the next higher role does."
        ),
    )

    class Meta:
        model = Absence
        fields = ("starts_on", "ends_on", "delegate", "reason")
        widgets = {"starts_on": Day, "ends_on": Day}

    def __init__(self, *args: Any, by: Person, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by, self.today = by, today
        delegate = self.fields["delegate"]
        assert isinstance(delegate, PersonField)  # noqa: S101 for the type checker
        delegate.people = Person.objects.around(by).filter(is_active=True)

    def clean_delegate(self) -> Person | None:
        delegate: Person | None = self.cleaned_data["delegate"]
        if delegate and delegate.pk == self.by.pk:
            raise forms.ValidationError(_("Nobody stands in for themselves."))
        return delegate

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and starts < self.today:
            self.add_error("starts_on", _("This day is past."))
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day is before the first."))
        return cleaned
