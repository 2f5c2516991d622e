"""Sales by month, this year against last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.models import Customer, MonthlyFact, Person, UnitMonth

MEASURES = ("quantity", "amount", "overdue")


@dataclass(frozen=True, slots=True)
class Change:
    """A figure and the one it is compared with."""

    now: Decimal
    before: Decimal

    @property
    def share(self) -> float | None:
        return float(self.now / self.before) - 1 if self.before else None


@dataclass(frozen=True, slots=True)
class Months:
    """Sums by month, the last whole month included; a month without a fact is zero."""

    last: date
    sums: dict[date, dict[str, Decimal]]

    @property
    def known(self) -> bool:
        return bool(self.sums)

    def year(self, measure: str, back: int = 0) -> list[Decimal | None]:
        """Twelve months up to the last one, or the twelve before those; None before the first known month."""
        first = min(self.sums, default=self.last)
        return [
            self.sums.get(month, {}).get(measure, Decimal(0)) if month >= first else None
            for month in (months_before(self.last, 11 - position + 12 * back) for position in range(12))
        ]

    def labels(self) -> list[date]:
        return [months_before(self.last, 11 - position) for position in range(12)]

    def against_last_year(self, measure: str) -> Change:
        return self._change(measure, 12)

    def against_month_before(self, measure: str) -> Change:
        return self._change(measure, 1)

    def _change(self, measure: str, back: int) -> Change:
        empty: dict[str, Decimal] = {}
        now, before = (self.sums.get(month, empty) for month in (self.last, months_before(self.last, back)))
        return Change(now.get(measure, Decimal(0)), before.get(measure, Decimal(0)))


def months_before(month: date, count: int) -> date:
    """The first day of the month so many months earlier."""
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def last_whole_month(today: date) -> date:
    return months_before(today.replace(day=1), 1)


def of_units(person: Person, today: date) -> Months:
    """The retailers of the units in scope, from the sums kept of them."""
    last = last_whole_month(today)
    rows = UnitMonth.objects.visible_to(person).filter(kind=Customer.Kind.RETAILER)
    return _months(last, _grouped(rows, last))


def of_own_customers(person: Person, today: date) -> Months:
    """An account manager's own retailers, added up from their facts."""
    last = last_whole_month(today)
    rows = MonthlyFact.objects.filter(customer__account_manager=person, customer__kind=Customer.Kind.RETAILER)
    return _months(last, _grouped(rows, last))


def _grouped(rows: Any, last: date) -> Iterable[dict[str, Any]]:
    since = months_before(last, 23)
    sums = {measure: Sum(measure) for measure in MEASURES}
    return rows.filter(month__gte=since, month__lte=last).order_by().values("month").annotate(**sums)  # type: ignore[no-any-return]


def _months(last: date, rows: Iterable[dict[str, Any]]) -> Months:
    return Months(last, {row["month"]: {measure: row[measure] for measure in MEASURES} for row in rows})


def scaled(values: Sequence[Decimal | None], unit: int) -> list[float | None]:
    """For a chart: in so many units, two decimals."""
    return [None if value is None else round(float(value) / unit, 2) for value in values]
