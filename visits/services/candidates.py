"""Whom a person might visit on a day, with everything that decides about it, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, FilteredRelation, Q

from accounts.models import Customer
from accounts.rules import Role
from duties.kinds import VISIT_FOLLOW_UP
from duties.models import Duty
from visits.models import VisitInterval
from visits.rules import Facts, Reason, reasons_for, score, worth_metres

_WITHOUT_INTERVAL = 30
#: What a stop that somebody put on the plan is worth: more than all that the planner would choose by itself.
BY_HAND_METRES = 50_000_000

# Three complete months against the same months of the year before, and the stock at the last month's end against its
# sales. The months end with the last one that was imported; older than three months they say nothing about today.
_SALES = """
WITH latest AS (SELECT max(month) AS month FROM accounts_monthlyfact WHERE month < %(month)s AND month >= %(oldest)s)
SELECT fact.customer_id,
    sum(fact.quantity) FILTER (WHERE fact.month > latest.month - interval '3 months'),
    sum(fact.quantity) FILTER (WHERE fact.month <= latest.month - interval '12 months'),
    sum(fact.amount) FILTER (WHERE fact.month > latest.month - interval '3 months'),
    sum(fact.amount) FILTER (WHERE fact.month <= latest.month - interval '12 months'),
    max(fact.stock) FILTER (WHERE fact.month = latest.month)
FROM latest JOIN accounts_monthlyfact fact ON fact.month = ANY (ARRAY[latest.month,
    (latest.month - interval '1 month')::date, (latest.month - interval '2 months')::date,
    (latest.month - interval '12 months')::date, (latest.month - interval '13 months')::date,
    (latest.month - interval '14 months')::date])
