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
from visits.models import VisitInterval, WeatherDebt
from visits.rules import Facts, Interval, Reason, ahead_days, due_date, reasons_for, score, worth_metres

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


@dataclass(frozen=True, slots=True)
class Prospect:
    """A customer whom somebody may visit on some of the coming days, before it is known on which.

    `details` are those of an open follow-up, `sales` the sums of `_SALES`; `stands_in_for` names the absent manager.
    """

    row: Mapping[str, Any]
    interval: Interval | None
    details: Mapping[str, Any] | None
    sales: tuple[Any, ...] | None
    stands_in_for: str | None

    @property
    def customer_id(self) -> int:
        return int(self.row["pk"])

    @property
    def promised_on(self) -> date | None:
        """The day from which an open follow-up wants a visit; one without a day is for the first plan (VIS-12)."""
        if self.details is None:
            return None
        return date.fromisoformat(self.details["on"]) if self.details.get("on") else date.min

    def due_after(self, visited: date) -> date | None:
        """When the visit after one on that day falls due."""
        return due_date(visited, self.interval.number, self.interval.unit) if self.interval is not None else None

    def on(
        self, day: date, next_working_day: date, *, visited: date | None = None, longest_ahead: int, by_hand: bool
    ) -> Candidate:
        """The customer as a candidate of one day; `visited` is a visit planned before it that no clock knows."""
        promised_on = self.promised_on
        open_promise = promised_on is not None and promised_on <= day and not (visited and visited >= promised_on)
        facts = Facts(
            on=day,
            due_by=next_working_day - timedelta(days=1),
            tier=self.row["tier"],
            interval_days=self.interval.about_days if self.interval is not None else _WITHOUT_INTERVAL,
            due_on=self.due_after(visited) if visited is not None else self.row["due_on"],
            last_visit_on=visited or self.row["last_visit_on"],
            promised=self.details if open_promise else None,
            order_tomorrow=self.is_eve(day, next_working_day),
            licence_expires_on=self.row["licence_expires_on"],
        )
        facts = _with_sales(facts, self.row, self.sales)
        reasons = reasons_for(facts, longest_ahead=longest_ahead)
        if not reasons and not by_hand and facts.due_on is not None:
            reasons.append(Reason("due_soon", {"tier": facts.tier, "due_on": facts.due_on.isoformat()}))
        if by_hand:
            reasons.insert(0, Reason("added", {}))
        if self.stands_in_for is not None:
            reasons.append(Reason("stand_in", {"name": self.stands_in_for}))
        return Candidate(self.row, facts, tuple(reasons))

    def is_eve(self, day: date, next_working_day: date) -> bool:
        """Whether the customer orders on the next working day or on a day off before it."""
        ahead = range(1, (next_working_day - day).days + 1)
        return self.row["order_weekday"] in {(day + timedelta(days=number)).isoweekday() for number in ahead}


def find_prospects(
    *,
    managers: Sequence[int],
    on: date,
    until: date,
    longest_ahead: int,
    standing_in: Mapping[int, str] | None = None,
    by_hand: frozenset[int] = frozenset(),
) -> list[Prospect]:
    """The customers of these account managers who have a reason to be visited between two days, by their number.

    `until` is the working day after the last one that is planned; `standing_in` names the absent managers whose
    customers are among them; `by_hand` are those that a person wants to see, whatever else there is to say.
    """
    intervals = {row.tier: row.interval for row in VisitInterval.objects.filter(role=Role.ACCOUNT_MANAGER)}
    promised = _promised(managers, until)
    prospects = [
        Prospect(
            row,
            intervals.get(row["tier"]) if row["due_on"] is not None else None,
            promised.get(row["pk"]),
            None,
            (standing_in or {}).get(row["account_manager_id"]),
        )
        for row in _rows(managers, by_hand)
    ]
    last = until - timedelta(days=1)
    wanted = [
        prospect
        for prospect in prospects
        if prospect.customer_id in by_hand or _may_be_wanted(prospect, on, last, longest_ahead)
    ]
    sales = _sales([prospect.customer_id for prospect in wanted], on)
    return [replace(prospect, sales=sales.get(prospect.customer_id)) for prospect in wanted]


def _may_be_wanted(prospect: Prospect, on: date, last: date, longest_ahead: int) -> bool:
    """Due, promised, or allowed ahead of its time by the last day; or with a licence that runs out."""
    row = prospect.row
    if prospect.details is not None:
        return True
    if (
        row["licence_expires_on"] is not None
        and prospect.on(on, last, longest_ahead=0, by_hand=False).facts.licence_near
    ):
        return True
    if row["due_on"] is None:
        return False
    interval = prospect.interval.about_days if prospect.interval is not None else _WITHOUT_INTERVAL
    ahead = ahead_days(interval, longest=longest_ahead, order_tomorrow=row["order_weekday"] is not None)
    return bool(row["due_on"] <= last + timedelta(days=ahead))


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


def _promised(managers: Sequence[int], before: date) -> dict[int, dict[str, Any]]:
    """Details of the open follow-ups whose day comes before that one (VIS-12).

    Visits that weather put off are promised for their day too (VIS-9).
    """
    duties = Duty.objects.open().filter(kind=VISIT_FOLLOW_UP, customer__account_manager_id__in=managers)
    put_off = WeatherDebt.objects.owed().filter(customer__account_manager_id__in=managers, to_visit_on__lt=before)
    return {
        customer_id: {"weather": kind, "on": day.isoformat()}
        for customer_id, kind, day in put_off.values_list("customer_id", "alert__kind", "to_visit_on")
    } | {
        customer_id: details
        for customer_id, details in duties.values_list("customer_id", "details")
        if details.get("on", "") < before.isoformat()
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


def _with_sales(facts: Facts, row: Mapping[str, Any], sales: tuple[Any, ...] | None) -> Facts:
    if sales is None:
        return facts
    quantity, quantity_before, amount, amount_before, stock = sales
    now, before = (quantity, quantity_before) if row["kind"] == Customer.Kind.RETAILER else (amount, amount_before)
    monthly = (quantity or 0) / 3
    return replace(
        facts,
        sales_ratio=float((now or 0) / before) if before else None,
        stock_ratio=float(stock / monthly) if stock is not None and monthly else None,
    )
