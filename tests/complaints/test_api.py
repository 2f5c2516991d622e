"""The API: the same scope, steps and refusals as the pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts import clock
from accounts.clock import shift
from complaints.models import Complaint
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory, advance


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def listed(api: APIClient, **query: object) -> list[str]:
    return [row["number"] for row in api.get("/api/complaints/", query).json()["results"]]


def test_the_list_shows_what_one_may_see(company: Company, api: APIClient) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    ComplaintFactory(customer=company.b.customer)
    api.force_authenticate(company.a.sales_manager)
    (row,) = api.get("/api/complaints/").json()["results"]
    assert row == {
        "id": complaint.pk,
        "number": complaint.number,
        "customer": {"id": company.a.customer.pk, "code": "A-1", "name": company.a.customer.name},
        "channel": "phone",
        "subject": complaint.subject,
        "gravity": "general",
        "step": "registered",
        "next_step": "assigned",
        "owner": {"id": company.a.sales_manager.pk, "name": "城东销售经理"},
        "due_at": timezone.localtime(complaint.duty.next_due_at).isoformat(),
        "level": 1,
        "registered_at": timezone.localtime(complaint.registered_at).isoformat(),
        "told_at": None,
        "cause": "",
        "closed_at": None,
    }


def test_a_visitor_gets_nothing(company: Company, api: APIClient) -> None:
    assert api.get("/api/complaints/").status_code == 401


def test_filters(company: Company, api: APIClient) -> None:
    closed = ComplaintFactory(customer=company.a.customer, step="closed")
    late = ComplaintFactory(customer=company.a.customer)
    shift(timedelta(days=10))
    fresh = ComplaintFactory(customer=company.a.customers[1], step="assigned", gravity="major", subject="少货")
    api.force_authenticate(company.a.sales_manager)
    assert listed(api) == [fresh.number, late.number, closed.number]
    assert listed(api, open="true") == [fresh.number, late.number]
    assert listed(api, open="false") == [closed.number]
    assert listed(api, mine="true") == [late.number]
    assert listed(api, overdue="true") == [late.number]
    assert listed(api, gravity="major") == [fresh.number]
    assert listed(api, customer=company.a.customers[1].pk) == [fresh.number]
    assert listed(api, q="少货") == [fresh.number]
    assert listed(api, number=late.number) == [late.number]
    assert listed(api, unit=company.a.unit.pk) == [fresh.number, late.number, closed.number]
    assert api.get("/api/complaints/", {"unit": company.b.unit.pk}).status_code == 400  # it does not exist for them
    api.force_authenticate(company.marketing_director)
    assert (len(listed(api, unit=company.region.pk)), listed(api, unit=company.b.unit.pk)) == (3, [])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_three_queries(
    company: Company, api: APIClient, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        ComplaintFactory(customer=company.a.customer)
    api.force_authenticate(company.a.sales_manager)
    with django_assert_num_queries(3):  # scope, count, rows
        api.get("/api/complaints/")


@pytest.mark.parametrize("step", ["registered", "investigated"])
def test_one_complaint_takes_three_queries(
    company: Company, api: APIClient, django_assert_num_queries: DjangoAssertNumQueries, step: str
) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step)
    api.force_authenticate(company.a.sales_manager)
    with django_assert_num_queries(3):  # scope, complaint, steps
        api.get(f"/api/complaints/{complaint.pk}/")


FILLED = {"reported_by_name": "何顺生", "subject": "少货", "text": "少一箱。"}


def test_registering(company: Company, api: APIClient) -> None:
    api.force_authenticate(company.a.account_manager)
    answer = api.post("/api/complaints/", {**FILLED, "customer": company.a.customer.pk})
    complaint = Complaint.objects.get()
    assert (answer.status_code, answer.json()["number"], answer.json()["owner"]["name"]) == (
        201,
        complaint.number,
        "城东销售经理",
    )
    assert (complaint.channel, complaint.registered_by) == ("api", company.a.account_manager)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": ""}, "text"),
        ({"subject": " "}, "subject"),
        ({"channel": "smoke"}, "channel"),
        ({"gravity": ""}, "gravity"),
    ],
)
def test_registering_is_refused_beside_the_field(
    company: Company, api: APIClient, changed: dict[str, str], field: str
) -> None:
    api.force_authenticate(company.a.account_manager)
    answer = api.post("/api/complaints/", {**FILLED, "customer": company.a.customer.pk, **changed})
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_nobody_registers_for_a_customer_they_do_not_see(company: Company, api: APIClient) -> None:
    api.force_authenticate(company.a.sales_manager)
    answer = api.post("/api/complaints/", {**FILLED, "customer": company.b.customer.pk})
    assert (answer.status_code, list(answer.json())) == (400, ["customer"])


def test_the_whole_course(company: Company, api: APIClient) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity="major")
    now = clock.now()
    acts: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"to": company.a.account_manager.pk}),
        ("investigate", {"text": "少装一箱"}),
        ("instruct", {"text": "当天补货"}),
        ("handle", {"text": "已补"}),
        ("tell", {"told_at": now.isoformat(), "how": "phone", "customer_said": "好"}),
        ("close", {"cause": "product"}),
    ]
    seen = []
    for act, data in acts:
        complaint.refresh_from_db()
        api.force_authenticate(complaint.duty.owner)
        answer = api.post(f"/api/complaints/{complaint.pk}/{act}/", data)
        seen.append((answer.status_code, answer.json()["step"], answer.json()["next_step"]))
    assert seen == [
        (200, "assigned", "investigated"),
        (200, "investigated", "instructed"),
        (200, "instructed", "handled"),
        (200, "handled", "told"),
        (200, "told", "closed"),
        (200, "closed", None),
    ]
    whole = api.get(f"/api/complaints/{complaint.pk}/").json()
    assert [step["act"] for step in whole["steps"]] == [
        "registered", "assigned", "investigated", "instructed", "handled", "told", "closed",
    ]  # fmt: skip
    assert (whole["customer_said"], whole["told_how"], whole["cause"], whole["owner"]) == (
        "好",
        "phone",
        "product",
        None,
    )


@pytest.mark.parametrize("step", ["registered", "assigned", "investigated", "handled"])
@pytest.mark.parametrize("data", [{}, {"cause": "product"}])
def test_closing_without_feedback_is_refused(company: Company, api: APIClient, step: str, data: dict[str, str]) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step)
    api.force_authenticate(complaint.duty.owner)
    answer = api.post(f"/api/complaints/{complaint.pk}/close/", data, headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": "The complaint cannot be closed: the customer has not been told yet (CMP-3)."},
    )
    complaint.refresh_from_db()
    assert complaint.step == step


def test_the_refusal_is_chinese_by_default(company: Company, api: APIClient) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    api.force_authenticate(company.a.sales_manager)
    assert api.post(f"/api/complaints/{complaint.pk}/close/").json() == {
        "detail": "不能结案：尚未向客户反馈（CMP-3）。"
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"customer_said": " "}, "customer_said"), ({"how": ""}, "how"), ({"told_at": "2099-01-01T00:00:00Z"}, "told_at")],
)
def test_feedback_is_whole(company: Company, api: APIClient, changed: dict[str, str], field: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled")
    api.force_authenticate(company.a.account_manager)
    data = {"told_at": clock.now().isoformat(), "how": "phone", "customer_said": "好", **changed}
    answer = api.post(f"/api/complaints/{complaint.pk}/tell/", data)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_step_of_somebody_else_is_refused(company: Company, api: APIClient) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned")
    api.force_authenticate(company.a.sales_manager)
    answer = api.post(f"/api/complaints/{complaint.pk}/investigate/", {"text": "越权"})
    assert (answer.status_code, answer.json()) == (409, {"detail": "这一步由城东客户经理一办理。"})


def test_it_is_given_only_to_people_around_the_customer(company: Company, api: APIClient) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    api.force_authenticate(company.a.sales_manager)
    for stranger in (company.b.account_manager.pk, 0):
        answer = api.post(f"/api/complaints/{complaint.pk}/assign/", {"to": stranger})
        assert (answer.status_code, list(answer.json())) == (400, ["to"])


def test_gravity_and_hand_over(company: Company, api: APIClient) -> None:
    complaint = advance(ComplaintFactory(customer=company.a.customer), to="assigned")
    api.force_authenticate(company.a.sales_manager)
    major = api.post(f"/api/complaints/{complaint.pk}/gravity/", {"gravity": "major", "text": "三家"})
    assert (major.status_code, major.json()["gravity"]) == (200, "major")
    given = api.post(f"/api/complaints/{complaint.pk}/hand-over/", {"to": company.a.customer_officer.pk})
    assert (given.status_code, given.json()["handler"]["name"]) == (200, "城东客户管理员")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_else_changes_a_complaint(company: Company, api: APIClient, method: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    api.force_authenticate(company.a.sales_manager)
    assert getattr(api, method)(f"/api/complaints/{complaint.pk}/", {"step": "closed"}).status_code == 405
