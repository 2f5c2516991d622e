"""The score card, its versions and what it gave each customer (WRN-1, WRN-8)."""

from typing import Any, ClassVar

from rest_framework import serializers

from early_warnings.models import (
    CustomerScore,
    ScoreBand,
    ScoreCard,
)
from early_warnings.rules.score.questions import OF_DAYS
from early_warnings.services.scoring.cards import QUESTIONS


class BandSerializer(serializers.ModelSerializer[ScoreBand]):
    """Points of a question from a limit on; `end` is `low` (at or below it) or `high` (at or above it)."""

    question = serializers.ChoiceField(choices=[question.__name__ for question in OF_DAYS])

    class Meta:
        model = ScoreBand
        fields = ("question", "end", "cut", "points")


class CardSerializer(serializers.ModelSerializer[ScoreCard]):
    """A version of a score card, by months or by order days."""

    bands = BandSerializer(many=True)

    class Meta:
        model = ScoreCard
        fields = ("id", "kind", "valid_from", "why", "made_by", "made_at", "bands")
        read_only_fields = ("made_by", "made_at")
        validators: ClassVar[list[Any]] = []  # the service says whether the day is free

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A card by months cannot ask of order days."""
        asked = [question.__name__ for question in QUESTIONS[attrs.get("kind", ScoreCard.Kind.MONTHS)]]
        other = sorted({band["question"] for band in attrs["bands"]}.difference(asked))
        if other:
            raise serializers.ValidationError({"bands": ", ".join(other)})
        return attrs


class ScoreSerializer(serializers.ModelSerializer[CustomerScore]):
    """What the score card gave: points by question, added up, and the totals of the months before, newest first."""

    points = serializers.SerializerMethodField()
    card_kind = serializers.ChoiceField(source="card.kind", choices=ScoreCard.Kind.choices, read_only=True)
    card_valid_from = serializers.DateField(source="card.valid_from", read_only=True)

    class Meta:
        model = CustomerScore
        fields = ("customer", "month", "total", "points", "before", "card_kind", "card_valid_from")
        read_only_fields = fields

    def get_points(self, score: CustomerScore) -> dict[str, int]:
        asked = QUESTIONS[score.card.kind]
        return {question.__name__: points for question, points in zip(asked, score.points, strict=False)}
