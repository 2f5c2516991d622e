"""What visits, the score card and duties add to the list of customers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Count, Exists, F, FilteredRelation, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.filters import CustomerSet, register_set
from accounts.models import Customer
from accounts.querysets import CustomerQuerySet
from accounts.rules import Role
from accounts.views.columns import EMPTY, Cell, ColumnGroup, ListColumn, register
from config import rules
from duties.models import Duty
from visits.models import VisitClock


def _by_clock(field: str) -> Callable[[CustomerQuerySet], CustomerQuerySet]:
    def ordered(customers: CustomerQuerySet) -> CustomerQuerySet:
        manager = Q(visit_clocks__role=Role.ACCOUNT_MANAGER)
        found: CustomerQuerySet = customers.annotate(
            clock=FilteredRelation("visit_clocks", condition=manager), by_column=F(f"clock__{field}")
        )
        return found

    return ordered


def _by_score(customers: CustomerQuerySet) -> CustomerQuerySet:
    found: CustomerQuerySet = customers.annotate(by_column=F("sign_score__total"))
    return found


def visits_and_score(ids: Sequence[int], now: datetime) -> Mapping[int, Sequence[Cell]]:
    """When the account manager was last there, until when they are to come again (VIS-1), and the score (WRN-1)."""
    today, language = timezone.localdate(now), get_language() or ""
    clock = FilteredRelation("visit_clocks", condition=Q(visit_clocks__role=Role.ACCOUNT_MANAGER))
    found = Customer.objects.filter(pk__in=ids).order_by().annotate(clock=clock)
    rows = found.values_list("pk", "clock__last_visit_on", "clock__due_on", "sign_score__total")
    return {
        customer: (_last(last, today, language), _due(due, today, language) if due else EMPTY, _score(total))
        for customer, last, due, total in rows
    }


def _score(total: int | None) -> Cell:
    return EMPTY if total is None else Cell(str(total), total, "zd-num")


def _last(last: date | None, today: date, language: str) -> Cell:
    if last is None:
        return Cell("", None, "zd-num")
    return Cell(rules.day(last, language, today, weekday=False), last.isoformat(), "zd-num")


def _due(due: date, today: date, language: str) -> Cell:
    left = rules.days_left(due, today, language)
    return Cell(left.words, due.isoformat(), f"zd-num zd-t-{left.tone}" if left.tone else "zd-num")


def matters(ids: Sequence[int], now: datetime) -> Mapping[int, Sequence[Cell]]:
    """How many open duties there are about a customer; red when one is over its deadline."""
    found = (
        Duty.objects.open()
        .filter(customer_id__in=ids)
        .order_by()
        .values("customer_id")
        .annotate(count=Count("pk"), first=Min("next_due_at"))
        .values_list("customer_id", "count", "first")
    )
    return {
        customer: (Cell(str(count), count, "zd-num zd-t-over" if first and first < now else "zd-num"),)
        for customer, count, first in found
    }


def visit_overdue(customers: CustomerQuerySet, on: date) -> CustomerQuerySet:
    """Those whom their account manager should have visited before that day (VIS-1)."""
    clocks = VisitClock.objects.overdue(on).filter(role=Role.ACCOUNT_MANAGER, customer=OuterRef("pk"))
    found: CustomerQuerySet = customers.filter(Exists(clocks), status="active")
    return found


def register_columns() -> None:
    """Called once, when the apps are ready."""
    register_set(CustomerSet("visit_overdue", _("Visit overdue"), visit_overdue, sort="due"))
    register(
        ColumnGroup(
            (
                ListColumn("visited", _("Last visit"), "zd-num", _by_clock("last_visit_on")),
                ListColumn("due", _("Visit due"), "zd-num", _by_clock("due_on")),
                ListColumn("score", _("Score"), "zd-num", _by_score),
            ),
            visits_and_score,
        )
    )
    register(ColumnGroup((ListColumn("matters", _("Open matters"), "zd-num"),), matters))
