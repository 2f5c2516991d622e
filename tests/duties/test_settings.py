"""Escalation rules and the calendar as an administrator sets them."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from duties import services
from duties.models import CalendarDay, EscalationRule
from duties.rules import Step, faults_of_steps
from tests.factories.accounts import PersonFactory, PostFactory
from tests.factories.company import Company
from tests.factories.duties import promise_rule

AM, SM, GM = Role.ACCOUNT_MANAGER, Role.BRANCH_SALES_MANAGER, Role.BRANCH_GENERAL_MANAGER


@pytest.fixture
def administrator(company: Company) -> Person:
    return PostFactory(person=PersonFactory(name="管理员"), unit=company.unit, role=Role.ADMINISTRATOR).person


def levels(rule: EscalationRule) -> list[tuple[int, str, int]]:
    return list(rule.steps.values_list("level", "role", "limit_minutes"))


@pytest.mark.parametrize(
    ("steps", "faults"),
    [
        ([], ["none"]),
        ([Step(1, AM, 60), Step(2, SM, 60)], []),
        ([Step(1, AM, 60), Step(2, GM, 60)], []),
        ([Step(1, AM, 0)], ["limit"]),
        ([Step(1, SM, 60), Step(2, SM, 60)], ["twice"]),
        ([Step(1, SM, 60), Step(2, AM, 60)], ["down"]),
        ([Step(1, GM, 60), Step(2, SM, 60)], ["down"]),
        ([Step(2, SM, 60), Step(1, GM, 60)], ["down"]),
        ([Step(1, Role.CUSTOMER_OFFICER, 60), Step(2, Role.MARKETING_MANAGER, 60)], []),
    ],
)
def test_what_is_a_ladder(steps: list[Step], faults: list[str]) -> None:
    assert faults_of_steps(steps) == faults


def form(*steps: tuple[str, str]) -> dict[str, str]:
    sent = {"form-TOTAL_FORMS": str(len(steps)), "form-INITIAL_FORMS": "0"}
    for number, (role, hours) in enumerate(steps):
        sent |= {f"form-{number}-role": role, f"form-{number}-hours": hours}
    return sent


def test_levels_are_set_and_what_was_before_is_kept(company: Company, client: Client, administrator: Person) -> None:
    rule = promise_rule()
    client.force_login(administrator)
    page = client.get(f"/duties/rules/{rule.pk}/")
    assert [(row["role"].value(), row["hours"].value()) for row in page.context["formset"]] == [
        (AM, 15), (SM, 7.5), (GM, 3.75),
    ]  # fmt: skip
    answer = client.post(f"/duties/rules/{rule.pk}/", form((AM, "7.5"), ("", ""), (GM, "2")))
    assert answer.headers["Location"] == "/duties/rules/"
    assert levels(rule) == [(1, AM, 450), (2, GM, 120)]
    events = client.get(f"/duties/rules/{rule.pk}/").context["events"]
    assert [(event["text"], event["by"]) for event in events[:3]] == [
        ("撤销：第 3 级：分支机构总经理，3.75 工作小时", administrator),
        ("改为：第 2 级：分支机构总经理，2 工作小时", administrator),
        ("改为：第 1 级：客户经理，7.5 工作小时", administrator),
    ]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "规则至少要有一级"),
        ([(SM, "2"), (SM, "2")], "相邻两级是同一职务"),
        ([(GM, "2"), (SM, "2")], "事项只上升，不下降"),
        ([(SM, "")], "请填写办理时限"),
        ([(SM, "0")], "请填写办理时限"),
        ([("emperor", "2")], "emperor"),
        ([(SM, "99999")], "invalid-feedback"),
    ],
)
def test_what_is_no_ladder_is_refused_in_words(
    company: Company, client: Client, administrator: Person, steps: list[tuple[str, str]], words: str
) -> None:
    rule = promise_rule()
    before = levels(rule)
    client.force_login(administrator)
    answer = client.post(f"/duties/rules/{rule.pk}/", form(*steps))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert levels(rule) == before


def test_setting_the_same_levels_writes_nothing(company: Company, administrator: Person) -> None:
    rule = promise_rule()
    steps = [Step(*level) for level in levels(rule)]
    before = list(rule.steps.values_list("pk", flat=True))
    services.set_steps(rule=rule, steps=steps, by=administrator, now=clock.now())
    assert list(rule.steps.values_list("pk", flat=True)) == before


def test_every_kind_is_listed_with_its_levels(
    company: Company, client: Client, administrator: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    promise_rule()
    client.force_login(administrator)
    with django_assert_num_queries(7):
        page = client.get("/duties/rules/")
    assert page.status_code == 200
    assert "test.promise" in {row["rule"].kind for row in page.context["rows"]}
    # A case is called what its field calls it: whose complaint is grave, how important the customer is.
    cases = {(row["rule"].kind, row["rule"].variant): row["case"] for row in page.context["rows"]}
    assert cases["complaint.assign", "major"] == "重大"
    assert (cases["warning.report", "core"], cases["warning.report", ""]) == ("核心", "")
    promise_rule(variant="core")
    with django_assert_num_queries(7):
        client.get("/duties/rules/")


def test_a_year_with_holidays_make_up_days_and_own_days(
    company: Company, client: Client, administrator: Person
) -> None:
    client.force_login(administrator)
    answer = client.post("/duties/calendar/set/", {"day": "2026-11-25", "works": "0", "name": "停电检修"})
    assert answer.headers["Location"] == "/duties/calendar/?year=2026"
    assert CalendarDay.objects.get() == CalendarDay(day=date(2026, 11, 25), works=False, name="停电检修")
    page = client.get("/duties/calendar/?year=2026")
    days = {day.day: day for month in page.context["shown"] for day in month.days}
    assert len(days) == 365
    shown = {day: (found.works, found.own, found.name) for day, found in days.items()}
    assert shown[date(2026, 11, 25)] == (False, True, "停电检修")
    assert shown[date(2026, 10, 1)] == (False, False, "国庆节")
    assert shown[date(2026, 10, 10)] == (True, False, "国庆节调休")
    assert shown[date(2026, 2, 17)] == (False, False, "春节")
    assert shown[date(2026, 11, 24)] == (True, False, "")
    assert not page.context["provisional"]
    assert [(event["text"], event["by"]) for event in page.context["events"]] == [
        ("设定：2026-11-25 停电检修, 休息", administrator)
    ]
    client.post("/duties/calendar/clear/", {"day": "2026-11-25"})
    assert CalendarDay.objects.count() == 0


def test_a_year_not_published_yet_is_provisional(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    page = client.get("/duties/calendar/?year=2027")
    assert (page.context["provisional"], page.context["may_edit"]) == (True, False)
    assert "暂定" in page.content.decode()
    names = {day.day: day.name for month in page.context["shown"] for day in month.days}
    assert (names[date(2027, 10, 1)], names[date(2027, 2, 9)]) == ("国庆节", "春节")


@pytest.mark.parametrize("sent", [{}, {"day": "x", "works": "0", "name": "y"}, {"day": "2026-11-25", "works": "2"}])
def test_a_day_that_is_not_said_whole_is_refused(
    company: Company, client: Client, administrator: Person, sent: dict[str, str]
) -> None:
    client.force_login(administrator)
    assert client.post("/duties/calendar/set/", sent).status_code == 422
    assert CalendarDay.objects.count() == 0


@pytest.mark.parametrize("query", ["year=x", "year=1990", "year=99999", ""])
def test_odd_years_show_this_one(company: Company, client: Client, query: str) -> None:
    client.force_login(company.a.account_manager)
    assert client.get(f"/duties/calendar/?{query}").context["year"] == clock.today().year


def test_only_administrators_set_rules_and_days(company: Company, client: Client) -> None:
    rule = promise_rule()
    before = levels(rule)
    client.force_login(company.general_manager)
    for address in ("/duties/rules/", f"/duties/rules/{rule.pk}/"):
        assert client.get(address).status_code == 404
    sent = {"day": "2026-11-25", "works": "0", "name": "x"}
    for address in (f"/duties/rules/{rule.pk}/", "/duties/calendar/set/", "/duties/calendar/clear/"):
        assert client.post(address, {**sent, **form((GM, "1"))}).status_code == 404
    assert (levels(rule), CalendarDay.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    "address", ["escalationrule/", "calendarday/", "duty/", "message/", "notice/", "heartbeat/", "duty/add/"]
)
def test_the_admin_shows_them(company: Company, client: Client, address: str) -> None:
    client.force_login(PersonFactory(is_superuser=True, is_staff=True))
    promise_rule()
    services.open_duty(kind="test.promise", subject_id=1, unit=company.a.unit, now=clock.now())
    assert client.get(f"/admin/duties/{address}").status_code == (403 if address.endswith("add/") else 200)
