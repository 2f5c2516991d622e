"""The questions of order days as SQL: the same arithmetic, in the same order, as `rules.score.questions`.

One pass over the order days of the year makes a row a customer, beside their row of months (`arithmetic`).
"""

from collections.abc import Callable
from datetime import date, timedelta

from early_warnings.rules import months_back
from early_warnings.rules.score import month_end
from early_warnings.rules.score import questions as asked
from early_warnings.rules.score.history import YEAR
from early_warnings.rules.score.questions import LEAST_GAP, LEAST_ORDERS

#: Order days are known to a month's end when there are some of its last week, or later ones: without them everybody
#: would seem to be silent.
LAST_DAYS = 7
_MONTHS, _LATELY, _LAST_ORDERS = 12, 91, 3

#: The columns of `year` that the answers are told from.
COLUMNS = (
    "ordered", "silent", "widest_gap", "mean_gap", "gap_spread", "lately",
    "median_items", "median_amount", "last_items", "last_amount",
)  # fmt: skip


def known_to_the_end(month: date) -> str:
    """Whether the order days of a month are known to its end, by anybody's: an order is not known of each customer."""
    end = month_end(month)
    some = "EXISTS (SELECT 1 FROM accounts_orderday WHERE day > '{}')"
    return f"SELECT {some.format(end)} OR {some.format(end - timedelta(days=LAST_DAYS))}"


def year(month: date, *, touched: bool) -> str:
    """A row for everybody, or the `touched`, with order days in the year that ends with a month.

    `known` has a bit for each of its months with an order day, that of the last month first.
    """
    end = month_end(month)
    starts = ", ".join(f"'{months_back(month, back)}'" for back in reversed(range(_MONTHS)))
    people = "JOIN early_touched t USING (customer_id)" if touched else ""
    last = f"FILTER (WHERE orders - number < {_LAST_ORDERS}) / {_LAST_ORDERS}"
    return f"""
        SELECT customer_id, count(*) AS ordered, ('{end}' - max(day))::float8 AS silent,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY gap) AS widest_gap,
            max(mean) AS mean_gap,
            sqrt(sum((gap - mean) * (gap - mean) ORDER BY day) / nullif(count(gap), 0)) AS gap_spread,
            count(*) FILTER (WHERE day > '{end - timedelta(days=_LATELY)}') AS lately,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY items) AS median_items,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS median_amount,
            sum(items ORDER BY day) {last} AS last_items,
            sum(amount ORDER BY day) {last} AS last_amount,
            bit_or(1 << ({_MONTHS} - width_bucket(day, ARRAY[{starts}]::date[]))) AS known
        FROM (
            SELECT customer_id, day, amount::float8 AS amount, items::float8 AS items,
                (day - lag(day) OVER in_order)::float8 AS gap,
                row_number() OVER in_order AS number,
                count(*) OVER whole AS orders,
                (max(day) OVER whole - min(day) OVER whole)::float8 / nullif(count(*) OVER whole - 1, 0) AS mean
            FROM accounts_orderday {people}
            WHERE day > '{end - timedelta(days=YEAR)}' AND day <= '{end}' AND amount > 0
            WINDOW in_order AS (PARTITION BY customer_id ORDER BY day), whole AS (PARTITION BY customer_id)
        ) ordered
        GROUP BY customer_id
    """


#: Whether order days are known in each month of the year in which something was bought (`History.days_known`).
EACH_MONTH_KNOWN = (
    f"(({' | '.join(f'((m.a{back} > 0)::int << {back})' for back in range(_MONTHS))}) & ~coalesce(d.known, 0) = 0)"
)


def answers() -> dict[Callable[..., object], str]:
    """Each question's answer; NULL where it cannot be told."""

    def of_some(sql: str) -> str:
        return f"CASE WHEN ordered >= {LEAST_ORDERS} THEN {sql} END"

    def of_median(name: str) -> str:
        return f"CASE WHEN ordered >= {LEAST_ORDERS} AND median_{name} > 0 THEN last_{name} / median_{name} END"

    return {
        asked.silence: of_some(f"silent / greatest(widest_gap, {LEAST_GAP})"),
        asked.usual_gap: of_some("mean_gap"),
        asked.uneven_gaps: of_some("gap_spread / greatest(mean_gap, 1)"),
        asked.orders_lately: f"lately / (ordered * {_LATELY} / {YEAR}::float8)",
        asked.last_orders_items: of_median("items"),
        asked.last_orders_amount: of_median("amount"),
    }
