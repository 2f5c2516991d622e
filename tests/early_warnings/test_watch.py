"""The watchdog finds a stuck report among ten thousand within two minutes, and names it."""

import time
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from early_warnings import services
from early_warnings.models import EarlyWarning, Evaluation, Measure, Trial
from early_warnings.watch import not_evaluated, stuck, trials_left

from accounts import clock
from accounts.models import Customer
from duties import services as duties
from duties.models import Duty, Finding
from tests.early_warnings.cases import MONDAY, propose_one
from tests.factories.company import Company
from tests.factories.early_warnings import EarlyWarningFactory, TrialFactory

#: A day on which every deadline still lies ahead.
DUE = MONDAY + timedelta(days=2)


@pytest.fixture
def ten_thousand(company: Company) -> None:
    """Ten thousand open reports, each with its duty and a deadline ahead."""
    clock.shift(MONDAY - clock.now())
    first = EarlyWarningFactory(customer=company.a.customer)
    with connection.cursor() as cursor:
        fields = [field for field in Customer._meta.local_concrete_fields if not field.generated]
        columns = [field.column for field in fields if field.column not in {"id", "code"}]
        listed = ", ".join(f'"{column}"' for column in columns)
        cursor.execute(
            f"INSERT INTO accounts_customer (code, {listed}) SELECT 'W-' || n, {listed}"
            " FROM accounts_customer, generate_series(1, 9999) n WHERE id = %s",
            [first.customer_id],
        )
        cursor.execute(
            "INSERT INTO duties_duty (kind, subject_id, customer_id, unit_id, details, rule_id, state, level, turn,"
            " role, owner_id, vacant, came, held_since, opened_at, next_due_at, outcome) SELECT d.kind, 1000000 + c.id,"
            " c.id, d.unit_id, details, rule_id, state, level, turn, role, owner_id, vacant, came, held_since,"
            " opened_at, next_due_at, ''"
            " FROM duties_duty d, accounts_customer c WHERE d.id = %s AND c.code LIKE 'W-%%'",
            [first.duty_id],
        )
        cursor.execute(
            "INSERT INTO warnings_earlywarning (customer_id, importance, level, state, opened_on, duty_id, outcome,"
            " conclusion) SELECT d.customer_id, 'general', 'breach', 'open', %s, d.id, '', '' FROM duties_duty d"
            " WHERE d.subject_id > 1000000",
            [MONDAY.date()],
        )
        cursor.execute("ANALYZE warnings_earlywarning, duties_duty, accounts_customer")


@pytest.fixture
def looked(ten_thousand: None) -> None:
    duties.look(now=clock.now())
    assert Finding.objects.get(name="warnings.stuck").what == []


def minutes_until_found(at: datetime) -> tuple[float, list[str]]:
    """The watchdog looks every minute: when it finds something first, and what."""
    for minute in range(1, 10):
        now = at + timedelta(minutes=minute)
        began = time.monotonic()
        duties.look(now=now)
        took = time.monotonic() - began
        finding = Finding.objects.get(name="warnings.stuck")
        if finding.count:
            return minute + took / 60, finding.what
    raise AssertionError("never found")


def planted() -> EarlyWarning:
    found: EarlyWarning = EarlyWarning.objects.order_by("pk")[7_777]
    return found


def without_its_duty(report: EarlyWarning) -> timedelta:
    EarlyWarning.objects.filter(pk=report.pk).update(duty=None)
    return timedelta(0)


def closed_behind_its_back(report: EarlyWarning) -> timedelta:
    Duty.objects.filter(pk=report.duty_id).update(state="closed", closed_at=MONDAY, next_due_at=None)
    return timedelta(0)


def not_climbing(report: EarlyWarning) -> timedelta:
    """The worst moment: the first look comes just before it counts as late."""
    Duty.objects.filter(pk=report.duty_id).update(next_due_at=clock.now() + timedelta(seconds=11))
    return timedelta(seconds=11)


def test_a_stuck_report_is_named_within_two_minutes(looked: None) -> None:
    """One after another, each among ten thousand that are well: to plant these takes much longer than to look."""
    assert EarlyWarning.objects.count() == 10_000
    cases = {without_its_duty: "没有任务跟进", closed_behind_its_back: "没有任务跟进", not_climbing: "已过时限而未上升"}
    for stick, said in cases.items():
        with transaction.atomic():
            report, now = planted(), clock.now()
            since = stick(report)
            minutes, what = minutes_until_found(now)
            transaction.set_rollback(True)
        assert (minutes - since / timedelta(minutes=1) < 2, what) == (
            True,
            [f"{report.number} {report.customer.name}：{said}"],
        )


def test_one_that_sleeps_on_and_one_that_nobody_judged(company: Company) -> None:
    asleep = EarlyWarningFactory(customer=company.a.customer)
    services.suppress(
        report=asleep, until=MONDAY.date() + timedelta(days=1), because="修路", by=asleep.duty.owner, now=MONDAY
    )
    unjudged = EarlyWarningFactory(customer=company.b.customer)
    measure = services.finish_measure(measure=propose_one(unjudged), by=unjudged.duty.owner, now=MONDAY)
    Duty.objects.update(next_due_at=MONDAY + timedelta(days=300))
    assert stuck(MONDAY + timedelta(days=2)) == []
    assert stuck(MONDAY + timedelta(days=3)) == [f"{asleep.number} {asleep.customer.name}：应已恢复处理"]
    late = MONDAY + timedelta(days=34)
    assert f"{unjudged.number} {unjudged.customer.name}：措施应已评判" in stuck(late)
    Measure.objects.filter(pk=measure.pk).update(verdict="recovered")
    assert stuck(late) == [f"{asleep.number} {asleep.customer.name}：应已恢复处理"]


def test_days_that_were_not_evaluated(company: Company) -> None:
    assert not_evaluated(MONDAY) == []
    Evaluation.objects.create(on=MONDAY.date(), started_at=MONDAY, finished_at=MONDAY)
    assert not_evaluated(MONDAY + timedelta(hours=22)) == []  # seven in the morning
    assert not_evaluated(MONDAY + timedelta(days=2)) == ["2026-11-24", "2026-11-25"]


def test_trials_that_nobody_carries_out(company: Company) -> None:
    TrialFactory(asked_by=company.general_manager)
    assert trials_left(MONDAY + timedelta(minutes=10)) == 0
    assert trials_left(MONDAY + timedelta(minutes=16)) == 1
    Trial.objects.update(state="running", leased_until=MONDAY)
    assert trials_left(MONDAY + timedelta(minutes=16)) == 1
