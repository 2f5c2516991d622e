"""What the API's list may be narrowed by."""

from typing import ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts import clock
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet


class ComplaintFilter(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    """The same as the page's tabs, filters and search."""

    q = django_filters.CharFilter(label=_("words of number, subject or customer"), method="search")
    open = django_filters.BooleanFilter(label=_("not closed"), method="narrow_open")
    mine = django_filters.BooleanFilter(label=_("whose next step I owe"), method="narrow_mine")
    overdue = django_filters.BooleanFilter(label=_("past the deadline of the step"), method="narrow_overdue")
    registered = django_filters.IsoDateTimeFromToRangeFilter(field_name="registered_at")
    closed = django_filters.IsoDateTimeFromToRangeFilter(field_name="closed_at")

    class Meta:
        model = Complaint
        fields: ClassVar[list[str]] = ["number", "customer", "step", "gravity", "channel", "cause"]

    def search(self, found: ComplaintQuerySet, name: str, words: str) -> ComplaintQuerySet:
        return found.search(words)

    def narrow_open(self, found: ComplaintQuerySet, name: str, wanted: bool) -> ComplaintQuerySet:  # noqa: FBT001 django-filter calls it so
        return found.open() if wanted else found.closed()

    def narrow_mine(self, found: ComplaintQuerySet, name: str, wanted: bool) -> ComplaintQuerySet:  # noqa: FBT001 django-filter calls it so
        return found.owed_by(self.request.user) if wanted else found

    def narrow_overdue(self, found: ComplaintQuerySet, name: str, wanted: bool) -> ComplaintQuerySet:  # noqa: FBT001 django-filter calls it so
        return found.overdue(clock.now()) if wanted else found
