"""Early warnings for programs: the same reports, acts and rules as in the pages."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import clock
from accounts.api import NotNow
from accounts.services.responsibility import possible_doers, posts_around
from accounts.views.asking import person_of
from duties import services as duties
from early_warnings import services
from early_warnings.models import EarlyWarning, Measure, Sign, UnitWarning
from early_warnings.serializers.reports import (
    EarlyWarningSerializer,
    MeasureSerializer,
    OutcomeSerializer,
    ProposalSerializer,
    SuppressionSerializer,
    UnitWarningSerializer,
)


class _Course(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """What can be done to a report."""

    def _answer(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    def _do(self, act: Any, **values: Any) -> None:
        try:
            act(report=self.get_object(), by=person_of(self.request), now=clock.now(), **values)
        except (services.Refused, duties.AlreadyClosed) as refused:
            raise NotNow(str(refused) or None) from refused

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that one has read it."""
        self._do(services.acknowledge)
        return self._answer()

    @extend_schema(request=ProposalSerializer(many=True))
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Propose measures: a list of what, who, by when, with which effect (WRN-5)."""
        report = self.get_object()
        customer = report.customer if isinstance(report, EarlyWarning) else None
        posts = posts_around(
            unit=customer.unit if customer else report.unit, customer=customer, on=timezone.localdate(clock.now())
        )
        people = [post.person_id for post in possible_doers(posts)]
        rows = request.data if isinstance(request.data, list) else [request.data]
        proposals = []
        for row in rows:
            serializer = ProposalSerializer(data=row, people=people)
            serializer.is_valid(raise_exception=True)
            proposals.append(services.Proposal(**serializer.validated_data))
        self._do(services.propose, proposals=proposals)
        return self._answer()

    @extend_schema(request=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End the report with its outcome."""
        self.get_object()  # what is out of sight does not exist, whatever is sent
        serializer = OutcomeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self._do(services.close, **serializer.validated_data)
        return self._answer()

    @extend_schema(request=SuppressionSerializer)
    @action(detail=True, methods=["post"])
    def suppress(self, request: Request, pk: str) -> Response:
        """Let the report rest until a day, with a reason (WRN-3)."""
        self.get_object()
        serializer = SuppressionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self._do(services.suppress, **serializer.validated_data)
        return self._answer()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """Wake a report that rests."""
        self._do(services.lift)
        return self._answer()


class EarlyWarningViewSet(_Course):
    """Urgent reports about customers."""

    queryset = EarlyWarning.objects.none()
    serializer_class: type[BaseSerializer[Any]] = EarlyWarningSerializer
    filterset_fields = ("level", "state", "importance", "customer", "opened_on", "customer__unit")

    def get_queryset(self) -> QuerySet[EarlyWarning]:
        return (
            EarlyWarning.objects.visible_to(person_of(self.request))
            .select_related("duty", "customer__unit", "customer__sign_score__card")
            .prefetch_related(Prefetch("signs", Sign.objects.select_related("indicator")), "measures")
            .order_by("-opened_on", "-pk")
        )


class UnitWarningViewSet(_Course):
    """Warnings about totals and ratios of units."""

    queryset = UnitWarning.objects.none()
    serializer_class: type[BaseSerializer[Any]] = UnitWarningSerializer
    filterset_fields = ("level", "state", "unit", "opened_on")

    def get_queryset(self) -> QuerySet[UnitWarning]:
        return (
            UnitWarning.objects.visible_to(person_of(self.request))
            .select_related("duty", "unit", "indicator")
            .prefetch_related("measures")
            .order_by("-opened_on", "-pk")
        )


class MeasureViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Measure]):
    """Measures of the reports one may see."""

    queryset = Measure.objects.none()
    serializer_class = MeasureSerializer
    filterset_fields = ("who", "by_when", "warning", "unit_warning")

    def get_queryset(self) -> QuerySet[Measure]:
        return services.visible_measures(person=person_of(self.request)).order_by("by_when", "pk")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """The measure is done."""
        try:
            measure = services.finish_measure(measure=self.get_object(), by=person_of(request), now=clock.now())
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(measure).data)
