"""The pages of a visit: arriving, logging it, the shop before it, the record after it, its problems."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Person
from accounts.services.facts import ensure_partitions
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory
from tests.factories.company import Company, signed_in
from tests.factories.visits import (
    DayPlanFactory,
    PlanStopFactory,
    ProblemFactory,
    VisitFactory,
    at,
)
from tests.visits.field import passed
from visits.models import Problem, Visit


def arrival(**values: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "mode": "on_site", "latitude": "30.6596", "longitude": "104.0648"} | values


def test_a_plain_visit_in_two_requests(company: Company, manager: Person, today: date, client: Client) -> None:
    """Arrive, tick one act, leave: three taps and nothing typed."""
    passed(manager, company, today)
    stop = PlanStopFactory(plan=DayPlanFactory(person=manager, date=today), customer=company.a.customer)
    sent = arrival()
    answer = client.post(reverse("visits:arrive", args=[company.a.customer.pk]), sent)
    again = client.post(reverse("visits:arrive", args=[company.a.customer.pk]), sent)
    visit = Visit.objects.get()
    assert answer["Location"] == again["Location"] == reverse("visits:visit", args=[visit.pk])
    assert (visit.distance, visit.stop) == (111, stop)
    assert client.get(reverse("visits:visit", args=[visit.pk])).status_code == 200
    leaving = {"acts": ["visit", "inquire"], "next_step": "", **_no_problems()}
    assert client.post(reverse("visits:visit", args=[visit.pk]), leaving)["Location"] == reverse("visits:day")
    visit.refresh_from_db()
    stop.refresh_from_db()
    assert (visit.state, visit.acts, visit.counts, stop.state) == ("done", ["visit", "inquire"], True, "done")
    record = client.get(reverse("visits:visit", args=[visit.pk]))
    assert record.context["acts"] == ["拜访", "询问"]


def _no_problems() -> dict[str, str]:
    return {"problems-TOTAL_FORMS": "0", "problems-INITIAL_FORMS": "0"}


def test_a_visit_with_everything(company: Company, manager: Person, today: date, client: Client) -> None:
    visit = VisitFactory(
        customer=company.a.customer, person=manager, open=True, visited_on=today, started_at=clock.now()
    )
    tomorrow = today + timedelta(days=1)
    sent = {
        "acts": ["visit"],
        "guidance": ["stock"],
        "notes": "想多要两条",
        "market_notes": "对面新开一家",
        "next_step": "call",
        "next_on": tomorrow.isoformat(),
        "next_note": "催订",
        "problems-TOTAL_FORMS": "2",
        "problems-INITIAL_FORMS": "0",
        "problems-0-what": "后仓受潮",
        "problems-0-owner": str(company.a.sales_manager.pk),
        "problems-0-due_on": tomorrow.isoformat(),
        "problems-1-what": "",
        "problems-1-owner": str(manager.pk),
        "problems-1-due_on": tomorrow.isoformat(),
    }
    assert client.post(reverse("visits:visit", args=[visit.pk]), sent).status_code == 302
    client.post(reverse("visits:visit", args=[visit.pk]), sent)
    visit.refresh_from_db()
    assert (visit.acts, visit.notes, visit.next_step, visit.next_on) == (
        ["visit", "guide"],
        "想多要两条",
        "call",
        tomorrow,
    )
    problem = Problem.objects.get()
    assert (problem.what, problem.owner, problem.due_on) == ("后仓受潮", company.a.sales_manager, tomorrow)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"acts": []}, 409),
        ({"next_step": "come", "next_on": ""}, 409),
        ({"problems-0-due_on": "2020-01-01"}, 422),
        ({"problems-0-owner": "999999"}, 422),
        ({"problems-0-due_on": ""}, 422),
    ],
)
def test_what_is_incomplete_stays_on_the_page(
    company: Company, manager: Person, today: date, client: Client, changes: dict[str, Any], status: int
) -> None:
    visit = VisitFactory(
        customer=company.a.customer, person=manager, open=True, visited_on=today, started_at=clock.now()
    )
    sent = {
        "acts": ["visit"],
        "next_step": "",
        "problems-TOTAL_FORMS": "1",
        "problems-INITIAL_FORMS": "0",
        "problems-0-what": "后仓受潮",
        "problems-0-owner": str(manager.pk),
        "problems-0-due_on": today.isoformat(),
    } | changes
    answer = client.post(reverse("visits:visit", args=[visit.pk]), sent)
    visit.refresh_from_db()
    assert (answer.status_code, visit.state, "后仓受潮" in answer.content.decode()) == (status, "open", True)


def test_arriving_without_a_check_leads_to_the_gate(company: Company, manager: Person, client: Client) -> None:
    answer = client.post(reverse("visits:arrive", args=[company.a.customer.pk]), arrival())
    assert (answer["Location"], Visit.objects.count()) == (reverse("visits:gate"), 0)
    assert client.post(reverse("visits:arrive", args=[company.a.customer.pk]), arrival(mode="phone")).status_code == 302
    assert Visit.objects.get().mode == "phone"


def test_arriving_elsewhere_leads_back_to_the_open_visit(
    company: Company, manager: Person, today: date, client: Client
) -> None:
    visit = VisitFactory(customer=company.a.customer, person=manager, open=True, visited_on=today)
    other = CustomerFactory(account_manager=manager, unit=company.a.unit)
    answer = client.post(reverse("visits:arrive", args=[other.pk]), arrival(mode="phone"))
    assert answer["Location"] == reverse("visits:visit", args=[visit.pk])
    client.post(reverse("visits:cancel", args=[visit.pk]))
    assert Visit.objects.count() == 0


@pytest.mark.parametrize("months", [1, 3])
def test_the_shop_page_takes_the_same_queries(
    company: Company,
    manager: Person,
    today: date,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    months: int,
) -> None:
    """The card before a visit: trend, stock, open matters, last words (VIS-5)."""
    first = today.replace(day=1)
    past = [(first - timedelta(days=20 + 31 * number)).replace(day=1) for number in range(months)]
    ensure_partitions(months=past)
    for month in past:
        MonthlyFactFactory(customer=company.a.customer, month=month, stock=100)
        VisitFactory(customer=company.a.customer, started_at=at(9, 0, month), visited_on=month)
    with django_assert_num_queries(12):
        answer = client.get(reverse("visits:customer", args=[company.a.customer.pk]))
    shown = answer.context["preparation"]
    assert (len(shown.trend.values), shown.trend.values[-1], shown.stock) == (12, 130.0, 100.0)
    assert len(shown.last_visits) == months


def test_the_record_of_a_visit(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visit = VisitFactory(customer=company.a.customer)
    VisitFactory(customer=company.a.customer, started_at=at(8))
    signed_in(client, company.a.sales_manager)
    with django_assert_num_queries(8):
        answer = client.get(reverse("visits:visit", args=[visit.pk]))
    assert len(answer.context["events"]) == 1


def test_a_problem_is_solved_on_its_page(company: Company, client: Client) -> None:
    problem = ProblemFactory(visit=VisitFactory(customer=company.a.customer), owner=company.a.sales_manager)
    signed_in(client, company.a.sales_manager)
    page = reverse("visits:problem", args=[problem.pk])
    assert client.get(page).context["may_solve"] is True
    assert client.post(page, {"solution": ""}).status_code == 422
    assert client.post(page, {"solution": "换了货架"}).status_code == 302
    assert [row.solution for row in client.get(reverse("visits:problems"), {"view": "solved"}).context["page"]] == [
        "换了货架"
    ]
    other = signed_in(client, company.a.account_managers[1])
    assert other.get(page).status_code == 404
