"""Plans, visits, problems, the matrix and its clocks for programs."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from visits import services
from visits.models import DayPlan, PlanStop, Problem, Visit, VisitClock, VisitInterval
from visits.serializers.notices import PreparationSerializer, WordsSerializer
from visits.serializers.visiting import (
    AddSerializer,
    ArriveSerializer,
    ClockSerializer,
    DoneSerializer,
    IntervalSerializer,
    LeaveSerializer,
    PlanSerializer,
    ProblemSerializer,
    SetIntervalSerializer,
    SkipSerializer,
    SolveSerializer,
    StopSerializer,
    VisitSerializer,
    WholePlanSerializer,
    WholeVisitSerializer,
)
from visits.services import nights, notices, weather
from visits.services.preparing import prepare

REPLAN_SECONDS = 1.0
#: Who may set the matrix.
MAY_SET = frozenset({Role.ADMINISTRATOR, Role.GENERAL_MANAGER})


class NotNow(APIException):
    """The rules refuse the act; the answer says why."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


def caller(request: Request) -> Person:
    """Whoever calls; nobody but people does."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def valid(kind: type[Serializer[Any]], request: Request, data: Any = None) -> dict[str, Any]:
    """What was sent, as the serializer's values."""
    serializer = kind(data=request.data if data is None else data, context={"request": request})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _log(values: dict[str, Any]) -> services.Log:
    """Take what `Log` knows out of the values."""
    found = [services.Found(**problem) for problem in values.pop("problems")]
    names = ("acts", "guidance", "notes", "market_notes", "next_step", "next_on", "next_note", "distance_reason")
    taken = {name: values.pop(name) for name in names}
    taken["acts"], taken["guidance"] = sorted(taken["acts"]), sorted(taken["guidance"])
    return services.Log(**taken, problems=found)


class PlanViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[DayPlan]):
    """Day plans of the people one sees; a single one comes with its stops and what was left out."""

    queryset = DayPlan.objects.none()
    filterset_fields = ("person", "date", "state", "absent")

    def get_queryset(self) -> QuerySet[DayPlan]:
        return DayPlan.objects.visible_to(caller(self.request)).order_by("-date", "person_id")

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return PlanSerializer if self.action == "list" else WholePlanSerializer

    @extend_schema(request=AddSerializer, responses={201: StopSerializer})
    @action(detail=True, methods=["post"])
    def add(self, request: Request, pk: str) -> Response:
        """Put a customer on one's own day."""
        plan = self.get_object()
        values = valid(AddSerializer, request)
        try:
            stop = services.add_stop(plan=plan, by=caller(request), now=clock.now(), **values)
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(StopSerializer(stop).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=WholePlanSerializer)
    @action(detail=True, methods=["post"])
    def replan(self, request: Request, pk: str) -> Response:
        """Plan what is left of one's own day again, from now on."""
        plan = self.get_object()
        if not services.may_change(plan, caller(request)):
            raise PermissionDenied
        search = services.Search(seed=plan.pk % 10_000, seconds=REPLAN_SECONDS)
        try:
            services.replan(plan=plan, by=caller(request), now=clock.now(), search=search)
            weather.turn_all(now=clock.now())
        except services.DayIsOver as over:
            raise NotNow("The working day is over.") from over
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses=WholePlanSerializer)
    @action(detail=True, methods=["post"], url_path="try-again")
    def try_again(self, request: Request, pk: str) -> Response:
        """Plan at once what failed in the night."""
        plan, person = self.get_object(), caller(request)
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
        stops = PlanStop.objects.visible_to(caller(self.request)).select_related("customer__unit", "plan")
        return stops.order_by("-plan__date", "plan_id", "sequence")

    @extend_schema(request=SkipSerializer)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leave it out today, with the reason."""
        stop = self.get_object()
        values = valid(SkipSerializer, request)
        return self._done(lambda: services.skip_stop(stop=stop, by=caller(request), now=clock.now(), **values))

    @extend_schema(responses=PreparationSerializer)
    @action(detail=True)
    def preparation(self, request: Request, pk: str) -> Response:
        """What to know before it: made from facts, with the caller's own words."""
        return self._prepared(self.get_object(), caller(request))

    @extend_schema(request=WordsSerializer, responses=PreparationSerializer)
    @action(detail=True, methods=["post"])
    def words(self, request: Request, pk: str) -> Response:
        """Keep what the caller wants of this visit and brings along; empty ones are taken away."""
        stop, person = self.get_object(), caller(request)
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
        return self._done(lambda: services.take_back(stop=stop, by=caller(request)))

    @extend_schema(request=DoneSerializer, responses={201: VisitSerializer})
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """Log the visit that the stop asked for."""
        stop = self.get_object()
        values = valid(DoneSerializer, request)
        values.setdefault("mode", stop.mode)
        return _log_whole(request, values | {"customer": stop.customer})

    def _done(self, act: Any) -> Response:
        try:
            act()
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


