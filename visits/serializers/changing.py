"""Changes of plans, as the API gives and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from visits.models import DayPlan, PlanChange
from visits.rules.rearranging import as_arrangement


@extend_schema_field(int)
class PlanInScope(serializers.PrimaryKeyRelatedField[DayPlan]):
    """A plan that the caller may see."""

    def get_queryset(self) -> Any:
        return DayPlan.objects.visible_to(self.context["request"].user).select_related("person")


class RearrangeSerializer(serializers.Serializer[Any]):
    plan = PlanInScope(help_text="The first of the days that change.")
    arrangement = serializers.JSONField(help_text="Ids of plans, each with the ids of its stops in order.")
    reason = serializers.ChoiceField(choices=PlanChange.Reason.choices)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    dry_run = serializers.BooleanField(default=False)

    def validate_arrangement(self, value: Any) -> dict[int, list[int]]:
        try:
            return as_arrangement(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class EffectSerializer(serializers.Serializer[Any]):
    before = serializers.JSONField()
    after = serializers.JSONField()
    change = serializers.IntegerField(allow_null=True)


class PlanChangeSerializer(serializers.ModelSerializer[PlanChange]):
    class Meta:
        model = PlanChange
        fields = ("id", "plan", "by", "at", "reason", "note", "moved", "effect", "undone_at")
        read_only_fields = fields
