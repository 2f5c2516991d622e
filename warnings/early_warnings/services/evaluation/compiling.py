"""Indicators as SQL. Each statement is built from the rows of the tables of indicators; no user's text enters it.

One pass over the facts makes a wide row of sums a customer, the *basis*; indicators that sum the same share a column.
From it all indicators of the facts take their candidates in one scan, by the loosest line of the customer's importance
first; only those are unfolded into rows, and only for those the most exact line is looked up: this order is what keeps
5.5 million customers cheap. The basis is kept from night to night (`keeping`): a night reads one row a customer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Customer
from early_warnings import rules
from early_warnings.measures import MEASURES
from early_warnings.models import Indicator
from early_warnings.services.evaluation.sums import Basis

#: A market that all but stopped (a closed month) is no measure to hold a customer against.
LEAST_MARKET = Decimal("0.05")
#: A candidate is taken a little beyond its line, so that rounding decides only once.
_MARGIN = Decimal("0.0001")
_ATTRIBUTES = "b.unit_id, b.importance, b.tier, b.service_class"

#: The loosest line of an indicator by importance; None where no line fits.
Loosest = dict[str, Decimal | None]
#: How the market moved for an indicator, by kind of customer.
Market = dict[int, dict[str, Decimal]]


@dataclass(slots=True)
class Compiled:
    """SQL text and the values of its parameters."""

    sql: str
    values: dict[str, Any] = field(default_factory=dict)


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


def figures(each: Indicator, basis: Basis, moved: Market) -> Figures:
    """The arithmetic of an indicator of the facts; `rules.compared` says the same in plain words."""
    recent, base = basis.recent(each), basis.base(each)
    recent_months, base_months = basis.months_of(each)
    market = _moved(moved.get(each.pk, {}))
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


def market(indicators: Sequence[Indicator], basis: Basis) -> Compiled:
    """How those who bought before moved together, by kind of customer, for the indicators that are told against it."""
    columns = []
    for each in indicators:
        if _against_market(each):
            recent, base, (recent_months, base_months) = basis.recent(each), basis.base(each), basis.months_of(each)
            moved = (
                f"sum({recent}) FILTER (WHERE {base} > 0) * {base_months}"
                f" / nullif(sum({base}) FILTER (WHERE {base} > 0) * {recent_months}, 0)"
            )
            columns.append(f"greatest(coalesce(round({moved}, 4), 1), {LEAST_MARKET}) AS m{each.pk}")
    return Compiled(
        "CREATE TEMP TABLE early_market ON COMMIT DROP AS"
        f" SELECT {', '.join(['b.kind', *columns])} FROM {basis.table} b GROUP BY b.kind"
    )


def _moved(by_kind: dict[str, Decimal]) -> str:
    cases = " ".join(f"WHEN '{Customer.Kind(kind).value}' THEN {value}" for kind, value in sorted(by_kind.items()))
    return f"(CASE b.kind {cases} ELSE 1 END)::numeric" if cases else "1::numeric"


def market_of(indicators: Sequence[Indicator], rows: Sequence[tuple[Any, ...]]) -> Market:
    """The rows of `early_market` by indicator and kind."""
    against = [each.pk for each in indicators if _against_market(each)]
    return {pk: {row[0]: row[1 + number] for row in rows} for number, pk in enumerate(against)}


def _against_market(each: Indicator) -> bool:
    return each.against_market and each.comparison in rules.IN_TIME


def candidates(
    indicators: Sequence[Indicator],
    loosest: dict[int, Loosest],
    basis: Basis,
    moved: Market,
    *,
    touched: bool = False,
) -> list[Compiled]:
    """Who is over the loosest line for their importance, and whose report is open; one statement a family of sources.

    The first makes `early_candidate`, the others add to it. With `touched` only customers whose facts have changed.
    """
    lined = [each for each in indicators if each.pk in loosest]
    facts = [(each, figures(each, basis, moved)) for each in lined if needs_facts(each)]
    asked = [] if touched else [each for each in lined if not needs_facts(each)]
    among = "b.id IN (SELECT customer_id FROM early_touched)" if touched else "true"
    found = [Compiled(_of_facts([each for each in facts if not _is_rank(each[0])], loosest, basis.table, among))]
    for each, of in facts:
        if _is_rank(each):
            found.append(Compiled(_ranked(each, of, loosest[each.pk], basis.table, among)))
    return [*found, *(_asked(each, loosest[each.pk], basis.table) for each in asked)]


def _is_rank(each: Indicator) -> bool:
    return each.comparison == rules.Comparison.RANK


_OPEN = "b.id IN (SELECT customer_id FROM warnings_earlywarning WHERE state <> 'closed')"
_COLUMNS = "customer_id, unit_id, importance, tier, service_class, indicator_id, value, recent, base, market"


def _of_facts(
    indicators: Sequence[tuple[Indicator, Figures]], loosest: dict[int, Loosest], table: str, among: str
) -> str:
    """One scan of the basis for all indicators of the facts: filtered first, unfolded afterwards."""
    create = "CREATE TEMP TABLE early_candidate ON COMMIT DROP AS"
    if not indicators:
        return (
            f"{create} SELECT b.id AS customer_id, {_ATTRIBUTES}, 0::bigint AS indicator_id, 0::numeric AS value,"
            f" 0::numeric AS recent, 0::numeric AS base, 1::numeric AS market FROM {table} b WHERE false"
        )
    reached = [_reached(each, of, loosest[each.pk]) for each, of in indicators]
    rows = ", ".join(
        f"({of.pk}::bigint, CASE WHEN {_of_kind(each)} AND {of.condition} THEN {_cut(of.value)} END,"
        f" {of.recent} / {of.recent_months}::numeric, {of.base} / {of.base_months}::numeric, {of.market},"
        f" {_lines(loosest[each.pk])}, {each.falling})"
        for each, of in indicators
    )
    return (
        f"{create} SELECT b.id AS customer_id, {_ATTRIBUTES}, x.indicator_id, x.value, x.recent, x.base, x.market"
        f" FROM {table} b"
        f" CROSS JOIN LATERAL (VALUES {rows}) x (indicator_id, value, recent, base, market, near, falling)"
        f" WHERE {among} AND ({' OR '.join(reached)} OR {_OPEN}) AND x.value IS NOT NULL"
        f" AND (CASE WHEN x.falling THEN x.value <= x.near ELSE x.value >= x.near END OR {_OPEN})"
    )


def _reached(each: Indicator, of: Figures, loosest: Loosest) -> str:
    """Whether a customer is over a line, without dividing: this is asked of everybody."""
    beyond, margin = ("<=", _MARGIN) if each.falling else (">=", -_MARGIN)
    lines = _lines(loosest, margin)
    if rules.Comparison(each.comparison) in {rules.Comparison.ABSOLUTE, rules.Comparison.DAYS_SINCE}:
        return f"({_of_kind(each)} AND {of.recent} {beyond} {lines})"
    whole = f"{of.base} * ({of.recent_months} * {of.market} * {lines})"
    return f"({_of_kind(each)} AND {of.condition} AND {of.recent} * {of.base_months} {beyond} {whole})"


def _ranked(each: Indicator, of: Figures, loosest: Loosest, table: str, among: str) -> str:
    """A rank is among all of a kind and tier: it is taken before anybody is left out."""
    return (
        f"INSERT INTO early_candidate ({_COLUMNS}) SELECT b.* FROM ("
        f"SELECT b.id, {_ATTRIBUTES}, {of.pk}::bigint AS pk, {_cut(of.value)} AS value,"
        f" {of.recent} / {of.recent_months}::numeric AS recent, {of.base} / {of.base_months}::numeric AS base,"
        f" 1::numeric AS market"
        f" FROM {table} b WHERE {_of_kind(each)} AND {of.condition}) b"
        f" WHERE {among} AND ({_over(each, loosest)} OR (b.value IS NOT NULL AND {_OPEN}))"
    )


def _asked(each: Indicator, loosest: Loosest, table: str) -> Compiled:
    """What is not in the facts is asked of its own tables; what is counted and did not happen is zero."""
    measure = MEASURES[each.measure]
    counted = measure.counted
    recent, base = "coalesce(q.recent, 0)::numeric" if counted else "q.recent::numeric", "q.base::numeric"
    value, condition, peers = recent, f"{recent} IS NOT NULL", "PARTITION BY b.kind, b.tier"
    if each.comparison == rules.Comparison.OWN_GAP:
        value, condition = f"{recent} / {base}", f"{base} > 0 AND {base} >= {each.least_base}"
    elif each.comparison == rules.Comparison.RANK:
        less = f"(rank() OVER ({peers} ORDER BY {recent}) - 1)::numeric"
        value = f"{less} / nullif(count(*) OVER ({peers}) - 1, 0)"
    return Compiled(
        f"INSERT INTO early_candidate ({_COLUMNS}) SELECT b.* FROM ("
        f"SELECT b.id, {_ATTRIBUTES}, {each.pk}::bigint AS pk, CASE WHEN {condition} THEN {_cut(value)} END AS value,"
        f" {recent} AS recent, {base} AS base, 1::numeric AS market FROM {table} b"
        f" {'LEFT ' if counted else ''}JOIN ({measure.sql}) q ON q.customer_id = b.id WHERE {_of_kind(each)}) b"
        f" WHERE {_over(each, loosest)} OR (b.value IS NOT NULL AND {_OPEN})"
    )


def _over(each: Indicator, loosest: Loosest) -> str:
    return f"b.value {'<=' if each.falling else '>='} {_lines(loosest)}"


def _of_kind(each: Indicator) -> str:
    if not each.customer_kind:
        return "true"
    return f"b.kind = '{Customer.Kind(each.customer_kind).value}'"


def _lines(loosest: Loosest, margin: Decimal = Decimal(0)) -> str:
    """The loosest line for a customer's importance."""
    if len(set(loosest.values())) == 1:
        return _line(next(iter(loosest.values())), margin)
    cases = " ".join(
        f"WHEN '{Customer.Importance(key).value}' THEN {_line(line, margin)}" for key, line in loosest.items()
    )
    return f"CASE b.importance {cases} END"


def _line(line: Decimal | None, margin: Decimal) -> str:
    return "NULL::numeric" if line is None else f"({line + margin})::numeric"


def _cut(value: str) -> str:
    """Rounded and cut; what is not known stays unknown, which `least` would not leave so."""
    return f"CASE WHEN {value} > {rules.LARGEST} THEN {rules.LARGEST} ELSE round({value}, 4) END"


def needs_facts(each: Indicator) -> bool:
    """Whether an indicator says nothing while there are no facts."""
    return MEASURES[each.measure].reads_facts


def basis_of(indicators: Sequence[Indicator], known: rules.Known, table: str) -> Basis:
    """The basis of these indicators for what is known on a day."""
    month: date = known.month or rules.months_back(known.on, 1)
    return Basis([each for each in indicators if needs_facts(each)], month, known.until, table)
