"""Customers whose months cross a line, and the reports that an evaluation makes of them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from early_warnings import services
from early_warnings.models import EarlyWarning, Evaluation, Measure, UnitWarning
from early_warnings.rules import months_back

from accounts.models import Customer, MonthlyFact
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory
from tests.factories.company import Branch

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
LAST_MONTH = date(2026, 10, 1)
#: Three good months and a bad one: 30 against a mean of 100.
FALLEN = (100, 100, 100, 30)


def months(customer: Customer, quantities: Sequence[float], *, until: date = LAST_MONTH, orders: int = 4) -> None:
    """Facts for months that end with `until`."""
    for back, quantity in enumerate(reversed(quantities)):
        MonthlyFactFactory(
            customer=customer, month=months_back(until, back), quantity=quantity, amount=quantity * 200, orders=orders
        )


def steady_market(branch: Branch, count: int = 8) -> list[Customer]:
    """Customers who buy the same each month, so that the whole market stands still."""
    market = CustomerFactory.create_batch(count, unit=branch.unit, account_manager=branch.account_manager)
    for each in market:
        months(each, (1000,) * 16)
    return market


def report_about(customer: Customer, *, now: datetime = MONDAY) -> EarlyWarning:
    """The open report of a customer whose orders have fallen."""
    months(customer, FALLEN)
    services.evaluate(on=now.date(), now=now)
    return EarlyWarning.objects.open().get(customer=customer)


def propose_one(report: EarlyWarning | UnitWarning, *, now: datetime = MONDAY, what: str = "上门盘库") -> Measure:
    """A measure proposed by who holds the report."""
    holder = report.duty.owner
    proposal = services.Proposal(what, holder, now.date(), way="stock")
    return services.propose(report=report, proposals=[proposal], by=holder, now=now)[0]


def evaluate(now: datetime = MONDAY) -> Evaluation:
    return services.evaluate(on=now.date(), now=now)


def deaths(work: Callable[[], object], unharmed: Callable[[], bool], *, every: int = 5) -> int:
    """Do it again and again, dying at a later statement each time, until it comes through; gives the last of them."""
    dead = 0
    while _dies_at(dead + every, work):
        dead += every
        assert unharmed(), dead
    return dead


def _dies_at(limit: int, work: Callable[[], object]) -> bool:
    left = iter(range(1, limit))

    def count(execute: Callable[..., object], *details: object) -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return execute(*details)

    try:
        with transaction.atomic(), connection.execute_wrapper(count):
            work()
    except KeyboardInterrupt:
        return True
    return False


def later(days: int) -> datetime:
    return MONDAY + timedelta(days=days)


def set_month(customer: Customer, month: date, quantity: int) -> None:
    MonthlyFact.objects.filter(customer=customer, month=month).update(quantity=quantity)


def whats(report: EarlyWarning | UnitWarning) -> list[str]:
    return list(report.history.order_by("pk").values_list("what", flat=True))
