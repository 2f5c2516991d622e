"""The measures that an indicator may name (WRN-1). Add one here: it is then offered in the page and compiled to SQL.

A fact measure is a column of the monthly facts: a flow is summed over the months of a window, a level is read at its
last month, or averaged over the months it is compared with. Silence is told by the last order that is known, and the
customer's own usual gap by the orders of the year: from the first month with an order to the last order, by their
number, 8.6 days at least; a customer with few orders has no usual gap. A query measure is a subquery of `customer_id`,
`recent` and `base`, with the parameters `on` (the business date), `month` (the last whole month) and `until` (the day
until which orders are known). Where its `base` is the customer's own usual gap, `recent` may be told in such gaps. A
cause measure counts a unit's complaints that were closed with a cause (CMP-6).
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.models import Complaint
from early_warnings.rules import Comparison


class Source(StrEnum):
    FLOW = "flow"
    LEVEL = "level"
    LAST = "last"  # the last order in the facts, and the customer's own usual gap between orders
    QUERY = "query"
    CAUSE = "cause"  # complaints of a unit, by their cause; `sql` is the cause


_OF_FACTS = frozenset(Comparison) - {Comparison.DAYS_SINCE, Comparison.OWN_GAP}
_COUNTED = frozenset({Comparison.ABSOLUTE, Comparison.RANK})
_DAYS = frozenset({Comparison.DAYS_SINCE})
_GAPS = frozenset({Comparison.DAYS_SINCE, Comparison.OWN_GAP})


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """One measure: its name, the unit its values are in, where they come from, and how they may be compared."""

    key: str
    label: str | Promise
    unit: str | Promise
    source: Source
    sql: str
    comparisons: frozenset[Comparison] = _OF_FACTS
    #: Whether somebody who is not told of has none of it; otherwise nothing is known of them.
    none_is_zero: bool = True

    @property
    def counted(self) -> bool:
        """Whether it is a number of things that happened: what did not happen is zero."""
        return Comparison.ABSOLUTE in self.comparisons and self.none_is_zero

    @property
    def reads_facts(self) -> bool:
        """Whether it says nothing while there are no facts."""
        return self.source not in (Source.QUERY, Source.CAUSE)


#: The same for some customers only; all of them are measured in one pass with the other facts (`evaluation.basis`).
_SILENCE = """
    SELECT customer_id, %(until)s::date - last_on AS recent,
        CASE WHEN orders >= 12 AND months >= 6
            THEN greatest(round((last_on - first_on + 1)::numeric / orders, 2), 8.6) END AS base
    FROM (
        SELECT customer_id, sum(greatest(orders, 1)) AS orders, min(month) AS first_on, count(*) AS months,
            max(coalesce(last_order_on, (month + interval '1 month - 1 day')::date)) AS last_on
        FROM accounts_monthlyfact
        WHERE month > %(month)s::date - interval '12 months' AND month <= %(until)s
            AND (quantity > 0 OR orders > 0)
        GROUP BY customer_id
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

_LAST_VISIT = """
    SELECT customer_id, %(on)s::date - max(visited_on) AS recent, NULL::numeric AS base
    FROM visits_visit WHERE state = 'done' AND visited_on <= %(on)s GROUP BY customer_id
"""

_VISITS = """
    SELECT customer_id, count(*) AS recent, NULL::numeric AS base
    FROM visits_visit WHERE state = 'done' AND visited_on BETWEEN %(on)s::date - 89 AND %(on)s GROUP BY customer_id
"""

_COMPETITOR_NOTES = """
    SELECT customer_id, count(*) AS recent, NULL::numeric AS base
    FROM visits_visit
    WHERE market_notes <> '' AND visited_on BETWEEN %(on)s::date - 89 AND %(on)s GROUP BY customer_id
"""

#: Promised to the customer and not kept by the day: what was found on a visit and is not solved in time (VIS-6).
_SERVICE_DUE = """
    SELECT customer_id, count(*) AS recent, NULL::numeric AS base
    FROM visits_problem
    WHERE due_on < %(on)s
        AND created_at < (%(on)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
        AND (solved_at IS NULL OR solved_at >= (%(on)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
    GROUP BY customer_id
"""

#: The measure that gives the points of a kind of score card (`ScoreCard.Kind`).
SCORES = {"months": "score", "days": "score_by_days"}

#: The points of one of the two score cards, as they were given for that month (`services.scoring`): a customer has one.
#: Only a day in the past asks for a month before the last scored.
_SCORE = """
    SELECT customer_id, total AS recent, NULL::numeric AS base FROM warnings_customerscore
    WHERE month = %(month)s AND card_id IN (SELECT id FROM warnings_scorecard WHERE kind = '{kind}')
    UNION ALL
    SELECT customer_id, before[(extract(year FROM month) - extract(year FROM %(month)s::date)) * 12
        + extract(month FROM month) - extract(month FROM %(month)s::date)], NULL::numeric
    FROM warnings_customerscore
    WHERE month > %(month)s AND card_id IN (SELECT id FROM warnings_scorecard WHERE kind = '{kind}')
        AND EXISTS (SELECT 1 FROM warnings_scoring WHERE month > %(month)s)
"""


def _card(kind: str, label: str | Promise) -> MeasureKind:
    unit, absolute = pgettext_lazy("unit", "points"), frozenset({Comparison.ABSOLUTE})
    return MeasureKind(SCORES[kind], label, unit, Source.QUERY, _SCORE.format(kind=kind), absolute, none_is_zero=False)


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
    MeasureKind("silence", _("time without an order"), _("days"), Source.LAST, _SILENCE, _GAPS),
    MeasureKind("complaints_90", _("complaints in 90 days"), _("complaints"), Source.QUERY, _COMPLAINTS, _COUNTED),
    MeasureKind("visits_missed", _("time a visit is overdue"), _("days"), Source.QUERY, _VISITS_MISSED, _GAPS),
    MeasureKind("last_visit", _("time without a visit"), _("days"), Source.QUERY, _LAST_VISIT, _DAYS),
    MeasureKind("visits_90", _("visits in 90 days"), pgettext_lazy("unit", "visits"), Source.QUERY, _VISITS, _COUNTED),
    MeasureKind(
        "competitor_notes_90",
        _("competitor notes in 90 days"),
        pgettext_lazy("unit", "notes"),
        Source.QUERY,
        _COMPETITOR_NOTES,
        _COUNTED,
    ),
    MeasureKind(
        "service_due",
        _("promised services overdue"),
        pgettext_lazy("unit", "matters"),
        Source.QUERY,
        _SERVICE_DUE,
        _COUNTED,
    ),
    _card("months", _("score card")),
    _card("days", _("score card by order days")),
    *(
        MeasureKind(
            f"cause_{cause}",
            format_lazy(_("complaints caused by: {cause}"), cause=label),
            _("complaints"),
            Source.CAUSE,
            cause,
            frozenset({Comparison.BEFORE}),
        )
        for cause, label in Complaint.Cause.choices
    ),
)
MEASURES = {measure.key: measure for measure in _ALL}


def fits(measure: str, comparison: str) -> bool:
    """Whether a measure may be compared so: the editor offers only what fits."""
    return measure in MEASURES and comparison in MEASURES[measure].comparisons
