"""The pages open to everybody: filing with a customer code, following by number and phone, a limit for each address."""

from datetime import date, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.clock import shift
from complaints import services
from complaints.models import Complaint, PublicUse
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory

FILLED = {"code": "a-1", "name": "何顺生", "phone": "138 0000 6620", "subject": "少货", "text": "少一箱。"}


def test_filing_gives_a_number_and_tells_the_sales_manager(company: Company, client: Client) -> None:
    answer = client.post("/complaints/public/", FILLED)
    complaint = Complaint.objects.get()
    assert answer.status_code == 200
    assert complaint.number in answer.content.decode()
    assert (complaint.customer, complaint.channel, complaint.registered_by, complaint.duty.owner) == (
        company.a.customer,
        "form",
        None,
        company.a.sales_manager,
    )
    assert complaint.steps.get().sentence == "客户在公开表单上提交投诉"


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"code": "X-9"}, "code"), ({"phone": "12"}, "phone"), ({"text": " "}, "text"), ({"name": ""}, "name")],
)
def test_what_is_wrong_stands_beside_its_field(
    company: Company, client: Client, changed: dict[str, str], field: str
) -> None:
    answer = client.post("/complaints/public/", {**FILLED, **changed})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Complaint.objects.count() == 0


def test_the_form_does_not_name_the_customer(company: Company, client: Client) -> None:
    assert company.a.customer.name not in client.post("/complaints/public/", FILLED).content.decode()


def test_an_address_files_ten_times_a_day(company: Company, client: Client) -> None:
    statuses = [client.post("/complaints/public/", {**FILLED, "code": "X-9"}).status_code for _ in range(9)]
    assert statuses == [422] * 9
    assert client.post("/complaints/public/", FILLED).status_code == 200
    refused = client.post("/complaints/public/", FILLED)
    assert (refused.status_code, Complaint.objects.count()) == (429, 1)
    assert refused.context["form"].non_field_errors() == ["今天从这里尝试的次数过多。请来电，或明天再试。"]
    assert client.post("/complaints/public/", FILLED, REMOTE_ADDR="10.0.0.9").status_code == 200
    shift(timedelta(days=1))
    assert client.post("/complaints/public/", FILLED).status_code == 200


def test_following_is_counted_apart(company: Company, client: Client) -> None:
    data = {"number": "TS-0000-0000", "last_four": "0000"}
    statuses = [client.post("/complaints/public/follow/", data).status_code for _ in range(41)]
    assert statuses == [422] * 40 + [429]
    assert client.post("/complaints/public/", FILLED).status_code == 200


def test_addresses_are_kept_as_hashes_and_for_a_week(company: Company) -> None:
    first = date(2026, 11, 1)
    services.count_use(purpose="file", address="10.0.0.1", on=first)
    services.count_use(purpose="file", address="10.0.0.1", on=first)
    assert list(PublicUse.objects.values_list("times", flat=True)) == [2]
    assert "10.0.0.1" not in PublicUse.objects.get().address
    services.count_use(purpose="file", address="10.0.0.2", on=first + timedelta(days=7))
    assert PublicUse.objects.count() == 2
    services.count_use(purpose="file", address="10.0.0.3", on=first + timedelta(days=8))
    assert PublicUse.objects.filter(day=first).count() == 0


def test_behind_the_proxy_the_address_is_the_one_it_added(company: Company, client: Client, settings: Settings) -> None:
    settings.BEHIND_TLS = True
    for forged in ("1.1.1.1, 9.9.9.9", "2.2.2.2, 9.9.9.9"):
        client.post("/complaints/public/", FILLED, headers={"x-forwarded-for": forged})
    assert list(PublicUse.objects.values_list("times", flat=True)) == [2]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("registered", "已收到，经理正在安排承办人"),
        ("assigned", "正在调查"),
        ("investigated", "已查明，正在处理"),
        ("handled", "已处理，即将向您答复"),
        ("told", "已向您答复结果"),
        ("closed", "已结案"),
    ],
)
def test_following_shows_how_it_stands_and_nothing_of_what_was_found(
    company: Company, client: Client, step: str, words: str
) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step, reported_by_phone="13800006620")
    answer = client.post("/complaints/public/follow/", {"number": complaint.number.lower(), "last_four": "6620"})
    content = answer.content.decode()
    assert answer.status_code == 200
    assert words in content
    assert [secret for secret in ("仓库点货", "收到了，下次注意", complaint.text) if secret in content] == []


def test_the_customers_own_phone_opens_it_too(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, reported_by_phone="")
    data = {"number": complaint.number, "last_four": company.a.customer.phone[-4:]}
    assert client.post("/complaints/public/follow/", data).status_code == 200


@pytest.mark.parametrize("data", [{"last_four": "0001"}, {"number": "TS-2611-999999"}])
def test_a_wrong_number_and_a_wrong_phone_are_told_alike(
    company: Company, client: Client, data: dict[str, str]
) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, reported_by_phone="13800006620")
    answer = client.post("/complaints/public/follow/", {"number": complaint.number, "last_four": "6620", **data})
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"number": ["没有与此编号和电话相符的投诉。"]},
    )


@pytest.mark.parametrize("path", ["/complaints/public/", "/complaints/public/follow/"])
def test_both_pages_open_without_signing_in(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 200
