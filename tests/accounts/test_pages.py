"""The pages of customers: what they show, to whom, in how many queries (CUS-9, ORG-4, ALL-5)."""

import io
from datetime import date, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from accounts import clock
from accounts.models import Absence, ClassChange, Customer, FileUpload, SensitiveRead
from accounts.rules import Role
from accounts.services.facts import next_month
from tests.factories.accounts import (
    ContactFactory,
    ContractFactory,
    CustomerFactory,
    GroupClientFactory,
    MonthlyFactFactory,
    MonthlyProductFactFactory,
    OrderDayFactory,
)
from tests.factories.company import Company
from visits.models import VisitClock


def with_facts(customer: Customer, months: int = 5) -> None:
    month = date(2026, 10, 1)
    for number in range(months):
        MonthlyFactFactory(customer=customer, month=month, quantity=100 - 10 * number)
        MonthlyProductFactFactory(customer=customer, month=month)
        month = (month - timedelta(days=1)).replace(day=1)


@pytest.mark.parametrize("more", [0, 2])
def test_the_list_asks_the_same_queries_for_any_number_of_customers(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    for _each in range(more):
        with_facts(CustomerFactory(unit=company.a.unit))
    client.force_login(company.a.sales_manager)
    with django_assert_num_queries(12):
        answer = client.get("/customers/")
    assert len(answer.context["rows"]) == 2 + more


@pytest.mark.parametrize("make", [CustomerFactory, GroupClientFactory])
def test_a_record_asks_few_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, make: type[CustomerFactory]
) -> None:
    customer = make(unit=company.a.unit)
    if customer.kind == "group":
        ContactFactory(customer=customer)
        ContractFactory(customer=customer)
    with_facts(customer)
    client.force_login(company.a.sales_manager)
    OrderDayFactory(customer=customer, day=clock.today())
    with django_assert_num_queries(12):
        answer = client.get(f"/customers/{customer.pk}/")
    assert answer.status_code == 200


def shown(client: Client, **query: object) -> list[str]:
    return [row.code for row in client.get("/customers/", query).context["rows"]]


def test_filters_views_and_order(company: Company, client: Client) -> None:
    client.force_login(company.marketing_director)
    core = CustomerFactory(
        code="K-1", name="百味轩", unit=company.a.unit, importance="core", file={"licence_expires_on": clock.today()}
    )
    assert shown(client) == ["A-1", "A-2", "B-1", "B-2", "K-1"]
    assert shown(client, sort="-code")[0] == "K-1"
    assert shown(client, q="bwx") == ["K-1"]
    assert shown(client, unit=company.b.unit.pk) == ["B-1", "B-2"]
    assert shown(client, manager="城西客户经理二") == ["B-2"]
    assert shown(client, view="unlooked") == ["K-1"]
    assert shown(client, view="licence") == ["K-1"]
    assert shown(client, unassigned="true") == ["K-1"]
    assert shown(client, tier="nonsense") == []
    month = last = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    for _each in range(3):
        month = (month - timedelta(days=1)).replace(day=1)
        MonthlyFactFactory(customer=core, month=month, quantity=100)
    assert shown(client, view="falling") == ["K-1"]
    MonthlyFactFactory(customer=core, month=last, quantity=90)
    assert shown(client, view="falling") == []
    assert next_month(month) <= last
    for sort in ("name", "unit", "importance", "grade", "-bought", "trend", "due", "visited", "licence", "nonsense"):
        assert len(shown(client, sort=sort)) == 5


