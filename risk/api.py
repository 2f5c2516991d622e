"""Risk control for programs: pre-trip checks and repairs (RSK-1)."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api import NotNow
from accounts.views.asking import person_of
from risk.models import Items, PreTripCheck
from risk.services import record_check
from risk.services.checks import NoUnit


class PreTripCheckSerializer(serializers.ModelSerializer[PreTripCheck]):
    passed = serializers.BooleanField(read_only=True)

    class Meta:
        model = PreTripCheck
        fields = ("id", "key", "person", "unit", "day", "checked_at", "failed", "remark", "passed")
        read_only_fields = fields


class RecordSerializer(serializers.Serializer[PreTripCheck]):
    """A check to record; `key` is made by the client, and sent again it is the same check."""

    key = serializers.UUIDField()
    failed = serializers.MultipleChoiceField(choices=Items.choices, default=set)
    remark = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PreTripCheckViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PreTripCheck]):
    """Pre-trip checks of the people one sees."""

    queryset = PreTripCheck.objects.none()
    serializer_class = PreTripCheckSerializer
    filterset_fields: Any = {"person": ["exact"], "day": ["exact", "gte", "lte"]}

    def get_queryset(self) -> QuerySet[PreTripCheck]:
        return PreTripCheck.objects.visible_to(person_of(self.request)).order_by("-checked_at", "-pk")

    @extend_schema(request=RecordSerializer, responses={201: PreTripCheckSerializer})
    def create(self, request: Request) -> Response:
        """Record one's own check; a failed item opens a repair."""
        serializer = RecordSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        try:
            check = record_check(
                key=values["key"],
                person=person_of(request),
                failed=sorted(values["failed"]),
                remark=values["remark"],
                now=clock.now(),
            )
        except NoUnit as error:
            raise NotNow("You hold no post today.") from error
        return Response(PreTripCheckSerializer(check).data, status=status.HTTP_201_CREATED)


routes = [("pre-trip-checks", PreTripCheckViewSet)]
