"""The list of customers: what it filters, sorts and shows. The page, its counts and its export all start here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, F, FilteredRelation, FloatField, Max, OrderBy, Q, QuerySet, When
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.addresses import record_url
from accounts.filters import CustomerFilter, customer_sets
from accounts.models import Customer, MonthlyFact, Person, RetailerFile, UnitMonth
from accounts.querysets import IMPORTANT, CustomerQuerySet
from accounts.services.facts import next_month
from accounts.views.columns import Cell, more_cells, more_columns

LICENCE_DAYS = 60
SPARK_MONTHS = 12
IMPORTANCE_ORDER = ("core", "important", "large", "general")

_importance = Case(*[When(importance=each, then=n) for n, each in enumerate(IMPORTANCE_ORDER)])
#: By what the list can be ordered: key of the column → fields; the code decides between equals.
ORDERS: Mapping[str, Sequence[Any]] = {
    "code": ["code"],
    "name": ["pinyin", "pk"],
    "unit": ["unit__path", "code"],
    "format": ["retailer_file__shop_format", "code"],
    "tier": ["tier", "code"],
    "service": ["service_class", "code"],
    "importance": [_importance, "code"],
    "grade": ["retailer_file__supply_grade", "code"],
    "manager": ["account_manager__pinyin", "code"],
    "licence": ["retailer_file__licence_expires_on", "code"],
    "bought": ["bought_last", "code"],
    "trend": ["trend", "code"],
}


@dataclass(frozen=True, slots=True)
class View:
    """A named set of customers: a tab over the list, and the column by which it is ordered at first."""

    key: str
    label: str | Promise
    sort: str = "code"


def views() -> list[View]:
    """The tabs, with those that the floors above know."""
    return [
        View("", _("All")),
        *(View(each.key, each.label, each.sort) for each in customer_sets()),
        View("falling", _("Important, orders falling"), "trend"),
        View("licence", _("Licence within 60 days")),
        View("unlooked", _("Without relationship manager")),
    ]


@dataclass(slots=True)
class Row:
    """One customer as the list shows it."""

    pk: int
    url: str
    drawer: str
    code: str
    name: str
    unit: str
    shop_format: str
    tier: str
    service_class: str
    importance: str
    grade: str
    manager: str
    status: str
    is_active: bool
    licence: date | None
    months: list[float]
    mean: float | None
    bought: float
    trend: float | None
    more: list[Cell]

    def lead(self) -> SafeString:
        """The cells up to the licence as one piece of markup: a page has two thousand of them."""
        name, licence = escape(self.name), self.licence.isoformat() if self.licence else ""
        status = "" if self.is_active else f' <span class="zd-meta">{escape(self.status)}</span>'
        return mark_safe(  # noqa: S308 each text is escaped
            '<td><input class="form-check-input" type="checkbox" name="customer" form="chosen" data-choose'
            f' value="{self.pk}" aria-label="{name}"></td><td class="zd-meta">{escape(self.code)}</td>'
            f'<td class="zd-name"><a href="{self.url}">{name}</a>{status}</td>'
            f"<td>{escape(self.unit)}</td><td>{escape(self.shop_format)}</td><td>{escape(self.tier)}</td>"
            f"<td>{escape(self.service_class)}</td><td>{escape(self.importance)}</td>"
            f'<td class="zd-num">{self.grade}</td><td>{escape(self.manager)}</td><td class="zd-num">{licence}</td>'
        )

    def figures(self) -> SafeString:
        """The cells after the line: the last month, its change, and the columns of the floors above."""
        bought = _minus(f"{self.bought:,.0f}") if self.months else ""
        trend = "" if self.trend is None else _minus(f"{self.trend:+.0%}")
        cells = "".join(f'<td class="{cell.css}">{cell.html}</td>' for cell in self.more)
        return mark_safe(f'<td class="zd-num">{bought}</td><td class="zd-num">{trend}</td>{cells}')  # noqa: S308


def _minus(text: str) -> str:
    """With a true minus."""
    return text.replace("-", "\N{MINUS SIGN}")


def last_month(today: date) -> date:
    """The last whole month of which there are facts, or the month before today's while there are none."""
    whole = date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
    return UnitMonth.objects.filter(month__lte=whole).aggregate(last=Max("month"))["last"] or whole


def of_view(customers: CustomerQuerySet, key: str, today: date, month: date) -> CustomerQuerySet:
    """The customers of a tab."""
    match key:
        case "falling":
            return customers.falling(month)
        case "licence":
            return customers.licence_ends_by(date.fromordinal(today.toordinal() + LICENCE_DAYS))
        case "unlooked":
            return customers.without_relationship_manager()
    known = next((each for each in customer_sets() if each.key == key), None)
    return known.of(customers, today) if known else customers


