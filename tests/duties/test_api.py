"""What the pages do, the API does, under the same scope and rules (ALL-3)."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from duties import services
from duties.models import CalendarDay, Duty, Notice
from tests.factories.accounts import CustomerFactory, PostFactory
from tests.factories.company import Company
from tests.factories.duties import DutyFactory, promise_rule


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def as_(api: APIClient, person: Person) -> APIClient:
    api.force_authenticate(Person.objects.get(pk=person.pk))
    return api


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer.data["results"]]


def test_one_sees_what_is_in_scope_and_may_ask_for_what_one_owes(company: Company, api: APIClient) -> None:
    mine = DutyFactory(customer=company.a.customer)
    others = DutyFactory(customer=company.a.customers[1], due_at=clock.now() + timedelta(days=30))
    closed = DutyFactory(customer=company.a.customer)
    services.close(duty=closed, by=None, now=clock.now())
    DutyFactory(customer=company.b.customer)
    as_(api, company.a.sales_manager)
    assert ids(api.get("/api/duties/")) == [mine.pk, others.pk, closed.pk]
    assert ids(api.get("/api/duties/?open=true")) == [mine.pk, others.pk]
    assert ids(api.get("/api/duties/?mine=true")) == []
    assert ids(api.get(f"/api/duties/?customer={company.a.customers[1].pk}")) == [others.pk]
    as_(api, company.a.account_manager)
    assert ids(api.get("/api/duties/?mine=true")) == [mine.pk]


def test_a_duty_says_who_owes_what_by_when(company: Company, api: APIClient) -> None:
    duty = DutyFactory(customer=company.a.customer)
    answer = as_(api, company.a.account_manager).get(f"/api/duties/{duty.pk}/").json()
    owner = {"id": company.a.account_manager.pk, "name": "城东客户经理一"}
    due = answer["next_due_at"]
    opened = answer["opened_at"]
    assert answer == {
        "id": duty.pk,
        "kind": "test.promise",
        "kind_label": "Promise",
        "sentence": "Keep the promise to 和顺烟酒",
        "url": f"/duties/{duty.subject_id}/",
        "subject_id": duty.subject_id,
        "state": "open",
        "level": 1,
        "role": "account_manager",
        "owner": owner,
        "vacant": False,
        "came": "opened",
        "held_before": None,
        "held_since": opened,
        "unit": company.a.unit.pk,
        "unit_name": "城东",
        "customer": company.a.customer.pk,
        "customer_name": company.a.customer.name,
        "opened_at": opened,
        "next_due_at": due,
        "acknowledged_at": None,
        "closed_at": None,
        "outcome": "",
        "events": [
            {
                "act": "opened",
                "level": 1,
                "turn": 1,
                "role": "account_manager",
                "owner": owner,
                "by": None,
                "due_at": due,
                "missed_at": None,
                "note": "",
                "at": opened,
            }
        ],
    }


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_a_fixed_number_of_queries(
    company: Company, api: APIClient, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        DutyFactory(customer=CustomerFactory(unit=company.a.unit, account_manager=company.a.account_manager))
    as_(api, company.a.sales_manager)
    with django_assert_num_queries(3):
        assert len(ids(api.get("/api/duties/"))) == count


def test_acknowledging(company: Company, api: APIClient) -> None:
    duty = DutyFactory(customer=company.a.customer)
    assert as_(api, company.a.sales_manager).post(f"/api/duties/{duty.pk}/acknowledge/").status_code == 403
    answer = as_(api, company.a.account_manager).post(f"/api/duties/{duty.pk}/acknowledge/")
    assert (answer.status_code, answer.data["state"]) == (200, "acknowledged")
    services.close(duty=duty, by=None, now=clock.now())
    assert api.post(f"/api/duties/{duty.pk}/acknowledge/").status_code == 409
    assert as_(api, company.b.sales_manager).post(f"/api/duties/{duty.pk}/acknowledge/").status_code == 404


def test_handing_over(company: Company, api: APIClient) -> None:
    first, second = company.a.account_managers
    duty = DutyFactory(customer=company.a.customer)
    address = f"/api/duties/{duty.pk}/hand-over/"
    as_(api, first)
    assert api.post(address, {"to": second.pk}).status_code == 400
    assert api.post(address, {"to": company.b.account_manager.pk, "note": "x"}).status_code == 400
    answer = api.post(address, {"to": second.pk, "note": "离得近"})
    assert (answer.status_code, answer.data["owner"]["id"]) == (200, second.pk)
    assert Duty.objects.get().owner == second
    services.close(duty=duty, by=None, now=clock.now())
    assert api.post(address, {"to": first.pk, "note": "x"}).status_code in {400, 409}


def test_notices_are_ones_own(company: Company, api: APIClient) -> None:
    DutyFactory(customer=company.a.customer)
    DutyFactory(customer=company.a.customer)
    as_(api, company.a.account_manager)
    found = api.get("/api/notices/?read_at__isnull=true")
    assert [row["text"] for row in found.data["results"]] == ["Keep the promise to 和顺烟酒"] * 2
    first, second = ids(found)
    assert api.post(f"/api/notices/{first}/read/").status_code == 204
    assert ids(api.get("/api/notices/?read_at__isnull=true")) == [second]
    assert as_(api, company.a.sales_manager).post(f"/api/notices/{second}/read/").status_code == 404
    assert as_(api, company.a.account_manager).post("/api/notices/read-all/").status_code == 204
    assert Notice.objects.filter(read_at=None).count() == 0


def test_the_calendar_is_everybodys_to_read_and_the_administrators_to_set(company: Company, api: APIClient) -> None:
    as_(api, company.a.account_manager)
    day = {"day": "2026-11-25", "works": False, "name": "停电"}
    assert api.post("/api/calendar-days/", day).status_code == 403
    as_(api, PostFactory(unit=company.unit, role=Role.ADMINISTRATOR).person)
    assert api.post("/api/calendar-days/", day).status_code == 201
    assert api.get("/api/calendar-days/2026-11-25/").json() == day
    as_(api, company.a.account_manager)
    year = {each["day"]: each for each in api.get("/api/calendar-days/year/?year=2026").json()}
    assert len(year) == 365
    assert year["2026-11-25"] == {**day, "own": True, "provisional": False}
    assert api.get("/api/calendar-days/year/").status_code == 400
    assert api.delete("/api/calendar-days/2026-11-25/").status_code == 403
    as_(api, PostFactory(unit=company.unit, role=Role.ADMINISTRATOR).person)
    assert api.delete("/api/calendar-days/2026-11-25/").status_code == 204
    assert CalendarDay.objects.count() == 0


def test_rules_are_the_administrators(company: Company, api: APIClient) -> None:
    rule = promise_rule()
    address = f"/api/escalation-rules/{rule.pk}/"
    steps = [{"role": "account_manager", "limit_minutes": 60}, {"role": "general_manager", "limit_minutes": 30}]
    as_(api, company.general_manager)
    assert api.get(address).status_code == api.put(address, {"steps": steps}).status_code == 404
    as_(api, PostFactory(unit=company.unit, role=Role.ADMINISTRATOR).person)
    assert [step["role"] for step in api.get(address).data["steps"]] == [
        "account_manager", "branch_sales_manager", "branch_general_manager",
    ]  # fmt: skip
    answer = api.put(address, {"steps": steps})
    assert answer.json() == {
        "id": rule.pk,
        "kind": "test.promise",
        "kind_label": "Promise",
        "variant": "",
        "variant_label": "",
        "steps": [{"level": level, **step} for level, step in enumerate(steps, 1)],
    }
    refused = api.put(address, {"steps": list(reversed(steps))})
    assert (refused.status_code, "steps" in refused.data) == (400, True)
    assert api.put(address, {"steps": []}).status_code == 400
    assert api.put(address, {"steps": [{"role": "emperor", "limit_minutes": 1}]}).status_code == 400
