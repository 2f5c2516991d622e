"""What an evaluation writes: one report a customer, to the right desk, once; effects, quiet (WRN-3…5)."""

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from early_warnings import services, tasks
from early_warnings.models import EarlyWarning, Evaluation, ReportEvent, Sign, UnitWarning
from early_warnings.rules import months_back

from accounts import clock
from accounts.models import Customer, FileImport, MonthlyFact, OrgUnit
from accounts.services.customers import change_class
from duties.models import Duty
from tests.early_warnings.cases import (
    FALLEN,
    LAST_MONTH,
    MONDAY,
    deaths,
    evaluate,
    later,
    months,
    propose_one,
    report_about,
    set_month,
    whats,
)
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory, OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.company import Company

TODAY = MONDAY.date()


# One report a customer, again and again


def test_run_twice_it_finds_the_same_and_doubles_nothing(company: Company, market: list[Customer]) -> None:
    report_about(company.a.customer)
    first = {
        model: list(model.objects.order_by("pk").values())
        for model in (EarlyWarning, Sign, ReportEvent, UnitWarning, Duty)
    }
    again = evaluate()
    assert {model: list(model.objects.order_by("pk").values()) for model in first} == first
    assert (again.opened, again.signs, Evaluation.objects.count()) == (1, 1, 1)


def test_a_new_sign_is_added_to_the_open_report(company: Company, market: list[Customer]) -> None:
    customer = company.a.customer
    report = report_about(customer)
    MonthlyFact.objects.filter(customer=customer, month=LAST_MONTH).update(receivable=5000, overdue=4000)
    assert evaluate(later(1)).opened == 1 - 1
    assert [(sign.indicator.key, sign.first_seen_on) for sign in report.signs.all()] == [
        ("fallen-against-months", TODAY),
        ("receivable-overdue", TODAY + timedelta(days=1)),
    ]
    assert whats(report) == ["raised", "sign", "sign"]
    assert EarlyWarning.objects.count() == 1


def test_a_near_breach_that_becomes_a_breach_is_told_once(company: Company, market: list[Customer]) -> None:
    customer = company.a.customer
    months(customer, (100, 100, 100, 45))
    evaluate()
    report = EarlyWarning.objects.get()
    assert report.level == "near"
    set_month(customer, LAST_MONTH, 30)
    evaluate(later(1))
    evaluate(later(2))
    report.refresh_from_db()
    assert (report.level, whats(report)) == ("breach", ["raised", "sign", "worse"])


def test_what_came_back_is_said_and_stays_open_until_resolved(company: Company, market: list[Customer]) -> None:
    report = report_about(company.a.customer)
    set_month(company.a.customer, LAST_MONTH, 95)
    evaluate(later(1))
    evaluate(later(2))
    report.refresh_from_db()
    sign = report.signs.get()
    assert (report.state, report.above_again_on) == ("open", TODAY + timedelta(days=1))
    assert (sign.level, sign.worst, sign.first_value, sign.value) == (
        "back",
        "breach",
        Decimal("0.3000"),
        Decimal("0.9500"),
    )
    assert sign.last_seen_on == TODAY
    assert whats(report) == ["raised", "sign", "back"]
    set_month(company.a.customer, LAST_MONTH, 30)
    evaluate(later(3))
    report.refresh_from_db()
    assert (report.above_again_on, report.level) == (None, "breach")


def test_who_stopped_long_ago_has_not_come_back(company: Company, market: list[Customer]) -> None:
    """Four empty months: there is nothing left to compare with, and that is no recovery."""
    customer = company.a.customer
    report = report_about(customer)
    for ahead in range(1, 5):
        for each in market:
            MonthlyFactFactory(customer=each, month=months_back(LAST_MONTH, -ahead), quantity=1000, orders=4)
    on = datetime(2027, 3, 10, 9, tzinfo=MONDAY.tzinfo)
    assert evaluate(on).month == date(2027, 2, 1)
    report.refresh_from_db()
    assert (report.above_again_on, report.signs.get().level) == (None, "breach")


def test_customers_without_a_contract_any_more_are_not_evaluated(company: Company, market: list[Customer]) -> None:
    months(company.a.customer, FALLEN)
    Customer.objects.filter(pk=company.a.customer.pk).update(status="closed")
    assert evaluate().opened == 0


def test_half_an_import_makes_nobody_silent(company: Company, market: list[Customer]) -> None:
    """October has facts of three customers of eight: September is compared."""
    MonthlyFact.objects.filter(customer__in=market[3:], month=LAST_MONTH).delete()
    found = evaluate()
    assert (found.month, found.known_until, found.opened) == (date(2026, 9, 1), date(2026, 9, 30), 0)


