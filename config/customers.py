"""What the page of a customer says in figures and facts (CUS-9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import JSONObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Contact, Contract, Customer, MonthlyFact, MonthlyProductFact
from config import rules

MONTHS = 24
PRODUCTS = 8
_NONE = Decimal(0)


def months_before(month: date, count: int) -> date:
    """`count` months earlier."""
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class History:
    """Three years of a customer's months: two to show, and the one before to compare with. One query."""

    kind: str
    month: date
    facts: Mapping[date, MonthlyFact]

    @classmethod
    def load(cls, customer: Customer, today: date) -> Self:
        """`month` is the last whole one with a fact of the customer's, or the month before today's."""
        whole = months_before(today.replace(day=1), 1)
        found = MonthlyFact.objects.filter(customer=customer, month__gte=months_before(whole, 2 * MONTHS - 1))
        facts = {fact.month: fact for fact in found.filter(month__lte=whole)}
        return cls(customer.kind, whole, facts)

    @property
    def axis(self) -> list[date]:
        """The months that are shown, the oldest first; not those before the first fact."""
        months = [months_before(self.month, back) for back in range(MONTHS - 1, -1, -1)]
        first = min(self.facts, default=self.month)
        return [month for month in months if month >= first] or months[-1:]

    def bought(self, month: date) -> float:
        """Cartons for a retailer, yuan for a group client; nothing is zero."""
        fact = self.facts.get(month)
        if fact is None:
            return 0.0
        return float(fact.amount if self.kind == Customer.Kind.GROUP else fact.quantity)

    def _last_year(self, month: date) -> float | None:
        before = months_before(month, 12)
        return self.bought(before) if before in self.facts or before > min(self.facts, default=month) else None

    @property
    def line(self) -> list[float]:
        """The last twelve months, for a sparkline."""
        return [self.bought(months_before(self.month, back)) for back in range(11, -1, -1)]

    @property
    def mean(self) -> float:
        """The mean of the three months before the last one."""
        return sum(self.bought(months_before(self.month, back)) for back in (1, 2, 3)) / 3

    @property
    def trend(self) -> float | None:
        """The last month against the mean of the three before, as a share; None without orders then."""
        return self.bought(self.month) / self.mean - 1 if self.mean > 0 else None

    @property
    def unit(self) -> str:
        """What `bought` counts."""
        return _("yuan") if self.kind == Customer.Kind.GROUP else _("cartons")

    @property
    def overdue(self) -> Decimal:
        """What is overdue at the end of the last month, yuan."""
        fact = self.facts.get(self.month)
        return fact.overdue if fact else _NONE

    def charts(self) -> list[dict[str, Any]]:
        """Orders with the year before dashed, and what is owed; none without a figure."""
        axis = self.axis
        labels = [f"{month:%Y-%m}" for month in axis]
        title = _("Revenue by month") if self.kind == Customer.Kind.GROUP else _("Orders by month")
        last_year = [self._last_year(month) for month in axis]
        lines = [{"name": _("this customer"), "values": [self.bought(month) for month in axis], "kind": "main"}]
        if any(value is not None for value in last_year):
            lines.append({"name": _("a year before"), "values": last_year, "kind": "ref"})
        charts = [
            {"id": "orders", "title": title, "unit": self.unit, "x": labels, "x_name": _("Month"), "lines": lines}
        ]
        owed = [self.facts.get(month) for month in axis]
        if any(fact and fact.receivable for fact in owed):
            receivable = [float(fact.receivable) if fact else None for fact in owed]
            overdue = [float(fact.overdue) if fact else None for fact in owed]
            charts.append(
                {
                    "id": "owed",
                    "title": _("Receivable and overdue"),
                    "unit": _("yuan"),
                    "x": labels,
                    "x_name": _("Month"),
                    "lines": [
                        {"name": _("receivable"), "values": receivable, "kind": "ref"},
                        {"name": _("overdue"), "values": overdue, "kind": "over"},
                    ],
                }
            )
        return charts if self.facts else []

    def figures(self) -> list[dict[str, Any]]:
        """The last month in figures, each with what it is compared with."""
        fact = self.facts.get(self.month)
        if fact is None:
            return []
        found = [_figure(_("Last month"), self.bought(self.month), self.unit, self.mean, _("mean of 3 months"))]
        if self.kind == Customer.Kind.RETAILER:
            year = self._last_year(self.month)
            if year is not None:
                found.append(_figure(_("Same month"), self.bought(self.month), self.unit, year, _("a year before")))
            if fact.stock is not None:
                ratio = float(fact.stock) / self.mean if self.mean else 0
                said = _("stock to sales %(ratio)s") % {"ratio": rules.number(round(ratio, 1))}
                stock = rules.number(fact.stock)
                found.append({"label": _("Stock at month-end"), "value": stock, "unit": self.unit, "comparison": said})
            if fact.agreed:
                found.append(
                    _figure(_("Agreed volume"), float(fact.agreed), self.unit, self.bought(self.month), _("ordered"))
                )
        return found


