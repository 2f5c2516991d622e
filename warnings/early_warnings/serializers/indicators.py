"""Indicators, their lines and drafts (WRN-1, WRN-8)."""

from rest_framework import serializers

from early_warnings.models import (
    Indicator,
    Threshold,
)


class ThresholdSerializer(serializers.ModelSerializer[Threshold]):
    class Meta:
        model = Threshold
        fields = ("id", "importance", "tier", "service_class", "unit", "breach", "near")


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    thresholds = ThresholdSerializer(many=True, read_only=True)

    class Meta:
        model = Indicator
        fields = (
            "id",
            "key",
            "state",
            "why",
            "replaces",
            "name_zh",
            "name_en",
            "family",
            "customer_kind",
            "measure",
            "comparison",
            "base_measure",
            "period",
            "base_period",
            "least_base",
            "against_market",
            "falling",
            "of_indicator",
            "of_tiers",
            "valid_from",
            "valid_until",
            "thresholds",
        )
        read_only_fields = fields


class DraftSerializer(serializers.ModelSerializer[Indicator]):
    """What a draft is made of; the form of the page checks it."""

    class Meta:
        model = Indicator
        fields = (
            "name_zh", "name_en", "why", "family", "customer_kind", "measure", "comparison", "base_measure", "period",
            "base_period", "least_base", "against_market", "falling", "of_indicator", "of_tiers", "fresh_days",
            "remeasure_days",
        )  # fmt: skip


class LineSerializer(serializers.ModelSerializer[Threshold]):
    class Meta:
        model = Threshold
        fields = ("importance", "tier", "service_class", "unit", "breach", "near")


class LiveSerializer(serializers.Serializer[Indicator]):
    valid_from = serializers.DateField()


class EndSerializer(serializers.Serializer[Indicator]):
    valid_until = serializers.DateField()


class HitsSerializer(serializers.Serializer[Indicator]):
    breach = serializers.IntegerField()
    near = serializers.IntegerField()
    known = serializers.IntegerField(help_text="of them with an open report already")
    desks = serializers.DictField(child=serializers.IntegerField(), help_text="by role of the first desk")
