"""Regular reports and storms by program."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api import NotNow
from accounts.views.asking import person_of
from duties import services as duties
from early_warnings import services
from early_warnings.models import RegularReport, Storm
from early_warnings.serializers.regular import (
    CommentSerializer,
    RegularReportSerializer,
    SettleSerializer,
    StormSerializer,
)


class RegularReportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[RegularReport]):
    """Monthly and quarterly reports of one's units (WRN-6)."""

    queryset = RegularReport.objects.none()
    serializer_class = RegularReportSerializer
    filterset_fields = ("period", "unit", "first")

    def get_queryset(self) -> QuerySet[RegularReport]:
        found: QuerySet[RegularReport] = RegularReport.objects.visible_to(person_of(self.request))
        return found.select_related("duty").order_by("-first", "unit__path", "pk")

    def _do(self, act: Any, **values: Any) -> Response:
        report = self.get_object()
        try:
            fresh = act(report=report, by=person_of(self.request), now=clock.now(), **values)
        except (services.Refused, duties.AlreadyClosed) as refused:
            raise NotNow(str(refused) or None) from refused
        return Response(self.get_serializer(fresh).data)

    @extend_schema(request=CommentSerializer)
    @action(detail=True, methods=["post"])
    def comment(self, request: Request, pk: str) -> Response:
        """Say what the figures mean."""
        self.get_object()
        sent = CommentSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self._do(services.comment_report, **sent.validated_data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Sign; after that nobody changes it."""
        return self._do(services.sign_report)


class StormViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Storm]):
    """Nights on which a unit had very many new reports (WRN-3)."""

    queryset = Storm.objects.none()
    serializer_class = StormSerializer
    filterset_fields = ("unit", "on")

    def get_queryset(self) -> QuerySet[Storm]:
        found: QuerySet[Storm] = Storm.objects.visible_to(person_of(self.request))
        return found.select_related("duty").order_by("-on", "pk")

    @extend_schema(request=SettleSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Say what is behind it."""
        storm, by = self.get_object(), person_of(request)
        sent = SettleSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if storm.duty is None or storm.duty.state == "closed" or not duties.may_act(duty=storm.duty, person=by):
            raise NotNow
        services.settle_storm(storm=storm, by=by, now=clock.now(), what=sent.validated_data["what"])
        return Response(self.get_serializer(self.get_object()).data)
