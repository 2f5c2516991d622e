"""Extreme weather for programs: a weather service may declare alerts as CAP 1.2 or as plain values (VIS-9)."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api import NotNow
from accounts.models import Person
from accounts.querysets import units_of
from accounts.views.asking import person_of
from visits.api.asking import valid
from visits.models import WeatherAlert
from visits.rules.weather import MAY_DECLARE, NotCap
from visits.serializers.weather import CapSerializer, DeclareSerializer, WeatherSerializer
from visits.services import Refused, weather


class WeatherViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[WeatherAlert]):
    """Alerts: POST declares one for units under the caller's posts; on-site stops become calls at once."""

    queryset = WeatherAlert.objects.none()
    serializer_class = WeatherSerializer
    filterset_fields = ("kind", "state", "source")

    def get_queryset(self) -> QuerySet[WeatherAlert]:
        found = WeatherAlert.objects.visible_to(person_of(self.request)).prefetch_related("units")
        return found.order_by("-starts_at", "-pk")

    @extend_schema(request=DeclareSerializer, responses={201: WeatherSerializer})
    def create(self, request: Request) -> Response:
        """Declare an alert; the same `identifier` again is the same alert."""
        person = _declarer(request)
        values = valid(DeclareSerializer, request)
        values["identifier"] = f"api-{person.pk}-{values.pop('identifier', '') or uuid.uuid4()}"
        try:
            alert = weather.declare(source=WeatherAlert.Source.API, by=person, now=clock.now(), **values)
        except Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(WeatherSerializer(alert).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CapSerializer, responses=WeatherSerializer(many=True))
    @action(detail=False, methods=["post"])
    def cap(self, request: Request) -> Response:
        """Take a CAP 1.2 message or feed, given whole in `text`; for those who answer for the whole company."""
        person = _declarer(request)
        if not person.scope.everything and not any(path.count("/") == 2 for path in person.scope.paths):
            raise PermissionDenied
        values = valid(CapSerializer, request)
        try:
            made = weather.take_cap(text=values["text"], now=clock.now(), least=values["least"])
        except NotCap as wrong:
            raise NotNow(str(wrong)) from wrong
        return Response(WeatherSerializer(made, many=True).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """End it before its time."""
        alert, person = self.get_object(), _declarer(request)
        units = set(alert.units.values_list("pk", flat=True))
        if units != set(alert.units.filter(units_of(person)).values_list("pk", flat=True)):
            raise PermissionDenied
        weather.lift(alert=alert, by=person, now=clock.now())
        return Response(self.get_serializer(self.get_object()).data)


def _declarer(request: Request) -> Person:
    person = person_of(request)
    if not person.is_superuser and not person.roles & MAY_DECLARE:
        raise PermissionDenied
    return person


routes: list[tuple[str, Any]] = [("weather-alerts", WeatherViewSet)]
