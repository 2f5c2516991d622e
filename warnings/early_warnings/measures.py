"""The measures that an indicator may name (WRN-1). Add one here: it is then offered in the page and compiled to SQL.

A fact measure is a column of the monthly facts: a flow is summed over the months of a window, a level is read at its
last month. A query measure is a subquery of `customer_id`, `recent` and `base`, with the parameters `on` (the business
date) and `month` (the last whole month); with `has_base` its value is recent / base.
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


_SILENCE = """
    SELECT f.customer_id,
        %(on)s::date - max(coalesce(f.last_order_on, (f.month + interval '1 month - 1 day')::date))
            FILTER (WHERE f.quantity > 0 OR f.orders > 0) AS recent,
        365.0 / nullif(sum(f.orders) FILTER (WHERE f.month <= %(month)s), 0) AS base
    FROM accounts_monthlyfact f
    WHERE f.month > %(month)s::date - interval '12 months' AND f.month <= %(on)s
        AND coalesce(f.last_order_on, f.month) <= %(on)s
    GROUP BY f.customer_id
    HAVING sum(f.orders) FILTER (WHERE f.month <= %(month)s) >= 12
        AND count(*) FILTER (WHERE f.orders > 0 AND f.month <= %(month)s) >= 6
"""

_COMPLAINTS = """
    SELECT customer_id, count(*) AS recent, NULL::numeric AS base
    FROM complaints_complaint
    WHERE registered_at >= (%(on)s::date - 90) AT TIME ZONE 'Asia/Shanghai'
        AND registered_at < (%(on)s::date + 1) AT TIME ZONE 'Asia/Shanghai'
    GROUP BY customer_id
"""

_VISITS_MISSED = """
    SELECT clock.customer_id, greatest(%(on)s::date - clock.due_on, 0) AS recent,
        greatest(clock.due_on - coalesce(clock.last_visit_on, clock.started_on), 1) AS base
    FROM visits_visitclock clock
    WHERE clock.role = 'account_manager' AND clock.due_on < %(on)s
        AND coalesce(clock.last_visit_on, clock.started_on) <= %(on)s
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
