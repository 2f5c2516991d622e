"""What measures come to: recovered, no effect and one level up, lost; a report that rests and wakes (WRN-3, WRN-5)."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from early_warnings import rules, services
from early_warnings.models import EarlyWarning, Measure, ReportEvent
from early_warnings.services import Refused

from accounts.models import MonthlyFact
from duties import kinds
from duties import services as duties
from duties.models import Duty, DutyEvent, Message, Notice
from tests.early_warnings.cases import LAST_MONTH, MONDAY, months, propose_one, report_about, steady_market
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory
from tests.factories.company import Company

LATER = MONDAY + timedelta(days=29)


@pytest.fixture
def report(company: Company) -> EarlyWarning:
    steady_market(company.b)
    return report_about(company.a.customer)


def done(report: EarlyWarning) -> Measure:
    measure = propose_one(report)
    return services.finish_measure(measure=measure, by=measure.who, now=MONDAY)


def november(report: EarlyWarning, quantity: int) -> None:
    """Facts of the month that follows: the market stands still."""
    month = rules.months_back(LAST_MONTH, -1)
    for each in MonthlyFact.objects.filter(month=LAST_MONTH).exclude(customer=report.customer):
        MonthlyFactFactory(customer_id=each.customer_id, month=month, quantity=each.quantity, amount=each.amount)
    if quantity:
        MonthlyFactFactory(customer=report.customer, month=month, quantity=quantity, amount=quantity * 200)


def look(now: datetime) -> None:
    services.evaluate(on=now.date(), now=now)
    services.follow_up(on=now.date(), now=now)


@pytest.mark.parametrize(
    ("within", "without", "stopped", "verdict"),
    [
        (True, 0, False, "recovered"),
        (True, 3, True, "recovered"),
        (False, 2, False, "not"),
        (False, 3, False, "lost"),
        (False, 0, True, "lost"),
    ],
)
def test_the_verdict(within: bool, without: int, stopped: bool, verdict: str) -> None:
    assert rules.verdict(within_lines=within, months_without=without, stopped=stopped) == verdict


def test_without_effect_it_goes_one_level_up_with_its_history(company: Company, report: EarlyWarning) -> None:
    measure = done(report)
    november(report, 20)
    look(LATER)
    measure.refresh_from_db()
    report.refresh_from_db()
    assert (measure.measured_on, measure.verdict, report.state) == (LATER.date(), "not", "open")
    duty = report.duty
    assert (duty.owner, duty.level, duty.came, duty.held_before, duty.state) == (
        company.a.sales_manager, 2, "handed_over", company.a.customer_officer, "open",
    )  # fmt: skip
    event = DutyEvent.objects.filter(duty=duty).latest("pk")
    assert (event.act, event.note, event.level) == ("handed_over", "措施未见效", 2)
    assert Notice.objects.filter(duty=duty, recipient=company.a.sales_manager, channel="inbox").count() == 1
    assert ReportEvent.objects.filter(warning=report, what="not_helped").count() == 1
    look(LATER)  # judged once
    duty.refresh_from_db()
    assert (duty.level, ReportEvent.objects.filter(warning=report, what="not_helped").count()) == (2, 1)
    # The next one sees what was tried, and proposes something else.
    propose_one(report, now=LATER, what="经理走访")
    report.refresh_from_db()
    assert (report.state, report.measures.count()) == ("measures", 2)


def test_recovered_leaves_the_outcome_to_its_holder(company: Company, report: EarlyWarning, client: Client) -> None:
    measure = done(report)
    november(report, 110)
    look(LATER)
    measure.refresh_from_db()
    report.refresh_from_db()
    assert (measure.verdict, report.state, report.duty.level) == ("recovered", "measures", 1)
    client.force_login(company.a.customer_officer)
    assert client.get(f"/warnings/{report.pk}/").context["closing"].initial == {"outcome": "recovered"}


def test_who_bought_nothing_for_three_months_is_lost(report: EarlyWarning) -> None:
    measure = done(report)
    MonthlyFact.objects.filter(customer=report.customer, month__gte=rules.months_back(LAST_MONTH, 1)).delete()
    november(report, 0)
    # A shop that stopped has no base any more: it is judged without a figure, some days later.
    look(LATER)
    look(LATER + timedelta(days=3))
    measure.refresh_from_db()
    assert (measure.verdict, EarlyWarning.objects.get(pk=report.pk).state) == ("lost", "measures")


def test_nothing_is_judged_while_a_measure_runs(report: EarlyWarning) -> None:
    done(report)
    propose_one(report, what="再试一次")
    november(report, 20)
    look(LATER)
    assert set(Measure.objects.values_list("verdict", flat=True)) == {""}
    with pytest.raises(IntegrityError, match="measure_judged_after_done"), transaction.atomic():
        Measure.objects.filter(done_at=None).update(verdict="not")


def test_a_follow_up_visit_is_planned_by_itself(company: Company, report: EarlyWarning) -> None:
    propose_one(report)
    visit = duties.open_duty_of(kinds.VISIT_FOLLOW_UP, report.customer_id)
    assert visit is not None
    assert (visit.owner, visit.details) == (company.a.account_manager, {"reason": Measure.objects.get().what})


# Resting


def rest(report: EarlyWarning, days: int = 30, because: str = "门口修路") -> EarlyWarning:
    until = MONDAY.date() + timedelta(days=days)
    return services.suppress(report=report, until=until, because=because, by=report.duty.owner, now=MONDAY)


def test_a_suppressed_report_asks_again_after_its_day(company: Company, report: EarlyWarning) -> None:
    until = MONDAY.date() + timedelta(days=30)  # a Wednesday
    rest(report)
    report.refresh_from_db()
    report.duty.refresh_from_db()
    assert (report.state, report.suppressed_until, report.suppressed_because) == ("open", until, "门口修路")
    assert report.duty.next_due_at.date() == until + timedelta(days=1)
    look(MONDAY + timedelta(days=1))  # the same sign every night: it rests
    report.refresh_from_db()
    assert (report.suppressed_until, EarlyWarning.objects.count()) == (until, 1)
    look(MONDAY + timedelta(days=30))
    assert EarlyWarning.objects.get().suppressed_until == until
    look(MONDAY + timedelta(days=31))
    report.refresh_from_db()
    assert (report.suppressed_until, report.suppressed_because, report.suppressed_by) == (None, "", None)
    assert [event.what for event in report.history.order_by("pk")] == ["raised", "sign", "suppressed", "lifted"]


def test_a_new_sign_wakes_it_at_once(company: Company, report: EarlyWarning) -> None:
    rest(report)
    for back, overdue in ((0, 90000),):
        month = rules.months_back(LAST_MONTH, back)
        MonthlyFact.objects.filter(customer=report.customer, month=month).update(receivable=100000, overdue=overdue)
    tuesday = MONDAY + timedelta(days=1)
    look(tuesday)
    report.refresh_from_db()
    report.duty.refresh_from_db()
    assert (report.suppressed_until, report.duty.next_due_at.date()) == (None, tuesday.date() + timedelta(days=1))
    rest(report)
    look(tuesday)  # what woke it once wakes it no second time
    report.refresh_from_db()
    assert report.suppressed_until is not None


@pytest.mark.parametrize(
    ("days", "because", "field"), [(30, " ", "because"), (0, "修路", "until"), (93, "修路", "until")]
)
def test_how_long_it_may_rest(report: EarlyWarning, days: int, because: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        rest(report, days, because)
    assert refused.value.field == field
    with pytest.raises(IntegrityError, match="report_suppressed_whole"), transaction.atomic():
        EarlyWarning.objects.filter(pk=report.pk).update(suppressed_until=MONDAY.date())


def test_it_is_suppressed_and_woken_on_the_page(company: Company, report: EarlyWarning, client: Client) -> None:
    from accounts import clock

    clock.shift(MONDAY - clock.now())
    client.force_login(company.b.customer_officer)
    url = f"/warnings/reports/{report.pk}/suppress/"
    sent = {"until": "2026-12-20", "because": "门口修路"}
    assert client.post(url, sent).status_code == 404
    client.force_login(company.a.customer_officer)
    assert client.post(url, {"until": "", "because": ""}).status_code == 422
    assert client.post(url, sent).status_code == 302
    page = client.get(f"/warnings/{report.pk}/")
    assert (page.context["suppressing"], "门口修路" in page.content.decode()) == (None, True)
    assert client.get("/warnings/?state=suppressed").context["page"].paginator.count == 1
    assert client.post(url, {"lift": "1"}).status_code == 302
    assert client.get("/warnings/?state=suppressed").context["page"].paginator.count == 0


def test_measures_end_the_rest(report: EarlyWarning) -> None:
    rest(report)
    propose_one(report)
    report.refresh_from_db()
    assert (report.state, report.suppressed_until) == ("measures", None)


# Storms


@pytest.fixture
def storm(company: Company) -> list[EarlyWarning]:
    """Two hundred shops of branch A that fell in one month."""
    from early_warnings.models import EarlyWarning

    steady_market(company.b, 40)
    type(company.a.customer_officer).objects.filter(
        pk__in=[company.a.customer_officer.pk, company.a.sales_manager.pk]
    ).update(email="x@example.com")
    shops = CustomerFactory.create_batch(200, unit=company.a.unit, account_manager=company.a.account_manager)
    for shop in shops:
        months(shop, (100, 100, 100, 5))
    look(MONDAY)
    return list(EarlyWarning.objects.all())


def test_two_hundred_new_breaches_of_a_unit_are_one_message_with_a_list(
    company: Company, storm: list[EarlyWarning], client: Client
) -> None:
    found = company.a.unit.storms.get()
    assert (found.count, found.on, found.duty.owner) == (200, MONDAY.date(), company.a.sales_manager)
    assert {report.storm_id for report in storm} == {found.pk}
    mails = Message.objects.filter(channel="email", delivery="pending")
    assert sorted(mails.values_list("recipient__name", flat=True)) == sorted(
        [company.a.customer_officer.name, company.a.sales_manager.name]
    )
    assert Duty.objects.open().filter(kind="warning.report").count() == 200
    look(MONDAY)  # run twice, one storm
    assert company.a.unit.storms.count() == 1
    client.force_login(company.a.sales_manager)
    with translation.override("zh-hans"):
        page = client.get(f"/warnings/storms/{found.pk}/")
        assert (page.context["page"].paginator.count, page.context["signs"][0]["n"]) == (200, 200)
        assert client.post(f"/warnings/storms/{found.pk}/settle/", {"what": ""}).status_code == 422
        assert client.post(f"/warnings/storms/{found.pk}/settle/", {"what": "配送中断"}).status_code == 302
        assert client.post(f"/warnings/storms/{found.pk}/settle/", {"what": "再来"}).status_code == 409
    assert Duty.objects.open().filter(kind="warning.report").count() == 200


def test_the_line_of_a_storm_is_data_and_the_nearest_one_counts(company: Company) -> None:
    from early_warnings.models import Storm, StormLine

    StormLine.objects.create(unit=company.a.unit, least=2)
    steady_market(company.b)
    for unit in (company.a.unit, company.a.unit, company.b.unit, company.b.unit):
        months(CustomerFactory(unit=unit), (100, 100, 100, 5))
    look(MONDAY)
    assert list(Storm.objects.values_list("unit__name", "count", "least")) == [("城东", 2, 2)]
    with pytest.raises(IntegrityError, match="one_storm_line_a_unit"), transaction.atomic():
        StormLine.objects.create(least=10)