def test_whose_visit_is_overdue(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The longest overdue first; a visit due today is not, nor one that another role owes (VIS-1)."""
    client.force_login(company.marketing_director)
    today = clock.today()
    for customer, role, days in (
        (company.a.customers[0], Role.ACCOUNT_MANAGER, 1),
        (company.a.customers[1], Role.ACCOUNT_MANAGER, 0),
        (company.b.customers[0], Role.ACCOUNT_MANAGER, 9),
        (company.b.customers[1], Role.BRANCH_SALES_MANAGER, 9),
    ):
        VisitClock.objects.create(customer=customer, role=role, started_on=today, due_on=today - timedelta(days=days))
    assert shown(client, view="visit_overdue") == ["B-1", "A-1"]
    assert shown(client, visit_overdue="true", unit=company.a.unit.pk) == ["A-1"]
    answer = client.get("/api/customers/", {"visit_overdue": "true"}).json()
    assert [each["code"] for each in answer["results"]] == ["A-1", "B-1"]
    counts = [(view["label"], view["count"]) for view in client.get("/customers/counts/").context["views"]]
    assert counts[1] == ("拜访超期", 2)
    with django_assert_num_queries(12):
        client.get("/customers/", {"view": "visit_overdue"})


def test_the_export_holds_what_the_list_shows(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    answer = client.get("/customers/export/", {"q": "A-2", "columns": "code,name"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    assert sheet == [["编码", "客户"], ["A-2", company.a.customers[1].name]]


def test_a_phone_is_masked_and_looking_is_written_down(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    customer = company.a.customer
    assert customer.phone not in client.get(f"/customers/{customer.pk}/").content.decode()
    assert customer.phone in client.post(f"/customers/{customer.pk}/show/phone/").content.decode()
    assert client.post(f"/customers/{customer.pk}/show/email/").status_code == 404
    assert SensitiveRead.objects.get().person == company.a.account_manager
    texts = [event.text for event in client.get(f"/customers/{customer.pk}/").context["events"]]
    assert sorted(texts) == ["建档", "查看了电话"]


def test_a_correction_is_kept_and_told_in_the_timeline(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    customer = company.a.customer
    form = {
        "name": customer.name,
        "status": "active",
        "phone": customer.phone,
        "address": "东湖路 86 号",
        "supply_grade": "22",
    }
    form |= {"latitude": customer.latitude, "longitude": customer.longitude}
    assert client.post(f"/customers/{customer.pk}/edit/", {**form, "supply_grade": "31"}).status_code == 422
    assert client.post(f"/customers/{customer.pk}/edit/", {**form, "tier": "1"}).status_code == 302
    kept = Customer.objects.get(pk=customer.pk)
    assert (kept.address, kept.tier, kept.retailer_file.supply_grade) == ("东湖路 86 号", 5, 22)
    events = client.get(f"/customers/{customer.pk}/").context["events"]
    assert {(event.text, event.by) for event in events if event.by} == {
        ("地址：（空） → 东湖路 86 号", company.a.account_manager.name),
        ("档位：（空） → 22", company.a.account_manager.name),
    }


def test_nobody_changes_the_class_of_their_own_customer(company: Company, client: Client) -> None:
    form = {"change": "tier:2", "approval_reference": "A-204", "evidence": "近三月订购"}
    address = f"/customers/{company.a.customer.pk}/class/"
    client.force_login(company.a.account_manager)
    assert client.post(address, form).status_code == 403
    own = CustomerFactory(unit=company.a.unit, account_manager=company.a.sales_manager)
    client.force_login(company.a.sales_manager)
    assert client.post(f"/customers/{own.pk}/class/", form).status_code == 403
    assert client.post(address, {**form, "evidence": ""}).status_code == 422
    assert client.post(address, form).status_code == 302
    assert (ClassChange.objects.get().old_value, Customer.objects.get(pk=company.a.customer.pk).tier) == ("5", 2)


def test_my_absence_and_my_delegate(company: Company, client: Client) -> None:
    me, colleague = company.a.account_managers
    client.force_login(me)
    tomorrow = clock.today() + timedelta(days=1)
    form = {"starts_on": tomorrow, "ends_on": tomorrow, "delegate": colleague.username, "reason": "培训"}
    assert client.post("/absences/", {**form, "delegate": company.b.account_manager.username}).status_code == 422
    assert client.post("/absences/", {**form, "delegate": me.username}).status_code == 422
    assert client.post("/absences/", form).status_code == 302
    absence = Absence.objects.get()
    assert (absence.person, absence.delegate) == (me, colleague)
    assert client.post(f"/absences/{absence.pk}/end/").status_code == 302
    assert not Absence.objects.exists()


def test_a_file_is_checked_mapped_and_imported_in_the_page(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    assert client.get("/import/").status_code == 403
    client.force_login(company.a.customer_officer)
    file = io.BytesIO(b"number,phone\nA-1,13900000000\n")
    file.name = "shops.csv"
    sent = client.post("/import/", {"kind": "customers", "file": file})
    kept = FileUpload.objects.get()
    assert sent.headers["Location"] == f"/import/{kept.pk}/"
    page = client.get(sent.headers["Location"])
    assert [each.message for each in page.context["errors"]] == ["缺少必填列“客户编码”。请补上，或指明哪一列是它。"]
    assert client.get(f"/import/{kept.pk}/errors/").getvalue()[:2] == b"PK"
    client.post(f"/import/{kept.pk}/", {"header-0": "code", "header-1": "phone"})
    checked = client.get(f"/import/{kept.pk}/").context
    assert (checked["outcome"].changed, checked["sample"][0]["fields"][0][0]) == (1, "电话")
    assert client.post(f"/import/{kept.pk}/confirm/").status_code == 302
    assert Customer.objects.get(code="A-1").phone == "13900000000"
    assert not FileUpload.objects.exists()


@pytest.mark.parametrize("kind", ["customers", "facts", "orders"])
def test_the_template_can_be_imported_as_it_is(company: Company, client: Client, kind: str) -> None:
    client.force_login(company.a.customer_officer)
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/import/template/{kind}/").getvalue()))
    assert [len(book.get_sheet_by_index(number).to_python()) > 1 for number in (0, 1)] == [True, True]


def test_search_suggests_and_leads_to_the_list(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    suggested = client.get("/search/", {"suggest": 1, "q": "A-1"}).content.decode()
    assert f"/customers/{company.a.customer.pk}/" in suggested
    assert "/customers/" not in client.get("/search/", {"suggest": 1, "q": "B-1"}).content.decode()
    assert client.get("/search/", {"q": "A-1"}).headers["Location"] == "/customers/?q=A-1"


def test_the_tabs_count(company: Company, client: Client) -> None:
    client.force_login(company.marketing_director)
    CustomerFactory(unit=company.a.unit, importance="core")
    views = client.get("/customers/counts/", {"of": "/customers/"}).context["views"]
    assert [view["count"] for view in views] == [5, 0, 0, 0, 1]


def test_pages_of_the_organisation_and_new_customers(company: Company, client: Client) -> None:
    client.force_login(company.marketing_director)
    rows = client.get("/organisation/").context["rows"]
    assert [(row["unit"].code, row["vacant"]) for row in rows] == [
        ("CO", []),
        ("R1", ["大区经理"]),
        ("A", []),
        ("B", []),
    ]
    form = {
        "kind": "retailer",
        "code": "N1",
        "name": "老五副食",
        "unit": company.a.unit.pk,
        "tier": 5,
        "service_class": 3,
    }
    form |= {"importance": "general", "shop_format": "Z"}
    assert client.post("/customers/new/", {**form, "code": "A-1"}).status_code == 422
    assert client.post("/customers/new/", form).status_code == 302
    assert Customer.objects.get(code="N1").retailer_file.shop_format == "Z"
    client.force_login(company.a.account_manager)
    assert client.get("/customers/new/").status_code == 403
