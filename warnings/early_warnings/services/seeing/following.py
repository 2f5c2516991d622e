"""A customer's indicators over time, each with the bands of the lines that count for it (WRN-1, WRN-7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Customer, MonthlyFact
from early_warnings import rules
from early_warnings.measures import MEASURES, SCORES, Source
from early_warnings.models import Indicator, Movement, Threshold
from early_warnings.services.evaluation import figures
from early_warnings.services.evaluation.knowing import Asked
from early_warnings.services.lines import winning_line
from early_warnings.services.months.work import Work

#: Months shown.
MONTHS = 13
#: What needs all other customers is not told for one.
_NOT_ALONE = (rules.Comparison.RANK,)
#: Measures that are asked for a day, by a statement of their own.
_TO_THE_DAY = (Source.QUERY, Source.LAST)


@dataclass(frozen=True, slots=True)
class Followed:
    """One indicator over the months; a value is None where nothing could be measured."""

    indicator: Indicator
    line: Threshold
    months: list[date]
    values: list[Decimal | None]

    @property
    def level(self) -> rules.Level | None:
        """How the last month stands."""
        return rules.level_of(
            self.values[-1], rules.Line(self.line.breach, self.line.near), falling=self.indicator.falling
        )


def follow(*, customer: Customer, on: date) -> list[Followed]:
    """Each live indicator of the customer's kind that has a line for them, over the last months, worst first."""
    last = _last_month(on)
    if last is None:
        return []
    months = [rules.months_back(last, back) for back in reversed(range(MONTHS))]
    lines = lines_for(customer, on)
    shown = [line.indicator for line in lines]
    facts = _facts(customer, months)
    counted = _counted(customer, [each for each in shown if MEASURES[each.measure].source in _TO_THE_DAY], months)
    moved = {
        (indicator, month): value
        for indicator, month, value in Movement.objects.filter(kind=customer.kind, month__in=months).values_list(
            "indicator_id", "month", "value"
        )
    }
    followed = []
    for line, each in zip(lines, shown, strict=True):
        if MEASURES[each.measure].source in _TO_THE_DAY:
            values = counted[each.pk]
        else:
            values = [_value(each, facts, month, moved) for month in months]
        if each.measure not in SCORES.values() or any(value is not None for value in values):
            followed.append(Followed(each, line, months, values))  # nobody has both score cards
    rank = {rules.Level.BREACH: 0, rules.Level.NEAR: 1, None: 2}
    return sorted(followed, key=lambda each: (rank[each.level], each.indicator.position, each.indicator.pk))


def _last_month(on: date) -> date | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(month) FROM accounts_monthlyfact WHERE month < %s", [on.replace(day=1)])
        last: date | None = cursor.fetchone()[0]
        return last


def lines_for(customer: Customer, on: date) -> list[Threshold]:
    """Of each live indicator of the customer's kind the line that counts for them on a day, in one query."""
    live = Threshold.objects.filter(
        Q(indicator__customer_kind__in=("", customer.kind)),
        Q(indicator__valid_from=None) | Q(indicator__valid_from__lte=on),
        Q(indicator__valid_until=None) | Q(indicator__valid_until__gte=on),
        indicator__state=Indicator.State.LIVE,
        indicator__family=Indicator.Family.CUSTOMER,
        indicator__measure__in=list(MEASURES),
    ).exclude(indicator__comparison__in=_NOT_ALONE)
    by_indicator: dict[int, list[Threshold]] = {}
    for line in live.select_related("indicator", "unit").order_by("indicator__position", "indicator__key"):
        by_indicator.setdefault(line.indicator_id, []).append(line)
    winning = (winning_line(lines, customer) for lines in by_indicator.values())
    return [line for line in winning if line is not None]


def _facts(customer: Customer, months: Sequence[date]) -> dict[date, MonthlyFact]:
    """Every month that any window may reach back to."""
    first = rules.months_back(months[0], 36)
    return {
        each.month: each for each in MonthlyFact.objects.filter(customer=customer, month__range=(first, months[-1]))
    }