def _figure(label: str, value: float, unit: str, base: float, comparison: str) -> dict[str, Any]:
    change = value / base - 1 if base else None
    return {
        "label": label,
        "value": rules.number(round(value)),
        "unit": unit,
        "change": f"{change:+.0%}".replace("-", rules.MINUS) if change is not None else "",
        "comparison": f"{comparison} {rules.number(round(base))}",
    }


def products(customer: Customer, month: date) -> list[dict[str, Any]]:
    """What sold most in the last three months by brand or product, with its share and the same months a year before."""
    measure = "amount" if customer.kind == Customer.Kind.GROUP else "quantity"
    recent, before = _quarter(month), _quarter(months_before(month, 12))
    found = (
        MonthlyProductFact.objects.filter(customer=customer, month__in=[*recent, *before])
        .order_by()
        .values("product")
        .annotate(now=Sum(measure, filter=Q(month__in=recent)), then=Sum(measure, filter=Q(month__in=before)))
    )
    rows = sorted(found, key=lambda row: row["now"] or _NONE, reverse=True)
    total = sum((row["now"] or _NONE for row in rows), _NONE)
    return [
        {
            "name": row["product"],
            "now": row["now"] or _NONE,
            "share": (row["now"] or _NONE) / total if total > 0 else None,
            "then": row["then"] or _NONE,
        }
        for row in rows[:PRODUCTS]
    ]


def _quarter(month: date) -> list[date]:
    return [months_before(month, back) for back in range(3)]


def with_chain(found: QuerySet[Customer]) -> QuerySet[Customer]:
    """With the decision chain and the contracts of a group client as values of its row: no query of their own."""
    contacts = Contact.objects.filter(customer_id=OuterRef("pk")).order_by("-influence", "pk")
    contracts = Contract.objects.filter(customer_id=OuterRef("pk")).order_by("-ends_on", "pk")
    return found.annotate(
        chain=ArraySubquery(
            contacts.values(one=JSONObject(**{n: n for n in ("name", "title", "part", "influence", "stance")}))
        ),
        agreements=ArraySubquery(
            contracts.values(one=JSONObject(**{n: n for n in ("number", "subject", "starts_on", "ends_on", "amount")}))
        ),
    )


def contacts(customer: Customer) -> list[dict[str, Any]]:
    """The decision chain, the most influential first, in words."""
    parts, stances = dict(Contact.Part.choices), dict(Contact.Stance.choices)
    return [
        {**one, "part": parts[one["part"]], "stance": stances[one["stance"]]} for one in getattr(customer, "chain", [])
    ]


def contracts(customer: Customer) -> list[dict[str, Any]]:
    """The contracts, the one that runs longest first."""
    return list(getattr(customer, "agreements", []))


def file_values(file: Model) -> dict[str, Any]:
    """The fields of a file that can be filled, for its completeness."""
    return {field.name: getattr(file, field.attname) for field in file._meta.concrete_fields if not field.primary_key}


#: Fields of the files that the page words by themselves.
_APART = frozenset({"customer", "temper", "temper_advice"})


def file_facts(customer: Customer) -> list[tuple[str, str]]:
    """The filled fields of the file, named and worded."""
    file: Model = customer.retailer_file if customer.kind == Customer.Kind.RETAILER else customer.group_file
    return [(str(name), value) for name, value in _worded(file)]


def _worded(file: Model) -> Iterable[tuple[Any, str]]:
    for field in file._meta.concrete_fields:
        value = getattr(file, field.attname)
        if field.name in _APART or value in (None, ""):
            continue
        if field.flatchoices:
            value = dict(field.flatchoices).get(value, value)
        elif field.name == "order_weekday":
            value = rules.weekday_name(value, get_language() or "")
        elif field.name == "supply_grade":
            value = f"D{value}"
        yield field.verbose_name, str(value)
