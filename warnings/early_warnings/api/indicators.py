"""Indicators by program: drafted, given lines, tried, put live, ended, by whoever may in the page (WRN-1, WRN-8)."""

from collections.abc import Callable
from typing import Any

from django.forms import ModelForm
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api import NotNow
from accounts.models import OrgUnit, Person
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.forms import IndicatorForm, LineForm
from early_warnings.models import Indicator, Threshold, Trial
from early_warnings.serializers.indicators import (
    DraftSerializer,
    EndSerializer,
    HitsSerializer,
    IndicatorSerializer,
    LineSerializer,
    LiveSerializer,
)
from early_warnings.serializers.trials import MonthsSerializer, TrialSerializer


def setter(request: Request) -> Person:
    """Who asks, if they may set lines."""
    person = person_of(request)
    if not services.may_set_lines(person):
        raise PermissionDenied
    return person


def _told(form: "ModelForm[Any]") -> dict[str, list[str]]:
    """What the page's form says, by field."""
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def _do(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except services.Refused as refused:
        raise NotNow(str(refused)) from refused


class IndicatorViewSet(viewsets.ReadOnlyModelViewSet[Indicator]):
    """Indicators with their lines."""

    queryset = Indicator.objects.prefetch_related("thresholds").order_by("position", "key")
    serializer_class = IndicatorSerializer
    filterset_fields = ("family", "measure", "state")

    def _answer(self, indicator: Indicator, status: int = 200) -> Response:
        fresh = self.get_queryset().get(pk=indicator.pk)
        return Response(IndicatorSerializer(fresh).data, status=status)

    def _kept(self, form: IndicatorForm) -> Indicator:
        if not form.is_valid():
            raise ValidationError(_told(form))
        kept: Indicator = form.save(commit=False)
        return kept

    @extend_schema(request=DraftSerializer, responses=IndicatorSerializer)
    def create(self, request: Request) -> Response:
        """A new draft; it raises nothing until it is live."""
        by = setter(request)
        draft = self._kept(IndicatorForm(request.data))
        return self._answer(services.make_draft(indicator=draft, by=by, now=clock.now()), 201)

    @extend_schema(request=DraftSerializer, responses=IndicatorSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Change a draft."""
        by = setter(request)
        draft = self._kept(IndicatorForm(request.data, instance=self.get_object()))
        return self._answer(_do(lambda: services.change_draft(indicator=draft, by=by, now=clock.now())))

    def destroy(self, request: Request, pk: str) -> Response:
        """Throw a draft away."""
        by = setter(request)
        _do(lambda: services.throw_away(indicator=self.get_object(), by=by, now=clock.now()))
        return Response(status=204)

    @extend_schema(request=LineSerializer, responses=IndicatorSerializer)
    @action(detail=True, methods=["post"])
    def lines(self, request: Request, pk: str) -> Response:
        """Give it one more line."""
        by, indicator = setter(request), self.get_object()
        sent = LineSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        units = OrgUnit.objects.visible_to(by).filter(
            pk=sent.validated_data["unit"].pk if sent.validated_data.get("unit") else 0
        )
        form = LineForm(request.data, instance=Threshold(indicator=indicator), units=units)
        if not form.is_valid():
            raise ValidationError(_told(form))
        _do(lambda: services.set_line(line=form.save(commit=False), by=by, now=clock.now()))
        return self._answer(indicator, 201)

    @extend_schema(request=None, responses=IndicatorSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """A draft that is to replace this live indicator."""
        by = setter(request)
        return self._answer(services.propose_change(indicator=self.get_object(), by=by, now=clock.now()), 201)

    @extend_schema(request=LiveSerializer, responses=IndicatorSerializer)
    @action(detail=True, methods=["post"])
    def live(self, request: Request, pk: str) -> Response:
        """Put a draft live from a day on."""
        by, indicator = setter(request), self.get_object()
        sent = LiveSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        day = sent.validated_data["valid_from"]
        return self._answer(_do(lambda: services.put_live(indicator=indicator, from_day=day, by=by, now=clock.now())))

    @extend_schema(request=EndSerializer, responses=IndicatorSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let it raise nothing after a day."""
        by, indicator = setter(request), self.get_object()
        sent = EndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        day = sent.validated_data["valid_until"]
        return self._answer(_do(lambda: services.end(indicator=indicator, last_day=day, by=by, now=clock.now())))

    @extend_schema(responses=HitsSerializer)
    @action(detail=True, methods=["get"])
    def hits(self, request: Request, pk: str) -> Response:
        """How many are over its lines today, in the whole company, and at which desks."""
        indicator, person = self.get_object(), person_of(request)
        try:
            found = services.hit_now(indicator=indicator, person=person, on=timezone.localdate(clock.now()))
        except services.TooLong as too_long:
            raise NotNow from too_long
        return Response({"breach": found.breach, "near": found.near, "known": found.known, "desks": dict(found.desks)})

    @extend_schema(request=MonthsSerializer, responses=TrialSerializer)
    @action(detail=True, methods=["post"], url_path="try")
    def try_it(self, request: Request, pk: str) -> Response:
        """Ask for a trial on the past; a worker carries it out."""
        by, indicator = setter(request), self.get_object()
        sent = MonthsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        months = sent.validated_data["months"]
        trial = _do(lambda: services.ask_trial(indicator=indicator, months=months, by=by, now=clock.now()))
        return Response(TrialSerializer(trial).data, status=202)


class TrialViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Trial]):
    """Trials with what each month would have brought."""

    queryset = Trial.objects.prefetch_related("months").order_by("-asked_at", "-pk")
    serializer_class = TrialSerializer
    filterset_fields = ("indicator", "state")
