"""What the page of a report shows beside the report: months of facts, similar cases (WRN-7)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from accounts.models import Customer, MonthlyFact
from early_warnings import rules
from early_warnings.models import Sign


@dataclass(frozen=True, slots=True)
class Months:
    """Months of one measure, oldest first, with the year before beside it.

    A month without a purchase is zero, one before the first purchase nothing.
    """

    months: list[date]
    values: list[Decimal]
    year_before: list[Decimal | None]
    means_before: list[Decimal | None]


def months_of(*, customer: Customer, until: date, count: int = 24, base_period: int = 3) -> Months:
    """A customer's months up to one, of cartons or, for group clients, revenue; in one query."""
    column = "quantity" if customer.kind == Customer.Kind.RETAILER else "amount"
    first = rules.months_back(until, count + 11)
    facts: dict[date, Decimal] = dict(
        MonthlyFact.objects.filter(customer=customer, month__range=(first, until)).values_list("month", column)
    )
    began = min(facts, default=until)
    months = [rules.months_back(until, back) for back in reversed(range(count))]

    def at(month: date) -> Decimal:
        return facts.get(month, Decimal(0))

    means = []
    for month in months:
        before = [rules.months_back(month, back) for back in range(1, base_period + 1)]
        means.append(sum((at(each) for each in before), Decimal(0)) / base_period if before[-1] >= began else None)
    years_before = [rules.months_back(month, 12) for month in months]
    return Months(
        months,
        [at(month) for month in months],
        [at(month) if month >= began else None for month in years_before],
        means,
    )


@dataclass(frozen=True, slots=True)
class Similar:
    """A measure that was taken in similar cases: how often, and after how many the customer came back."""

    what: str
    used: int
    recovered: int


def similar_cases(*, sign: Sign | None, customer: Customer | None, most: int = 4) -> list[Similar]:
    """What helped where the same indicator led and the customer was of the same kind: counts, not claims (WRN-7)."""
    if sign is None or customer is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.what, count(*), count(*) FILTER (WHERE w.outcome = 'recovered')
            FROM warnings_measure m JOIN warnings_earlywarning w ON w.id = m.warning_id
            JOIN accounts_customer c ON c.id = w.customer_id
            WHERE w.state = 'closed' AND m.indicator_id = %s AND c.kind = %s AND m.done_at IS NOT NULL
            GROUP BY m.what ORDER BY 3 DESC, 2 DESC, 1 LIMIT %s""",
            [sign.indicator_id, customer.kind, most],
        )
        return [Similar(*row) for row in cursor.fetchall()]