def test_without_facts_the_other_indicators_are_evaluated(company: Company) -> None:
    found = evaluate()
    assert (found.month, found.customers, found.opened) == (None, 4, 0)


def test_reports_know_no_way_back_in_time(company: Company, market: list[Customer]) -> None:
    evaluate(later(1))
    with pytest.raises(services.GoesBack):
        evaluate()


def test_the_number_of_statements_does_not_depend_on_the_number_of_customers(
    company: Company, market: list[Customer]
) -> None:
    counted = []
    evaluate()  # the first one sums up everybody, those after it only who was touched
    for branch in (company.a, company.b):
        for _ in range(len(counted) * 5 + 1):
            months(CustomerFactory(unit=branch.unit, account_manager=branch.account_manager), FALLEN)
        with CaptureQueriesContext(connection) as queries:
            found = evaluate(later(len(counted) + 1))
        counted.append((found.opened, len(queries)))
    assert [opened for opened, _queries in counted] == [1, 6]
    assert counted[0][1] == counted[1][1]


# To the right desk (WRN-4)


@pytest.mark.parametrize(
    ("importance", "desk"),
    [
        ("core", "deputy_general_manager"),
        ("important", "marketing_director"),
        ("large", "marketing_manager"),
        ("general", "a.customer_officer"),
    ],
)
def test_importance_decides_the_desk(company: Company, market: list[Customer], importance: str, desk: str) -> None:
    customer = company.a.customer
    if importance != "general":
        change_class(
            customer=customer,
            kind="importance",
            value=importance,
            approval_reference="A-204",
            evidence="月均 130 条",
            by=company.general_manager,
            now=MONDAY,
        )
        customer.refresh_from_db()
    report = report_about(customer)
    holder = company.a.customer_officer if desk.startswith("a.") else getattr(company, desk)
    assert (report.importance, report.duty.owner, report.duty.vacant) == (importance, holder, False)


def test_every_duty_has_an_owner_and_a_deadline(company: Company, market: list[Customer]) -> None:
    for customer in CustomerFactory.create_batch(30, unit=company.a.unit):
        months(customer, FALLEN)
    evaluate()
    reports = EarlyWarning.objects.filter(duty__next_due_at__gt=MONDAY, duty__owner__isnull=False, duty__state="open")
    assert (reports.count(), EarlyWarning.objects.count()) == (30, 30)


# Closed reports are quiet; effects are measured (WRN-3, WRN-5)


def close(report: EarlyWarning, outcome: str, *, now: datetime = MONDAY) -> None:
    propose_one(report, now=now)
    services.close(report=report, outcome=outcome, conclusion="谈过了", by=report.duty.owner, now=now)


@pytest.mark.parametrize(("outcome", "days"), [("recovered", 30), ("accepted", 90), ("lost", 365)])
def test_the_same_signs_stay_quiet_for_a_while(
    company: Company, market: list[Customer], outcome: str, days: int
) -> None:
    report = report_about(company.a.customer)
    close(report, outcome)
    report.refresh_from_db()
    assert report.quiet_until == TODAY + timedelta(days=days)
    evaluate(later(1))
    assert EarlyWarning.objects.count() == 1
    EarlyWarning.objects.update(quiet_until=later(1).date())
    evaluate(later(2))
    assert EarlyWarning.objects.count() == 2


def test_a_new_sign_breaks_the_quiet(company: Company, market: list[Customer]) -> None:
    customer = company.a.customer
    close(report_about(customer), "accepted")
    MonthlyFact.objects.filter(customer=customer, month=LAST_MONTH).update(receivable=5000, overdue=4000)
    evaluate(later(1))
    assert [sign.indicator.key for sign in EarlyWarning.objects.open().get().signs.all()] == ["receivable-overdue"]


def test_a_worse_sign_breaks_the_quiet(company: Company, market: list[Customer]) -> None:
    customer = company.a.customer
    months(customer, (100, 100, 100, 45))
    evaluate()
    close(EarlyWarning.objects.get(), "accepted")
    evaluate(later(1))
    assert not EarlyWarning.objects.open().exists()
    set_month(customer, LAST_MONTH, 30)
    evaluate(later(2))
    assert EarlyWarning.objects.open().get().level == "breach"


