"""Visits and the problems found on them for programs (VIS-6)."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api import NotNow
from accounts.views.asking import person_of
from visits import services
from visits.api.asking import valid
from visits.models import Problem, Visit
from visits.serializers.visiting import (
    ArriveSerializer,
    LeaveSerializer,
    ProblemSerializer,
    SolveSerializer,
    VisitSerializer,
    WholeVisitSerializer,
)


def _log(values: dict[str, Any]) -> services.Log:
    """Take what `Log` knows out of the values."""
    found = [services.Found(**problem) for problem in values.pop("problems")]
    names = ("acts", "guidance", "notes", "market_notes", "next_step", "next_on", "next_note", "distance_reason")
    taken = {name: values.pop(name) for name in names}
    taken["acts"], taken["guidance"] = sorted(taken["acts"]), sorted(taken["guidance"])
    return services.Log(**taken, problems=found)


def log_whole(request: Request, values: dict[str, Any]) -> Response:
    """Keep a whole visit by the caller; 409 if the rules refuse it."""
    log = _log(values)
    try:
        visit = services.log_visit(person=person_of(request), now=clock.now(), log=log, **values)
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
        visits = Visit.objects.visible_to(person_of(self.request)).select_related("customer")
        return visits.order_by("-started_at", "-pk")

    @extend_schema(request=WholeVisitSerializer, responses={201: VisitSerializer})
    def create(self, request: Request) -> Response:
        """Keep a whole visit; the same `key` again gives the same visit."""
        return log_whole(request, valid(WholeVisitSerializer, request))

    @extend_schema(request=ArriveSerializer, responses={201: VisitSerializer})
    @action(detail=False, methods=["post"])
    def arrive(self, request: Request) -> Response:
        """Begin a visit."""
        values = valid(ArriveSerializer, request)
        try:
            visit = services.arrive(person=person_of(request), now=clock.now(), **values)
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
            services.complete(visit=visit, log=log, by=person_of(request), now=clock.now(), **values)
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
        return Problem.objects.visible_to(person_of(self.request)).order_by("due_on", "pk")

    @extend_schema(request=SolveSerializer)
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, pk: str) -> Response:
        """Say how it was solved."""
        problem = self.get_object()
        values = valid(SolveSerializer, request)
        try:
            services.solve(problem=problem, by=person_of(request), now=clock.now(), **values)
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


routes = [("visits", VisitViewSet), ("problems", ProblemViewSet)]
