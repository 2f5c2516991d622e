"""The visit matrix and its clocks for programs (VIS-1)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.views.asking import person_of
from visits import services
from visits.api.asking import valid
from visits.models import VisitClock, VisitInterval
from visits.serializers.visiting import (
    ClockSerializer,
    IntervalSerializer,
    SetIntervalSerializer,
)


class IntervalViewSet(viewsets.ReadOnlyModelViewSet[VisitInterval]):
    """The visit matrix, cell by cell (VIS-1); `set` is for administrators."""

    queryset = VisitInterval.objects.order_by("tier", "role")
    serializer_class = IntervalSerializer
    filterset_fields = ("tier", "role")

    @extend_schema(request=SetIntervalSerializer)
    @action(detail=False, methods=["post"])
    def set(self, request: Request) -> Response:
        """Set a cell, or empty it; due dates follow at once."""
        if not services.may_set_matrix(person_of(request)):
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
        return VisitClock.objects.visible_to(person_of(self.request)).order_by("due_on", "pk")


routes = [("intervals", IntervalViewSet), ("clocks", ClockViewSet)]
