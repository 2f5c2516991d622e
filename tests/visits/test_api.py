"""What a page does the API does, under the same scope and rules (ALL-3)."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from risk.models import PreTripCheck
from tests.factories.company import Company
from tests.factories.visits import (
    DayPlanFactory,
    PlanStopFactory,
    PreTripCheckFactory,
    ProblemFactory,
    VisitFactory,
    at,
)
from visits.models import DayPlan, PlanStop, Problem, Visit, VisitInterval
from visits.services import refresh_clocks


@pytest.fixture
def api(company: Company) -> APIClient:
    """The account manager of branch A."""
    return of(company.a.account_manager)


def of(person: Person) -> APIClient:
    client = APIClient()
    client.force_authenticate(Person.objects.get(pk=person.pk))
    return client


def whole(company: Company, **values: Any) -> dict[str, Any]:
    ended = clock.now()
    return {
        "key": str(uuid.uuid4()),
        "customer": company.a.customer.pk,
        "mode": "phone",
        "started_at": (ended - timedelta(minutes=12)).isoformat(),
        "ended_at": ended.isoformat(),
        "acts": ["visit", "inquire"],
    } | values


def test_a_whole_visit_sent_twice_is_one(company: Company, api: APIClient) -> None:
    found = {
        "key": str(uuid.uuid4()),
        "what": "后仓受潮",
        "owner": company.a.sales_manager.pk,
        "due_on": clock.today().isoformat(),
    }
    sent = whole(company, guidance=["stock"], problems=[found], arrived={"latitude": 30.6596, "longitude": 104.0648})
    first, second = (api.post(reverse("visits-list"), sent, format="json") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    visit = Visit.objects.get()
    assert (visit.acts, visit.guidance, visit.distance, visit.minutes) == (
        ["visit", "inquire", "guide"],
        ["stock"],
        111,
        12,
    )
    assert Problem.objects.get().owner == company.a.sales_manager


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"mode": "on_site"}, 409),  # VIS-10: nobody looked at the vehicle
        ({"ended_at": "2099-01-01T10:00:00+08:00"}, 409),
        ({"acts": ["sing"]}, 400),
        ({"customer": 999_999}, 400),
        ({"next_step": "come"}, 409),
        ({"key": ""}, 400),
    ],
)
def test_what_the_rules_refuse_the_api_refuses(
    company: Company, api: APIClient, changes: dict[str, Any], status: int
) -> None:
    assert api.post(reverse("visits-list"), whole(company, **changes), format="json").status_code == status
    assert Visit.objects.count() == 0


def test_somebody_elses_customer_does_not_exist(company: Company, api: APIClient) -> None:
    sent = whole(company, customer=company.b.customer.pk)
    answer = api.post(reverse("visits-list"), sent, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["customer"])
    arriving = {"key": str(uuid.uuid4()), "customer": company.b.customer.pk, "mode": "phone"}
    assert api.post(reverse("visits-arrive"), arriving, format="json").status_code == 400


def test_a_visit_while_it_happens(company: Company, api: APIClient, today: date) -> None:
    PreTripCheckFactory(person=company.a.account_manager, unit=company.a.unit, day=today, checked_at=clock.now())
    arriving = {"key": str(uuid.uuid4()), "customer": company.a.customer.pk}
    visit = api.post(reverse("visits-arrive"), arriving, format="json").json()
    leaving = {"acts": ["visit", "care"], "position": {"latitude": 30.6586, "longitude": 104.0648}}
    left = api.post(reverse("visits-leave", args=[visit["id"]]), leaving, format="json").json()
    assert (visit["state"], left["state"], left["acts"], left["left_distance"]) == (
        "open",
        "done",
        ["visit", "care"],
        0,
    )


def test_plans_with_stops_and_omissions(company: Company, api: APIClient, today: date) -> None:
    plan = DayPlanFactory(person=company.a.account_manager, date=today)
    PlanStopFactory(plan=plan, customer=company.a.customer)
    DayPlanFactory(person=company.b.account_manager, date=today)
    listed = api.get(reverse("plans-list"), {"date": today.isoformat()}).json()
    assert [row["id"] for row in listed["results"]] == [plan.pk]
    shown = api.get(reverse("plans-detail", args=[plan.pk])).json()
    assert [(stop["customer"], stop["why"]) for stop in shown["stops"]] == [
        (company.a.customer.pk, ["三级，超期 2 天没去"])
    ]
    assert shown["omissions"] == []


def test_a_day_is_changed_by_its_person_only(company: Company, api: APIClient, today: date) -> None:
    plan = DayPlanFactory(person=company.a.account_manager, date=today + timedelta(days=1))
    add = reverse("plans-add", args=[plan.pk])
    assert api.post(add, {"customer": company.a.customer.pk}, format="json").status_code == 201
    assert api.post(add, {"customer": company.b.customer.pk}, format="json").status_code == 400
    replanned = api.post(reverse("plans-replan", args=[plan.pk]))
    assert (replanned.status_code, len(replanned.json()["stops"])) == (200, 1)
    above = of(company.a.sales_manager)
    assert above.post(add, {"customer": company.a.customer.pk}, format="json").status_code == 409
    assert above.post(reverse("plans-replan", args=[plan.pk])).status_code == 403


def test_stops_are_skipped_taken_back_and_done(company: Company, api: APIClient, today: date) -> None:
    plan = DayPlanFactory(person=company.a.account_manager, date=today)
    stop = PlanStopFactory(plan=plan, customer=company.a.customer, mode="phone", planned_mode="phone")
    skip = reverse("stops-skip", args=[stop.pk])
    assert api.post(skip, {"reason": "other"}, format="json").status_code == 409
    assert api.post(skip, {"reason": "closed"}, format="json").json()["state"] == "skipped"
    assert api.post(reverse("stops-take-back", args=[stop.pk])).json()["state"] == "planned"
    sent = whole(company)
    del sent["customer"], sent["mode"]
    assert api.post(reverse("stops-done", args=[stop.pk]), sent, format="json").status_code == 201
    stop.refresh_from_db()
    assert (stop.state, Visit.objects.get().counts) == ("done", True)
    assert DayPlan.objects.get().state == "frozen"


def test_problems_are_solved(company: Company) -> None:
    problem = ProblemFactory(visit=VisitFactory(customer=company.a.customer), owner=company.a.sales_manager)
    api = of(company.a.sales_manager)
    listed = api.get(reverse("problems-list"), {"solved_at__isnull": "true"}).json()
    assert [row["id"] for row in listed["results"]] == [problem.pk]
    solve = reverse("problems-solve", args=[problem.pk])
    assert of(company.a.general_manager).post(solve, {"solution": "x"}, format="json").status_code == 409
    assert api.post(solve, {"solution": "换了货架"}, format="json").json()["solution"] == "换了货架"


def test_clocks_and_the_matrix(company: Company, api: APIClient, today: date) -> None:
    refresh_clocks(on=today)
    listed = api.get(reverse("clocks-list"), {"role": "account_manager", "due_on__lte": today.isoformat()}).json()
    assert [row["customer"] for row in listed["results"]] == [company.a.customer.pk]
    cells = api.get(reverse("intervals-list"), {"tier": 1, "role": "account_manager"}).json()["results"]
    assert [(cell["number"], cell["unit"], cell["in_words"]) for cell in cells] == [(3, "day", "3 天")]
    cell = {"tier": 1, "role": "account_manager", "number": 5, "unit": "day"}
    assert api.post(reverse("intervals-set"), cell, format="json").status_code == 403
    top = of(company.general_manager)
    assert top.post(reverse("intervals-set"), cell, format="json").json()["in_words"] == "5 天"
    assert top.post(reverse("intervals-set"), cell | {"number": None}, format="json").json() == {}
    assert VisitInterval.objects.filter(tier=1, role=Role.ACCOUNT_MANAGER).count() == 0


def test_visits_are_filtered_by_day(company: Company, api: APIClient) -> None:
    for day in (19, 20, 21):
        VisitFactory(customer=company.a.customer, visited_on=date(2026, 11, day))
    VisitFactory(customer=company.b.customer)
    wanted = {"visited_on__gte": "2026-11-20", "customer": company.a.customer.pk}
    listed = api.get(reverse("visits-list"), wanted).json()["results"]
    assert [row["visited_on"] for row in listed] == ["2026-11-21", "2026-11-20"]


def test_a_check_is_recorded_once(company: Company, api: APIClient) -> None:
    sent = {"key": str(uuid.uuid4()), "failed": ["brakes"], "remark": "后刹偏软"}
    first, second = (api.post(reverse("pre-trip-checks-list"), sent, format="json").json() for _ in range(2))
    assert (first, first["passed"]) == (second, False)
    assert PreTripCheck.objects.get().repair.done_at is None
    assert len(of(company.b.sales_manager).get(reverse("pre-trip-checks-list")).json()["results"]) == 0


def test_a_stop_of_the_past_can_be_seen(company: Company, api: APIClient) -> None:
    plan = DayPlanFactory(person=company.a.account_manager)
    PlanStopFactory(plan=plan, customer=company.a.customer, state="done", acted_at=at(9))
    listed = api.get(reverse("stops-list"), {"plan__date": "2026-11-23", "state": "done"}).json()["results"]
    assert len(listed) == PlanStop.objects.count() == 1
