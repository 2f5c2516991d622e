"""Who can be over a line at all: asked of everybody, with one comparison of a plain number an indicator.

Each row of the basis keeps what an indicator comes to before the market moved (its *gate*): months and customers stay
while lines and market change. It lets a little more through than is over the line; only for those the exact figures
are made. What is asked of 5.5 million rows must not multiply numerics, nor look at the importance of most of them.
"""

from collections.abc import Sequence
from decimal import Decimal

from accounts.models import Customer
from early_warnings import rules
from early_warnings.measures import MEASURES, Source
from early_warnings.models import Indicator
from early_warnings.services.evaluation.basis import Basis
from early_warnings.services.evaluation.figures import Market, figures, needs_facts, of_kind, plain

#: A candidate is taken a little beyond its line, so that rounding decides only once.
_MARGIN = Decimal("0.0001")

#: The loosest line of an indicator by importance; None where no line fits.
Loosest = dict[str, Decimal | None]


def rows(indicators: Sequence[Indicator], basis: Basis, select: str) -> str:
    """The rows of parts that `select` makes, with their gates, which stand first: what is read of everybody."""
    columns = ["b.id", "b.unit_id", "b.tier", "b.service_class"]
    columns += [f"{sql} AS g{each.pk}" for each in indicators if (sql := _gate(each, basis)) is not None]
    columns += ["b.last_on AS g_last"] if basis.ordered else []
    columns += ["b.importance", "b.kind", *(f"b.{part.name}" for part in basis.parts)]
    return f"SELECT {', '.join(columns)} FROM {basis.summed(f'({select})')} b"


def _gate(each: Indicator, basis: Basis) -> str | None:
    if not needs_facts(each) or each.comparison in (rules.Comparison.RANK, rules.Comparison.DAYS_SINCE):
        return None
    of = figures(each, basis, {}, plain(each, "double precision"))
    value = of.base if _is_silence(each) else of.value
    return f"CASE WHEN {of_kind(each)} AND {of.condition} THEN ({value})::double precision END"


def reached(each: Indicator, basis: Basis, loosest: Loosest, moved: Market) -> str:
    """Whether a row of the basis may be over a line of an indicator of the facts that is no rank."""
    outer, beyond = (max, "<=") if each.falling else (min, ">=")
    limits = _limits(each, loosest, moved.get(each.pk, {}))
    known = {limit for by_importance in limits.values() for limit in by_importance.values() if limit is not None}
    if not known:
        return "false"
    gate, factor = f"b.g{each.pk}", ""
    if _is_silence(each):
        factor = "" if each.comparison == rules.Comparison.DAYS_SINCE else f"{gate} * "
        gate = f"('{basis.until}'::date - b.g_last)"
    found = f"{gate} {beyond} {factor}{_number(outer(known))}"
    if len(known) > 1 or any(None in by_importance.values() for by_importance in limits.values()):
        found += f" AND {gate} {beyond} {factor}{_by_kind(limits)}"
    return f"({of_kind(each)} AND {found})" if factor == "" and _is_silence(each) else f"({found})"


def _is_silence(each: Indicator) -> bool:
    return MEASURES[each.measure].source is Source.LAST


def _limits(each: Indicator, loosest: Loosest, moved: dict[str, Decimal]) -> dict[str, dict[str, float | None]]:
    """By kind and importance what the gate is held against: the line, a little beyond, times the market."""
    margin = _MARGIN if each.falling else -_MARGIN
    kinds = [each.customer_kind] if each.customer_kind else Customer.Kind.values
    return {
        kind: {
            importance: None if line is None else float((line + margin) * moved.get(kind, Decimal(1)))
            for importance, line in loosest.items()
        }
        for kind in kinds
    }


def _by_kind(limits: dict[str, dict[str, float | None]]) -> str:
    texts = {kind: _by_importance(by_importance) for kind, by_importance in limits.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    cases = " ".join(f"WHEN '{Customer.Kind(kind).value}' THEN {text}" for kind, text in texts.items())
    return f"CASE b.kind {cases} END"


def _by_importance(limits: dict[str, float | None]) -> str:
    if len(set(limits.values())) == 1:
        return _number(next(iter(limits.values())))
    cases = " ".join(f"WHEN '{Customer.Importance(key).value}' THEN {_number(limit)}" for key, limit in limits.items())
    return f"CASE b.importance {cases} END"


def _number(limit: float | None) -> str:
    return "NULL::double precision" if limit is None else f"'{limit!r}'::double precision"
