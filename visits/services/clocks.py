"""The visit clocks, kept by set-based SQL: one statement for a customer or for a whole company (VIS-1)."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

# `wanted` is what ought to be there: every active customer × every role with an interval for its tier, and the last
# visit that counts.
_REFRESH = """
WITH wanted AS MATERIALIZED (
    SELECT customer.id AS customer_id, cell.role, visited.last_on,
        visits_due_on(visited.last_on, cell.number, cell.unit) AS due_on,
        cell.phone_percent = 100 OR (cell.phone_percent = 50 AND coalesce(visited.last_on = visited.seen_on, false))
            AS by_phone
    FROM accounts_customer customer
    JOIN visits_visitinterval cell ON cell.tier = customer.tier
    LEFT JOIN (
        SELECT customer_id, role, max(visited_on) AS last_on,
            max(visited_on) FILTER (WHERE mode = 'on_site') AS seen_on
        FROM visits_visit
        WHERE counts AND (%(ids)s::bigint[] IS NULL OR customer_id = ANY(%(ids)s)) GROUP BY customer_id, role
    ) visited ON visited.customer_id = customer.id AND visited.role = cell.role
    WHERE customer.status = 'active' AND (%(ids)s::bigint[] IS NULL OR customer.id = ANY(%(ids)s))
), gone AS (
    DELETE FROM visits_visitclock clock
    WHERE (%(ids)s::bigint[] IS NULL OR clock.customer_id = ANY(%(ids)s))
    AND NOT EXISTS (SELECT FROM wanted WHERE wanted.customer_id = clock.customer_id AND wanted.role = clock.role)
    RETURNING 1
), kept AS (
    INSERT INTO visits_visitclock AS clock (customer_id, role, started_on, last_visit_on, due_on, by_phone)
    SELECT customer_id, role, %(on)s, last_on, coalesce(due_on, %(on)s), by_phone FROM wanted
    ON CONFLICT (customer_id, role) DO UPDATE SET
        last_visit_on = excluded.last_visit_on,
        by_phone = excluded.by_phone,
        due_on = CASE WHEN excluded.last_visit_on IS NULL THEN clock.started_on ELSE excluded.due_on END
    WHERE (clock.last_visit_on, clock.by_phone, clock.due_on) IS DISTINCT FROM (excluded.last_visit_on,
        excluded.by_phone, CASE WHEN excluded.last_visit_on IS NULL THEN clock.started_on ELSE excluded.due_on END)
    RETURNING 1
)
SELECT (SELECT count(*) FROM kept) + (SELECT count(*) FROM gone)
"""


@transaction.atomic
def refresh_clocks(*, on: date, customers: Iterable[int] | None = None) -> int:
    """Bring clocks in line with the matrix, the customers' tiers and the visits made; returns how many rows changed.

    `on` is the day from which a customer never visited counts as due. Without `customers`, for everybody: new
    customers, changed tiers and edited intervals are taken up here each night. A second run changes nothing.
    """
    ids = None if customers is None else sorted(set(customers))
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, {"ids": ids, "on": on})
        return int(cursor.fetchone()[0])