@pytest.mark.parametrize(("quantity", "expected"), [(30, "0.3000"), (95, "0.9500")])
def test_the_effect_is_the_same_indicator_measured_four_weeks_after(
    company: Company, market: list[Customer], quantity: int, expected: str
) -> None:
    report = report_about(company.a.customer)
    measure = propose_one(report)
    services.finish_measure(measure=measure, by=measure.who, now=MONDAY)
    set_month(company.a.customer, LAST_MONTH, quantity)
    evaluate(later(27))
    measure.refresh_from_db()
    assert (measure.value_before, measure.measured_on) == (Decimal("0.3000"), None)
    evaluate(later(28))
    set_month(company.a.customer, LAST_MONTH, 50)
    evaluate(later(29))
    measure.refresh_from_db()
    assert (measure.value_after, measure.measured_on) == (Decimal(expected), later(28).date())
    assert whats(report).count("measured") == 1


def test_when_all_is_done_the_report_waits_for_its_effect(company: Company, market: list[Customer]) -> None:
    report = report_about(company.a.customer)
    first, second = propose_one(report), propose_one(report)
    services.finish_measure(measure=first, by=first.who, now=MONDAY)
    report.duty.refresh_from_db()
    waiting = report.duty.next_due_at
    services.finish_measure(measure=second, by=second.who, now=MONDAY)
    report.duty.refresh_from_db()
    # 21 December is a Monday; the outcome is owed by the evening of the day after
    assert (waiting.date(), report.duty.next_due_at.date()) == (date(2026, 11, 24), date(2026, 12, 22))


# When it runs (WRN-3)


def test_a_night_is_evaluated_once_and_again_only_after_an_import(company: Company, market: list[Customer]) -> None:
    assert services.evaluate_night(on=TODAY, now=MONDAY) is not None
    assert services.evaluate_night(on=TODAY, now=MONDAY) is None
    assert services.evaluate_after_imports(now=MONDAY) is None
    fields = {"kind": "facts", "file_name": "11月.xlsx", "sha256": "0" * 64, "rows": 9, "imported_at": MONDAY}
    FileImport.objects.create(**fields, created=0, changed=0, unchanged=9)
    assert services.evaluate_after_imports(now=MONDAY) is None
    # one that began before the evaluation and ended after it counts all the same
    FileImport.objects.create(**fields | {"imported_at": later(-1)}, created=9, changed=0, unchanged=0)
    assert services.evaluate_after_imports(now=MONDAY) is not None
    assert services.evaluate_after_imports(now=MONDAY) is None


def test_the_tasks_use_the_databases_clock(company: Company, market: list[Customer]) -> None:
    clock.shift(timedelta(days=40))
    tasks.evaluate_night()
    tasks.evaluate_imports()
    assert [found.on for found in Evaluation.objects.all()] == [clock.today()]


# Under two evaluations at once


def test_two_evaluations_at_once_raise_one_report_each(own_database: str, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        unit = OrgUnitFactory(kind=OrgUnit.Kind.COMPANY)
        branch = OrgUnitFactory(parent=unit)
        PostFactory(person=PersonFactory(), role="general_manager", unit=unit)
        for number in range(20):
            months(CustomerFactory(unit=branch), FALLEN if number < 5 else (1000,) * 4)
        barrier, errors = threading.Barrier(3), []

        def run() -> None:
            try:
                barrier.wait(timeout=30)
                services.evaluate(on=TODAY, now=MONDAY)
            except Exception as error:  # noqa: BLE001 told to the test below
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert errors == []
        assert (EarlyWarning.objects.count(), Duty.objects.count(), Sign.objects.count()) == (5, 5, 5)
        assert list(ReportEvent.objects.values_list("what").annotate(n=Count("pk")).order_by("what")) == [
            ("raised", 5),
            ("sign", 5),
        ]
        assert Evaluation.objects.get().opened == 5


def test_an_evaluation_that_dies_leaves_nothing(company: Company, market: list[Customer]) -> None:
    """Whatever statement it dies at, the next one finds the field as it was."""
    months(company.a.customer, FALLEN)

    def there() -> list[int]:
        return [model.objects.count() for model in (EarlyWarning, Duty, Evaluation)]

    assert deaths(evaluate, lambda: there() == [0, 0, 0]) >= 30
    assert there() == [1, 1, 1]


def test_the_database_refuses_measures_running_without_a_measure(company: Company, market: list[Customer]) -> None:
    report = report_about(company.a.customer)
    values = "outcome = 'accepted', conclusion = '算了', closed_at = now(), closed_by_id = %s"
    for sql in ("state = 'measures'", f"state = 'closed', {values}"):
        with (
            pytest.raises(IntegrityError, match="WRN-5: a report needs a measure first"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"UPDATE warnings_earlywarning SET {sql} WHERE id = {report.pk}",
                [company.general_manager.pk] if "%s" in sql else [],
            )
