"""What is to be explained, and preparing a stop, for programs (VIS-5)."""

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
from accounts.querysets import units_of
from accounts.views.asking import person_of
from visits.api.asking import valid
from visits.models import News
from visits.serializers.notices import AnnounceSerializer, NewsSerializer, ToldSerializer
from visits.services import Refused, notices
from visits.services.nights import leads


class NewsViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[News]):
    """News for customers: POST announces one for a unit under the caller's posts."""

    queryset = News.objects.none()
    serializer_class = NewsSerializer
    filterset_fields = {"kind": ["exact"], "unit": ["exact"], "ends_on": ["gte"], "withdrawn_at": ["isnull"]}

    def get_queryset(self) -> QuerySet[News]:
        return News.objects.visible_to(person_of(self.request)).order_by("-starts_on", "-pk")

    @extend_schema(request=AnnounceSerializer, responses={201: NewsSerializer})
    def create(self, request: Request) -> Response:
        """Announce something new."""
        person = person_of(request)
        if not leads(person):
            raise PermissionDenied
        try:
            made = notices.announce(by=person, now=clock.now(), **valid(AnnounceSerializer, request))
        except Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(NewsSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Let nobody be told any more."""
        notice, person = self.get_object(), person_of(request)
        if not leads(person) or not News.objects.filter(units_of(person, "unit__"), pk=notice.pk).exists():
            raise PermissionDenied
        notices.withdraw(notice=notice, now=clock.now())
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=ToldSerializer)
    @action(detail=True, methods=["post"])
    def explained(self, request: Request, pk: str) -> Response:
        """A customer was told."""
        notice = self.get_object()
        customer = valid(ToldSerializer, request)["customer"]
        try:
            notices.mark_explained(notice=notice, customer=customer, by=person_of(request), now=clock.now())
        except Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(notice).data)


routes: list[tuple[str, Any]] = [("news", NewsViewSet)]
