"""A night's run, as the API gives it."""

from typing import Any

from rest_framework import serializers

from visits.models import DayPlan, PlanRun
from visits.reasons import trouble_in_words


class NightSerializer(serializers.ModelSerializer[PlanRun]):
    class Meta:
        model = PlanRun
        fields = ("id", "date", "opened_at", "finished_at", "caught_up")
        read_only_fields = fields


class TallySerializer(serializers.Serializer[Any]):
    people = serializers.IntegerField()
    planned = serializers.IntegerField()
    working = serializers.IntegerField()
    waiting = serializers.IntegerField()
    failed = serializers.IntegerField()
    retried = serializers.IntegerField(help_text="Planned, but not at the first attempt.")
    seconds_each = serializers.FloatField(allow_null=True, help_text="Solving time of one plan on average.")


class UnitTallySerializer(serializers.Serializer[Any]):
    unit = serializers.IntegerField(source="unit.pk", allow_null=True, default=None)
    name = serializers.CharField(source="unit.name", default="")
    tally = TallySerializer()


class NightStateSerializer(serializers.Serializer[Any]):
    """Counts are of the people whom the caller sees."""

    run = NightSerializer()
    seconds = serializers.IntegerField()
    minutes_left = serializers.IntegerField(allow_null=True)
    total = TallySerializer()
    units = UnitTallySerializer(many=True)


class NightPersonSerializer(serializers.ModelSerializer[DayPlan]):
    name = serializers.CharField(source="person.name")
    why = serializers.SerializerMethodField(help_text="What went wrong last, in words.")

    class Meta:
        model = DayPlan
        fields = (
            *("id", "person", "name", "state", "attempts", "begun", "handed_out", "why", "error"),
            *("queued_at", "made_at", "solving_ms"),
        )
        read_only_fields = fields

    def get_why(self, plan: DayPlan) -> str:
        return trouble_in_words(plan.error) if plan.error else ""