def chosen(
    person: Person, query: QueryDict, today: date, month: date, paths: Mapping[int, str] | None = None
) -> CustomerQuerySet:
    """The customers that a person sees through a view and its filters; filters that make no sense find nothing.

    `paths` are those of the units that were read already.
    """
    customers: CustomerQuerySet = Customer.objects.visible_to(person)
    found = CustomerFilter(query, of_view(customers, query.get("view", ""), today, month), paths=paths)
    if not found.is_valid():
        return customers.none()
    kept: CustomerQuerySet = found.qs
    return kept


def ordered(customers: CustomerQuerySet, query: QueryDict, month: date) -> CustomerQuerySet:
    """In the order asked for, or in that of the tab: the worst first."""
    at_first = {view.key: view.sort for view in views()}
    sort = query.get("sort", "") or at_first.get(query.get("view", ""), "code")
    key, down = sort.removeprefix("-"), sort.startswith("-")
    more = {column.key: column.order for column in more_columns()}
    if order := more.get(key):
        customers, fields = order(customers), ["by_column", "code"]
    else:
        fields = list(ORDERS.get(key, ORDERS["code"]))
    if key == "bought":
        customers = _with_bought(customers, month)
    if key == "trend":
        customers = customers.with_trend(month).annotate(trend=Case(When(before__gt=0, then=F("last") / F("before"))))
    first = F(fields[0]) if isinstance(fields[0], str) else fields[0]
    return customers.order_by(OrderBy(first, descending=down, nulls_last=True), *fields[1:])


def _with_bought(customers: CustomerQuerySet, month: date) -> CustomerQuerySet:
    found: CustomerQuerySet = customers.annotate(
        fact=FilteredRelation("facts", condition=Q(facts__month=month)),
        bought_last=Case(When(kind="group", then=F("fact__amount")), default=F("fact__quantity")),
    )
    return found


_FIELDS = (
    "pk", "code", "name", "unit__name", "retailer_file__shop_format", "kind", "tier", "service_class", "importance",
    "retailer_file__supply_grade", "account_manager__name", "status", "retailer_file__licence_expires_on",
)  # fmt: skip


def rows(customers: Sequence[tuple[Any, ...]], month: date, now: datetime) -> list[Row]:
    """The page's rows: one query for their months, one for each column of the floors above."""
    ids = [values[0] for values in customers]
    lines = months_of(ids, month)
    more = more_cells(ids, now)
    formats, tiers = _words(RetailerFile.Format), _words(Customer.Tier)
    classes, importances = _words(Customer.ServiceClass), _words(Customer.Importance)
    statuses, kinds = _words(Customer.Status), _words(Customer.Kind)
    found = []
    for (
        pk,
        code,
        name,
        unit,
        shop_format,
        kind,
        tier,
        service,
        importance,
        grade,
        manager,
        status,
        licence,
    ) in customers:
        line = lines.get(pk, [])
        before = sum(line[-4:-1]) / 3 if len(line) > 3 else 0.0
        found.append(
            Row(
                pk=pk,
                url=record_url("customer", pk),
                drawer=record_url("customer-drawer", pk),
                code=code,
                name=name,
                unit=unit,
                shop_format=formats.get(shop_format, kinds[kind] if kind == "group" else ""),
                tier=tiers[tier],
                service_class=classes[service],
                importance=importances[importance],
                grade=f"D{grade}" if grade else "",
                manager=manager or "",
                status=statuses[status],
                is_active=status == "active",
                licence=licence,
                months=line,
                mean=before or None,
                bought=line[-1] if line else 0.0,
                trend=line[-1] / before - 1 if line and before > 0 else None,
                more=more[pk],
            )
        )
    return found


def values_of(customers: CustomerQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    """Only what the list shows."""
    return customers.values_list(*_FIELDS)


def months_of(ids: Sequence[int], month: date, count: int = SPARK_MONTHS) -> dict[int, list[float]]:
    """What each customer bought in the months up to this one, the oldest first; a month without a fact is a zero."""
    first = date(month.year - (count - month.month + 11) // 12, (month.month - count) % 12 + 1, 1)
    axis: dict[date, int] = {}
    each = first
    while each <= month:
        axis[each] = len(axis)
        each = next_month(each)
    bought = Cast(Case(When(customer__kind="group", then="amount"), default="quantity"), FloatField())
    facts = (
        MonthlyFact.objects.filter(customer_id__in=ids, month__gte=first, month__lte=month)
        .order_by()
        .values("customer_id")
        .annotate(at=ArrayAgg("month"), bought=ArrayAgg(bought))
        .values_list("customer_id", "at", "bought")
    )
    lines = {}
    for customer, at, figures in facts:
        line = [0.0] * len(axis)
        for when, figure in zip(at, figures, strict=True):
            line[axis[when]] = figure
        lines[customer] = line
    return lines


def _words(choices: Any) -> dict[Any, str]:
    return {value: str(label) for value, label in choices.choices}


__all__ = ["IMPORTANT", "Row", "chosen", "last_month", "of_view", "ordered", "rows", "values_of", "views"]
