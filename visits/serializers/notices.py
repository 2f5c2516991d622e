"""Notices and own words for visits, as the API gives and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Customer
from visits.models import News, OwnWords
from visits.serializers.weather import LedUnit


class NewsSerializer(serializers.ModelSerializer[News]):
    class Meta:
        model = News
        fields = (
            *("id", "kind", "title", "text", "starts_on", "ends_on", "tiers", "unit"),
            *("made_by", "made_at", "withdrawn_at"),
        )
        read_only_fields = fields


class AnnounceSerializer(serializers.Serializer[News]):
    kind = serializers.ChoiceField(choices=News.Kind.choices)
    title = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    tiers = serializers.ListField(
        child=serializers.ChoiceField(choices=Customer.Tier.choices),
        required=False,
        default=list,
        help_text="None: all.",
    )
    unit = LedUnit()


@extend_schema_field(int)
class SeenCustomer(serializers.PrimaryKeyRelatedField[Customer]):
    """A customer whom the caller sees."""

    def get_queryset(self) -> Any:
        return Customer.objects.visible_to(self.context["request"].user).select_related("unit")


class ToldSerializer(serializers.Serializer[News]):
    customer = SeenCustomer()


class WordsSerializer(serializers.ModelSerializer[OwnWords]):
    class Meta:
        model = OwnWords
        fields = ("goal", "bring", "written_at")
        read_only_fields = ("written_at",)


class PreparationSerializer(serializers.Serializer[Any]):
    """What the card in front of a visit says."""

    goal = serializers.CharField()
    bring = serializers.ListField(child=serializers.CharField())
    reasons = serializers.SerializerMethodField()
    news = NewsSerializer(many=True)
    words = WordsSerializer(allow_null=True)

    def get_reasons(self, preparation: Any) -> list[str]:
        return [str(why.text) for why in preparation.reasons]
