"""Reports, their signs and measures as the API gives and takes them (WRN-3, WRN-5)."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Person
from early_warnings.models import (
    EarlyWarning,
    Indicator,
    Measure,
    Sign,
    UnitWarning,
)
from early_warnings.serializers.scores import ScoreSerializer
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


#: What both kinds of report say of their course.
_COURSE = (
    *("above_again_on", "suppressed_until", "suppressed_because", "held_by", "due_at"),
    *("outcome", "conclusion", "closed_at", "closed_by"),
)


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
            *_COURSE,
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
            "expected",
            "line",
            "opened_on",
            "last_seen_on",
            *_COURSE,
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


class SuppressionSerializer(serializers.Serializer[EarlyWarning]):
    """Until when a report may rest, and why."""

    until = serializers.DateField()
    because = serializers.CharField(max_length=200)
