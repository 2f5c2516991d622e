"""Complaints as the API says and takes them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.models import Customer, Person
from complaints.models import Complaint, ComplaintStep
from duties.serializers import PersonSerializer


@extend_schema_serializer(component_name="ComplaintCustomer")
class CustomerSerializer(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ("id", "code", "name")


class StepSerializer(serializers.ModelSerializer[ComplaintStep]):
    """One record of the history."""

    by = PersonSerializer(allow_null=True)
    to = PersonSerializer(allow_null=True)
    late = serializers.BooleanField()

    class Meta:
        model = ComplaintStep
        fields = ("act", "by", "to", "at", "deadline", "late", "text")


class ComplaintSerializer(serializers.ModelSerializer[Complaint]):
    """A complaint in a list: who owes which step until when."""

    customer = CustomerSerializer()
    next_step = serializers.CharField(allow_null=True)
    owner = PersonSerializer(source="duty.owner", default=None)
    due_at = serializers.DateTimeField(source="duty.next_due_at", default=None)
    level = serializers.IntegerField(source="duty.level", default=None)

    class Meta:
        model = Complaint
        fields = (
            "id",
            "number",
            "customer",
            "channel",
            "subject",
            "gravity",
            "step",
            "next_step",
            "owner",
            "due_at",
            "level",
            "registered_at",
            "told_at",
            "cause",
            "closed_at",
        )


class WholeComplaintSerializer(ComplaintSerializer):
    """One complaint with all that is recorded about it."""

    handler = PersonSerializer(allow_null=True)
    registered_by = PersonSerializer(allow_null=True)
    told_by = PersonSerializer(allow_null=True)
    steps = serializers.SerializerMethodField()

    class Meta(ComplaintSerializer.Meta):
        fields = (  # type: ignore[assignment]  # longer than the list's
            *ComplaintSerializer.Meta.fields,
            "text",
            "reported_by_name",
            "reported_by_phone",
            "registered_by",
            "handler",
            "told_by",
            "told_how",
            "customer_said",
            "steps",
        )

    def get_steps(self, complaint: Complaint) -> list[dict[str, Any]]:
        steps = complaint.steps.select_related("by", "to").order_by("at", "pk")
        return [dict(each) for each in StepSerializer(steps, many=True).data]


class _OwnCustomer(serializers.PrimaryKeyRelatedField[Any]):
    """A customer that exists for the person who asks (ORG-4)."""

    def get_queryset(self) -> Any:
        return Customer.objects.visible_to(self.context["request"].user).select_related("unit")


class RegisterSerializer(serializers.Serializer[Any]):
    """A complaint, whole (CMP-1)."""

    customer = _OwnCustomer(queryset=Customer.objects.none())
    channel = serializers.ChoiceField(choices=Complaint.Channel.choices, default=Complaint.Channel.API)
    reported_by_name = serializers.CharField(max_length=60)
    reported_by_phone = serializers.CharField(max_length=20, required=False, allow_blank=True)
    subject = serializers.CharField(max_length=100)
    text = serializers.CharField(max_length=4000)
    gravity = serializers.ChoiceField(choices=Complaint.Gravity.choices, default=Complaint.Gravity.GENERAL)


class _Handler(serializers.PrimaryKeyRelatedField[Any]):
    """One of the people who may be given the complaint; `possible_handlers` of the context are their posts."""

    default_error_messages = {"not_around": _("This person holds no post for this customer.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Person.objects.filter(is_active=True), **kwargs)

    def to_internal_value(self, data: Any) -> Person:
        person: Person = super().to_internal_value(data)
        if person.pk not in {post.person_id for post in self.context["possible_handlers"]}:
            self.fail("not_around")
        return person


class AssignSerializer(serializers.Serializer[Any]):
    to = _Handler()
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class WordsSerializer(serializers.Serializer[Any]):
    """A step that needs its words: investigate, instruct, handle."""

    text = serializers.CharField(max_length=4000)


class TellSerializer(serializers.Serializer[Any]):
    """Feedback: when, by whom, how, and what the customer said (CMP-3)."""

    told_at = serializers.DateTimeField()
    how = serializers.ChoiceField(choices=Complaint.How.choices)
    customer_said = serializers.CharField(max_length=4000)
    told_by = _Handler(required=False)


class CloseSerializer(serializers.Serializer[Any]):
    cause = serializers.ChoiceField(choices=Complaint.Cause.choices)
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class GravitySerializer(serializers.Serializer[Any]):
    gravity = serializers.ChoiceField(choices=Complaint.Gravity.choices)
    text = serializers.CharField(max_length=4000)