WHERE fact.customer_id = ANY (%(ids)s)
GROUP BY fact.customer_id
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who might be visited: the row of `_rows`, the facts, the reasons and what it is worth."""

    row: Mapping[str, Any]
    facts: Facts
    reasons: tuple[Reason, ...]

    @property
    def customer_id(self) -> int:
        return int(self.row["pk"])

    @property
    def has_position(self) -> bool:
        return self.row["latitude"] is not None

    @property
    def wants_call(self) -> bool:
        """Met by phone: the matrix says so for this visit, it was agreed so, or the shop is nowhere on the map."""
        if not self.has_position or (self.facts.promised or {}).get("mode") == "phone":
            return True
        return bool(self.row["by_phone"]) and self.facts.promised is None and not self.is_by_hand

    @property
    def is_owed(self) -> bool:
        """Leaving it out breaks a promise; a visit ahead of its time does not."""
        return any(
            reason.code in {"promised", "overdue", "never", "due", "licence", "added"} for reason in self.reasons
        )

    @property
    def points(self) -> float:
        return score(self.facts)

    @property
    def worth(self) -> int:
        return worth_metres(self.facts) + (BY_HAND_METRES if self.is_by_hand else 0)

    @property
    def is_by_hand(self) -> bool:
        return any(reason.code == "added" for reason in self.reasons)


def find_candidates(
    *,
    managers: Sequence[int],
    on: date,
    next_working_day: date,
    longest_ahead: int,
    without: frozenset[int] = frozenset(),
    standing_in: Mapping[int, str] | None = None,
    by_hand: frozenset[int] = frozenset(),
) -> list[Candidate]:
    """The customers of these account managers who have a reason to be visited that day, the most urgent first.

    `without` are customers already dealt with; `standing_in` names the absent managers whose customers are among them;
    `by_hand` are those that a person wants to see that day, whatever else there is to say.
    """
    intervals = {row.tier: row.interval.about_days for row in VisitInterval.objects.filter(role=Role.ACCOUNT_MANAGER)}
    promised = _promised(managers, on)
    rows = [row for row in _rows(managers, by_hand) if row["pk"] not in without]
    eve_of = {(on + timedelta(days=ahead)).isoweekday() for ahead in range(1, (next_working_day - on).days + 1)}
    known = {
        row["pk"]: _facts(
            row,
            on,
            next_working_day,
            intervals,
            promised=promised.get(row["pk"]),
            order_tomorrow=row["order_weekday"] in eve_of,
        )
        for row in rows
    }
    wanted = [row for row in rows if row["pk"] in by_hand or reasons_for(known[row["pk"]], longest_ahead=longest_ahead)]
    sales = _sales([row["pk"] for row in wanted], on)
    found = []
    for row in wanted:
        facts = _with_sales(known[row["pk"]], row, sales)
        reasons = reasons_for(facts, longest_ahead=longest_ahead)
        if row["pk"] in by_hand:
            reasons.insert(0, Reason("added", {}))
        if standing_in and row["account_manager_id"] in standing_in:
            reasons.append(Reason("stand_in", {"name": standing_in[row["account_manager_id"]]}))
        found.append(Candidate(row, facts, tuple(reasons)))
    return sorted(found, key=lambda each: (-each.worth, each.customer_id))


def _rows(managers: Sequence[int], by_hand: frozenset[int]) -> list[dict[str, Any]]:
    """All active customers of the managers (a few hundred at most), and whoever else was put on the plan."""
    theirs = Q(account_manager_id__in=managers) | Q(pk__in=by_hand) if by_hand else Q(account_manager_id__in=managers)
    return list(
        Customer.objects.filter(theirs, status=Customer.Status.ACTIVE)
        .annotate(clock=FilteredRelation("visit_clocks", condition=Q(visit_clocks__role=Role.ACCOUNT_MANAGER)))
        .values(
            *("pk", "name", "kind", "tier", "account_manager_id", "latitude", "longitude", "phone"),
            *("opens_at", "closes_at", "closed_weekdays"),
            due_on=F("clock__due_on"),
            last_visit_on=F("clock__last_visit_on"),
            by_phone=F("clock__by_phone"),
            order_weekday=F("retailer_file__order_weekday"),
            licence_expires_on=F("retailer_file__licence_expires_on"),
        )
        .order_by("pk")
    )


def _promised(managers: Sequence[int], on: date) -> dict[int, dict[str, Any]]:
    """Details of the open follow-ups whose day has come; one without a day is for the next plan (VIS-12)."""
    duties = Duty.objects.open().filter(kind=VISIT_FOLLOW_UP, customer__account_manager_id__in=managers)
    return {
        customer_id: details
        for customer_id, details in duties.values_list("customer_id", "details")
        if details.get("on", "") <= on.isoformat()
    }


def _sales(customers: Sequence[int], on: date) -> dict[int, tuple[Any, ...]]:
    if not customers:
        return {}
    month = on.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            _SALES, {"month": month, "oldest": (month - timedelta(days=92)).replace(day=1), "ids": list(customers)}
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _facts(
    row: Mapping[str, Any],
    on: date,
    next_working_day: date,
    intervals: Mapping[int, int],
    *,
    promised: Mapping[str, Any] | None,
    order_tomorrow: bool,
) -> Facts:
    return Facts(
        on=on,
        due_by=next_working_day - timedelta(days=1),
        tier=row["tier"],
        interval_days=intervals.get(row["tier"], _WITHOUT_INTERVAL),
        due_on=row["due_on"],
        last_visit_on=row["last_visit_on"],
        promised=promised,
        order_tomorrow=order_tomorrow,
        licence_expires_on=row["licence_expires_on"],
    )


def _with_sales(facts: Facts, row: Mapping[str, Any], sales: Mapping[int, tuple[Any, ...]]) -> Facts:
    if row["pk"] not in sales:
        return facts
    quantity, quantity_before, amount, amount_before, stock = sales[row["pk"]]
    now, before = (quantity, quantity_before) if row["kind"] == Customer.Kind.RETAILER else (amount, amount_before)
    monthly = (quantity or 0) / 3
    return replace(
        facts,
        sales_ratio=float((now or 0) / before) if before else None,
        stock_ratio=float(stock / monthly) if stock is not None and monthly else None,
    )
