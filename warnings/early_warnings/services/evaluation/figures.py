"""The arithmetic of indicators as SQL over the basis, and how the whole market moved.

Beside the basis lies its *ledger*: what all its rows sum up to by kind, unit and tier. Rows that leave the basis are
booked out of it and those that come are booked in, so that no night adds up everybody again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import Customer
from early_warnings import rules
from early_warnings.measures import MEASURES
from early_warnings.models import Indicator
from early_warnings.services.evaluation.basis import Basis

#: A market that all but stopped (a closed month) is no measure to hold a customer against.
LEAST_MARKET = Decimal("0.05")

#: How the market moved for an indicator, by kind of customer.
Market = dict[int, dict[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What an indicator compares, as SQL over the basis `b`.

    The market's numbers are written into it: a join with a temporary table would keep the scan of the basis from
    running in parallel.
    """

    pk: int
    recent: str
    base: str
    recent_months: int
    base_months: int
    market: str
    value: str
    #: Where there is a value.
    condition: str


def figures(each: Indicator, basis: Basis, moved: Market, number: str = "numeric") -> Figures:
    """The arithmetic of an indicator of the facts; `rules.compared` says the same in plain words."""
    recent, base = basis.recent(each, number), basis.base(each, number)
    recent_months, base_months = basis.months_of(each)
    market = _moved(moved.get(each.pk, {}), number)
    floor = f"{base} > 0 AND {base} >= {each.least_base} * {base_months}"
    match rules.Comparison(each.comparison):
        case rules.Comparison.ABSOLUTE | rules.Comparison.DAYS_SINCE:
            value, condition = recent, f"{recent} IS NOT NULL"
        case rules.Comparison.RANK:
            peers = "PARTITION BY b.kind, b.tier"
            less = f"(rank() OVER ({peers} ORDER BY {recent}) - 1)::numeric"
            value, condition = f"{less} / nullif(count(*) OVER ({peers}) - 1, 0)", floor
        case _:
            value, condition = f"{recent} * {base_months} / ({base} * {recent_months} * {market})", floor
    return Figures(each.pk, recent, base, recent_months, base_months, market, value, condition)


def plain(each: Indicator, number: str) -> str:
    """The kind of number to reckon in where it need not be exact; a season, rounded on its way, is exact or wrong."""
    return "numeric" if each.comparison == rules.Comparison.SEASON else number


def ledger(indicators: Sequence[Indicator], basis: Basis, rows: str = "", sign: int = 1) -> str:
    """What the basis, or `rows` of it, sum up to, in the units it is kept in; booked out with `sign` -1."""
    columns = [f"{sign} * count(*) AS among"]
    for each in indicators:
        if _against_market(each):
            number = plain(each, "bigint")
            recent, base = basis.recent(each, number), basis.base(each, number)
            columns.append(f"{sign} * sum({recent}) FILTER (WHERE {base} > 0) AS recent{each.pk}")
            columns.append(f"{sign} * sum({base}) FILTER (WHERE {base} > 0) AS base{each.pk}")
    return (
        f"SELECT b.kind, b.unit_id, b.tier, {', '.join(columns)} FROM {basis.summed(rows or basis.table)} b"
        " GROUP BY b.kind, b.unit_id, b.tier"
    )


def market(indicators: Sequence[Indicator], basis: Basis) -> str:
    """How those who bought before moved together, by kind of customer, for the indicators that are told against it."""
    columns = ["l.kind"]
    for each in indicators:
        if _against_market(each):
            recent_months, base_months = basis.months_of(each)
            moved = f"sum(l.recent{each.pk}) * {base_months} / nullif(sum(l.base{each.pk}) * {recent_months}, 0)"
            columns.append(f"greatest(coalesce(round({moved}, 4), 1), {LEAST_MARKET})")
    return f"SELECT {', '.join(columns)} FROM {basis.ledger} l GROUP BY l.kind"


def market_of(indicators: Sequence[Indicator], rows: Sequence[tuple[Any, ...]]) -> Market:
    """The rows of `market` by indicator and kind."""
    against = [each.pk for each in indicators if _against_market(each)]
    return {pk: {row[0]: row[1 + number] for row in rows} for number, pk in enumerate(against)}


def _against_market(each: Indicator) -> bool:
    return each.against_market and each.comparison in rules.IN_TIME


def _moved(by_kind: dict[str, Decimal], number: str) -> str:
    cases = " ".join(f"WHEN '{Customer.Kind(kind).value}' THEN {value}" for kind, value in sorted(by_kind.items()))
    return f"(CASE b.kind {cases} ELSE 1 END)::{number}" if cases else f"1::{number}"


def of_kind(each: Indicator) -> str:
    if not each.customer_kind:
        return "true"
    return f"b.kind = '{Customer.Kind(each.customer_kind).value}'"


def needs_facts(each: Indicator) -> bool:
    """Whether an indicator says nothing while there are no facts."""
    return MEASURES[each.measure].reads_facts
