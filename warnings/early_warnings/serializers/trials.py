"""Indicators tried on the past (WRN-8)."""

from rest_framework import serializers

from early_warnings.models import (
    Trial,
    TrialMonth,
)


class MonthsSerializer(serializers.Serializer[Trial]):
    months = serializers.IntegerField(min_value=1, max_value=24, default=12)


class TrialMonthSerializer(serializers.ModelSerializer[TrialMonth]):
    class Meta:
        model = TrialMonth
        fields = (
            "month", "whose", "raised", "standing", "judged", "true", "early", "lead", "found", "population",
            "troubled", "desks",
        )  # fmt: skip


class TrialSerializer(serializers.ModelSerializer[Trial]):
    months = TrialMonthSerializer(many=True, read_only=True)

    class Meta:
        model = Trial
        fields = (
            "id", "indicator", "asked_by", "asked_at", "state", "first_month", "last_month", "lines", "finished_at",
            "milliseconds", "months",
        )  # fmt: skip
        read_only_fields = fields
