"""The night's runs for programs: how one stands, whose planning failed and why, trying again (VIS-3)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.views.asking import person_of
from visits.models import DayPlan, PlanRun
from visits.serializers.nights import NightPersonSerializer, NightSerializer, NightStateSerializer
from visits.services import nights
from visits.services.progress import SHOWN, at_work, plans_of, shown, state_of


class NightViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PlanRun]):
    """Nights in which people were planned whom the caller sees; a single one comes with its counts by unit."""

    queryset = PlanRun.objects.none()
    serializer_class = NightSerializer
    filterset_fields = {"date": ["exact", "gte", "lte"], "finished_at": ["isnull"]}

    def get_queryset(self) -> QuerySet[PlanRun]:
        return PlanRun.objects.visible_to(person_of(self.request)).order_by("-date")

    @extend_schema(responses=NightStateSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """How it stands now."""
        state = state_of(run=self.get_object(), viewer=person_of(request), now=clock.now())
        return Response(NightStateSerializer(state).data)

    @extend_schema(
        responses=NightPersonSerializer(many=True), parameters=[OpenApiParameter("show", str, enum=list(SHOWN))]
    )
    @action(detail=True)
    def people(self, request: Request, pk: str) -> Response:
        """The people of one kind, by default those whose planning failed."""
        which = request.query_params.get("show", "failed")
        found = shown(
            plans_of(run=self.get_object(), viewer=person_of(request)), which if which in SHOWN else "failed", at_work()
        )
        page = self.paginate_queryset(found)
        return self.get_paginated_response(NightPersonSerializer(page, many=True).data)

    @extend_schema(request=None, responses=NightStateSerializer)
    @action(detail=True, methods=["post"], url_path="try-again")
    def try_again(self, request: Request, pk: str) -> Response:
        """Hand out again what failed, as far as the caller sees it: it is tried within five minutes."""
        run, person = self.get_object(), person_of(request)
        if not nights.leads(person):
            raise PermissionDenied
        nights.hand_out_again(run=run.pk, plans=DayPlan.objects.visible_to(person), by=person)
        return self.retrieve(request)


routes: list[tuple[str, Any]] = [("nights", NightViewSet)]
