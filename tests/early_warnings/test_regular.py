"""Regular reports: made once, commented, signed, frozen: what changes later changes nothing in them (WRN-6)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from early_warnings import services
from early_warnings.models import EarlyWarning, Evaluation, RegularReport
from early_warnings.rules import Period, last_period, period_before
from early_warnings.services import Refused
from early_warnings.services.regular.signing import fingerprint_of

from accounts import clock
from accounts.models import Customer, MonthlyFact
from duties.models import Duty
from tests.early_warnings.cases import CHINA, MONDAY, months, propose_one, report_about, steady_market
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.early_warnings import RegularReportFactory

Assert = Callable[..., Any]
DECEMBER = datetime(2026, 12, 1, 9, 0, tzinfo=CHINA)
NOVEMBER = {"first": date(2026, 11, 1), "last": date(2026, 11, 30), "now": DECEMBER}


@pytest.mark.parametrize(
    ("period", "on", "first", "last"),
    [
        (Period.MONTH, date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30)),
        (Period.MONTH, date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31)),
        (Period.QUARTER, date(2026, 11, 23), date(2026, 7, 1), date(2026, 9, 30)),
        (Period.QUARTER, date(2026, 1, 1), date(2025, 10, 1), date(2025, 12, 31)),
        (Period.QUARTER, date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_the_last_whole_period(period: Period, on: date, first: date, last: date) -> None:
    assert last_period(period, on) == (first, last)


def test_the_period_before() -> None:
    assert period_before(Period.QUARTER, date(2026, 1, 1)) == (date(2025, 10, 1), date(2025, 12, 31))
    assert period_before(Period.MONTH, date(2026, 3, 1)) == (date(2026, 2, 1), date(2026, 2, 28))


@pytest.fixture
def report(company: Company) -> EarlyWarning:
    steady_market(company.b)
    report = report_about(company.a.customer)
    propose_one(report)
    return report


@pytest.fixture
def regular(company: Company, report: EarlyWarning) -> RegularReport:
    clock.shift(DECEMBER - clock.now())
    return RegularReportFactory(unit=company.a.unit, **NOVEMBER)


def signed(regular: RegularReport, company: Company) -> RegularReport:
    boss = company.a.general_manager
    services.comment_report(report=regular, comment="城东平稳", outlook="盯住停订户", by=boss, now=DECEMBER)
    return services.sign_report(report=regular, by=boss, now=DECEMBER)


def test_the_night_makes_each_report_once_for_its_person(company: Company, report: EarlyWarning) -> None:
    assert (
        services.make_reports(on=MONDAY.date(), now=MONDAY) == 0
    )  # nobody looked in October, nor in the third quarter
    assert services.make_reports(on=DECEMBER.date(), now=DECEMBER) == 3
    assert services.make_reports(on=DECEMBER.date(), now=DECEMBER) == 0
    made = {(each.unit.name, each.period): each.duty.owner for each in RegularReport.objects.all()}
    assert made == {
        ("公司", "month"): company.marketing_director,
        ("城东", "month"): company.a.general_manager,
        ("城西", "month"): company.b.general_manager,
    }
    assert Duty.objects.filter(kind="warning.regular").count() == 3
    january = DECEMBER + timedelta(days=31)
    Evaluation.objects.create(on=date(2026, 12, 7), started_at=DECEMBER, finished_at=DECEMBER)
    assert services.make_reports(on=january.date(), now=january) == 6  # the month and the quarter of three units


def test_its_figures(regular: RegularReport, report: EarlyWarning) -> None:
    counts = regular.figures["counts"]
    told = ("standing_before", "opened", "breaches", "closed", "standing", "proposed")
    assert [counts[name] for name in told] == [0, 1, 1, 0, 1, 1]
    assert regular.figures["before"]["opened"] == 0
    assert [(row["name_en"], row["signs"]) for row in regular.figures["indicators"]] == [
        ("orders fallen against three months", 1)
    ]
    assert regular.figures["waiting"][0]["customer"] == report.customer.name
    assert regular.figures["months"][-1] == {"month": "2026-11", "opened": 1, "closed": 0, "recovered": 0}


def test_commented_then_signed_in_this_order_by_its_person(company: Company, regular: RegularReport) -> None:
    boss = company.a.general_manager
    with pytest.raises(Refused):
        services.sign_report(report=regular, by=boss, now=DECEMBER)
    with pytest.raises(Refused):
        services.comment_report(report=regular, comment="我说", outlook="", by=company.b.general_manager, now=DECEMBER)
    with pytest.raises(Refused):
        services.comment_report(report=regular, comment=" ", outlook="", by=boss, now=DECEMBER)
    fresh = signed(regular, company)
    fresh.duty.refresh_from_db()
    assert (fresh.signed_by, fresh.signed_as, fresh.step, fresh.duty.state) == (
        boss, "branch_general_manager", "signed", "closed",
    )  # fmt: skip
    with pytest.raises(Refused):
        services.comment_report(report=regular, comment="再说", outlook="", by=boss, now=DECEMBER)


def test_the_database_lets_nobody_change_what_is_signed(company: Company, regular: RegularReport) -> None:
    for change in ({"signed_at": DECEMBER}, {"comment": "x"}, {"signed_at": DECEMBER, "fingerprint": "f" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RegularReport.objects.filter(pk=regular.pk).update(**change)
    signed(regular, company)
    for sql in (
        "UPDATE warnings_regularreport SET comment = 'x'",
        "UPDATE warnings_regularreport SET figures = '{}'",
        "UPDATE warnings_regularreport SET signed_at = NULL, signed_by_id = NULL, fingerprint = ''",
        "DELETE FROM warnings_regularreport",
    ):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_later_changes_of_facts_do_not_change_it(
    company: Company, regular: RegularReport, report: EarlyWarning, client: Client
) -> None:
    signed(regular, company)
    client.force_login(company.a.general_manager)
    url = f"/warnings/regular/{regular.pk}/"
    before = client.get(url).content.decode().split('<div id="figures" class="zd-grid">')[1].split("</main>")[0]
    # Facts come in anew, the customer gets another name and unit, reports open and close, evaluations run again.
    MonthlyFact.objects.filter(customer=report.customer).update(quantity=999, amount=9999)
    Customer.objects.filter(pk=report.customer_id).update(name="改了名的店", unit=company.b.unit)
    services.close(report=report, outcome="lost", conclusion="关门", by=report.duty.owner, now=DECEMBER)
    months(CustomerFactory(unit=company.a.unit), (100, 100, 100, 10))
    services.evaluate(on=DECEMBER.date(), now=DECEMBER)
    services.make_reports(on=DECEMBER.date(), now=DECEMBER)
    after = client.get(url).content.decode().split('<div id="figures" class="zd-grid">')[1].split("</main>")[0]
    assert after == before
    fresh = RegularReport.objects.get(pk=regular.pk)
    assert (fresh.figures, fresh.fingerprint) == (regular.figures, fingerprint_of(fresh))


def test_the_page_comments_and_signs(company: Company, regular: RegularReport, client: Client) -> None:
    client.force_login(company.a.general_manager)
    url = f"/warnings/regular/{regular.pk}/"
    answer = client.post(url + "comment/", {"comment": "", "outlook": "", "sign": "1"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["comment"])
    assert client.post(url + "comment/", {"comment": "平稳", "outlook": ""}).status_code == 302
    assert client.get(url).context["form"]["comment"].value() == "平稳"
    assert client.post(url + "comment/", {"comment": "平稳", "outlook": "", "sign": "1"}).status_code == 302
    assert client.get(url).context["form"] is None
    assert client.post(url + "comment/", {"comment": "改", "outlook": ""}).status_code == 409
    client.force_login(company.general_manager)
    assert client.get(url).context["may_act"] is False
    client.force_login(company.b.general_manager)
    assert client.get(url).status_code == 404


def test_the_list_costs_the_same_for_one_and_three(
    company: Company, regular: RegularReport, client: Client, django_assert_num_queries: Assert
) -> None:
    client.force_login(company.general_manager)
    client.get("/warnings/regular/")
    with django_assert_num_queries(7):
        assert client.get("/warnings/regular/").context["page"].paginator.count == 1
    services.make_reports(on=DECEMBER.date(), now=DECEMBER)
    with django_assert_num_queries(7):
        assert client.get("/warnings/regular/").context["page"].paginator.count == 3
    assert client.get("/warnings/regular/?view=signed").context["page"].paginator.count == 0
    assert client.get("/warnings/regular/?period=quarter").context["page"].paginator.count == 0