def _log_whole(request: Request, values: dict[str, Any]) -> Response:
    log = _log(values)
    try:
        visit = services.log_visit(person=caller(request), now=clock.now(), log=log, **values)
    except services.Refused as refused:
        raise NotNow(str(refused)) from refused
    return Response(VisitSerializer(visit).data, status=status.HTTP_201_CREATED)


class VisitViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Visit]):
    """Visits. POST keeps a whole one; with `arrive` and `leave` it is kept while it happens."""

    queryset = Visit.objects.none()
    serializer_class = VisitSerializer
    filterset_fields = {
        "customer": ["exact"],
        "person": ["exact"],
        "role": ["exact"],
        "mode": ["exact"],
        "state": ["exact"],
        "visited_on": ["exact", "gte", "lte"],
        "counts": ["exact"],
        "key": ["exact"],
    }

    def get_queryset(self) -> QuerySet[Visit]:
        return Visit.objects.visible_to(caller(self.request)).select_related("customer").order_by("-started_at", "-pk")

    @extend_schema(request=WholeVisitSerializer, responses={201: VisitSerializer})
    def create(self, request: Request) -> Response:
        """Keep a whole visit; the same `key` again gives the same visit."""
        return _log_whole(request, valid(WholeVisitSerializer, request))

    @extend_schema(request=ArriveSerializer, responses={201: VisitSerializer})
    @action(detail=False, methods=["post"])
    def arrive(self, request: Request) -> Response:
        """Begin a visit."""
        values = valid(ArriveSerializer, request)
        try:
            visit = services.arrive(person=caller(request), now=clock.now(), **values)
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(VisitSerializer(visit).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=LeaveSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: str) -> Response:
        """End a visit with what was done."""
        visit = self.get_object()
        values = valid(LeaveSerializer, request)
        log = _log(values)
        try:
            services.complete(visit=visit, log=log, by=caller(request), now=clock.now(), **values)
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


class ProblemViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Problem]):
    """Problems found on visits."""

    queryset = Problem.objects.none()
    serializer_class = ProblemSerializer
    filterset_fields = {
        "customer": ["exact"],
        "owner": ["exact"],
        "visit": ["exact"],
        "due_on": ["exact", "lte"],
        "solved_at": ["isnull"],
    }

    def get_queryset(self) -> QuerySet[Problem]:
        return Problem.objects.visible_to(caller(self.request)).order_by("due_on", "pk")

    @extend_schema(request=SolveSerializer)
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, pk: str) -> Response:
        """Say how it was solved."""
        problem = self.get_object()
        values = valid(SolveSerializer, request)
        try:
            services.solve(problem=problem, by=caller(request), now=clock.now(), **values)
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


class IntervalViewSet(viewsets.ReadOnlyModelViewSet[VisitInterval]):
    """The visit matrix, cell by cell (VIS-1); `set` is for administrators."""

    queryset = VisitInterval.objects.order_by("tier", "role")
    serializer_class = IntervalSerializer
    filterset_fields = ("tier", "role")

    @extend_schema(request=SetIntervalSerializer)
    @action(detail=False, methods=["post"])
    def set(self, request: Request) -> Response:
        """Set a cell, or empty it; due dates follow at once."""
        person = caller(request)
        if not person.is_superuser and not person.roles & MAY_SET:
            raise PermissionDenied
        cell = services.set_interval(**valid(SetIntervalSerializer, request), on=_today())
        return Response(IntervalSerializer(cell).data if cell else {}, status=status.HTTP_200_OK)


def _today() -> date:
    return timezone.localdate(clock.now())


class ClockViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[VisitClock]):
    """When a customer is due for a role."""

    queryset = VisitClock.objects.none()
    serializer_class = ClockSerializer
    filterset_fields = {"customer": ["exact"], "role": ["exact"], "due_on": ["exact", "lte", "gte"]}

    def get_queryset(self) -> QuerySet[VisitClock]:
        return VisitClock.objects.visible_to(caller(self.request)).order_by("due_on", "pk")


routes = [
    ("plans", PlanViewSet),
    ("stops", StopViewSet),
    ("visits", VisitViewSet),
    ("problems", ProblemViewSet),
    ("intervals", IntervalViewSet),
    ("clocks", ClockViewSet),
]
