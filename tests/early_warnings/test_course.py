"""Acknowledge, measures, outcome; climbing when nothing is done; what the database refuses (WRN-3, WRN-5)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from early_warnings import services
from early_warnings.models import EarlyWarning, Measure, ReportEvent
from early_warnings.services import Proposal, Refused

from accounts import clock
from accounts.models import Person
from duties import kinds
from duties import services as duties
from duties.models import Duty
from tests.early_warnings.cases import MONDAY, propose_one, report_about, steady_market
from tests.factories.accounts import CustomerFactory, PersonFactory
from tests.factories.company import Company
from tests.factories.early_warnings import UnitWarningFactory


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def report(company: Company) -> EarlyWarning:
    """About a general customer: the customer officer of branch A holds it."""
    steady_market(company.b)
    return report_about(company.a.customer)


def test_acknowledging_keeps_the_deadline(company: Company, report: EarlyWarning) -> None:
    due = report.duty.next_due_at
    services.acknowledge(report=report, by=company.a.customer_officer, now=MONDAY)
    report.refresh_from_db()
    report.duty.refresh_from_db()
    assert (report.state, report.duty.state, report.duty.next_due_at) == ("acknowledged", "acknowledged", due)


def test_measures_become_duties_and_a_follow_up_visit(company: Company, report: EarlyWarning) -> None:
    friday = MONDAY.date() + timedelta(days=4)
    officer, manager = company.a.customer_officer, company.a.account_manager
    proposals = [
        Proposal("上门盘库", manager, MONDAY.date() + timedelta(days=1), "订购恢复到 80 条"),
        Proposal("答复换灯箱诉求", company.a.sales_manager, friday),
    ]
    services.propose(report=report, proposals=proposals, by=officer, now=MONDAY)
    report.refresh_from_db()
    report.duty.refresh_from_db()
    assert (report.state, report.duty.state) == ("measures", "acknowledged")
    monday_after = MONDAY + timedelta(days=7)
    assert report.duty.next_due_at == monday_after.replace(hour=17)
    owed = Duty.objects.filter(kind="warning.measure").order_by("next_due_at")
    assert [(duty.owner, duty.next_due_at.date()) for duty in owed] == [
        (manager, MONDAY.date() + timedelta(days=1)),
        (company.a.sales_manager, friday),
    ]
    follow_up = duties.open_duty_of(kinds.VISIT_FOLLOW_UP, report.customer_id)
    assert follow_up is not None
    assert follow_up.owner == manager
    assert follow_up.details == {"reason": "上门盘库；答复换灯箱诉求"}


@pytest.mark.parametrize(
    ("what", "days", "said", "field"),
    [
        ("", 1, "Say what is to be done.", "what"),
        ("盘库", -1, "The day of a measure cannot lie in the past.", "by_when"),
    ],
)
def test_a_measure_says_what_and_by_when(
    company: Company, report: EarlyWarning, what: str, days: int, said: str, field: str
) -> None:
    proposal = Proposal(what, company.a.account_manager, MONDAY.date() + timedelta(days=days))
    with pytest.raises(Refused, match=said) as refused:
        services.propose(report=report, proposals=[proposal], by=company.a.customer_officer, now=MONDAY)
    assert refused.value.field == field
    assert Measure.objects.count() == 0


def test_no_measures_is_no_answer(company: Company, report: EarlyWarning) -> None:
    with pytest.raises(Refused, match="at least one measure"):
        services.propose(report=report, proposals=[], by=company.a.customer_officer, now=MONDAY)


def test_only_the_desk_acts(company: Company, report: EarlyWarning) -> None:
    for person in (company.a.account_manager, company.marketing_director, PersonFactory()):
        with pytest.raises(Refused, match="another person's"):
            services.acknowledge(report=report, by=person, now=MONDAY)


def test_a_report_does_not_end_without_measures_outcome_and_words(company: Company, report: EarlyWarning) -> None:
    officer = company.a.customer_officer
    with pytest.raises(Refused, match="Propose measures first"):
        services.close(report=report, outcome="recovered", conclusion="好了", by=officer, now=MONDAY)
    propose_one(report)
    for outcome, conclusion, said in (("", "好了", "what came of it"), ("recovered", " ", "in words")):
        with pytest.raises(Refused, match=said):
            services.close(report=report, outcome=outcome, conclusion=conclusion, by=officer, now=MONDAY)
    services.close(report=report, outcome="recovered", conclusion="补货后恢复", by=officer, now=MONDAY)
    report.refresh_from_db()
    assert (report.state, report.outcome, report.closed_by) == ("closed", "recovered", officer)
    assert not Duty.objects.open().exclude(kind=kinds.VISIT_FOLLOW_UP).exists()
    with pytest.raises(Refused, match="closed in the meantime"):
        services.close(report=report, outcome="lost", conclusion="不是", by=officer, now=MONDAY)


def test_a_measure_is_done_once_by_who_is_to_do_it(company: Company, report: EarlyWarning) -> None:
    proposal = Proposal("上门盘库", company.a.account_manager, MONDAY.date())
    (measure,) = services.propose(report=report, proposals=[proposal], by=company.a.customer_officer, now=MONDAY)
    with pytest.raises(Refused, match="another person's"):
        services.finish_measure(measure=measure, by=company.b.account_manager, now=MONDAY)
    services.finish_measure(measure=measure, by=company.a.account_manager, now=MONDAY)
    assert duties.open_duty_of("warning.measure", measure.pk) is None
    with pytest.raises(Refused, match="done already"):
        services.finish_measure(measure=measure, by=company.a.account_manager, now=MONDAY)


def climb(report: EarlyWarning) -> tuple[Person, int]:
    """Move the database's clock past the deadline, let the engine run, and see who holds the report."""
    report.duty.refresh_from_db()
    clock.shift(report.duty.next_due_at - clock.now() + timedelta(minutes=1))
    duties.sweep()
    report.duty.refresh_from_db()
    return report.duty.owner, report.duty.level


