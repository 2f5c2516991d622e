"""Customers, facts and the organisation as programs see them; the rules are those of the pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import (
    ClassChange,
    Customer,
    FileImport,
    GroupClientFile,
    MonthlyFact,
    OrderDay,
    OrgUnit,
    Person,
    Post,
    RetailerFile,
)
from accounts.services.imports import COLUMNS

#: Fields that a program sets once, when it enters a customer: later they have services of their own (CUS-5, ORG-5).
_ONCE = ("kind", "code", "tier", "service_class", "importance", "account_manager")


class RetailerFileSerializer(serializers.ModelSerializer[RetailerFile]):
    class Meta:
        model = RetailerFile
        exclude = ("customer",)


class GroupClientFileSerializer(serializers.ModelSerializer[GroupClientFile]):
    class Meta:
        model = GroupClientFile
        exclude = ("customer",)


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A customer with its file. Classes and the account manager are taken once, when it is entered (CUS-5, ORG-5)."""

    retailer_file = RetailerFileSerializer(required=False)
    group_file = GroupClientFileSerializer(required=False)

    class Meta:
        model = Customer
        fields = (
            *("id", "kind", "code", "name", "status", "unit", "account_manager", "relationship_manager"),
            *("tier", "service_class", "importance", "address", "latitude", "longitude"),
            *("phone", "second_phone", "email", "opens_at", "closes_at", "closed_weekdays", "since"),
            *("retailer_file", "group_file"),
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            self.fields["unit"].queryset = OrgUnit.objects.visible_to(request.user)  # type: ignore[attr-defined]
            people = Person.objects.visible_to(request.user).filter(is_active=True)
            self.fields["account_manager"].queryset = people  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None:
            for name in _ONCE:
                if name in attrs and attrs[name] != getattr(self.instance, name):
                    raise serializers.ValidationError(
                        {
                            name: _(
                                "This does not change by an edit: classes by an approved request, managers by transfer."
                            )
                        }
                    )
        kind = self.instance.kind if self.instance is not None else attrs.get("kind")
        wrong = "group_file" if kind == Customer.Kind.RETAILER else "retailer_file"
        if wrong in attrs:
            raise serializers.ValidationError({wrong: _("This customer has a file of the other kind.")})
        latitude, longitude = (
            attrs.get(name, getattr(self.instance, name, None)) for name in ("latitude", "longitude")
        )
        if (latitude is None) != (longitude is None):
            raise serializers.ValidationError(
                {"longitude": _("Latitude and longitude come together: fill both or neither.")}
            )
        return attrs

    def split(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What was sent, as the customer's own fields and those of its file."""
        own = dict(self.validated_data)
        file = own.pop("retailer_file", None) or own.pop("group_file", None) or {}
        return own, dict(file)


class MonthlyFactSerializer(serializers.ModelSerializer[MonthlyFact]):
    customer = serializers.IntegerField(source="customer_id", read_only=True)

    class Meta:
        model = MonthlyFact
        exclude = ("pk",)


class OrderDaySerializer(serializers.ModelSerializer[OrderDay]):
    customer = serializers.IntegerField(source="customer_id", read_only=True)

    class Meta:
        model = OrderDay
        exclude = ("pk",)


class UnitSerializer(serializers.ModelSerializer[OrgUnit]):
    class Meta:
        model = OrgUnit
        fields = ("id", "parent", "kind", "code", "name", "path", "latitude", "longitude")


class PostSerializer(serializers.ModelSerializer[Post]):
    person_name = serializers.CharField(source="person.name", read_only=True)

    class Meta:
        model = Post
        fields = ("id", "person", "person_name", "role", "unit", "starts_on", "ends_on")


class ClassChangeSerializer(serializers.ModelSerializer[ClassChange]):
    """A change of a class by an approved request with its evidence (CUS-5)."""

    class Meta:
        model = ClassChange
        fields = (
            *("id", "customer", "kind", "old_value", "new_value", "approval_reference", "evidence"),
            *("approved_by", "changed_at"),
        )
        read_only_fields = ("old_value", "approved_by", "changed_at")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            visible = Customer.objects.visible_to(request.user)
            self.fields["customer"].queryset = visible  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        choices = Customer._meta.get_field(attrs["kind"]).choices  # type: ignore[union-attr]
        if attrs["new_value"] not in {str(value) for value, _label in choices or ()}:
            raise serializers.ValidationError({"new_value": _("This class has no such value.")})
        return attrs


class FileImportSerializer(serializers.ModelSerializer[FileImport]):
    class Meta:
        model = FileImport
        fields = (
            *("id", "kind", "file_name", "sha256", "rows", "created", "changed", "unchanged"),
            *("first_month", "last_month", "imported_by", "imported_at"),
        )


class UploadSerializer(serializers.Serializer[None]):
    """A file to import. `map` and `set` hold lines `header=column` and `column=value`."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=list(COLUMNS))
    dry_run = serializers.BooleanField(default=False)
    skip_unknown = serializers.BooleanField(default=False)
    map = serializers.CharField(default="", allow_blank=True)
    set = serializers.CharField(default="", allow_blank=True)

    @staticmethod
    def pairs(text: str) -> dict[str, str]:
        """`a=b` lines as a mapping."""
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


class RowErrorSerializer(serializers.Serializer[None]):
    row = serializers.IntegerField(allow_null=True)
    column = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()


class RefusalSerializer(serializers.Serializer[None]):
    """Why a file was refused: the first thousand errors, and how many there are."""

    count = serializers.IntegerField()
    errors = RowErrorSerializer(many=True)  # type: ignore[assignment]  # the name of the answer


class OutcomeSerializer(serializers.Serializer[None]):
    """What an import did, or with `dry_run` would do."""

    kind = serializers.CharField()
    dry_run = serializers.BooleanField()
    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    skipped = serializers.IntegerField()
    ignored_columns = serializers.ListField(child=serializers.CharField())
    first_month = serializers.DateField(allow_null=True)
    last_month = serializers.DateField(allow_null=True)
    sample = serializers.ListField(child=serializers.DictField())
