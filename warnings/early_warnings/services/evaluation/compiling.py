"""Indicators as SQL. Each statement is built from the rows of the tables of indicators; no user's text enters it.

One pass over the facts makes a wide row a customer, the *basis*; indicators that need the same month share a column.
The basis is kept from night to night (`keeping`): a night reads one row a customer, and of that first only the gates,
by the loosest line of the customer's importance; only those who pass are unfolded into rows, and only for those the
most exact line is looked up: this order is what keeps 5.5 million customers cheap.
"""

from collections.abc import Sequence
from decimal import Decimal

from accounts.models import Customer
from early_warnings import rules
from early_warnings.measures import MEASURES
from early_warnings.models import Indicator
from early_warnings.services.evaluation.basis import Basis
from early_warnings.services.evaluation.figures import Figures, Market, figures, needs_facts, of_kind
from early_warnings.services.evaluation.gates import Loosest, reached

_ATTRIBUTES = "b.unit_id, b.importance, b.tier, b.service_class"
_COLUMNS = "customer_id, unit_id, importance, tier, service_class, indicator_id, value, recent, base, market"


def candidates(
    indicators: Sequence[Indicator],
    loosest: dict[int, Loosest],
    basis: Basis,
    moved: Market,
    *,
    few: bool = False,
) -> list[str]:
    """Who is over the loosest line for their importance, and what open reports wait for (`early_known`).

    A fixed number of statements for the facts, some more for each rank and each measure of other tables; they
    fill `early_candidate`. With `few` only the customers in `basis.few`.
    """
    lined = [each for each in indicators if each.pk in loosest]
    facts = [(each, figures(each, basis, moved)) for each in lined if needs_facts(each)]
    plain = [(each, of) for each, of in facts if each.comparison != rules.Comparison.RANK]
    gates = " OR ".join(reached(each, basis, loosest[each.pk], moved) for each, _of in plain) or "false"
    passed = basis.summed(f"(SELECT b.* FROM {basis.few if few else basis.table} b WHERE {gates})")
    found = [f"CREATE TEMP TABLE early_reached ON COMMIT DROP AS SELECT b.* FROM {passed} b", _CANDIDATES]
    if plain:
        hits = [
            f"{_unfolded(each, of, 'early_reached', reached(each, basis, loosest[each.pk], moved))}"
            f" WHERE {_over(each, loosest[each.pk])}"
            for each, of in plain
        ]
        held = [
            f"{_unfolded(each, of, 'early_held', f'b.indicator_id = {each.pk}')} WHERE b.value IS NOT NULL"
            for each, of in plain
        ]
        back = f"(SELECT k.indicator_id, b.* FROM early_back k JOIN {basis.table} b ON b.id = k.customer_id)"
        found += [
            f"INSERT INTO early_candidate ({_COLUMNS}) {' UNION ALL '.join(hits)}",
            _BACK.format(indicators=", ".join(str(each.pk) for each, _of in plain)),
            "ANALYZE early_back",
            f"CREATE TEMP TABLE early_held ON COMMIT DROP AS SELECT b.* FROM {basis.summed(back)} b",
            f"INSERT INTO early_candidate ({_COLUMNS}) {' UNION ALL '.join(held)}",
            "DROP TABLE early_back, early_held",
        ]
    found.append("DROP TABLE early_reached")
    among = f"b.id IN (SELECT id FROM {basis.few})" if few else "true"
    for each, of in facts:
        if each.comparison == rules.Comparison.RANK:
            found.append(_ranked(each, of, loosest[each.pk], basis.summed(basis.table), among))
    asked = [] if few else [each for each in lined if not needs_facts(each)]
    return [*found, *(sql for each in asked for sql in _asked(each, loosest[each.pk], basis.table))]


_CANDIDATES = """
    CREATE TEMP TABLE early_candidate (
        customer_id bigint, unit_id bigint, importance varchar, tier smallint, service_class smallint,
        indicator_id bigint, value numeric, recent numeric, base numeric, market numeric) ON COMMIT DROP
"""


#: What open reports wait for and is not over a line: it came back, or its effect is to be measured. Usually few.
_BACK = """
    CREATE TEMP TABLE early_back ON COMMIT DROP AS
    SELECT k.customer_id, k.indicator_id FROM early_known k
    WHERE k.indicator_id IN ({indicators}) AND NOT EXISTS (
        SELECT 1 FROM early_candidate x WHERE x.customer_id = k.customer_id AND x.indicator_id = k.indicator_id)
"""


def _unfolded(each: Indicator, of: Figures, rows: str, chosen: str) -> str:
    """The exact figures of one indicator for the rows chosen."""
    return (
        f"SELECT b.* FROM (SELECT b.id, {_ATTRIBUTES}, {of.pk}::bigint AS indicator_id,"
        f" CASE WHEN {of_kind(each)} AND {of.condition} THEN {_cut(of.value)} END AS value,"
        f" {of.recent} / {of.recent_months}::numeric AS recent, {of.base} / {of.base_months}::numeric AS base,"
        f" {of.market} AS market FROM {rows} b WHERE {chosen}) b"
    )


