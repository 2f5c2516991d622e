"""The pages: what they show, at a fixed number of queries, and what they refuse without losing what was typed."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from early_warnings import services
from early_warnings.models import EarlyWarning, Measure, Threshold, UnitWarning
from python_calamine import load_workbook

from accounts import clock
from tests.early_warnings.cases import MONDAY, months, propose_one, report_about, steady_market
from tests.factories.accounts import CustomerFactory, PersonFactory
from tests.factories.company import Company

Assert = Callable[..., Any]


@pytest.fixture
def officer(company: Company, client: Client) -> Client:
    client.force_login(company.a.customer_officer)
    return client


@pytest.fixture
def report(company: Company) -> EarlyWarning:
    steady_market(company.b)
    return report_about(company.a.customer)


def measures(*rows: tuple[str, int, str]) -> dict[str, str]:
    """What the form sends for rows of what, who, by when."""
    data = {"measures-TOTAL_FORMS": str(len(rows)), "measures-INITIAL_FORMS": "0"}
    for number, (what, who, by_when) in enumerate(rows):
        data |= {
            f"measures-{number}-way": "stock",
            f"measures-{number}-what": what,
            f"measures-{number}-who": str(who),
            f"measures-{number}-by_when": by_when,
        }
    return data


def test_the_list_costs_the_same_for_one_and_three(
    company: Company, report: EarlyWarning, officer: Client, django_assert_num_queries: Assert
) -> None:
    officer.get("/warnings/")
    with django_assert_num_queries(11):
        assert officer.get("/warnings/").context["page"].paginator.count == 1
    for _ in range(2):
        report_about(CustomerFactory(unit=company.a.unit))
    with django_assert_num_queries(11):
        assert officer.get("/warnings/").context["page"].paginator.count == 3


def test_the_record_costs_the_same_for_one_and_three_signs(
    company: Company, report: EarlyWarning, officer: Client, django_assert_num_queries: Assert
) -> None:
    with django_assert_num_queries(12):
        officer.get(f"/warnings/{report.pk}/")
    propose_one(report)
    propose_one(report, what="再盘一次")
    with django_assert_num_queries(12):
        officer.get(f"/warnings/{report.pk}/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"A-1", "A-x"}),
        ("?level=near", {"A-x"}),
        ("?importance=large", {"A-x"}),
        ("?q=A-1", {"A-1"}),
        ("?view=mine", {"A-1"}),
        ("?view=closed", set()),
        ("?level=nonsense&unit=0&indicator=x", {"A-1", "A-x"}),
    ],
)
def test_each_filter_narrows(
    company: Company, report: EarlyWarning, officer: Client, query: str, expected: set[str]
) -> None:
    other = CustomerFactory(code="A-x", unit=company.a.unit, importance="large")
    months(other, (100, 100, 100, 60))
    from early_warnings import services

    services.evaluate(on=MONDAY.date(), now=MONDAY)
    shown = officer.get(f"/warnings/{query}").context["page"].object_list
    assert {each.customer.code for each in shown} == expected


def test_another_branch_sees_nothing(company: Company, report: EarlyWarning, client: Client) -> None:
    client.force_login(company.b.customer_officer)
    assert client.get("/warnings/").context["page"].paginator.count == 0
    assert client.get(f"/warnings/{report.pk}/").status_code == 404
    assert client.post(f"/warnings/reports/{report.pk}/acknowledge/").status_code == 404


def test_the_export_has_what_the_list_shows(report: EarlyWarning, officer: Client) -> None:
    sheet = load_workbook(BytesIO(officer.get("/warnings/export/").content)).get_sheet_by_index(0).to_python()
    assert [row[:3] for row in sheet[1:]] == [[report.number, "A-1", report.customer.name]]
    assert officer.get("/warnings/export/?level=near").status_code == 200


def test_measures_are_proposed_on_the_page(company: Company, report: EarlyWarning, officer: Client) -> None:
    manager = company.a.account_manager.pk
    offered = officer.get(f"/warnings/{report.pk}/").context["proposing"]
    assert [row["by_when"].value() for row in (*offered, offered.empty_form)] == [clock.today() + timedelta(days=7)] * 2
    by_when = (MONDAY.date() + timedelta(days=400)).isoformat()
    answer = officer.post(f"/warnings/reports/{report.pk}/measures/", measures(("上门盘库", manager, by_when)))
    assert (answer.status_code, answer["Location"]) == (302, f"/warnings/{report.pk}/")
    assert list(Measure.objects.values_list("what", "who")) == [("上门盘库", manager)]


def test_what_was_typed_comes_back_with_the_error_at_its_field(
    company: Company, report: EarlyWarning, officer: Client
) -> None:
    answer = officer.post(
        f"/warnings/reports/{report.pk}/measures/", measures(("上门盘库", company.a.account_manager.pk, ""))
    )
    assert answer.status_code == 422
    assert list(answer.context["proposing"].forms[0].errors) == ["by_when"]
    assert 'value="上门盘库"' in answer.content.decode()
    assert Measure.objects.count() == 0


def test_closing_too_early_is_refused_in_words(report: EarlyWarning, officer: Client) -> None:
    answer = officer.post(f"/warnings/reports/{report.pk}/close/", {"outcome": "recovered", "conclusion": "好了"})
    assert answer.status_code == 409
    assert answer.context["refusal"] == "请先提出措施：没有措施的报告不能办结（WRN-5）。"


def test_the_whole_course_on_the_page(company: Company, report: EarlyWarning, officer: Client) -> None:
    officer.post(f"/warnings/reports/{report.pk}/acknowledge/")
    by_when = (MONDAY.date() + timedelta(days=400)).isoformat()
    rows = measures(("上门盘库", company.a.customer_officer.pk, by_when))
    officer.post(f"/warnings/reports/{report.pk}/measures/", rows)
    officer.post(f"/warnings/measures/{Measure.objects.get().pk}/done/")
    officer.post(f"/warnings/reports/{report.pk}/close/", {"outcome": "recovered", "conclusion": "补货后恢复"})
    report.refresh_from_db()
    assert (report.state, report.conclusion) == ("closed", "补货后恢复")
    page = officer.get(f"/warnings/{report.pk}/")
    assert (page.context["acts"], page.context["proposing"], page.context["closing"]) == ((), None, None)


def test_the_record_says_when_the_effect_was_measured(company: Company, report: EarlyWarning, officer: Client) -> None:
    measure = propose_one(report)
    services.finish_measure(measure=measure, by=measure.who, now=MONDAY)
    later = MONDAY + timedelta(days=28)
    services.evaluate(on=later.date(), now=later)
    measure.refresh_from_db()
    assert measure.measured_on == later.date()
    page = officer.get(f"/warnings/{report.pk}/")
    assert page.status_code == 200
    assert page.context["course"]["steps"][3]["at"] == later


def test_only_administrators_set_lines_and_the_old_ones_stay_in_the_history(company: Company, officer: Client) -> None:
    line = Threshold.objects.get(indicator__key="fallen-against-months", importance="core")
    url = f"/warnings/lines/{line.pk}/"
    assert officer.post(url, {"near": "0.9", "breach": "0.8"}).status_code == 403
    officer.force_login(PersonFactory(is_superuser=True))
    assert officer.post(url, {"near": "0.5", "breach": "0.8"}).status_code == 422
    assert officer.post(url, {"near": "0.9", "breach": "0.8"}).status_code == 302
    line.refresh_from_db()
    assert (str(line.near), str(line.breach)) == ("0.900", "0.800")
    history = officer.get(url).context["history"]
    assert [str(each.near) for each in history] == ["0.900", "0.800"]


def test_the_indicators_page_shows_how_many_reports_carry_each_sign(report: EarlyWarning, officer: Client) -> None:
    shown = {each.key: each.signs for each in officer.get("/warnings/indicators/").context["indicators"]}
    assert shown["fallen-against-months"] == 1
    assert shown["silence"] == 0


def test_similar_cases_are_counted(company: Company, report: EarlyWarning, officer: Client) -> None:
    measure = propose_one(report)
    services.finish_measure(measure=measure, by=report.duty.owner, now=MONDAY)
    services.close(report=report, outcome="recovered", conclusion="好了", by=report.duty.owner, now=MONDAY)
    other = report_about(CustomerFactory(unit=company.a.unit))
    similar = officer.get(f"/warnings/{other.pk}/similar/").context["similar"]
    assert [(each.way, each.used, each.recovered, each.example) for each in similar] == [
        ("盘库、调换滞销品", 1, 1, "上门盘库")
    ]


def test_the_chart_shows_the_months_and_both_lines(report: EarlyWarning, officer: Client) -> None:
    chart = officer.get(f"/warnings/{report.pk}/").context["chart"]
    lines = {line["kind"]: line["values"] for line in chart["lines"]}
    market = float(report.signs.get().market)
    assert (len(chart["x"]), chart["x"][-1], lines["main"][-4:]) == (24, "2026-10", [100.0, 100.0, 100.0, 30.0])
    assert (lines["near"][-1], lines["over"][-1]) == (round(50 * market, 1), round(40 * market, 1))


def test_a_line_is_tried_before_it_is_set(company: Company, report: EarlyWarning, officer: Client) -> None:
    months(company.b.customer, (100, 100, 100, 45))
    line = Threshold.objects.get(indicator__key="fallen-against-months", importance="")
    officer.force_login(PersonFactory(is_superuser=True))
    tried = officer.post(f"/warnings/lines/{line.pk}/", {"near": "0.4", "breach": "0.2", "try": "1"}).context["tried"]
    assert (tried["before"], tried["after"]) == (services.Crossing(1, 1), services.Crossing(0, 1))
    line.refresh_from_db()
    assert (str(line.near), str(line.breach), EarlyWarning.objects.count()) == ("0.500", "0.400", 1)


def test_a_units_line_is_tried_too(company: Company, report: EarlyWarning, officer: Client) -> None:
    for _ in range(10):
        months(CustomerFactory(unit=company.a.unit, tier=1), (100, 100, 100, 30))
    line = Threshold.objects.get(indicator__key="upper-tiers-falling")
    officer.force_login(PersonFactory(is_superuser=True))
    tried = officer.post(f"/warnings/lines/{line.pk}/", {"near": "2", "breach": "3", "try": "1"}).context["tried"]
    assert (tried["before"], tried["after"]) == (services.Crossing(1, 0), services.Crossing(0, 0))


def test_the_customers_behind_a_ratio_are_listed(
    company: Company, client: Client, django_assert_num_queries: Assert
) -> None:
    steady_market(company.b)
    falling = [CustomerFactory(unit=company.a.unit, tier=1 + number % 3) for number in range(15)]
    for customer in falling:
        months(customer, (100, 100, 100, 30))
    services.evaluate(on=MONDAY.date(), now=MONDAY)
    warning = UnitWarning.objects.get(indicator__family="ratio")
    client.force_login(company.a.general_manager)
    client.get(f"/warnings/units/{warning.pk}/")
    with django_assert_num_queries(11):
        behind = client.get(f"/warnings/units/{warning.pk}/").context["behind"]
    assert {sign.warning.customer for sign in behind} == {each for each in falling if each.tier < 3}
    assert warning.counted == 10


def test_the_board_counts_by_branch(company: Company, report: EarlyWarning, client: Client) -> None:
    client.force_login(company.general_manager)
    board = client.get("/warnings/units/").context["board"]
    assert [(row.unit, row.customers, row.breach, row.near, row.rate) for row in board] == [
        (company.a.unit, 2, 1, 0, 500.0),
        (company.b.unit, 10, 0, 0, 0.0),
    ]
