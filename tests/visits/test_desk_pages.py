"""The desk's pages: visits, what is due, the team, a plan, the matrix."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from accounts.rules import Role
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company, signed_in
from tests.factories.visits import (
    DayPlanFactory,
    PlanStopFactory,
    ProblemFactory,
    VisitFactory,
    at,
)
from tests.visits.field import day_of
from visits.models import DayRule, VisitClock, VisitInterval
from visits.services import refresh_clocks


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(rows):
        visit = VisitFactory(customer=company.a.customer, started_at=at(9 + number))
        ProblemFactory(visit=visit)
    signed_in(client, company.a.sales_manager)
    with django_assert_num_queries(8):
        answer = client.get(reverse("visits:list"))
    assert [each.problem_count for each in answer.context["page"]] == [1] * rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 3),
        ({"mode": "phone"}, 1),
        ({"act": "care"}, 1),
        ({"since": "2026-11-20"}, 2),
        ({"until": "2026-11-19"}, 1),
        ({"planned": "no"}, 3),
        ({"planned": "yes"}, 0),
        ({"q": "A-2"}, 1),
        ({"mode": "broom", "since": "yesterday"}, 3),
        ({"view": "mine"}, 0),
    ],
)
def test_the_list_filters(company: Company, client: Client, query: dict[str, str], found: int) -> None:
    VisitFactory(customer=company.a.customer, visited_on=date(2026, 11, 20))
    VisitFactory(customer=company.a.customer, visited_on=date(2026, 11, 19), mode="phone")
    VisitFactory(customer=company.a.customers[1], visited_on=date(2026, 11, 21), acts=["visit", "care"])
    VisitFactory(customer=company.b.customer)
    answer = signed_in(client, company.a.sales_manager).get(reverse("visits:list"), query)
    assert answer.context["page"].paginator.count == found


@pytest.mark.parametrize(("sort", "first"), [("", "2026-11-21"), ("when", "2026-11-19"), ("-when", "2026-11-21")])
def test_the_list_sorts(company: Company, client: Client, sort: str, first: str) -> None:
    for day in (19, 21, 20):
        VisitFactory(customer=company.a.customer, visited_on=date(2026, 11, day))
    answer = signed_in(client, company.a.sales_manager).get(reverse("visits:list"), {"sort": sort})
    assert answer.context["page"][0].visited_on.isoformat() == first


def test_the_export_holds_what_the_list_shows(company: Company, client: Client) -> None:
    VisitFactory(customer=company.a.customer, notes="=1+1")
    VisitFactory(customer=company.b.customer)
    answer = signed_in(client, company.a.sales_manager).get(reverse("visits:export"), {"columns": "when,customer"})
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows == [["时间", "客户", "客户编码", "单位"], ["2026-11-23 09:00", company.a.customer.name, "A-1", "城东"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_due_list_takes_the_same_queries(
    company: Company, client: Client, today: date, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows - 1):
        CustomerFactory(account_manager=company.a.account_manager, unit=company.a.unit)
    refresh_clocks(on=today - timedelta(days=2))
    signed_in(client, company.a.account_manager)
    with django_assert_num_queries(10):
        answer = client.get(reverse("visits:due"))
    assert len(answer.context["page"]) == rows


def test_what_is_due_is_shown_by_role(company: Company, today: date, client: Client) -> None:
    VisitFactory(customer=company.a.customer, visited_on=today)
    refresh_clocks(on=today - timedelta(days=1))
    signed_in(client, company.a.sales_manager)
    due = reverse("visits:due")
    assert client.get(due).context["role"] == Role.BRANCH_SALES_MANAGER
    assert len(client.get(due, {"view": "over"}).context["page"]) == 2
    soon = client.get(due, {"role": "account_manager", "view": "soon"}).context["page"]
    assert [row.customer for row in soon] == [company.a.customer]
    assert len(client.get(due, {"q": "A-2", "tier": "5"}).context["page"]) == 1


@pytest.mark.parametrize("people", [1, 3])
def test_the_team_takes_the_same_queries(
    company: Company, client: Client, today: date, django_assert_num_queries: DjangoAssertNumQueries, people: int
) -> None:
    managers = [*company.a.account_managers, company.b.account_manager][:people]
    for manager in managers:
        plan = DayPlanFactory(person=manager, date=today)
        PlanStopFactory(plan=plan, customer=company.a.customer, state="done", acted_at=at(9))
    signed_in(client, company.marketing_director)
    with django_assert_num_queries(12):
        answer = client.get(reverse("visits:team"))
    counts = [person.counts["done"] for person in answer.context["page"]]
    assert (sum(counts), len(counts)) == (people, 4)
    assert answer.context["totals"] == {"planned": people, "done": people, "skipped": 0}


def test_the_team_is_ones_own(company: Company, client: Client) -> None:
    shown = signed_in(client, company.a.sales_manager).get(reverse("visits:team")).context["page"]
    assert {person.pk for person in shown} == {manager.pk for manager in company.a.account_managers}
    alone = signed_in(client, company.a.account_manager).get(reverse("visits:team"), {"on": "2026-11-20"})
    assert [person.pk for person in alone.context["page"]] == [company.a.account_manager.pk]


@pytest.mark.parametrize("stops", [1, 3])
def test_a_plan_at_the_desk_takes_the_same_queries(
    company: Company, client: Client, today: date, django_assert_num_queries: DjangoAssertNumQueries, stops: int
) -> None:
    plan = day_of(company.a.account_manager, today, stops, company.a.unit)
    signed_in(client, company.a.sales_manager)
    with django_assert_num_queries(10):
        answer = client.get(reverse("visits:plan", args=[plan.pk]))
    assert len(answer.context["day"].stops) == stops


def test_the_matrix_is_read_by_all_and_set_by_few(company: Company, today: date, client: Client) -> None:
    page = reverse("visits:matrix")
    refresh_clocks(on=today)
    VisitFactory(customer=company.a.customer, visited_on=today)
    refresh_clocks(on=today)
    form = signed_in(client, company.general_manager).get(page).context
    sent = {name: form["form"][name].value() or "" for name in form["form"].fields}
    rule = {name: form["rule"][name].value() for name in form["rule"].fields}
    sent |= rule | {"service_minutes": "20,15,15,10,10", "stops_most": "25"}
    sent["number-5-account_manager"], sent["unit-5-account_manager"] = "2", "week"
    sent["number-5-branch_general_manager"] = ""
    assert signed_in(client, company.a.sales_manager).post(page, sent).status_code == 403
    assert signed_in(client, company.general_manager).post(page, sent).status_code == 302
    assert VisitInterval.objects.count() == 21
    assert DayRule.objects.get().stops_most == 25
    due = VisitClock.objects.get(customer=company.a.customer, role=Role.ACCOUNT_MANAGER).due_on
    assert due == today + timedelta(days=14)
    assert VisitClock.objects.filter(role=Role.BRANCH_GENERAL_MANAGER).count() == 0
    said = [each["text"] for each in client.get(page).context["history"]]
    assert said == ["五级 · 客户经理: 2 周", "五级 · 分支机构总经理: 半年，不再要求"]
    sent["number-5-account_manager"] = "0"
    assert client.post(page, sent).status_code == 422