def test_a_report_that_nobody_acts_on_climbs_to_the_top_and_can_be_acted_on_there(company: Company) -> None:
    clock.shift(MONDAY - clock.now())
    steady_market(company.b)
    report = report_about(CustomerFactory(unit=company.a.unit, importance="important"), now=clock.now())
    assert report.duty.owner == company.marketing_director
    assert climb(report) == (company.deputy_general_manager, 2)
    assert climb(report) == (company.general_manager, 3)
    assert climb(report) == (company.general_manager, 4)
    assert ReportEvent.objects.filter(warning=report).exclude(what__in=["raised", "sign"]).count() == 0
    # Whoever let it climb may still act, and so may the one who holds it now.
    services.acknowledge(report=report, by=company.marketing_director, now=clock.now())
    proposal = Proposal("总经理走访", company.general_manager, clock.today())
    services.propose(report=report, proposals=[proposal], by=company.general_manager, now=clock.now())
    services.close(
        report=report, outcome="recovered", conclusion="走访后恢复", by=company.general_manager, now=clock.now()
    )
    report.refresh_from_db()
    assert report.state == "closed"


def test_a_vacant_desk_is_shown_and_the_next_higher_role_answers(company: Company) -> None:
    steady_market(company.b)
    company.marketing_director.posts.update(ends_on=MONDAY.date() - timedelta(days=1))
    report = report_about(CustomerFactory(unit=company.a.unit, importance="important"))
    assert (report.duty.owner, report.duty.vacant) == (company.deputy_general_manager, True)


@pytest.mark.parametrize(
    "values",
    [
        "state = 'closed'",
        "state = 'closed', outcome = 'recovered', closed_at = now(), closed_by_id = {by}",
        "state = 'closed', outcome = '', conclusion = 'x', closed_at = now(), closed_by_id = {by}",
        "state = 'closed', outcome = 'won', conclusion = 'x', closed_at = now(), closed_by_id = {by}",
        "state = 'closed', outcome = 'lost', conclusion = 'x', closed_at = now()",
        "state = 'forgotten'",
        "level = 'fine'",
    ],
)
def test_the_database_refuses_a_report_without_its_end(company: Company, report: EarlyWarning, values: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE warnings_earlywarning SET {values.format(by=company.general_manager.pk)} WHERE id = %s",
            [report.pk],
        )


def test_the_database_refuses_a_second_open_report_and_a_changed_history(
    company: Company, report: EarlyWarning
) -> None:
    with pytest.raises(IntegrityError, match="one_open_report_a_customer"), transaction.atomic():
        EarlyWarning.objects.create(
            customer=report.customer, importance="general", level="near", opened_on=MONDAY.date()
        )
    sign = report.signs.get()
    sign.pk = None
    with pytest.raises(IntegrityError, match="one_sign_an_indicator"), transaction.atomic():
        sign.save(force_insert=True)
    for sql in ("UPDATE warnings_reportevent SET text = 'x'", "DELETE FROM warnings_reportevent"):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(IntegrityError, match="measure_is_about_one_report"), transaction.atomic():
        Measure.objects.create(what="x", who=company.general_manager, by_when=MONDAY.date(),
            proposed_by=company.general_manager, proposed_at=MONDAY)  # fmt: skip


def test_a_unit_warning_has_the_same_course(company: Company) -> None:
    warning = UnitWarningFactory(unit=company.a.unit)
    assert warning.duty.owner == company.a.general_manager
    propose_one(warning)
    services.close(
        report=warning, outcome="accepted", conclusion="修路三个月", by=company.a.general_manager, now=MONDAY
    )
    warning.refresh_from_db()
    assert warning.state == "closed"