def _value(
    each: Indicator, facts: dict[date, MonthlyFact], month: date, moved: dict[tuple[int, date], Decimal]
) -> Decimal | None:
    comparison = rules.Comparison(each.comparison)
    level = MEASURES[each.measure].source is Source.LEVEL
    windows = rules.windows(comparison, month, 1 if level else each.period, each.base_period)
    recent = _sum(each.measure, facts, windows.recent)
    if windows.base is None:
        return recent
    base = _sum(each.base_measure if comparison in rules.OF_TWO else each.measure, facts, windows.base)
    months, base_months = (1, 1) if comparison in rules.OF_TWO else (windows.recent.months, windows.base.months)
    if windows.trend is not None:
        now, ago = (_sum(each.measure, facts, window) for window in windows.trend)
        base = base * rules.trend(now, ago)
    market = moved.get((each.pk, month)) if each.against_market else Decimal(1)
    if market is None:
        return None  # how the market moved is not kept for this month
    return rules.compared(
        recent, base, months=months, base_months=base_months, least_base=each.least_base, market=market
    )


def _sum(measure: str, facts: dict[date, MonthlyFact], window: rules.Window) -> Decimal:
    wanted = (rules.months_back(window.last, back) for back in range(window.months))
    return sum((Decimal(getattr(facts[at], measure) or 0) for at in wanted if at in facts), Decimal(0))


def _counted(
    customer: Customer, indicators: Sequence[Indicator], months: Sequence[date]
) -> dict[int, list[Decimal | None]]:
    """What is counted to the day, at the end of each month, in one statement."""
    found: dict[int, list[Decimal | None]] = {each.pk: [None] * len(months) for each in indicators}
    if not indicators:
        return found
    parts: list[str] = []
    values: dict[str, Any] = {"customer": customer.pk}
    for place, month in enumerate(months):
        end = rules.months_back(month, -1) - timedelta(days=1)
        names = {"on": f"on{place}", "until": f"on{place}", "month": f"month{place}"}
        values |= {f"on{place}": end, f"month{place}": month}
        for each in indicators:
            sql = MEASURES[each.measure].sql
            for name, own in names.items():
                sql = sql.replace(f"%({name})s", f"%({own})s")
            parts.append(
                f"SELECT {each.pk}, {place}, recent::numeric, base::numeric FROM ({sql}) q"
                " WHERE q.customer_id = %(customer)s"
            )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        by_pk = {each.pk: each for each in indicators}
        for pk, place, recent, base in cursor.fetchall():
            found[pk][place] = _in_gaps(by_pk[pk], recent, base)
    return found


def _in_gaps(each: Indicator, recent: Decimal, base: Decimal | None) -> Decimal | None:
    if each.comparison != rules.Comparison.OWN_GAP:
        return recent
    return rules.compared(recent, base or Decimal(0), months=1, base_months=1, least_base=each.least_base)


def keep_movements(*, on: date, most: int = 1) -> int:
    """Keep how the market moved in months that no evaluation has told, at most so many; how many were kept."""
    last = _last_month(on)
    indicators = list(
        Indicator.objects.filter(against_market=True, family=Indicator.Family.CUSTOMER, state=Indicator.State.LIVE)
    )
    if last is None or not indicators:
        return 0
    kept = set(Movement.objects.filter(indicator__in=indicators).values_list("indicator_id", "month"))
    done = 0
    for back in range(MONTHS):
        month = rules.months_back(last, back)
        missing = [each for each in indicators if (each.pk, month) not in kept]
        if missing and done < most:
            _keep_month(missing, month)
            done += 1
    return done


@transaction.atomic
def _keep_month(indicators: Sequence[Indicator], month: date) -> None:
    work = Work()
    next_month = rules.months_back(month, -1)
    known = rules.Known(on=next_month, month=month, until=next_month - timedelta(days=1))
    basis = Asked(indicators, known, "early_basis").basis
    work.execute(f"CREATE TEMP TABLE {basis.table} AS {basis.everybody(past=True)}")
    work.execute(f"CREATE TEMP TABLE {basis.ledger} AS {figures.ledger(indicators, basis)}")
    moved = figures.market_of(indicators, work.execute(figures.market(indicators, basis)))
    work.execute(f"DROP TABLE {basis.table}, {basis.ledger}")
    # A kind without anybody is kept too, so that nobody asks again.
    kept = [
        Movement(indicator=each, kind=kind, month=month, value=moved.get(each.pk, {}).get(kind, Decimal(1)))
        for each in indicators
        for kind in Customer.Kind.values
    ]
    Movement.objects.bulk_create(kept, ignore_conflicts=True)
