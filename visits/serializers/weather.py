"""Weather alerts, as the API gives and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import OrgUnit
from accounts.querysets import units_of
from visits.models import WeatherAlert


@extend_schema_field(int)
class LedUnit(serializers.PrimaryKeyRelatedField[OrgUnit]):
    """A unit under the caller's posts."""

    def get_queryset(self) -> Any:
        return OrgUnit.objects.filter(units_of(self.context["request"].user))


class WeatherSerializer(serializers.ModelSerializer[WeatherAlert]):
    class Meta:
        model = WeatherAlert
        fields = (
            *("id", "identifier", "source", "kind", "headline", "units", "starts_at", "ends_at", "state"),
            *("made_by", "made_at", "lifted_by", "lifted_at"),
        )
        read_only_fields = fields


class DeclareSerializer(serializers.Serializer[WeatherAlert]):
    identifier = serializers.CharField(max_length=120, required=False, help_text="Sent twice, it is one alert.")
    kind = serializers.ChoiceField(choices=WeatherAlert.Kind.choices)
    headline = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    units = LedUnit(many=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class CapSerializer(serializers.Serializer[WeatherAlert]):
    text = serializers.CharField(max_length=2_000_000, help_text="CAP 1.2, or a feed with alerts in it.")
    least = serializers.ChoiceField(choices=["Minor", "Moderate", "Severe", "Extreme"], default="Severe")
