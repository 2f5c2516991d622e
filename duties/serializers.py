"""Duties as the API says them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Person, Post
from duties.calendar import Day
from duties.models import CalendarDay, Duty, DutyEvent, EscalationRule, EscalationStep, Notice
from duties.services.inbox import case_label, kind_label, matter_url
from duties.services.wording import describe, sentence


class PersonSerializer(serializers.ModelSerializer[Person]):
    class Meta:
        model = Person
        fields = ("id", "name")


class EventSerializer(serializers.ModelSerializer[DutyEvent]):
    """One thing that happened to a duty."""

    owner = PersonSerializer()
    by = PersonSerializer(allow_null=True)

    class Meta:
        model = DutyEvent
        fields = ("act", "level", "turn", "role", "owner", "by", "due_at", "missed_at", "note", "at")


class DutySerializer(serializers.ModelSerializer[Duty]):
    """A duty: who owes what by when. `sentence` is in the asker's language, `url` the page of the matter."""

    kind_label = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    owner = PersonSerializer()
    held_before = PersonSerializer(allow_null=True)
    unit_name = serializers.CharField(source="unit.name")
    customer_name = serializers.CharField(source="customer.name", allow_null=True, default=None)

    class Meta:
        model = Duty
        fields = (
            "id",
            "kind",
            "kind_label",
            "sentence",
            "url",
            "subject_id",
            "state",
            "level",
            "role",
            "owner",
            "vacant",
            "came",
            "held_before",
            "held_since",
            "unit",
            "unit_name",
            "customer",
            "customer_name",
            "opened_at",
            "next_due_at",
            "acknowledged_at",
            "closed_at",
            "outcome",
        )

    def get_kind_label(self, duty: Duty) -> str:
        return kind_label(duty.kind)

    def get_sentence(self, duty: Duty) -> str:
        return describe(duty)

    def get_url(self, duty: Duty) -> str:
        return matter_url(duty)


class DutyDetailSerializer(DutySerializer):
    """The same with its history."""

    events = serializers.SerializerMethodField()

    class Meta(DutySerializer.Meta):
        fields = (  # type: ignore[assignment]  # the longer tuple is another type
            *DutySerializer.Meta.fields,
            "events",
        )

    @extend_schema_field(EventSerializer(many=True))
    def get_events(self, duty: Duty) -> list[dict[str, Any]]:
        events = duty.events.select_related("owner", "by").order_by("at", "pk")
        return list(EventSerializer(events, many=True).data)


class HandOverSerializer(serializers.Serializer[None]):
    """Who takes over, and why."""

    to = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    note = serializers.CharField(max_length=200)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        to: Any = fields["to"]
        to.queryset = self.context.get("people", Person.objects.none())
        return fields


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """What one was told."""

    text = serializers.SerializerMethodField()

    class Meta:
        model = Notice
        fields = ("id", "duty", "matter", "text", "created_at", "read_at")

    def get_text(self, notice: Notice) -> str:
        return describe(notice.duty) if notice.duty else sentence(notice.matter, notice.details)


class CalendarDaySerializer(serializers.ModelSerializer[CalendarDay]):
    """One of the company's own days."""

    class Meta:
        model = CalendarDay
        fields = ("day", "works", "name")


class ShownDaySerializer(serializers.Serializer[Day]):
    """A day as it counts: official, or the company's own."""

    day = serializers.DateField()
    works = serializers.BooleanField()
    provisional = serializers.BooleanField()
    own = serializers.BooleanField()
    name = serializers.CharField()


class StepSerializer(serializers.ModelSerializer[EscalationStep]):
    """One level: whose turn it is, and for how many working minutes."""

    role = serializers.ChoiceField(Post.Role.choices)
    limit_minutes = serializers.IntegerField(min_value=1, max_value=112_500)

    class Meta:
        model = EscalationStep
        fields = ("level", "role", "limit_minutes")
        read_only_fields = ("level",)


class RuleSerializer(serializers.ModelSerializer[EscalationRule]):
    """How duties of one kind climb; the order of `steps` is the order of the levels."""

    kind_label = serializers.SerializerMethodField()
    variant_label = serializers.SerializerMethodField()
    steps = StepSerializer(many=True)

    class Meta:
        model = EscalationRule
        fields = ("id", "kind", "kind_label", "variant", "variant_label", "steps")
        read_only_fields = ("kind", "variant")

    def get_kind_label(self, rule: EscalationRule) -> str:
        return kind_label(rule.kind)

    def get_variant_label(self, rule: EscalationRule) -> str:
        return case_label(rule.kind, rule.variant)
