"""The measures that an indicator may name (WRN-1). Add one here: it is then offered in the page and compiled to SQL.

A fact measure is a column of the monthly facts: a flow is summed over the months of a window, a level is read at its
last month. A query measure is a subquery of `customer_id`, `recent` and `base`, with the parameters `on` (the business
date), `month` (the last whole month) and `until` (the day until which orders are known); with `has_base` its value is
recent / base.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Source(StrEnum):
    FLOW = "flow"
    LEVEL = "level"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """One measure: its name, the unit its values are in, and where they come from."""

    key: str
    label: str | Promise
    unit: str | Promise
    source: Source
    sql: str
    has_base: bool = False


#: Days since the last order that is known, and the customer's own usual gap: from the first month with an order in the
#: year to the last order, by the number of orders; at least a week. A customer with few orders has no usual gap.
_SILENCE = """
    SELECT customer_id, %(until)s::date - last_on AS recent,
        greatest(round((last_on - first_on + 1)::numeric / orders, 2), 7) AS base
    FROM (
        SELECT customer_id, sum(greatest(orders, 1)) AS orders, min(month) AS first_on,
            max(coalesce(last_order_on, (month + interval '1 month - 1 day')::date)) AS last_on
        FROM accounts_monthlyfact
        WHERE month > %(month)s::date - interval '12 months' AND month <= %(until)s
            AND (quantity > 0 OR orders > 0)
        GROUP BY customer_id HAVING sum(greatest(orders, 1)) >= 12 AND count(*) >= 6
    ) ordered
"""

_COMPLAINTS = """
    SELECT customer_id, count(*) AS recent, NULL::numeric AS base
    FROM complaints_complaint
    WHERE registered_at >= (%(on)s::date - 89)::timestamp AT TIME ZONE 'Asia/Shanghai'
        AND registered_at < (%(on)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
    GROUP BY customer_id
"""

#: By the visits made until the day, so that a day in the past is judged as it was; one never visited counts from the
#: day on which the clock began.
_VISITS_MISSED = """
    SELECT clock.customer_id,
        greatest(%(on)s::date - coalesce(visits_due_on(visited.last_on, cell.number, cell.unit), clock.started_on), 0)
            AS recent,
        visits_due_on(coalesce(visited.last_on, clock.started_on), cell.number, cell.unit)
            - coalesce(visited.last_on, clock.started_on) AS base
    FROM visits_visitclock clock
    JOIN accounts_customer customer ON customer.id = clock.customer_id
    JOIN visits_visitinterval cell ON cell.tier = customer.tier AND cell.role = clock.role
    LEFT JOIN (
        SELECT customer_id, max(visited_on) AS last_on FROM visits_visit
        WHERE counts AND role = 'account_manager' AND visited_on <= %(on)s GROUP BY customer_id
    ) visited ON visited.customer_id = clock.customer_id
    WHERE clock.role = 'account_manager' AND coalesce(visited.last_on, clock.started_on) <= %(on)s
"""

_ALL = (
    MeasureKind("quantity", _("quantity ordered"), _("cartons"), Source.FLOW, "quantity"),
    MeasureKind("amount", _("amount ordered"), _("yuan"), Source.FLOW, "amount"),
    MeasureKind("orders", _("number of orders"), pgettext_lazy("unit", "orders"), Source.FLOW, "orders"),
    MeasureKind("items", _("different items"), _("items"), Source.FLOW, "items"),
    MeasureKind("received", _("amount received"), _("yuan"), Source.FLOW, "received"),
    MeasureKind("returned", _("quantity returned"), _("cartons"), Source.FLOW, "returned"),
    MeasureKind("late_deliveries", _("late deliveries"), _("deliveries"), Source.FLOW, "late_deliveries"),
    MeasureKind("receivable", _("receivable"), _("yuan"), Source.LEVEL, "receivable"),
    MeasureKind("overdue", _("receivable overdue"), _("yuan"), Source.LEVEL, "overdue"),
    MeasureKind("stock", _("stock at month-end"), _("cartons"), Source.LEVEL, "stock"),
    MeasureKind("silence", _("days without an order, in own usual gaps"), _("days"), Source.QUERY, _SILENCE, True),
    MeasureKind("complaints_90", _("complaints in 90 days"), _("complaints"), Source.QUERY, _COMPLAINTS),
    MeasureKind(
        "visits_missed", _("days overdue, in own visit intervals"), _("days"), Source.QUERY, _VISITS_MISSED, True
    ),
)
MEASURES = {measure.key: measure for measure in _ALL}
