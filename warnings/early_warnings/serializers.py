"""Reports, measures and indicators as the API gives them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Person
from early_warnings.models import (
    CustomerScore,
    EarlyWarning,
    Indicator,
    Measure,
    RegularReport,
    ScoreBand,
    ScoreCard,
    Sign,
    Storm,
    Threshold,
    Trial,
    TrialMonth,
    UnitWarning,
)
from early_warnings.rules.score.questions import OF_MONTHS
from early_warnings.services import wording


class SignSerializer(serializers.ModelSerializer[Sign]):
    indicator: serializers.SlugRelatedField[Indicator] = serializers.SlugRelatedField(slug_field="key", read_only=True)
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Sign
        fields = (
            "indicator",
            "level",
            "worst",
            "month",
            "first_value",
            "value",
            "recent",
            "base",
            "market",
            "line",
            "first_seen_on",
            "last_seen_on",
            "reason",
        )

    def get_reason(self, sign: Sign) -> str:
        return wording.reason(sign)


class MeasureSerializer(serializers.ModelSerializer[Measure]):
    class Meta:
        model = Measure
        fields = (
            "id",
            "way",
            "what",
            "who",
            "by_when",
            "expected",
            "proposed_by",
            "proposed_at",
            "done_at",
            "done_by",
            "value_before",
            "value_after",
            "measured_on",
            "verdict",
        )
        read_only_fields = fields


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


class EarlyWarningSerializer(serializers.ModelSerializer[EarlyWarning]):
    signs = SignSerializer(many=True, read_only=True)
    measures = MeasureSerializer(many=True, read_only=True)
    held_by = serializers.IntegerField(source="duty.owner_id", read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(source="duty.next_due_at", read_only=True, allow_null=True)
    score = serializers.SerializerMethodField()

    @extend_schema_field(ScoreSerializer(allow_null=True))
    def get_score(self, report: EarlyWarning) -> dict[str, Any] | None:
        found = getattr(report.customer, "sign_score", None)
        return None if found is None else ScoreSerializer(found).data

    class Meta:
        model = EarlyWarning
        fields = (
            "id",
            "number",
            "customer",
            "importance",
            "level",
            "state",
            "opened_on",
            "above_again_on",
            "suppressed_until",
            "suppressed_because",
            "held_by",
            "due_at",
            "outcome",
            "conclusion",
            "closed_at",
            "closed_by",
            "signs",
            "measures",
            "score",
        )
        read_only_fields = fields


class UnitWarningSerializer(serializers.ModelSerializer[UnitWarning]):
    indicator: serializers.SlugRelatedField[Indicator] = serializers.SlugRelatedField(slug_field="key", read_only=True)
    measures = MeasureSerializer(many=True, read_only=True)
    held_by = serializers.IntegerField(source="duty.owner_id", read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(source="duty.next_due_at", read_only=True, allow_null=True)

    class Meta:
        model = UnitWarning
        fields = (
            "id",
            "number",
            "unit",
            "indicator",
            "level",
            "state",
            "month",
            "value",
            "counted",
            "among",
            "line",
            "opened_on",
            "last_seen_on",
            "above_again_on",
            "suppressed_until",
            "suppressed_because",
            "held_by",
            "due_at",
            "outcome",
            "conclusion",
            "closed_at",
            "closed_by",
            "measures",
        )
        read_only_fields = fields


class ProposalSerializer(serializers.Serializer[Measure]):
    """A measure to propose; who may be given it are the people around the report."""

    way = serializers.ChoiceField(choices=Measure.Way.choices, default=Measure.Way.OTHER)
    what = serializers.CharField(max_length=200)
    who = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    by_when = serializers.DateField()
    expected = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")

    def __init__(self, *args: object, people: list[int] | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if people is not None:
            self.fields["who"].queryset = Person.objects.filter(pk__in=people)  # type: ignore[attr-defined]


@extend_schema_serializer(component_name="ReportOutcome")
class OutcomeSerializer(serializers.Serializer[EarlyWarning]):
    outcome = serializers.ChoiceField(choices=EarlyWarning.Outcome.choices)
    conclusion = serializers.CharField(max_length=300)


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


class SuppressionSerializer(serializers.Serializer[EarlyWarning]):
    """Until when a report may rest, and why."""

    until = serializers.DateField()
    because = serializers.CharField(max_length=200)


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


class MonthsSerializer(serializers.Serializer[Trial]):
    months = serializers.IntegerField(min_value=1, max_value=24, default=12)


class HitsSerializer(serializers.Serializer[Indicator]):
    breach = serializers.IntegerField()
    near = serializers.IntegerField()
    known = serializers.IntegerField(help_text="of them with an open report already")
    desks = serializers.DictField(child=serializers.IntegerField(), help_text="by role of the first desk")


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
