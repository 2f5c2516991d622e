"""Day plans and their stops for programs (VIS-3, VIS-4)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import clock
from accounts.api import NotNow
from accounts.models import Person
from accounts.rules import Role
from accounts.views.asking import person_of
from visits import services
from visits.api.asking import valid
from visits.api.visiting import log_whole
from visits.models import DayPlan, PlanStop
from visits.serializers.notices import PreparationSerializer, WordsSerializer
from visits.serializers.visiting import (
    AddSerializer,
    DoneSerializer,
    PlanSerializer,
    SkipSerializer,
    StopSerializer,
    VisitSerializer,
    WholePlanSerializer,
)
from visits.services import nights, notices, weather
from visits.services.preparing import prepare

REPLAN_SECONDS = 1.0


class PlanViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[DayPlan]):
    """Day plans of the people one sees; a single one comes with its stops and what was left out."""

    queryset = DayPlan.objects.none()
    filterset_fields = ("person", "date", "state", "absent")

    def get_queryset(self) -> QuerySet[DayPlan]:
        return DayPlan.objects.visible_to(person_of(self.request)).order_by("-date", "person_id")

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return PlanSerializer if self.action == "list" else WholePlanSerializer

    @extend_schema(request=AddSerializer, responses={201: StopSerializer})
    @action(detail=True, methods=["post"])
    def add(self, request: Request, pk: str) -> Response:
        """Put a customer on one's own day."""
        plan = self.get_object()
        values = valid(AddSerializer, request)
        try:
            stop = services.add_stop(plan=plan, by=person_of(request), now=clock.now(), **values)
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(StopSerializer(stop).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=WholePlanSerializer)
    @action(detail=True, methods=["post"])
    def replan(self, request: Request, pk: str) -> Response:
        """Plan what is left of one's own day again, from now on."""
        plan = self.get_object()
        if not services.may_change(plan, person_of(request)):
            raise PermissionDenied
        search = services.Search(seed=plan.pk % 10_000, seconds=REPLAN_SECONDS)
        try:
            services.replan(plan=plan, by=person_of(request), now=clock.now(), search=search)
            weather.turn_all(now=clock.now())
        except services.DayIsOver as over:
            raise NotNow("The working day is over.") from over
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses=WholePlanSerializer)
    @action(detail=True, methods=["post"], url_path="try-again")
    def try_again(self, request: Request, pk: str) -> Response:
        """Plan at once what failed in the night; what took its workers with it, a worker tries within five minutes."""
        plan, person = self.get_object(), person_of(request)
        if not nights.may_try_again(plan, person):
            raise PermissionDenied
        try:
            nights.try_again(plan=plan, by=person, now=clock.now())
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


class StopViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PlanStop]):
    """Stops of plans, customer by customer."""

    queryset = PlanStop.objects.none()
    serializer_class = StopSerializer
    filterset_fields = ("plan", "plan__date", "plan__person", "customer", "state", "mode")

    def get_queryset(self) -> QuerySet[PlanStop]:
        stops = PlanStop.objects.visible_to(person_of(self.request)).select_related("customer__unit", "plan")
        return stops.order_by("-plan__date", "plan_id", "sequence")

    @extend_schema(request=SkipSerializer)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leave it out today, with the reason."""
        stop = self.get_object()
        values = valid(SkipSerializer, request)
        return self._done(lambda: services.skip_stop(stop=stop, by=person_of(request), now=clock.now(), **values))

    @extend_schema(responses=PreparationSerializer)
    @action(detail=True)
    def preparation(self, request: Request, pk: str) -> Response:
        """What to know before it: made from facts, with the caller's own words."""
        return self._prepared(self.get_object(), person_of(request))

    @extend_schema(request=WordsSerializer, responses=PreparationSerializer)
    @action(detail=True, methods=["post"])
    def words(self, request: Request, pk: str) -> Response:
        """Keep what the caller wants of this visit and brings along; empty ones are taken away."""
        stop, person = self.get_object(), person_of(request)
        values = {"goal": "", "bring": ""} | valid(WordsSerializer, request)
        notices.write_words(customer=stop.customer, person=person, now=clock.now(), **values)
        return self._prepared(stop, person)

    def _prepared(self, stop: PlanStop, person: Person) -> Response:
        role = Role.ACCOUNT_MANAGER
        found = prepare(customer=stop.customer, role=role, reasons=stop.reasons, on=stop.plan.date, visitor=person)
        return Response(PreparationSerializer(found).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """Undo a skip."""
        stop = self.get_object()
        return self._done(lambda: services.take_back(stop=stop, by=person_of(request)))

    @extend_schema(request=DoneSerializer, responses={201: VisitSerializer})
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """Log the visit that the stop asked for."""
        stop = self.get_object()
        values = valid(DoneSerializer, request)
        values.setdefault("mode", stop.mode)
        return log_whole(request, values | {"customer": stop.customer})

    def _done(self, act: Any) -> Response:
        try:
            act()
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


routes = [("plans", PlanViewSet), ("stops", StopViewSet)]
