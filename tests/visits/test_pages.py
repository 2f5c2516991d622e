"""The pages: what they show, how few queries they take, and what happens on them."""

import uuid
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from accounts import clock
from accounts.models import Customer, Person
from accounts.rules import Role
from accounts.services.facts import ensure_partitions
from risk.models import PreTripCheck
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory
from tests.factories.company import Company
from tests.factories.visits import (
    DayPlanFactory,
    PlanStopFactory,
    PreTripCheckFactory,
    ProblemFactory,
    VisitFactory,
    at,
)
from visits.models import DayPlan, DayRule, PlanOmission, PlanStop, Problem, Visit, VisitClock, VisitInterval
from visits.services import refresh_clocks

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def today(db: None) -> date:
    return clock.today()


@pytest.fixture
def manager(company: Company, client: Client) -> Person:
    """The account manager of branch A, signed in."""
    person = Person.objects.get(pk=company.a.account_manager.pk)
    client.force_login(person, backend=BACKEND)
    return person


def signed_in(client: Client, person: Person) -> Client:
    client.force_login(Person.objects.get(pk=person.pk), backend=BACKEND)
    return client


def day_of(manager: Person, today: date, stops: int, unit: Any) -> DayPlan:
    plan = DayPlanFactory(person=manager, date=today, metres=5300, minutes=296)
    for _ in range(stops):
        customer = CustomerFactory(
            account_manager=manager, unit=unit, file={"owner_name": "周顺达", "supply_grade": 18}
        )
        PlanStopFactory(plan=plan, customer=customer)
    return plan


def passed(manager: Person, company: Company, today: date) -> PreTripCheck:
    return PreTripCheckFactory(person=manager, unit=company.a.unit, day=today, checked_at=at(8, 22, today))


@pytest.mark.parametrize("stops", [1, 3])
def test_the_day_takes_the_same_queries(
    company: Company,
    manager: Person,
    today: date,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    stops: int,
) -> None:
    plan = day_of(manager, today, stops, company.a.unit)
    for _ in range(stops):
        left = CustomerFactory(account_manager=manager, unit=company.a.unit)
        PlanOmission.objects.create(plan=plan, customer=left, reason="no_capacity")
    with django_assert_num_queries(10):
        answer = client.get(reverse("visits:day"))
    assert answer.status_code == 200
    assert len(answer.context["day"].stops) == stops


def test_the_day_shows_where_to_next_and_why(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 2, company.a.unit)
    answer = client.get(reverse("visits:day"))
    first = plan.stops.first()
    assert first is not None
    assert answer.context["day"].next == first
    assert [why.text for why in answer.context["day"].next.why] == ["三级，超期 2 天没去"]
    assert reverse("visits:gate") in answer.content.decode()  # nobody has looked at the vehicle yet
    passed(manager, company, today)
    assert reverse("visits:arrive", args=[first.customer_id]) in client.get(reverse("visits:day")).content.decode()


def test_nearest_first(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 3, company.a.unit)
    manager.start_latitude, manager.start_longitude = 30.6586, 104.0648
    manager.save()
    for stop, north in zip(plan.stops.all(), (0.03, 0.01, 0.02), strict=True):
        Customer.objects.filter(pk=stop.customer_id).update(latitude=30.6586 + north)
    shown = client.get(reverse("visits:day"), {"order": "near"}).context["day"]
    assert [stop.sequence for stop in shown.left] == [2, 3, 1]
    assert shown.left[0].away == 1112


def test_somebody_who_leads_is_sent_to_the_team(company: Company, client: Client) -> None:
    answer = signed_in(client, company.a.sales_manager).get(reverse("visits:day"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("visits:team"))


def test_a_day_without_a_plan_says_so(company: Company, manager: Person, client: Client) -> None:
    answer = client.get(reverse("visits:day"))
    assert (answer.status_code, answer.context["day"].plan) == (200, None)
    assert client.get("/visits/day/2026-13-45/").status_code == 404


def test_a_stop_is_skipped_and_taken_back(company: Company, manager: Person, today: date, client: Client) -> None:
    stop = day_of(manager, today, 1, company.a.unit).stops.get()
    assert client.get(reverse("visits:skip", args=[stop.pk])).status_code == 200
    assert client.post(reverse("visits:skip", args=[stop.pk]), {"reason": "other"}).status_code == 422
    answer = client.post(reverse("visits:skip", args=[stop.pk]), {"reason": "closed"})
    stop.refresh_from_db()
    assert (answer["Location"], stop.state, stop.skip_reason) == (reverse("visits:day"), "skipped", "closed")
    client.post(reverse("visits:take-back", args=[stop.pk]))
    stop.refresh_from_db()
    assert stop.state == "planned"


def test_a_supervisor_sees_a_stop_but_does_not_skip_it(company: Company, today: date, client: Client) -> None:
    stop = day_of(company.a.account_manager, today, 1, company.a.unit).stops.get()
    answer = signed_in(client, company.a.sales_manager).post(
        reverse("visits:skip", args=[stop.pk]), {"reason": "closed"}
    )
    stop.refresh_from_db()
    assert (answer.status_code, stop.state) == (409, "planned")


def test_a_customer_is_found_and_added(company: Company, manager: Person, today: date, client: Client) -> None:
    day_of(manager, today, 1, company.a.unit)
    wanted = CustomerFactory(account_manager=manager, unit=company.a.unit, name="柳溪顺达烟酒店")
    found = client.get(reverse("visits:add", args=[today]), {"q": "柳溪"}).context["found"]
    assert list(found) == [wanted]
    client.post(reverse("visits:add-customer", args=[today, wanted.pk]))
    client.post(reverse("visits:add-customer", args=[today, wanted.pk]))
    assert PlanStop.objects.filter(customer=wanted).count() == 1


def test_a_day_is_planned_again_on_demand(company: Company, manager: Person, client: Client) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    answer = client.post(reverse("visits:plan-again", args=[tomorrow]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("visits:day-on", args=[tomorrow]))
    plan = DayPlan.objects.get(person=manager, date=tomorrow)
    assert (plan.state, [stop.customer for stop in plan.stops.all()]) == ("made", [company.a.customer])


def _checked(**failed: str) -> dict[str, str]:
    items = ("tyres", "brakes", "lights", "steering", "helmet", "gloves", "knee_pads")
    return {"key": str(uuid.uuid4()), **{item: failed.get(item, "ok") for item in items}}


def test_the_gate_opens_after_a_whole_check(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 2, company.a.unit)
    assert client.get(reverse("visits:gate")).status_code == 200
    partly = _checked()
    del partly["helmet"]
    assert client.post(reverse("visits:gate"), partly).status_code == 422
    assert client.post(reverse("visits:gate"), _checked())["Location"] == reverse("visits:day")
    plan.refresh_from_db()
    assert (PreTripCheck.objects.get().passed, plan.started_at is not None) == (True, True)


def test_a_failed_check_stops_the_rides(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 2, company.a.unit)
    client.post(reverse("visits:gate"), _checked(brakes="bad") | {"remark": "后刹偏软"})
    check = PreTripCheck.objects.get()
    assert (check.failed, check.remark, check.repair.done_at) == (["brakes"], "后刹偏软", None)
    assert set(plan.stops.values_list("mode", "mode_cause")) == {("phone", "check")}


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


def test_a_person_sees_the_pages_in_their_language(company: Company, manager: Person, client: Client) -> None:
    client.cookies["django_language"] = "en"
    Person.objects.filter(pk=manager.pk).update(language="en")
    assert "This day has no plan yet" in client.get(reverse("visits:day")).content.decode()
