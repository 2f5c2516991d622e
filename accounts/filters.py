"""By what customers are filtered, on the page and in the API alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import django_filters
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import Customer, OrgUnit, Person, RetailerFile
from accounts.querysets import CustomerQuerySet


class CustomerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of a list of customers; several values of one filter mean any of them."""

    q = django_filters.CharFilter(method="by_words", label=_("name, pinyin, code or phone"))
    unit = django_filters.NumberFilter(method="by_unit", label=_("unit, with those below it"))
    manager = django_filters.CharFilter(method="by_manager", label=_("account manager: name, pinyin or sign-in name"))
    account_manager = django_filters.NumberFilter(field_name="account_manager_id", label=_("account manager: id"))
    kind = django_filters.ChoiceFilter(choices=Customer.Kind.choices)
    status = django_filters.MultipleChoiceFilter(choices=Customer.Status.choices)
    importance = django_filters.MultipleChoiceFilter(choices=Customer.Importance.choices)
    tier = django_filters.MultipleChoiceFilter(choices=Customer.Tier.choices)
    service_class = django_filters.MultipleChoiceFilter(choices=Customer.ServiceClass.choices)
    shop_format = django_filters.MultipleChoiceFilter(
        field_name="retailer_file__shop_format", choices=RetailerFile.Format.choices, label=_("shop format")
    )
    market = django_filters.ChoiceFilter(
        field_name="retailer_file__market_type", choices=RetailerFile.Market.choices, label=_("market type")
    )
    grade_from = django_filters.NumberFilter(
        field_name="retailer_file__supply_grade", lookup_expr="gte", label=_("supply grade from")
    )
    licence = django_filters.NumberFilter(method="by_licence", min_value=0, label=_("licence ends within days"))
    unlooked = django_filters.BooleanFilter(method="by_relationship", label=_("without relationship manager"))
    unassigned = django_filters.BooleanFilter(
        field_name="account_manager", lookup_expr="isnull", label=_("without account manager")
    )

    class Meta:
        model = Customer
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, paths: Mapping[int, str] | None = None, **kwargs: Any) -> None:
        """`paths` are those of the units that the caller has read already."""
        super().__init__(*args, **kwargs)
        self.paths = paths or {}

    def by_words(self, customers: CustomerQuerySet, _name: str, value: str) -> CustomerQuerySet:
        return customers.search(value)

    def by_unit(self, customers: CustomerQuerySet, _name: str, value: Any) -> CustomerQuerySet:
        path = (
            self.paths.get(int(value)) or OrgUnit.objects.filter(pk=int(value)).values_list("path", flat=True).first()
        )
        return customers.in_unit(path) if path else customers.none()

    def by_manager(self, customers: CustomerQuerySet, _name: str, value: str) -> CustomerQuerySet:
        return customers.filter(account_manager__in=Person.objects.named(value).values("pk"))

    def by_licence(self, customers: CustomerQuerySet, _name: str, value: Any) -> CustomerQuerySet:
        return customers.licence_ends_by(clock.today() + timedelta(days=min(int(value), 3660)))

    def by_relationship(self, customers: CustomerQuerySet, _name: str, value: Any) -> CustomerQuerySet:
        return customers.without_relationship_manager() if value else customers


@dataclass(frozen=True, slots=True)
class CustomerSet:
    """Customers of whom a floor above knows something: a filter of the list and of the API, and a tab of the list.

    `of` gives those of a day; `sort` is the column by which the tab is ordered until another is chosen.
    """

    key: str
    label: str | Promise
    of: Callable[[CustomerQuerySet, date], CustomerQuerySet]
    sort: str = "code"


_sets: list[CustomerSet] = []


def register_set(known: CustomerSet) -> None:
    """Make a set known; a second filter of the same key is a mistake."""
    if known.key in CustomerFilter.base_filters:
        raise ValueError(f"filter {known.key} is registered twice")

    def those(customers: CustomerQuerySet, _name: str, value: Any) -> CustomerQuerySet:
        return known.of(customers, clock.today()) if value else customers

    CustomerFilter.base_filters[known.key] = django_filters.BooleanFilter(method=those, label=known.label)
    _sets.append(known)


def customer_sets() -> list[CustomerSet]:
    """The sets that were registered, in that order."""
    return list(_sets)
