"""The API of customers, facts, class changes and imports: the scope and rules of the pages (ALL-3)."""

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import ClassChange, Customer, OrderDay, Person
from tests.factories.accounts import MonthlyFactFactory, OrderDayFactory
from tests.factories.company import Company


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def signed_in(api: APIClient, person: Person) -> APIClient:
    api.force_authenticate(Person.objects.get(pk=person.pk))
    return api


def codes(api: APIClient, **query: object) -> list[str]:
    return [each["code"] for each in api.get("/api/customers/", query).json()["results"]]


def test_customers_are_listed_filtered_and_searched_in_scope(company: Company, api: APIClient) -> None:
    signed_in(api, company.marketing_director)
    assert codes(api) == ["A-1", "A-2", "B-1", "B-2"]
    assert codes(api, unit=company.a.unit.pk) == ["A-1", "A-2"]
    assert codes(api, q="B-2") == ["B-2"]
    assert codes(api, manager=company.a.account_managers[1].username) == ["A-2"]
    assert codes(api, tier=1) == []
    signed_in(api, company.a.account_manager)
    assert codes(api) == ["A-1"]


def test_a_customer_is_entered_and_corrected_but_not_reclassified(company: Company, api: APIClient) -> None:
    signed_in(api, company.a.customer_officer)
    new = {
        "kind": "retailer",
        "code": "N1",
        "name": "老五副食",
        "unit": company.a.unit.pk,
        "retailer_file": {"supply_grade": 7},
    }
    entered = api.post("/api/customers/", new)
    assert (entered.status_code, entered.json()["retailer_file"]["supply_grade"]) == (201, 7)
    address = f"/api/customers/{entered.json()['id']}/"
    assert api.patch(address, {"phone": "13900000000", "retailer_file": {"supply_grade": 8}}).status_code == 200
    kept = Customer.objects.get(code="N1")
    assert (kept.phone, kept.retailer_file.supply_grade) == ("13900000000", 8)
    assert api.patch(address, {"tier": 1}).status_code == 400
    assert api.patch(address, {"account_manager": company.a.account_manager.pk}).status_code == 400
    assert api.post("/api/customers/", {**new, "code": "N2", "unit": company.b.unit.pk}).status_code == 400
    signed_in(api, company.a.account_manager)
    assert api.post("/api/customers/", {**new, "code": "N3"}).status_code in {400, 403}
    assert not Customer.objects.filter(code__in=["N2", "N3"]).exists()


def test_facts_by_customer_and_months(company: Company, api: APIClient) -> None:
    for month in (9, 10):
        MonthlyFactFactory(customer=company.a.customer, month=date(2026, month, 1))
        MonthlyFactFactory(customer=company.b.customer, month=date(2026, month, 1))
    signed_in(api, company.a.sales_manager)
    found = api.get("/api/facts/", {"month_from": "2026-10-01"}).json()["results"]
    assert [(each["customer"], each["month"]) for each in found] == [(company.a.customer.pk, "2026-10-01")]


def test_order_days_by_customer_and_days(company: Company, api: APIClient) -> None:
    for day in (26, 27, 28):
        OrderDayFactory(customer=company.a.customer, day=date(2026, 10, day))
        OrderDayFactory(customer=company.b.customer, day=date(2026, 10, day))
    signed_in(api, company.a.sales_manager)
    asked = {"day_from": "2026-10-27", "day_to": "2026-10-28", "limit": 1}
    with CaptureQueriesContext(connection) as queries:
        found = api.get("/api/order-days/", asked).json()
    assert not [each for each in queries if "COUNT(" in each["sql"]]
    mine = {"customer": company.a.customer.pk, "day": "2026-10-27", "amount": "6500.00", "items": 12}
    assert found["results"] == [mine]
    rest = api.get(found["next"]).json()
    assert (rest["results"], rest["next"]) == ([{**mine, "day": "2026-10-28"}], None)
    assert api.get(rest["previous"]).json()["results"] == [mine]
    theirs = api.get("/api/order-days/", {"customer": company.b.customer.pk}).json()
    assert theirs["results"] == []


def test_a_class_changes_only_by_somebody_above_and_with_evidence(company: Company, api: APIClient) -> None:
    change = {
        "customer": company.a.customer.pk,
        "kind": "tier",
        "new_value": "2",
        "approval_reference": "A-204",
        "evidence": "销量",
    }
    signed_in(api, company.a.account_manager)
    assert api.post("/api/class-changes/", change).status_code == 403
    signed_in(api, company.a.sales_manager)
    assert api.post("/api/class-changes/", {**change, "evidence": ""}).status_code == 400
    assert api.post("/api/class-changes/", {**change, "new_value": "9"}).status_code == 400
    assert api.post("/api/class-changes/", {**change, "customer": company.b.customer.pk}).status_code == 400
    assert api.post("/api/class-changes/", change).status_code == 201
    assert (ClassChange.objects.get().approved_by, Customer.objects.get(code="A-1").tier) == (
        company.a.sales_manager,
        2,
    )


def test_a_file_is_imported_whole_or_refused_row_by_row(company: Company, api: APIClient) -> None:
    def send(text: str, **more: object) -> tuple[int, dict[str, object]]:
        file = io.BytesIO(text.encode())
        file.name = "a.csv"
        answer = api.post("/api/imports/", {"file": file, "kind": "customers", **more}, format="multipart")
        return answer.status_code, answer.json()

    signed_in(api, company.a.account_manager)
    assert send("code,phone\nA-1,1\n")[0] == 403
    signed_in(api, company.a.customer_officer)
    status, told = send("number,phone\nA-1,1\nB-1,1\n", map="number=code")
    assert (status, told["count"]) == (400, 1)
    assert send("number,phone\nA-1,1\n", map="number=code", dry_run="true")[1]["changed"] == 1
    assert Customer.objects.get(code="A-1").phone != "1"
    assert send("number,phone\nA-1,1\n", map="number=code")[0] == 201
    assert Customer.objects.get(code="A-1").phone == "1"
    orders = "code,day,amount\nA-1,2026-10-27,5\nA-1,2026-10-27,6\n"
    assert send(orders, kind="orders")[1]["created"] == 1
    assert list(OrderDay.objects.values_list("amount", flat=True)) == [11]
