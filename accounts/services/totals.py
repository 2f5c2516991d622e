"""Keeping the sums of each unit's months (CUS-8)."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

_ADD_UP = """
INSERT INTO accounts_unitmonth
    (unit_id, kind, month, customers, buyers, quantity, amount, received, receivable, overdue)
SELECT customer.unit_id, customer.kind, fact.month,
    count(*), count(*) FILTER (WHERE fact.amount > 0 OR fact.quantity > 0),
    sum(fact.quantity), sum(fact.amount), sum(fact.received), sum(fact.receivable), sum(fact.overdue)
FROM accounts_monthlyfact AS fact JOIN accounts_customer AS customer ON customer.id = fact.customer_id
WHERE fact.month = ANY(%s)
GROUP BY customer.unit_id, customer.kind, fact.month
"""


@transaction.atomic
def add_up(*, months: Iterable[date]) -> None:
    """Add up these months again, by the units that the customers have today; safe beside others doing the same."""
    wanted = sorted(set(months))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.totals'))")
        cursor.execute("DELETE FROM accounts_unitmonth WHERE month = ANY(%s)", [wanted])
        cursor.execute(_ADD_UP, [wanted])


def add_up_recent(*, today: date, months: int = 25) -> None:
    """The last months, so that the sums follow customers who changed their unit; asked for each night."""
    first = today.year * 12 + today.month - months
    add_up(months=[date(number // 12, number % 12 + 1, 1) for number in range(first, first + months)])
