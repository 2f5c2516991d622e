"""Scores of customers for programs: points by question, highest first."""

from django.db.models import QuerySet
from rest_framework import mixins, viewsets

from accounts.views.asking import person_of
from early_warnings.models import CustomerScore
from early_warnings.serializers import ScoreSerializer


class ScoreViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CustomerScore]):
    """The score card's points of the customers one may see, by customer."""

    queryset = CustomerScore.objects.none()
    serializer_class = ScoreSerializer
    filterset_fields = {"month": ["exact"], "total": ["gte", "lte"], "customer__unit": ["exact"]}

    def get_queryset(self) -> QuerySet[CustomerScore]:
        visible = CustomerScore.objects.visible_to(person_of(self.request))
        return visible.select_related("card").order_by("-total", "customer")
