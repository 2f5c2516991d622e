"""The API of duties: what the pages do, under the same scope and rules (ALL-3)."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, permissions, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.models import Person
from accounts.views.asking import person_of
from duties import services
from duties.calendar import WorkCalendar
from duties.models import CalendarDay, Duty, EscalationRule, Notice
from duties.rules import Step, may_set_rules
from duties.serializers import (
    CalendarDaySerializer,
    DutyDetailSerializer,
    DutySerializer,
    HandOverSerializer,
    NoticeSerializer,
    RuleSerializer,
    ShownDaySerializer,
)


def _may_set(person: Person) -> bool:
    return person.is_superuser or may_set_rules(person.roles)


class Closed(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "closed"

    def __init__(self) -> None:
        super().__init__(_("This was closed in the meantime. Nothing was changed."))


class ReadOrAdminister(permissions.BasePermission):
    """Everybody reads; who may set the rules writes."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in permissions.SAFE_METHODS or _may_set(person_of(request))


class DutyFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?mine=true` what one owes now, with those one stands in for; without it what one may see."""

    mine = filters.BooleanFilter(method="of_mine", label="mine")
    open = filters.BooleanFilter(method="only_open", label="open")

    class Meta:
        model = Duty
        fields = ("mine", "open", "kind", "state", "customer", "unit", "subject_id")

    def of_mine(self, queryset: QuerySet[Duty], name: str, value: bool) -> QuerySet[Duty]:  # noqa: FBT001
        own = person_of(self.request).scope.own
        return queryset.filter(owner_id__in=own).exclude(state="closed") if value else queryset

    def only_open(self, queryset: QuerySet[Duty], name: str, value: bool) -> QuerySet[Duty]:  # noqa: FBT001
        return queryset.exclude(state="closed") if value else queryset


class DutyViewSet(viewsets.ReadOnlyModelViewSet[Duty]):
    """Duties: list, look, acknowledge, hand over. The first to fall due first."""

    filterset_class = DutyFilter
    queryset = Duty.objects.none()

    def get_queryset(self) -> QuerySet[Duty]:
        found: QuerySet[Duty] = Duty.objects.visible_to(person_of(self.request))
        return found.select_related("unit", "customer", "owner", "held_before").order_by("next_due_at", "pk")

    def get_serializer_class(self) -> type[DutySerializer]:
        return DutySerializer if self.action == "list" else DutyDetailSerializer

    @extend_schema(request=None, responses=DutyDetailSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, **kwargs: Any) -> Response:
        """Say that one has it in hand; the deadline stays."""
        duty = self.get_object()
        if not services.may_act(duty=duty, person=person_of(request)):
            raise PermissionDenied(_("This is %(person)s's to do.") % {"person": duty.owner})
        try:
            services.acknowledge(duty=duty, by=person_of(request), now=clock.now())
        except services.AlreadyClosed as closed:
            raise Closed from closed
        return self._again()

    @extend_schema(request=HandOverSerializer, responses=DutyDetailSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, **kwargs: Any) -> Response:
        """Give it to another person, who is told; the deadline stays."""
        duty, now = self.get_object(), clock.now()
        if not services.may_hand_over(duty=duty, person=person_of(request)):
            raise PermissionDenied(_("You cannot hand this over."))
        people = services.may_take_over(duty=duty, by=person_of(request), on=timezone.localdate(now))
        sent = HandOverSerializer(data=request.data, context={**self.get_serializer_context(), "people": people})
        sent.is_valid(raise_exception=True)
        try:
            services.hand_over(duty=duty, by=person_of(request), now=now, **sent.validated_data)
        except services.AlreadyClosed as closed:
            raise Closed from closed
        return self._again()

    def _again(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class NoticeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Notice]):
    """What one was told, the last first."""

    serializer_class = NoticeSerializer
    queryset = Notice.objects.none()
    filterset_fields = {"read_at": ["isnull"], "duty": ["exact"]}

    def get_queryset(self) -> QuerySet[Notice]:
        found: QuerySet[Notice] = Notice.objects.visible_to(person_of(self.request))
        return found.select_related("duty").order_by("-created_at", "-pk")

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def read(self, request: Request, **kwargs: Any) -> Response:
        """It has been read."""
        services.read_notices(person=person_of(request), notices=[self.get_object().pk], now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request, **kwargs: Any) -> Response:
        """All has been read."""
        services.read_notices(person=person_of(request), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class CalendarDayViewSet(viewsets.ModelViewSet[CalendarDay]):
    """The company's own days, on top of the official calendar."""

    serializer_class = CalendarDaySerializer
    permission_classes = (permissions.IsAuthenticated, ReadOrAdminister)
    queryset = CalendarDay.objects.order_by("day")
    lookup_field = "day"
    lookup_value_regex = r"\d{4}-\d{2}-\d{2}"
    http_method_names = ["get", "head", "options", "post", "delete"]
    filterset_fields = {"day": ["gte", "lte"]}

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = services.set_day(**serializer.validated_data, by=person_of(self.request), now=clock.now())

    def perform_destroy(self, instance: CalendarDay) -> None:
        services.clear_day(day=instance.day, by=person_of(self.request), now=clock.now())

    @extend_schema(
        parameters=[OpenApiParameter("year", int, required=True)],
        responses=ShownDaySerializer(many=True),
        filters=False,
    )
    @action(detail=False, pagination_class=None)
    def year(self, request: Request, **kwargs: Any) -> Response:
        """Every day of a year as it counts: worked or not, and why."""
        asked = request.query_params.get("year", "")
        if not asked.isdigit() or not 2004 <= int(asked) < 2100:
            raise ValidationError({"year": _("Give a year from 2004 on.")})
        names = dict(CalendarDay.objects.filter(day__year=asked).values_list("day", "name"))
        months = WorkCalendar.load().year(int(asked), names)
        days: Any = [day for month in months for day in month.days]
        return Response(ShownDaySerializer(days, many=True).data)


class EscalationRuleViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.UpdateModelMixin, viewsets.GenericViewSet[EscalationRule]
):
    """How duties climb, for who may set it. A PUT replaces the levels; deadlines that run already stay."""

    serializer_class = RuleSerializer
    queryset = EscalationRule.objects.none()
    filterset_fields = ("kind", "variant")
    http_method_names = ["get", "head", "options", "put"]

    def get_queryset(self) -> QuerySet[EscalationRule]:
        found = EscalationRule.objects.prefetch_related("steps").order_by("kind", "variant")
        return found if _may_set(person_of(self.request)) else found.none()

    def perform_update(self, serializer: Any) -> None:
        sent = serializer.validated_data["steps"]
        steps = [Step(level, step["role"], step["limit_minutes"]) for level, step in enumerate(sent, 1)]
        try:
            services.set_steps(rule=serializer.instance, steps=steps, by=person_of(self.request), now=clock.now())
        except services.NotALadder as refusal:
            raise ValidationError({"steps": [str(refusal)]}) from refusal
        serializer.instance = self.get_queryset().get(pk=serializer.instance.pk)


routes = [
    ("duties", DutyViewSet),
    ("notices", NoticeViewSet),
    ("calendar-days", CalendarDayViewSet),
    ("escalation-rules", EscalationRuleViewSet),
]
