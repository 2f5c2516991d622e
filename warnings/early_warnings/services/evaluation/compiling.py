"""Indicators as SQL. Each statement is built from the rows of the tables of indicators; no user's text enters it.

One pass over the facts makes a wide row a customer (`early_basis`), with `r<id>` and `b<id>` for what each indicator
compares. From it each indicator takes its candidates by its loosest line first, and only for those the most exact line
is looked up: this order is what keeps 5.5 million customers cheap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from early_warnings import rules
from early_warnings.measures import MEASURES, Source
from early_warnings.models import Indicator

#: A market that all but stopped (a closed month) is no measure to hold a customer against.
LEAST_MARKET = Decimal("0.05")


@dataclass(slots=True)
class Compiled:
    """SQL text and the values of its parameters."""

    sql: str
    values: dict[str, Any] = field(default_factory=dict)


#: Those who bought shortly before the month's end, and gave up since.
_GAVE_UP_SINCE = """ OR (c.status <> 'active' AND EXISTS (
    SELECT 1 FROM accounts_monthlyfact m WHERE m.customer_id = c.id AND (m.quantity > 0 OR m.amount > 0)
        AND m.month > %(month)s::date - interval '3 months' AND m.month <= %(month)s))"""


def basis(indicators: Sequence[Indicator], known: rules.Known, *, past: bool = False) -> Compiled:
    """A row for every active customer: whole sums, so that comparing them loses no digit."""
    month = known.month or rules.months_back(known.on, 1)
    values: dict[str, Any] = {"on": known.on, "until": known.until, "month": month}
    facts, outer, joins = [], [], []
    months = {month}
    for each in indicators:
        measure, pk = MEASURES[each.measure], each.pk
        if measure.source is Source.QUERY:
            joins.append(f"LEFT JOIN ({measure.sql}) q{pk} ON q{pk}.customer_id = c.id")
            # what is counted and did not happen is zero; a time since something that never happened is none
            counted = rules.Comparison.ABSOLUTE in measure.comparisons
            recent = f"coalesce(q{pk}.recent, 0)" if counted else f"q{pk}.recent"
            outer.append(f"{recent}::numeric AS r{pk}, q{pk}.base::numeric AS b{pk}")
            continue
        compared = windows_of(each, month)
        facts += [f"{_sum(column, window)} AS {name}{pk}" for name, column, window in _sums(each, compared)]
        outer.append(f"coalesce(f.r{pk}, 0) AS r{pk}, {_base(each, compared)} AS b{pk}")
        months |= compared.months
    values["months"] = tuple(sorted(months))  # as constants: only these months' partitions are read
    columns = ", ".join(["c.id, c.kind, c.unit_id, u.path, c.importance, c.tier, c.service_class", *outer])
    aggregates = ", ".join(["customer_id", *facts])
    return Compiled(
        f"""CREATE TEMP TABLE early_basis ON COMMIT DROP AS
        SELECT {columns}
        FROM accounts_customer c JOIN accounts_orgunit u ON u.id = c.unit_id
        LEFT JOIN (SELECT {aggregates} FROM accounts_monthlyfact
            WHERE month IN %(months)s GROUP BY customer_id) f ON f.customer_id = c.id
        {" ".join(joins)}
        WHERE c.status = 'active'{_GAVE_UP_SINCE if past else ""}""",
        values,
    )


def windows_of(each: Indicator, month: date) -> rules.Windows:
    """The months that an indicator compares; a level is read at the last month of its period."""
    comparison = rules.Comparison(each.comparison)
    level = MEASURES[each.measure].source is Source.LEVEL
    found = rules.windows(comparison, month, 1 if level else each.period, each.base_period)
    if comparison in rules.OF_TWO:
        whole_is_level = MEASURES[each.base_measure].source is Source.LEVEL
        return rules.Windows(found.recent, rules.window(month, 1 if whole_is_level else each.period))
    return found


def _sums(each: Indicator, compared: rules.Windows) -> Iterator[tuple[str, str, rules.Window]]:
    """What is summed up of the facts: the name before the indicator's key, the column, over which months."""
    column = MEASURES[each.measure].sql
    yield "r", column, compared.recent
    if compared.base is not None:
        yield "b", MEASURES[each.base_measure].sql if each.comparison in rules.OF_TWO else column, compared.base
    if compared.trend is not None:
        yield "n", column, compared.trend[0]
        yield "p", column, compared.trend[1]


