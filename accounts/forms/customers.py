"""Entering and correcting customers, and changing their classes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.moments import Clock, Day
from accounts.forms.people import PersonField
from accounts.models import ClassChange, Customer, GroupClientFile, OrgUnit, Person, RetailerFile
from accounts.models.customers import CLASS_CHOICES
from accounts.rules import Deed, Role

WEEKDAYS = ((1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")), (5, _("Friday")), (6, _("Saturday")), (7, _("Sunday")))  # fmt: skip  # noqa: E501


class _Positioned(forms.ModelForm):  # type: ignore[type-arg]
    """Latitude and longitude come together."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None):
            self.add_error("longitude", _("Latitude and longitude come together: fill both or neither."))
        return cleaned


class CustomerForm(_Positioned):
    """What may be corrected about a customer by hand; classes and the account manager may not (CUS-5, ORG-5)."""

    closed_weekdays = forms.TypedMultipleChoiceField(
        label=_("closed on"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    relationship_manager = PersonField(label=_("relationship manager"), required=False)

    class Meta:
        model = Customer
        fields = (
            *("name", "status", "relationship_manager", "phone", "second_phone", "email", "address"),
            *("latitude", "longitude", "opens_at", "closes_at", "closed_weekdays", "since"),
        )
        widgets = {"opens_at": Clock, "closes_at": Clock, "since": Day}

    def __init__(self, *args: Any, by: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        manager = self.fields["relationship_manager"]
        assert isinstance(manager, PersonField)  # noqa: S101 for the type checker
        manager.people = Person.objects.filter(is_active=True)
        self.initial["relationship_manager"] = self.instance.relationship_manager
        if not by.may(Deed.TRANSFER):
            del self.fields["relationship_manager"]

    def changed(self) -> dict[str, Any]:
        """Only what differs from before."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class RetailerFileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A retailer's file."""

    order_weekday = forms.TypedChoiceField(
        label=_("order day"), choices=(("", ""), *WEEKDAYS), coerce=int, empty_value=None, required=False
    )

    class Meta:
        model = RetailerFile
        fields = tuple(field.name for field in RetailerFile._meta.concrete_fields if not field.primary_key)
        widgets = {"birth_date": Day, "licence_issued_on": Day, "licence_expires_on": Day}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, least, most in (("size_class", 1, 3), ("supply_grade", 1, 30)):
            field = self.fields[name]
            field.widget.attrs.update({"min": least, "max": most})
            field.help_text = _("%(least)s to %(most)s") % {"least": least, "most": most}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        issued, expires = cleaned.get("licence_issued_on"), cleaned.get("licence_expires_on")
        if issued and expires and expires < issued:
            self.add_error("licence_expires_on", _("The licence ends before it was issued."))
        for name, least, most in (("size_class", 1, 3), ("supply_grade", 1, 30)):
            value = cleaned.get(name)
            if value is not None and not least <= value <= most:
                self.add_error(name, _("%(least)s to %(most)s is right.") % {"least": least, "most": most})
        return cleaned

    def changed(self) -> dict[str, Any]:
        """Only what differs from before."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class GroupFileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A group client's file."""

    class Meta:
        model = GroupClientFile
        fields = tuple(field.name for field in GroupClientFile._meta.concrete_fields if not field.primary_key)

    def changed(self) -> dict[str, Any]:
        """Only what differs from before."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class NewCustomerForm(_Positioned):
    """A customer's first entry; the rest of the file follows on its page."""

    account_manager = PersonField(label=_("account manager"), role=Role.ACCOUNT_MANAGER, required=False)
    shop_format = forms.ChoiceField(
        label=_("shop format"), choices=(("", ""), *RetailerFile.Format.choices), required=False
    )
    licence_number = forms.CharField(label=_("licence no."), max_length=30, required=False)
    licence_expires_on = forms.DateField(label=_("valid until"), widget=Day, required=False)

    class Meta:
        model = Customer
        fields = (
            *("kind", "code", "name", "unit", "account_manager", "tier", "service_class", "importance"),
            *("phone", "address", "latitude", "longitude"),
        )

    field_order = ("kind", "code", "name", "unit", "account_manager", "phone", "address", "shop_format")

    def __init__(self, *args: Any, by: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        units, manager = self.fields["unit"], self.fields["account_manager"]
        assert isinstance(units, forms.ModelChoiceField)  # noqa: S101 for the type checker
        assert isinstance(manager, PersonField)  # noqa: S101
        units.queryset = OrgUnit.objects.visible_to(by).order_by("path")
        manager.people = Person.objects.visible_to(by).filter(is_active=True)
        self.fields["code"].error_messages["unique"] = _("A customer with this code is here already.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == Customer.Kind.GROUP:
            for name in ("shop_format", "licence_number", "licence_expires_on"):
                if cleaned.get(name):
                    self.add_error(name, _("Only a retailer has this."))
        return cleaned

    def file(self) -> dict[str, Any]:
        """What goes to the retailer's file."""
        if self.cleaned_data["kind"] != Customer.Kind.RETAILER:
            return {}
        return {name: self.cleaned_data[name] for name in ("shop_format", "licence_number", "licence_expires_on")}

    def own(self) -> dict[str, Any]:
        """What goes to the customer."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ClassChangeForm(forms.Form):
    """A change of a class by an approved request with its evidence (CUS-5)."""

    change = forms.ChoiceField(label=_("New class"))
    approval_reference = forms.CharField(
        label=_("Approved request"), max_length=60, help_text=_("Its number, such as A-204.")
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The figures on which it rests; they are kept with the change for good."),
    )

    def __init__(self, *args: Any, customer: Customer, **options: Any) -> None:
        super().__init__(*args, **options)
        groups = []
        for kind in ClassChange.Kind:
            now = str(getattr(customer, kind.value))
            groups.append(
                (kind.label, [(f"{kind}:{key}", label) for key, label in CLASS_CHOICES[kind] if str(key) != now])
            )
        field = self.fields["change"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        field.choices = [("", ""), *groups]

    def kind_and_value(self) -> tuple[str, str | int]:
        """Which class, and its new value."""
        kind, _colon, value = self.cleaned_data["change"].partition(":")
        return kind, value if kind == ClassChange.Kind.IMPORTANCE else int(value)
