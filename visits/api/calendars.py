"""One's calendar subscription for programs."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.views.asking import person_of
from visits.services.calendars import make_calendar_key, revoke_calendar_key


class CalendarViewSet(viewsets.ViewSet):
    """POST makes a new secret address for one's own visits, shown once; the one before ends."""

    @extend_schema(
        request=None,
        responses={201: inline_serializer("CalendarAddress", {"address": serializers.URLField()})},
    )
    def create(self, request: Request) -> Response:
        """Make it."""
        token = make_calendar_key(person=person_of(request), now=clock.now())
        address = request.build_absolute_uri(reverse("visits:calendar-feed", args=[token]))
        return Response({"address": address}, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"])
    def revoke(self, request: Request) -> Response:
        """Take it back."""
        revoke_calendar_key(person=person_of(request), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


routes: list[tuple[str, Any]] = [("calendar", CalendarViewSet)]
