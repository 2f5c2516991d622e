"""What the API's list may be narrowed by."""

from typing import Any, ClassVar

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from accounts import clock
from accounts.models import OrgUnit
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet


def _units_of(request: Any) -> models.QuerySet[OrgUnit]:
    """The units that exist for the person who asks; none while only the schema is drawn."""
    if request is None:
        return OrgUnit.objects.none()
    units: models.QuerySet[OrgUnit] = OrgUnit.objects.visible_to(request.user)
    return units


class ComplaintFilter(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    """The same as the page's tabs, filters and search."""

    q = django_filters.CharFilter(label=_("words of number, subject or customer"), method="search")
    open = django_filters.BooleanFilter(label=_("not closed"), method="narrow_open")
    mine = django_filters.BooleanFilter(label=_("whose next step I owe"), method="narrow_mine")
    overdue = django_filters.BooleanFilter(label=_("past the deadline of the step"), method="narrow_overdue")
    registered = django_filters.IsoDateTimeFromToRangeFilter(field_name="registered_at")
    closed = django_filters.IsoDateTimeFromToRangeFilter(field_name="closed_at")
    unit = django_filters.ModelChoiceFilter(label=_("unit and those below"), queryset=_units_of, method="narrow_unit")

    class Meta:
        model = Complaint
        fields: ClassVar[list[str]] = ["number", "customer", "step", "gravity", "channel", "cause"]

    def search(self, found: ComplaintQuerySet, name: str, words: str) -> ComplaintQuerySet:
        return found.search(words)

    @extend_schema_field(OpenApiTypes.INT)
    def narrow_unit(self, found: ComplaintQuerySet, name: str, unit: OrgUnit) -> ComplaintQuerySet:
        return found.filter(customer__unit__path__startswith=unit.path)

    def narrow_open(self, found: ComplaintQuerySet, name: str, wanted: bool) -> ComplaintQuerySet:  # noqa: FBT001 django-filter calls it so
        return found.open() if wanted else found.closed()

    def narrow_mine(self, found: ComplaintQuerySet, name: str, wanted: bool) -> ComplaintQuerySet:  # noqa: FBT001 django-filter calls it so
        return found.owed_by(self.request.user) if wanted else found

    def narrow_overdue(self, found: ComplaintQuerySet, name: str, wanted: bool) -> ComplaintQuerySet:  # noqa: FBT001 django-filter calls it so
        return found.overdue(clock.now()) if wanted else found
