"""The score card, its versions and what it gave each customer (WRN-1, WRN-8)."""

from typing import Any, ClassVar

from rest_framework import serializers

from early_warnings.models import (
    CustomerScore,
    ScoreBand,
    ScoreCard,
)
from early_warnings.rules.score.questions import OF_MONTHS


class BandSerializer(serializers.ModelSerializer[ScoreBand]):
    """Points of a question from a limit on; `end` is `low` (at or below it) or `high` (at or above it)."""

    question = serializers.ChoiceField(choices=[question.__name__ for question in OF_MONTHS])

    class Meta:
        model = ScoreBand
        fields = ("question", "end", "cut", "points")


class CardSerializer(serializers.ModelSerializer[ScoreCard]):
    """A version of the score card."""

    bands = BandSerializer(many=True)

    class Meta:
        model = ScoreCard
        fields = ("id", "valid_from", "why", "made_by", "made_at", "bands")
        read_only_fields = ("made_by", "made_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "valid_from": {"validators": []}
        }  # the service says whether the day is free


class ScoreSerializer(serializers.ModelSerializer[CustomerScore]):
    """What the score card gave: points by question, added up, and the totals of the months before, newest first."""

    points = serializers.SerializerMethodField()
    card_valid_from = serializers.DateField(source="card.valid_from", read_only=True)

    class Meta:
        model = CustomerScore
        fields = ("customer", "month", "total", "points", "before", "card_valid_from")
        read_only_fields = fields

    def get_points(self, score: CustomerScore) -> dict[str, int]:
        return {question.__name__: points for question, points in zip(OF_MONTHS, score.points, strict=False)}