def _base(each: Indicator, compared: rules.Windows) -> str:
    """What the recent sum is compared with; for a season last year's months × the own trend, to two places."""
    pk = each.pk
    if compared.base is None:
        return "NULL::numeric"
    if compared.trend is None:
        return f"coalesce(f.b{pk}, 0)"
    trend = f"least(greatest(round(f.n{pk} / nullif(f.p{pk}, 0), 4), {rules.LEAST_TREND}), {rules.LARGEST_TREND})"
    return f"coalesce(round(f.b{pk} * CASE WHEN f.p{pk} > 0 THEN {trend} ELSE 1 END, 2), 0)"


def _sum(column: str, window: rules.Window) -> str:
    """A column over a window; what was summed of nothing is nothing. The dates are ours, not a user's.

    Counts become numeric, or they would be divided as whole numbers.
    """
    return f"coalesce(sum({column}) FILTER (WHERE month BETWEEN '{window.first}' AND '{window.last}'), 0)::numeric"


def market(indicators: Sequence[Indicator]) -> Compiled:
    """How those who bought before moved together, by kind of customer, for the indicators that are told against it."""
    columns = []
    for each in indicators:
        if _against_market(each):
            pk, (recent_months, base_months) = each.pk, months_of(each)
            moved = (
                f"sum(r{pk}) FILTER (WHERE b{pk} > 0) * {base_months}"
                f" / nullif(sum(b{pk}) FILTER (WHERE b{pk} > 0) * {recent_months}, 0)"
            )
            columns.append(f"greatest(coalesce(round({moved}, 4), 1), {LEAST_MARKET}) AS m{pk}")
    return Compiled(
        "CREATE TEMP TABLE early_market ON COMMIT DROP AS "
        f"SELECT {', '.join(['kind', *columns])} FROM early_basis GROUP BY kind"
    )


def values_of(indicators: Sequence[Indicator], loosest: dict[int, Decimal]) -> Compiled:
    """Every customer × indicator over its most exact line; for open reports also what is within it (no level)."""
    values: dict[str, Any] = {}
    parts = []
    for each in indicators:
        if each.pk in loosest:
            values[f"near{each.pk}"], values[f"kind{each.pk}"] = loosest[each.pk], each.customer_kind
            values[f"least{each.pk}"] = each.least_base
            parts.append(_candidates(each))
    union = " UNION ALL ".join(parts) or (
        "SELECT id AS customer_id, path, importance, tier, service_class, 0::bigint AS indicator_id, true AS falling,"
        " 0::numeric AS value, 0::numeric AS recent, 0::numeric AS base, 1::numeric AS market"
        " FROM early_basis WHERE false"
    )
    return Compiled(
        f"""CREATE TEMP TABLE early_value ON COMMIT DROP AS
        WITH open_report AS MATERIALIZED (SELECT customer_id FROM warnings_earlywarning WHERE state <> 'closed')
        SELECT x.customer_id, x.indicator_id, x.value, x.recent, x.base, x.market,
            CASE WHEN breached THEN 'breach' WHEN crossed THEN 'near' END AS level,
            CASE WHEN breached THEN line.breach ELSE line.near END AS line, line.breach
        FROM ({union}) x
        CROSS JOIN LATERAL (
            SELECT t.breach, t.near FROM warnings_threshold t LEFT JOIN accounts_orgunit tu ON tu.id = t.unit_id
            WHERE t.indicator_id = x.indicator_id
                AND (t.importance = '' OR t.importance = x.importance)
                AND (t.tier IS NULL OR t.tier = x.tier)
                AND (t.service_class IS NULL OR t.service_class = x.service_class)
                AND (tu.id IS NULL OR starts_with(x.path, tu.path))
            ORDER BY coalesce(length(tu.path) - length(replace(tu.path, '/', '')), 0) DESC,
                t.importance <> '' DESC, t.tier IS NOT NULL DESC, t.service_class IS NOT NULL DESC
            LIMIT 1) line
        CROSS JOIN LATERAL (
            SELECT CASE WHEN x.falling THEN x.value <= line.breach ELSE x.value >= line.breach END AS breached,
                CASE WHEN x.falling THEN x.value <= line.near ELSE x.value >= line.near END AS crossed) crossing
        WHERE breached OR crossed OR x.customer_id IN (SELECT customer_id FROM open_report)""",
        values,
    )


