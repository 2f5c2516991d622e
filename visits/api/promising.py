"""Can the promise be kept, and what would mend it, for programs (VIS-1, VIS-4, ORG-5)."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api import NotNow
from accounts.models import Person, Post
from accounts.rules import Deed, Role
from accounts.views.asking import person_of
from duties.calendar import WorkCalendar
from visits.api.asking import valid
from visits.models import Territory
from visits.serializers.promising import (
    AskedSerializer,
    DrawSerializer,
    LoadSerializer,
    TerritorySerializer,
    WayOutSerializer,
    WholeTerritorySerializer,
)
from visits.services import Refused, promise
from visits.services.promise.territories import PEOPLE_MOST as DRAWN_MOST

#: A program asks unit by unit, as people do.
PEOPLE_MOST = 400


class Asked:
    """The loads that a request asks for: a unit, a role, a month."""

    def __init__(self, viewer: Person, values: dict[str, Any]) -> None:
        today = timezone.localdate(clock.now())
        calendar = WorkCalendar.load()
        month: date | None = values.get("month")
        self.month = promise.Month.of(month, calendar) if month else promise.Month.after(today, calendar)
        self.unit = values.get("unit")
        held = Post.objects.held_on(today).filter(role=values["role"])
        if self.unit is not None:
            held = held.filter(unit__path__startswith=self.unit.path)
        people = Person.objects.visible_to(viewer).filter(pk__in=held.values("person"), is_active=True)
        asked = {"role": values["role"], "month": self.month, "on": today}
        posts = list(promise.posts_of(people, **asked)[: PEOPLE_MOST + 1])
        if len(posts) > PEOPLE_MOST:
            raise NotNow("Too many people at once: name a unit.")
        self.terms = promise.Terms.load()
        self.loads = promise.loads_of(posts, terms=self.terms, **asked)


class PromiseViewSet(viewsets.ViewSet):
    """Hours that the matrix asks of each person in a month, against the hours there are."""

    @extend_schema(parameters=[AskedSerializer], responses=LoadSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Everybody in one's scope who holds the role."""
        asked = Asked(person_of(request), valid(AskedSerializer, request, request.query_params))
        return Response(LoadSerializer(asked.loads, many=True, context={"asked": asked}).data)  # type: ignore[arg-type]  # many

    @extend_schema(parameters=[AskedSerializer], responses=WayOutSerializer(many=True))
    @action(detail=False, methods=["get"])
    def proposals(self, request: Request) -> Response:
        """What would mend it, the best first. A cell is applied by `intervals/set`, moves by `territories`."""
        asked = Asked(person_of(request), valid(AskedSerializer, request, request.query_params))
        found = promise.propose(asked.loads, asked.terms, asked.month)
        return Response(WayOutSerializer(found, many=True).data)  # type: ignore[arg-type]  # many


class TerritoryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Territory]):
    """Proposals to move customers between managers; POST draws one up."""

    queryset = Territory.objects.none()
    filterset_fields = ("unit", "aim", "state")

    def get_queryset(self) -> QuerySet[Territory]:
        return Territory.objects.visible_to(person_of(self.request)).order_by("-made_at", "-pk")

    def get_serializer_class(self) -> Any:
        return TerritorySerializer if self.action == "list" else WholeTerritorySerializer

    @extend_schema(request=DrawSerializer, responses={201: WholeTerritorySerializer})
    def create(self, request: Request) -> Response:
        """Draw up fair territories, or the relief of those who are over."""
        person = person_of(request)
        values = valid(DrawSerializer, request)
        if not person.may(Deed.TRANSFER):
            raise PermissionDenied
        asked = Asked(person, values | {"role": Role.ACCOUNT_MANAGER})
        if len(asked.loads) > DRAWN_MOST:
            raise NotNow("Too many people at once: name a branch.")
        if values["aim"] == Territory.Aim.FAIR:
            proposal = promise.draw_fair(asked.loads, asked.terms, asked.month)
        else:
            ways = promise.propose(asked.loads, asked.terms, asked.month)
            proposal = next((way for way in ways if way.kind == "move"), None)
        if proposal is None:
            raise NotNow("There is nothing to move.")
        territory = promise.keep_proposal(
            unit=values["unit"],
            aim=values["aim"],
            proposal=proposal,
            found=asked.loads,
            terms=asked.terms,
            month=asked.month,
            by=person,
            now=clock.now(),
        )
        return Response(WholeTerritorySerializer(territory).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        """Let the customers change hands."""
        return self._decide(promise.apply_territory)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Leave everything as it is."""
        return self._decide(promise.drop_territory)

    def _decide(self, act: Any) -> Response:
        territory, person = self.get_object(), person_of(self.request)
        if not person.may(Deed.TRANSFER):
            raise PermissionDenied
        try:
            act(territory=territory, by=person, now=clock.now())
        except Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


routes = [("promise", PromiseViewSet), ("territories", TerritoryViewSet)]
