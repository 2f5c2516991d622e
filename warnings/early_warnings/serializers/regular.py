"""Regular reports (WRN-6) and storms (WRN-3)."""

from rest_framework import serializers

from early_warnings.models import (
    RegularReport,
    Storm,
)


class RegularReportSerializer(serializers.ModelSerializer[RegularReport]):
    held_by = serializers.IntegerField(source="duty.owner_id", read_only=True, allow_null=True)

    class Meta:
        model = RegularReport
        fields = (
            "id", "number", "period", "unit", "first", "last", "figures", "made_at", "held_by", "comment", "outlook",
            "commented_by", "commented_at", "signed_by", "signed_at", "fingerprint",
        )  # fmt: skip
        read_only_fields = fields


class CommentSerializer(serializers.Serializer[RegularReport]):
    comment = serializers.CharField(max_length=2000)
    outlook = serializers.CharField(max_length=2000, allow_blank=True, default="")


class StormSerializer(serializers.ModelSerializer[Storm]):
    held_by = serializers.IntegerField(source="duty.owner_id", read_only=True, allow_null=True)
    outcome = serializers.CharField(source="duty.outcome", read_only=True, allow_null=True)

    class Meta:
        model = Storm
        fields = ("id", "unit", "on", "count", "least", "held_by", "outcome")
        read_only_fields = fields


class SettleSerializer(serializers.Serializer[Storm]):
    what = serializers.CharField(max_length=200)
