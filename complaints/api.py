"""Complaints in the API: the same scope, services and refusals as the pages (ALL-3)."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ValidationError

from accounts import clock
from accounts.models import Person
from accounts.services.responsibility import possible_doers, posts_around
from accounts.views.asking import person_of
from complaints import serializers, services
from complaints.filters import ComplaintFilter
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.rules import Step

REFUSED = OpenApiResponse(description='A rule forbids it: `{"detail": …}` says which, in the caller\'s language.')


def _act(takes: type[BaseSerializer[Any]], words: str, **more: Any) -> Callable[[Any], Any]:
    """An action on one complaint, and its schema: what it takes, and that it may be refused."""
    schema = extend_schema(
        request=takes, responses={200: serializers.WholeComplaintSerializer, 409: REFUSED}, description=words
    )
    return lambda method: action(detail=True, methods=["post"], **more)(schema(method))


class ComplaintViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Complaint]):
    """Complaints and their steps. A step that is not due, or not yours, is refused with 409 and the reason."""

    queryset = Complaint.objects.none()
    filterset_class = ComplaintFilter
    serializer_class = serializers.ComplaintSerializer

    @property
    def person(self) -> Person:
        """Who asks: the permission classes let nobody else in."""
        return person_of(self.request)

    def get_queryset(self) -> ComplaintQuerySet:
        visible: ComplaintQuerySet = Complaint.objects.visible_to(self.person)
        if self.action == "list":
            return visible.for_list().order_by("-registered_at", "-pk")
        return visible.for_record()

    @extend_schema(responses=serializers.WholeComplaintSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._whole(self.get_object())

    @extend_schema(
        request=serializers.RegisterSerializer, responses={201: serializers.WholeComplaintSerializer, 409: REFUSED}
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register a complaint; the branch sales manager is told at once (CMP-1)."""
        given = serializers.RegisterSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return self._answer(services.register, given.validated_data, status.HTTP_201_CREATED)

    @_act(serializers.AssignSerializer, "Say who handles it (CMP-2).")
    def assign(self, request: Request, **kwargs: Any) -> Response:
        return self._take(Step.ASSIGNED, services.assign, serializers.AssignSerializer)

    @_act(serializers.WordsSerializer, "Record what was found (CMP-2).")
    def investigate(self, request: Request, **kwargs: Any) -> Response:
        return self._take(Step.INVESTIGATED, services.investigate, serializers.WordsSerializer)

    @_act(serializers.WordsSerializer, "Give the plan for a major complaint (CMP-2).")
    def instruct(self, request: Request, **kwargs: Any) -> Response:
        return self._take(Step.INSTRUCTED, services.instruct, serializers.WordsSerializer)

    @_act(serializers.WordsSerializer, "Record what was done (CMP-2).")
    def handle(self, request: Request, **kwargs: Any) -> Response:
        return self._take(Step.HANDLED, services.handle, serializers.WordsSerializer)

    @_act(serializers.TellSerializer, "Record that the customer was told, and what they said (CMP-3).")
    def tell(self, request: Request, **kwargs: Any) -> Response:
        return self._take(Step.TOLD, services.tell_customer, serializers.TellSerializer)

    @_act(serializers.CloseSerializer, "Close, naming the cause; only after the customer was told (CMP-3).")
    def close(self, request: Request, **kwargs: Any) -> Response:
        return self._take(Step.CLOSED, services.close, serializers.CloseSerializer)

    @_act(serializers.GravitySerializer, "Make it major, or general again (CMP-2).")
    def gravity(self, request: Request, **kwargs: Any) -> Response:
        return self._take(None, services.change_gravity, serializers.GravitySerializer)

    @_act(serializers.AssignSerializer, "Give it to another handler; the deadline stays.", url_path="hand-over")
    def hand_over(self, request: Request, **kwargs: Any) -> Response:
        return self._take(None, services.reassign, serializers.AssignSerializer)

    def _take(self, step: Step | None, service: Callable[..., Complaint], takes: type[Any]) -> Response:
        """Refuse what is not due before looking at what was given, so that the answer names the rule."""
        complaint = self.get_object()
        if step is not None:
            try:
                services.check(complaint=complaint, step=step, by=self.person)
            except services.Refused as refused:
                return _refusal(refused)
        customer = complaint.customer
        posts = posts_around(unit=customer.unit, customer=customer, on=timezone.localdate(clock.now()))
        context = {**self.get_serializer_context(), "possible_handlers": possible_doers(posts)}
        given = takes(data=self.request.data, context=context)
        given.is_valid(raise_exception=True)
        return self._answer(service, {"complaint": complaint, **given.validated_data}, status.HTTP_200_OK)

    def _answer(self, service: Callable[..., Complaint], values: dict[str, Any], code: int) -> Response:
        try:
            complaint = service(**values, by=self.person, now=clock.now())
        except services.Refused as refused:
            if refused.field:
                raise ValidationError({refused.field: [str(refused)]}) from None
            return _refusal(refused)
        return self._whole(Complaint.objects.for_record().get(pk=complaint.pk), code)

    def _whole(self, complaint: Complaint, code: int = status.HTTP_200_OK) -> Response:
        whole = serializers.WholeComplaintSerializer(complaint, context=self.get_serializer_context())
        return Response(whole.data, status=code)


def _refusal(refused: services.Refused) -> Response:
    return Response({"detail": str(refused)}, status=status.HTTP_409_CONFLICT)


routes = [("complaints", ComplaintViewSet)]
