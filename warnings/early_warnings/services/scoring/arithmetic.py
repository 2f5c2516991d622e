"""The questions of the card as SQL: the same arithmetic, in the same order, as `rules.score.questions`.

The answers and their points are told from a row of months a customer alone (`keeping`). Sums are added from the oldest
month on, as in Python, so that both come to the same number to the last bit.
"""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import combinations

from early_warnings.models import ScoreCard
from early_warnings.rules import months_back
from early_warnings.rules.score import Asked, Bands
from early_warnings.rules.score import questions as asked
from early_warnings.rules.score.questions import Market, moved
from early_warnings.services.months.parts import Part
from early_warnings.services.months.work import FENCE
from early_warnings.services.scoring import order_days
from early_warnings.services.scoring.cards import QUESTIONS, card_of
from early_warnings.services.scoring.keeping import AMOUNTS, ITEMS

#: Who bought in fewer of these months is not judged: that is what the card was made of (docs/indicators.md).
LEAST_BOUGHT, OF_MONTHS = 12, 15


def months(table: str, month: date, known_from: date) -> str:
    """The kept months of a table by how far they lie back.

    Before anything is known nothing was bought. Amounts are whole fen: they add up alike in whatever order.
    """

    def one(column: str, back: int) -> str:
        at = months_back(month, back)
        return Part(column, at).name if at >= known_from else "0"

    columns = [f"{one('amount', back)} AS a{back}" for back in range(AMOUNTS)]
    columns += [f"{one('items', back)} AS i{back}" for back in range(ITEMS)]
    for name, first, last in (("orders_recent", 2, 0), ("orders_before", 11, 3)):
        orders = " + ".join(f"{one('orders', back)}::bigint" for back in range(last, first + 1))
        columns.append(f"{orders} AS {name}")
    return f"(SELECT id AS customer_id, {', '.join(columns)} FROM {table})"


def market(rows: str) -> str:
    """What all of them bought in each month, from the rows of `months`."""
    columns = ", ".join(f"round(coalesce(sum(a{back}), 0) / 100, 2)" for back in range(AMOUNTS))
    return f"SELECT {columns} FROM {rows} m"


def scored(version: ScoreCard, rows: str, month: date, market: Market, known_from: date, *, with_days: bool) -> str:
    """Points of every question that the version's kind may ask, in the order in which they are kept, and their sum.

    Of everybody judged among the `rows` of `months` whose card it is: `with_days` the order days in `early_days` tell
    whose, else all are asked by months. The steps stand in subqueries that are not merged, so that no sum is written
    out twice.
    """
    answers = _answers(month, market, known_from) | order_days.answers()
    bands = {each.ask: each for each in card_of(version)}
    names = {question: question.__name__ for question in QUESTIONS[version.kind]}
    places = ", ".join(f"floor(({answers[each]}) * 1000 + 0.5) / 1000 AS {name}" for each, name in names.items())
    points = ", ".join(f"{_points(name, bands.get(each))} AS p_{name}" for each, name in names.items())
    listed = [f"p_{name}" for name in names.values()]
    return (
        f"SELECT customer_id, {version.pk}::bigint AS card_id, ARRAY[{', '.join(listed)}] AS points,"
        f" {' + '.join(listed)} AS total FROM"
        f" (SELECT customer_id, {points} FROM"
        f" (SELECT customer_id, {places} FROM"
        f" (SELECT p.*, {_SPREADS} FROM"
        f" (SELECT t.*, {_SUMS} FROM"
        f" ({_judged(version.kind, rows, with_days=with_days)} {FENCE}) t {FENCE}) p {FENCE}) s {FENCE}) q {FENCE}) w"
    )


def _judged(kind: str, rows: str, *, with_days: bool) -> str:
    """The months, and the order days, of those whose card is of a kind."""
    columns, joined, whose = _AS_IN_PYTHON, "", ""
    if kind == ScoreCard.Kind.DAYS:
        columns += "".join(f", d.{name}" for name in order_days.COLUMNS)
        joined, whose = "JOIN early_days d USING (customer_id)", f" AND {order_days.EACH_MONTH_KNOWN}"
    elif with_days:
        joined, whose = "LEFT JOIN early_days d USING (customer_id)", f" AND NOT {order_days.EACH_MONTH_KNOWN}"
    active = "JOIN accounts_customer c ON c.id = m.customer_id AND c.status = 'active'"
    return f"SELECT {columns} FROM {rows} m {active} {joined} WHERE {_BOUGHT} >= {LEAST_BOUGHT}{whose}"


def _sum(letter: str, first: int, last: int = 0) -> str:
    """Months so many back, added from the oldest on."""
    return "(" + " + ".join(f"{letter}{back}" for back in range(first, last - 1, -1)) + ")"