def months_of(each: Indicator) -> tuple[int, int]:
    """How many months the figure, and what it is compared with, are sums of: both are told a month."""
    if MEASURES[each.measure].source is Source.QUERY:
        return 1, 1
    compared = windows_of(each, date(2000, 1, 1))
    return compared.recent.months, compared.base.months if compared.base else 1


def _against_market(each: Indicator) -> bool:
    return each.against_market and each.comparison in rules.IN_TIME


def _candidates(each: Indicator) -> str:
    """Customers whose value is over the loosest line of an indicator, and those with an open report."""
    pk, (recent_months, base_months) = each.pk, months_of(each)
    market = f"m.m{pk}" if _against_market(each) else "1::numeric"
    value, condition = _value(each, market)
    # a rank is among all: it is taken before anybody is left out
    of = f"b.kind = %(kind{pk})s" if each.customer_kind else "true"
    if each.comparison == rules.Comparison.RANK:
        of += f" AND {condition}"
    beyond = "<=" if each.falling else ">="
    join = "JOIN early_market m USING (kind)" if _against_market(each) else ""
    return (
        f"SELECT id AS customer_id, path, importance, tier, service_class, {pk}::bigint AS indicator_id,"
        f" {each.falling} AS falling, value, r{pk} / {recent_months}::numeric AS recent,"
        f" b{pk} / {base_months}::numeric AS base, market"
        f" FROM (SELECT b.*, CASE WHEN {condition} THEN {_at_most(value)} END AS value,"
        f" {market} AS market FROM early_basis b {join} WHERE {of}) i"
        f" WHERE value {beyond} %(near{pk})s"
        f" OR (value IS NOT NULL AND id IN (SELECT customer_id FROM open_report))"
    )


def _at_most(value: str) -> str:
    """Rounded and cut; what is not known stays unknown, which `least` would not leave so."""
    return f"CASE WHEN {value} > {rules.LARGEST} THEN {rules.LARGEST} ELSE round({value}, 4) END"


def _value(each: Indicator, market: str) -> tuple[str, str]:
    """The value of an indicator, and where there is one."""
    pk, (recent_months, base_months) = each.pk, months_of(each)
    of_facts = MEASURES[each.measure].source is not Source.QUERY
    floor = f"b{pk} > 0 AND b{pk} >= %(least{pk})s * {base_months}"
    match rules.Comparison(each.comparison):
        case rules.Comparison.ABSOLUTE | rules.Comparison.DAYS_SINCE:
            return f"r{pk}", f"r{pk} IS NOT NULL"
        case rules.Comparison.RANK:
            peers = "PARTITION BY kind, tier"
            less = f"(rank() OVER ({peers} ORDER BY r{pk}) - 1)::numeric"
            return f"{less} / nullif(count(*) OVER ({peers}) - 1, 0)", floor if of_facts else "true"
        case _:
            return f"r{pk} * {base_months} / (b{pk} * {recent_months} * {market})", floor