def _ranked(each: Indicator, of: Figures, loosest: Loosest, rows: str, among: str) -> str:
    """A rank is among all of a kind and tier: it is taken before anybody is left out."""
    return (
        f"INSERT INTO early_candidate ({_COLUMNS}) SELECT b.* FROM ("
        f"SELECT b.id, {_ATTRIBUTES}, {of.pk}::bigint AS pk, {_cut(of.value)} AS value,"
        f" {of.recent} / {of.recent_months}::numeric AS recent, {of.base} / {of.base_months}::numeric AS base,"
        f" 1::numeric AS market"
        f" FROM {rows} b WHERE {of_kind(each)} AND {of.condition}) b"
        f" WHERE {among} AND ({_over(each, loosest)} OR (b.value IS NOT NULL AND {_waited_for(each)}))"
    )


def _asked(each: Indicator, loosest: Loosest, table: str) -> list[str]:
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
    asked, joined, wanted = "", f"{'LEFT ' if counted else ''}JOIN ({measure.sql})", of_kind(each)
    before: list[str] = []
    if counted and each.comparison != rules.Comparison.RANK and not _zero_is_over(each, loosest):
        # Most customers have nothing that is counted: only those who have, or had, are looked at.
        asked, joined = f"WITH asked AS MATERIALIZED ({measure.sql}) ", "LEFT JOIN asked"
        wanted += f" AND (b.id IN (SELECT customer_id FROM asked UNION ALL {_WAITING.format(pk=each.pk)}))"
    elif not counted and each.comparison == rules.Comparison.ABSOLUTE:
        before, joined = _beyond(each, loosest), "JOIN early_asked"
    found = (
        f"{asked}INSERT INTO early_candidate ({_COLUMNS}) SELECT b.* FROM ("
        f"SELECT b.id, {_ATTRIBUTES}, {each.pk}::bigint AS pk, CASE WHEN {condition} THEN {_cut(value)} END AS value,"
        f" {recent} AS recent, {base} AS base, 1::numeric AS market FROM {table} b"
        f" {joined} q ON q.customer_id = b.id WHERE {wanted}) b"
        f" WHERE {_over(each, loosest)} OR (b.value IS NOT NULL AND {_waited_for(each)})"
    )
    return [*before, found, *(["DROP TABLE early_asked"] if before else [])]


def _beyond(each: Indicator, loosest: Loosest) -> list[str]:
    """Of a figure that stands in a table only the rows that matter, into `early_asked`.

    Those over the line are found by an index; then those that came back are looked up.
    """
    outer, sign = (max, "<=") if each.falling else (min, ">=")
    limit = outer(line for line in loosest.values() if line is not None)
    rows = f"SELECT q.* FROM ({MEASURES[each.measure].sql}) q"
    over = f"q.recent {sign} {int(limit) if limit == int(limit) else limit}"
    found = "SELECT 1 FROM early_asked a WHERE a.customer_id = k.customer_id"
    back = f"SELECT k.customer_id FROM early_known k WHERE k.indicator_id = {each.pk} AND NOT EXISTS ({found})"
    return [
        f"CREATE TEMP TABLE early_asked ON COMMIT DROP AS {rows} WHERE {over}",
        f"INSERT INTO early_asked {rows} JOIN ({back}) back USING (customer_id)",
        "ANALYZE early_asked",
    ]


_WAITING = "SELECT customer_id FROM early_known WHERE indicator_id = {pk}"


def _waited_for(each: Indicator) -> str:
    return f"b.id IN ({_WAITING.format(pk=each.pk)})"


def _zero_is_over(each: Indicator, loosest: Loosest) -> bool:
    lines = [line for line in loosest.values() if line is not None]
    return any(line >= 0 if each.falling else line <= 0 for line in lines)


def _over(each: Indicator, loosest: Loosest) -> str:
    return f"b.value {'<=' if each.falling else '>='} {_lines(loosest)}"


def _lines(loosest: Loosest) -> str:
    """The loosest line for a customer's importance."""
    if len(set(loosest.values())) == 1:
        return _line(next(iter(loosest.values())))
    cases = " ".join(f"WHEN '{Customer.Importance(key).value}' THEN {_line(line)}" for key, line in loosest.items())
    return f"CASE b.importance {cases} END"


def _line(line: Decimal | None) -> str:
    return "NULL::numeric" if line is None else f"({line})::numeric"


def _cut(value: str) -> str:
    """Rounded and cut; what is not known stays unknown, which `least` would not leave so."""
    return f"CASE WHEN {value} > {rules.LARGEST} THEN {rules.LARGEST} ELSE round({value}, 4) END"