def _spread(mean: str, first: int, last: int = 0) -> str:
    squares = " + ".join(f"(a{back} - {mean}) * (a{back} - {mean})" for back in range(first, last - 1, -1))
    return f"sqrt(({squares}) / {first - last + 1})"


_BOUGHT = "(" + " + ".join(f"(a{back} > 0)::int" for back in range(OF_MONTHS)) + ")"
_AS_IN_PYTHON = ", ".join(
    (
        "customer_id",
        *(f"a{back} / 100::float8 AS a{back}" for back in range(AMOUNTS)),
        *(f"i{back}::float8 AS i{back}" for back in range(ITEMS)),
        "orders_recent::float8 AS orders_recent",
        "orders_before::float8 AS orders_before",
    )
)
#: The two lowest of the months before together: the pair that comes to least.
_LOWEST_ITEMS = "least(" + ", ".join(f"i{one} + i{other}" for one, other in combinations(range(1, ITEMS), 2)) + ")"
_SUMS = ", ".join(
    (
        f"{_sum('a', 11)} AS year_sum",
        f"{_sum('a', 11)} / 12 AS year_mean",
        f"{_sum('a', 11, 1)} / 11 AS mean_before",
        f"{_sum('a', 2)} AS quarter",
        f"{_sum('i', 11)} / 12 AS items_mean",
        f"{_sum('i', 11, 1)} AS items_before",
        f"{_sum('i', 2)} AS items_recent",
    )
)
_SPREADS = f"{_spread('year_mean', 11)} AS year_spread, {_spread('mean_before', 11, 1)} AS spread_before"


def _ratio(recent: str, base: str) -> str:
    return f"CASE WHEN {base} > 0 THEN {recent} / {base} END"


def _answers(month: date, market: Market, known_from: date) -> dict[Callable[..., object], str]:
    """Each question's answer; NULL where it cannot be told, for whoever it is or, too early, for everybody."""
    behind = (month.year - known_from.year) * 12 + month.month - known_from.month

    def told(back: int, sql: str) -> str:
        return sql if behind >= back else "NULL::float8"

    def against_market(back: int, months: int, recent: str, base: str) -> str:
        movement = moved(market, month, months)
        return "NULL::float8" if movement is None else told(back, _ratio(f"({recent} / {movement!r}::float8)", base))

    lowest = ", ".join(f"(a{back + 2} + a{back + 1} + a{back})" for back in range(11, 0, -1))
    trend = " + ".join(f"i{11 - place} / items_mean * {place - 5.5}" for place in range(12))
    return {
        asked.month_fall: told(
            11, "CASE WHEN mean_before > 0 THEN (a0 - mean_before) / (spread_before + 0.05::float8 * mean_before) END"
        ),
        asked.month_to_year: told(11, _ratio("a0", "year_mean")),
        asked.quarter_to_last_year: against_market(14, 3, "quarter", _sum("a", 14, 12)),
        asked.half_year: told(11, _ratio(_sum("a", 5), _sum("a", 11, 6))),
        asked.year_to_year: against_market(23, 12, "year_sum", _sum("a", 23, 12)),
        asked.uneven_months: told(11, _ratio("year_spread", "year_mean")),
        asked.missed_months: told(11, "(" + " + ".join(f"(a{back} <= 0)::int" for back in range(12)) + ")::float8"),
        asked.lowest_quarter: told(13, _ratio(f"least({lowest})", "(3 * year_mean)")),
        asked.orders_quarter: told(11, _ratio("(orders_recent / 3)", "(orders_before / 9)")),
        asked.orders_month: told(11, "(orders_recent + orders_before) / 12"),
        asked.items_quarter: told(11, _ratio("(items_recent / 3)", f"({_sum('i', 11, 3)} / 9)")),
        asked.items_half_year: told(11, _ratio(_sum("i", 5), _sum("i", 11, 6))),
        asked.items_trend: told(11, f"CASE WHEN items_mean > 0 THEN ({trend}) / 143 END"),
        asked.items_to_lowest: told(
            11,
            f"CASE WHEN items_before > 0"
            f" THEN i0 / greatest({_LOWEST_ITEMS} / 2, 0.05::float8 * (items_before / 11)) END",
        ),
    }


_NO_POINTS = "0::smallint"


def _points(name: str, question: Asked | None) -> str:
    """The first band that is reached, the high ones first, as `Asked.points` has it."""
    cases = [*_reached(name, ">=", question.high), *_reached(name, "<=", question.low)] if question else []
    return f"CASE {' '.join(cases)} ELSE {_NO_POINTS} END" if cases else _NO_POINTS


def _reached(name: str, sign: str, bands: Bands) -> Iterable[str]:
    return (f"WHEN {name} {sign} {float(cut)!r}::float8 THEN {int(points)}::smallint" for cut, points in bands)
