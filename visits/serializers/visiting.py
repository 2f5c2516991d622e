"""Plans, visits, problems, intervals and clocks as the API gives and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Customer, Person
from visits.models import DayPlan, PlanOmission, PlanStop, Problem, Visit, VisitClock, VisitInterval
from visits.models.plans import Modes
from visits.reasons import in_words
from visits.services import Position


class StopSerializer(serializers.ModelSerializer[PlanStop]):
    why = serializers.SerializerMethodField(help_text="The reasons in words, in the caller's language.")
    customer_name = serializers.CharField(source="customer.name", read_only=True)

    class Meta:
        model = PlanStop
        fields = (
            *("id", "plan", "sequence", "customer", "customer_name", "mode", "planned_mode", "mode_cause"),
            *("arrive_at", "leave_at", "metres", "ride_minutes", "reasons", "why"),
            *("state", "skip_reason", "note", "added_by", "acted_at", "acted_by"),
        )
        read_only_fields = fields

    def get_why(self, stop: PlanStop) -> list[str]:
        return [why.text for why in in_words(stop.reasons)]


class OmissionSerializer(serializers.ModelSerializer[PlanOmission]):
    class Meta:
        model = PlanOmission
        fields = ("customer", "reason", "values", "worth")
        read_only_fields = fields


class PlanSerializer(serializers.ModelSerializer[DayPlan]):
    class Meta:
        model = DayPlan
        fields = (
            *("id", "person", "date", "state", "absent", "minutes", "ride_minutes", "metres"),
            *("made_at", "started_at", "pre_trip_check", "error"),
        )
        read_only_fields = fields


class WholePlanSerializer(PlanSerializer):
    """A plan with its stops in order and what was left out."""

    stops = serializers.SerializerMethodField()
    omissions = serializers.SerializerMethodField()

    class Meta(PlanSerializer.Meta):
        fields = (*PlanSerializer.Meta.fields, "stops", "omissions")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_stops(self, plan: DayPlan) -> list[dict[str, Any]]:
        stops = PlanStop.objects.visible_to(self.context["request"].user).filter(plan=plan).select_related("customer")
        return list(StopSerializer(stops.order_by("sequence"), many=True).data)

    def get_omissions(self, plan: DayPlan) -> list[dict[str, Any]]:
        omissions = PlanOmission.objects.visible_to(self.context["request"].user).filter(plan=plan)
        return list(OmissionSerializer(omissions, many=True).data)


class SkipSerializer(serializers.Serializer[PlanStop]):
    reason = serializers.ChoiceField(choices=PlanStop.Skip.choices)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


@extend_schema_field(int)
class InScope(serializers.PrimaryKeyRelatedField[Customer]):
    """A customer whom the caller may see; any other does not exist."""

    def get_queryset(self) -> Any:
        return Customer.objects.visible_to(self.context["request"].user).select_related("unit")


class AddSerializer(serializers.Serializer[PlanStop]):
    customer = InScope()
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PositionSerializer(serializers.Serializer[Position]):
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        return Position(values["latitude"], values["longitude"])


class FoundSerializer(serializers.Serializer[Problem]):
    """A problem found; `key` is made by the client, so that sending it again makes no second one."""

    key = serializers.UUIDField()
    what = serializers.CharField(max_length=200)
    owner = serializers.PrimaryKeyRelatedField(queryset=Person.objects.filter(is_active=True))
    due_on = serializers.DateField()


class LogSerializer(serializers.Serializer[Visit]):
    """What was done on a visit (VIS-6)."""

    acts = serializers.MultipleChoiceField(choices=Visit.Act.choices, default=lambda: {Visit.Act.VISIT.value})
    guidance = serializers.MultipleChoiceField(choices=Visit.Guidance.choices, default=set)
    notes = serializers.CharField(required=False, allow_blank=True, default="")
    market_notes = serializers.CharField(required=False, allow_blank=True, default="")
    next_step = serializers.ChoiceField(choices=Visit.Next.choices, required=False, allow_blank=True, default="")
    next_on = serializers.DateField(required=False, allow_null=True, default=None)
    next_note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    distance_reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    problems = FoundSerializer(many=True, required=False, default=list)


class WholeVisitSerializer(LogSerializer):
    """A whole visit as a tablet sends it; `key` is made there, and sent again it is the same visit."""

    key = serializers.UUIDField()
    customer = InScope()
    mode = serializers.ChoiceField(choices=Modes.choices, default=Modes.ON_SITE)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    arrived = PositionSerializer(required=False, allow_null=True, default=None)
    left = PositionSerializer(required=False, allow_null=True, default=None)


class DoneSerializer(LogSerializer):
    """The same for a stop of a plan: the customer is known."""

    key = serializers.UUIDField()
    mode = serializers.ChoiceField(choices=Modes.choices, required=False)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    arrived = PositionSerializer(required=False, allow_null=True, default=None)
    left = PositionSerializer(required=False, allow_null=True, default=None)


class ArriveSerializer(serializers.Serializer[Visit]):
    key = serializers.UUIDField()
    customer = InScope()
    mode = serializers.ChoiceField(choices=Modes.choices, default=Modes.ON_SITE)
    position = PositionSerializer(required=False, allow_null=True, default=None)


class LeaveSerializer(LogSerializer):
    position = PositionSerializer(required=False, allow_null=True, default=None)


class VisitSerializer(serializers.ModelSerializer[Visit]):
    customer_name = serializers.CharField(source="customer.name", read_only=True)

    class Meta:
        model = Visit
        fields = (
            *("id", "key", "customer", "customer_name", "person", "role", "stop", "state", "mode", "visited_on"),
            *("started_at", "ended_at", "minutes", "latitude", "longitude", "distance", "left_distance"),
            *("distance_reason", "acts", "guidance", "notes", "market_notes"),
            *("next_step", "next_on", "next_note", "counts"),
        )
        read_only_fields = fields


class ProblemSerializer(serializers.ModelSerializer[Problem]):
    class Meta:
        model = Problem
        fields = (
            *("id", "key", "visit", "customer", "what", "owner", "due_on", "created_at"),
            *("solved_at", "solved_by", "solution"),
        )
        read_only_fields = fields


class SolveSerializer(serializers.Serializer[Problem]):
    solution = serializers.CharField(max_length=200)


class IntervalSerializer(serializers.ModelSerializer[VisitInterval]):
    class Meta:
        model = VisitInterval
        fields = ("id", "tier", "role", "number", "unit", "phone_percent", "in_words")
        read_only_fields = fields


class SetIntervalSerializer(serializers.Serializer[VisitInterval]):
    """A cell of the matrix; without a number it is emptied."""

    tier = serializers.ChoiceField(choices=Customer.Tier.choices)
    role = serializers.ChoiceField(choices=VisitInterval._meta.get_field("role").choices or [])
    number = serializers.IntegerField(min_value=1, max_value=366, allow_null=True)
    unit = serializers.ChoiceField(choices=VisitInterval.Units.choices)
    phone_percent = serializers.ChoiceField(
        choices=VisitInterval.ByPhone.choices,
        required=False,
        allow_null=True,
        default=None,
        help_text="How many of a hundred visits are calls; left out, it stays as it is.",
    )


class ClockSerializer(serializers.ModelSerializer[VisitClock]):
    class Meta:
        model = VisitClock
        fields = ("id", "customer", "role", "started_on", "last_visit_on", "due_on", "by_phone")
        read_only_fields = fields
