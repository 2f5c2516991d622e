"""What people moved on their plans, and taking it back, for programs (VIS-4)."""

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
from accounts.views.asking import person_of
from visits import services
from visits.api.asking import valid
from visits.models import PlanChange
from visits.serializers.changing import EffectSerializer, PlanChangeSerializer, RearrangeSerializer
from visits.services import moving


class PlanChangeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PlanChange]):
    """Changes of the plans one sees: what moved, why, and its effect."""

    queryset = PlanChange.objects.none()
    serializer_class = PlanChangeSerializer
    filterset_fields = ("plan", "plan__person", "plan__date", "reason", "by")

    def get_queryset(self) -> QuerySet[PlanChange]:
        return PlanChange.objects.visible_to(person_of(self.request)).select_related("plan").order_by("-at", "-pk")

    @extend_schema(request=RearrangeSerializer, responses=EffectSerializer)
    def create(self, request: Request) -> Response:
        """Move stops to another place or day, or drop them, with a reason; `dry_run` only says what it would do."""
        values = valid(RearrangeSerializer, request)
        plan, dry_run, now = values["plan"], values.pop("dry_run"), clock.now()
        if not services.may_change(plan, person_of(request)):
            raise PermissionDenied
        try:
            found = moving.weigh(plan=plan, arrangement=values["arrangement"], now=now)
            change = None if dry_run else moving.rearrange(by=person_of(request), now=now, **values)
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        answer = {"before": found.before.as_json(), "after": found.after.as_json(), "change": change and change.pk}
        return Response(answer, status=status.HTTP_200_OK if change is None else status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Put everything back; for the person whose plan it is."""
        change = self.get_object()
        if not services.may_change(change.plan, person_of(request)):
            raise PermissionDenied
        try:
            moving.undo_change(change=change, by=person_of(request), now=clock.now())
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


routes: list[tuple[str, Any]] = [("plan-changes", PlanChangeViewSet)]
