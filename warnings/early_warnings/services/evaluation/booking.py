"""What changed in the facts, booked into the kept sums: no month that stayed as it was is read again.

A note tells what stood in a month before and what stands there now; a sum moves by their difference. Notes of one
customer's month may be many: each goes on from where the one before ended, so that their differences add up.
"""

from early_warnings.services.evaluation.sums import Basis

#: The notes taken, each with the facts before (`o`) and after (`n`); what is not there is null.
TAKE = """
    CREATE TEMP TABLE early_noted ON COMMIT DROP AS
    WITH taken AS (DELETE FROM warnings_touched RETURNING customer_id, month, before, after)
    SELECT customer_id, month, jsonb_populate_record(NULL::accounts_monthlyfact, before) AS o,
        jsonb_populate_record(NULL::accounts_monthlyfact, after) AS n
    FROM taken
"""
#: Whether a row of facts has come or gone, one of the running month has changed, or nobody can tell.
MOVED = """
    SELECT 1 FROM early_noted
    WHERE month IS NULL OR month >= %(running)s OR (o IS NULL) <> (n IS NULL) LIMIT 1
"""
#: What was noted while sums were made anew may be in them already, or not: it cannot be booked.
DOUBT = "UPDATE warnings_touched SET month = NULL, before = NULL, after = NULL WHERE month IS NOT NULL"
DOUBT_ANEW = f"{DOUBT} AND customer_id IN (SELECT customer_id FROM early_touched WHERE anew)"


def touched(basis: Basis) -> str:
    """Whom the notes name, and who of them is to be summed up anew.

    A first and a last order move outward by what comes. If one may have gone, the next must be looked for.
    """
    anew = "month IS NULL"
    if basis.ordered:
        gone = (
            f"{_bought('o')} AND ({_bought('n')} AND coalesce((n).last_order_on, {_LAST_DAY})"
            f" >= coalesce((o).last_order_on, {_LAST_DAY})) IS NOT TRUE"
        )
        anew += f" OR ({_of_the_year(basis)} AND {gone})"
    return (
        "CREATE TEMP TABLE early_touched ON COMMIT DROP AS"
        f" SELECT customer_id, bool_or(({anew}) IS TRUE) AS anew FROM early_noted GROUP BY customer_id"
    )


def booked(basis: Basis) -> str:
    """The rows of those who need not be summed up anew, with what changed booked in."""
    moves = {
        name: f"coalesce(sum(coalesce((n).{column}, 0)::numeric - coalesce((o).{column}, 0)::numeric)"
        f" FILTER (WHERE month BETWEEN '{window.first}' AND '{window.last}'), 0)"
        for name, (column, window) in basis.summed.items()
    }
    columns = [f"b.{name} + d.{name} AS {name}" for name in moves]
    if basis.ordered:
        where = f"FILTER (WHERE {_of_the_year(basis)}"
        after, before = (f"CASE WHEN {_bought(of)} THEN greatest(({of}).orders, 1) ELSE 0 END" for of in "no")
        months = " - ".join(f"coalesce({_bought(of)}, false)::int" for of in "no")
        moves |= {
            "last_on": f"max(coalesce((n).last_order_on, {_LAST_DAY})) {where} AND {_bought('n')})",
            "first_on": f"min(month) {where} AND {_bought('n')})",
            "orders_made": f"coalesce(sum({after} - {before}) {where}), 0)",
            "months_bought": f"coalesce(sum({months}) {where}), 0)",
        }
        columns += [
            "greatest(b.last_on, d.last_on) AS last_on",
            "least(b.first_on, d.first_on) AS first_on",
            *(f"b.{name} + d.{name} AS {name}" for name in ("orders_made", "months_bought")),
        ]
    listed = [f"{sql} AS {name}" for name, sql in moves.items()]
    own = ", ".join(f"b.{name}" for name in ("id", "kind", "unit_id", "importance", "tier", "service_class"))
    return (
        f"SELECT {', '.join([own, *columns])} FROM {basis.table} b JOIN (SELECT {', '.join(['customer_id', *listed])}"
        " FROM early_noted JOIN early_touched USING (customer_id) WHERE NOT anew GROUP BY customer_id) d"
        " ON d.customer_id = b.id"
    )


_LAST_DAY = "(month + interval '1 month - 1 day')::date"


def _bought(of: str) -> str:
    return f"(({of}).quantity > 0 OR ({of}).orders > 0)"


def _of_the_year(basis: Basis) -> str:
    return f"month BETWEEN '{basis.ordered[-1]}' AND '{basis.ordered[0]}'"
