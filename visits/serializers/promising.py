"""Hours asked, what mends them, and territories, as the API gives and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import OrgUnit
from accounts.rules import Role
from visits.models import Territory, TerritoryMove, VisitInterval
from visits.rules.promise import tone
from visits.serializers.visiting import IntervalSerializer
from visits.services import promise


@extend_schema_field(int)
class UnitInScope(serializers.PrimaryKeyRelatedField[OrgUnit]):
    """A unit under the caller's posts."""

    def get_queryset(self) -> Any:
        return OrgUnit.objects.visible_to(self.context["request"].user)


class AskedSerializer(serializers.Serializer[Any]):
    """Whose hours: those who hold a role in a unit and below, in a month (by default the next one)."""

    unit = UnitInScope(required=False, default=None)
    role = serializers.ChoiceField(
        choices=VisitInterval._meta.get_field("role").choices or [], default=Role.ACCOUNT_MANAGER.value
    )
    month = serializers.DateField(required=False, help_text="Any day of the month.")


class LoadSerializer(serializers.Serializer[promise.Load]):
    """Visits, calls and hours asked of a person, and the hours there are."""

    person = serializers.IntegerField()
    name = serializers.CharField()
    unit = serializers.IntegerField()
    role = serializers.CharField()
    customers = serializers.IntegerField()
    visits = serializers.FloatField()
    calls = serializers.FloatField()
    hours_in_shops = serializers.FloatField()
    hours_riding = serializers.FloatField()
    hours_there_are = serializers.FloatField()
    share = serializers.FloatField(allow_null=True)
    over = serializers.BooleanField()

    def to_representation(self, load: promise.Load) -> dict[str, Any]:
        asked = self.context["asked"]
        work, share = load.work(asked.terms, asked.month), load.share(asked.terms, asked.month)
        return {
            "person": load.person_id,
            "name": load.name,
            "unit": load.unit_id,
            "role": load.role,
            "customers": round(load.customers),
            "visits": round(work.on_site, 1),
            "calls": round(work.calls, 1),
            "hours_in_shops": round(work.service_minutes / 60, 1),
            "hours_riding": round(work.ride_minutes / 60, 1),
            "hours_there_are": round(load.minutes_there_are(asked.terms) / 60, 1),
            "share": None if share is None else round(share, 3),
            "over": tone(share) == "over",
        }


class ShiftSerializer(serializers.Serializer[Any]):
    """One customer who would go from one person to another."""

    customer = serializers.IntegerField()
    giver = serializers.IntegerField()
    taker = serializers.IntegerField()


class WayOutSerializer(serializers.Serializer[promise.Proposal]):
    """One way to mend it: `move` (customers), or a cell of the matrix by `phone` or with `fewer` visits."""

    kind = serializers.CharField()
    mends = serializers.BooleanField()
    hours_saved = serializers.FloatField()
    visits_lost = serializers.FloatField()
    over_before = serializers.ListField(child=serializers.IntegerField())
    over_after = serializers.ListField(child=serializers.IntegerField())
    cell = IntervalSerializer(allow_null=True)
    moves = ShiftSerializer(many=True)

    def to_representation(self, way: promise.Proposal) -> dict[str, Any]:
        return {
            "kind": way.kind,
            "mends": way.mends,
            "hours_saved": round(way.hours_saved, 1),
            "visits_lost": round(way.visits_lost, 1),
            "over_before": [load.person_id for load in way.over_before],
            "over_after": [load.person_id for load in way.over_after],
            "cell": IntervalSerializer(way.interval).data if way.interval else None,
            "moves": [
                {"customer": move.customer_id, "giver": move.giver_id, "taker": move.taker_id} for move in way.moves
            ],
        }


class DrawSerializer(serializers.Serializer[Territory]):
    unit = UnitInScope()
    aim = serializers.ChoiceField(choices=Territory.Aim.choices, default=Territory.Aim.FAIR)


class TerritorySerializer(serializers.ModelSerializer[Territory]):
    class Meta:
        model = Territory
        fields = (
            *("id", "unit", "aim", "state", "month", "figures"),
            *("made_by", "made_at", "settled_by", "settled_at"),
        )
        read_only_fields = fields


class MoveSerializer(serializers.ModelSerializer[TerritoryMove]):
    class Meta:
        model = TerritoryMove
        fields = ("customer", "giver", "taker")
        read_only_fields = fields


class WholeTerritorySerializer(TerritorySerializer):
    """A proposal with the customers who would move."""

    moves = MoveSerializer(many=True, read_only=True)

    class Meta(TerritorySerializer.Meta):
        fields = (*TerritorySerializer.Meta.fields, "moves")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]
