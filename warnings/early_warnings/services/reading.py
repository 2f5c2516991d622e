"""What the page of a report shows beside the report: months of facts, similar cases (WRN-7)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Customer, MonthlyFact, OrgUnit, Person
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from early_warnings import rules
from early_warnings.measures import MEASURES
from early_warnings.models import EarlyWarning, Evaluation, Measure, Sign, UnitWarning
from early_warnings.rules.rising import days_of
from early_warnings.services.evaluation import causes


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
    """One way of acting in similar cases: how often, after how many the customer came back, and what it moved."""

    way: str
    used: int
    recovered: int
    #: What somebody did where it helped last, or else did last.
    example: str
    share: float


def similar_cases(*, sign: Sign | None, customer: Customer | None, most: int = 5) -> list[Similar]:
    """What helped where the same indicator led and the customer was of the same kind: counts, not claims (WRN-7)."""
    if sign is None or customer is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.way, count(DISTINCT w.id), count(DISTINCT w.id) FILTER (WHERE w.outcome = 'recovered'),
                (array_agg(m.what ORDER BY w.outcome = 'recovered' DESC, w.closed_at DESC))[1]
            FROM warnings_measure m JOIN warnings_earlywarning w ON w.id = m.warning_id
            JOIN accounts_customer c ON c.id = w.customer_id
            WHERE w.state = 'closed' AND m.indicator_id = %s AND c.kind = %s AND m.done_at IS NOT NULL
            GROUP BY m.way ORDER BY 3::numeric / count(DISTINCT w.id) DESC, 2 DESC, 1 LIMIT %s""",
            [sign.indicator_id, customer.kind, most],
        )
        return [
            Similar(str(Measure.Way(way).label), used, recovered, example, recovered / used)
            for way, used, recovered, example in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class CauseMonths:
    """How many complaints of a unit were closed with a cause each month, and how many a month were expected."""

    months: list[date]
    values: list[int]
    expected: float


def complaints_of(warning: UnitWarning) -> ComplaintQuerySet:
    """All complaints of the unit that were closed with the cause which its warning is about (CMP-6)."""
    found: ComplaintQuerySet = Complaint.objects.closed().filter(
        cause=MEASURES[warning.indicator.measure].sql, customer__unit__path__startswith=warning.unit.path
    )
    return found


def evaluated_on() -> Subquery:
    """For a query of unit warnings: the last day on which each was evaluated."""
    until = Coalesce(OuterRef("closed_at"), F("finished_at"))
    return Subquery(Evaluation.objects.filter(finished_at__lte=until).order_by("-on").values("on")[:1])


def period_of(warning: UnitWarning) -> tuple[date, date]:
    """The first and the last day of the complaints that the warning counts; it comes with `evaluated_on`."""
    on: date = getattr(warning, "evaluated_on", None) or warning.last_seen_on
    return causes.recent_from(warning.indicator, on), on - timedelta(days=1)


def months_of_cause(warning: UnitWarning, *, until: date, count: int = 18) -> CauseMonths:
    """The months up to that of a day, in one query."""
    months = [rules.months_back(until, back) for back in reversed(range(count))]
    first = timezone.make_aware(datetime.combine(months[0], time()))
    end = timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))
    rows = {row["month"]: row["number"] for row in complaints_of(warning).causes_by_month(first, end)}
    share = 365 / 12 / days_of(warning.indicator.period)
    return CauseMonths(months, [rows.get(month, 0) for month in months], float(warning.expected or 0) * share)


_SHOWN_OF_SIGN = ("indicator_id", "month", "value", "recent", "base", "market", "line")


def customers_behind(*, warning: UnitWarning, person: Person, most: int = 50) -> list[Sign]:
    """The signs that a unit's total or ratio counted, as far as one may see the customers, the worst first (WRN-2)."""
    of = warning.indicator
    found = Sign.objects.visible_to(person).filter(
        indicator=of.of_indicator_id,
        level=Sign.Level.BREACH,
        warning__customer__unit__path__startswith=warning.unit.path,
    )
    found = found.filter(last_seen_on=warning.last_seen_on) if warning.above_again_on is None else found.none()
    if of.of_tiers:
        found = found.filter(warning__customer__tier__lte=of.of_tiers)
    if of.fresh_days is not None:
        found = found.filter(recent__lte=F("line") * F("base") + of.fresh_days)
    signs = list(
        found.select_related("warning__customer__unit")
        .only(*_SHOWN_OF_SIGN, *(f"warning__customer__{name}" for name in ("name", "tier", "importance", "unit__name")))
        .order_by("warning__customer__tier", "-base", "pk")[:most]
    )
    for sign in signs:
        sign.indicator = of.of_indicator
    return signs


@dataclass
class BoardRow:
    """A branch or department on the board: open reports, and how many that is for a thousand customers."""

    unit: OrgUnit
    customers: int
    breach: int
    near: int
    #: How long the bar's two parts are, in per cent of the whole width.
    over: float = 0.0
    close: float = 0.0

    @property
    def rate(self) -> float:
        """Open reports for a thousand customers."""
        return 1000 * (self.breach + self.near) / self.customers if self.customers else 0.0


def board(*, person: Person) -> list[BoardRow]:
    """Open reports by branch and level, the worst first, in three queries. Stations count for their branch."""
    units = OrgUnit.objects.visible_to(person).filter(kind__in=(OrgUnit.Kind.BRANCH, OrgUnit.Kind.DEPARTMENT))
    rows: dict[str, list[int]] = {}
    by_path = {unit.path: unit for unit in units}

    def row_of(path: str) -> list[int] | None:
        parts = path.strip("/").split("/")
        above = ("/" + "/".join(parts[:length]) + "/" for length in range(len(parts), 0, -1))
        found = next((each for each in above if each in by_path), None)
        return rows.setdefault(found, [0, 0, 0]) if found else None

    customers = Customer.objects.visible_to(person).filter(status=Customer.Status.ACTIVE).order_by()
    for path, count in customers.values_list("unit__path").annotate(count=Count("pk")):
        if (row := row_of(path)) is not None:
            row[0] += count
    for found in EarlyWarning.objects.visible_to(person).count_by_unit():
        if (row := row_of(found["unit_path"])) is not None:
            row[1] += found["breach"]
            row[2] += found["near"]
    board_rows = [BoardRow(by_path[path], *row) for path, row in rows.items()]
    return sorted(board_rows, key=lambda each: (-each.rate, each.unit.path))
