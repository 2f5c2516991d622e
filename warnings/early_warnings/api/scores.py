"""Scores of customers and versions of the card for programs: points by question (WRN-1)."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api import NotNow
from accounts.views.asking import person_of
from early_warnings import services
from early_warnings.api.indicators import setter
from early_warnings.forms import CardForm
from early_warnings.models import CustomerScore, ScoreCard
from early_warnings.serializers.scores import CardSerializer, ScoreSerializer
from early_warnings.services import scoring


class ScoreViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CustomerScore]):
    """The score card's points of the customers one may see, by customer, the highest first."""

    queryset = CustomerScore.objects.none()
    serializer_class = ScoreSerializer
    filterset_fields = {
        "month": ["exact"],
        "card__kind": ["exact"],
        "total": ["gte", "lte"],
        "customer__unit": ["exact"],
    }

    def get_queryset(self) -> QuerySet[CustomerScore]:
        visible = CustomerScore.objects.visible_to(person_of(self.request))
        return visible.select_related("card").order_by("-total", "customer")


class CardViewSet(viewsets.ReadOnlyModelViewSet[ScoreCard]):
    """Versions of the score card, the newest first."""

    queryset = ScoreCard.objects.prefetch_related("bands").order_by("-valid_from")
    serializer_class = CardSerializer

    @extend_schema(request=CardSerializer, responses=CardSerializer)
    def create(self, request: Request) -> Response:
        """A version that counts from a day on; the page's form judges it."""
        by, now = setter(request), clock.now()
        sent = CardSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        kind = sent.validated_data.get("kind", ScoreCard.Kind.MONTHS)
        form = CardForm(_as_typed(sent.validated_data), kind=kind, today=timezone.localdate(now), bands=[])
        if not form.is_valid():
            wrong = {row.key: row.errors for row in form.rows if row.errors}
            raise ValidationError(wrong | {name: [str(each) for each in said] for name, said in form.errors.items()})
        values = form.cleaned_data
        try:
            made = scoring.make_card(
                kind=kind,
                valid_from=values["valid_from"],
                why=values["why"],
                points=form.points,
                by=by,
                now=now,
            )
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(CardSerializer(made).data, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        """Take back a version that does not count yet."""
        by = setter(request)
        try:
            scoring.remove_card(version=self.get_object(), by=by, now=clock.now())
        except services.Refused as refused:
            raise NotNow(str(refused)) from refused
        return Response(status=204)


def _as_typed(sent: dict[str, Any]) -> QueryDict:
    """As the page would send it."""
    typed = QueryDict(mutable=True)
    typed["valid_from"], typed["why"] = str(sent["valid_from"]), sent.get("why", "")
    for band in sent["bands"]:
        for name in ("cut", "points"):
            typed.appendlist(f"{band['question']}-{band['end']}-{name}", str(band[name]))
    return typed
