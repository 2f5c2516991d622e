"""Registering a complaint in the page."""

from django.test import Client

from accounts.models import RetailerFile
from complaints.models import Complaint
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import VisitFactory

FILLED = {
    "channel": "phone",
    "reported_by_name": "何顺生",
    "reported_by_phone": "13800006620",
    "subject": "送货少了一箱",
    "text": "单子上有，货里没有。",
    "gravity": "general",
}


def test_registering_leads_to_the_record(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    answer = client.post("/complaints/new/", {**FILLED, "customer": company.a.customer.pk}, follow=True)
    complaint = Complaint.objects.get()
    assert answer.redirect_chain == [(f"/complaints/{complaint.pk}/", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        f"{complaint.number} 已登记，已通知城东销售经理。"
    ]
    assert (complaint.customer, complaint.registered_by) == (company.a.customer, company.a.account_manager)


def test_a_shop_that_is_named_brings_its_owner_and_the_way(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    RetailerFile.objects.filter(customer=company.a.customer).update(owner_name="何顺生")
    form = client.get(f"/complaints/new/?customer={company.a.customer.pk}&channel=visit").context["form"]
    assert [form[name].value() for name in ("channel", "reported_by_name")] == ["visit", "何顺生"]
    form = client.get(f"/complaints/new/?customer={company.b.customer.pk}&channel=nonsense").context["form"]
    assert [form[name].value() for name in ("channel", "reported_by_name")] == ["phone", ""]
    for page in (
        f"/customers/{company.a.customer.pk}/",
        f"/visits/{VisitFactory(customer=company.a.customer, open=True).pk}/",
    ):
        assert f"/complaints/new/?customer={company.a.customer.pk}" in client.get(page).content.decode()


def test_nobody_registers_for_a_customer_they_do_not_see(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    answer = client.post("/complaints/new/", {**FILLED, "customer": company.b.customer.pk})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"customer": ["该客户不在您的范围内。"]}
    assert list(answer.context["customers"]) == []
    assert Complaint.objects.count() == 0


def test_what_was_typed_comes_back_with_the_error_beside_it(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    answer = client.post("/complaints/new/", {**FILLED, "customer": company.a.customer.pk, "text": " "})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["text"]
    assert list(answer.context["customers"]) == [company.a.customer]
    assert 'value="送货少了一箱"' in answer.content.decode()


def test_the_customer_may_be_chosen_beforehand(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    assert list(client.get(f"/complaints/new/?customer={company.a.customer.pk}").context["customers"]) == [
        company.a.customer
    ]
    assert list(client.get(f"/complaints/new/?customer={company.b.customer.pk}").context["customers"]) == []
    assert list(client.get("/complaints/new/?customer=x").context["customers"]) == []


def test_suggestions_are_few_and_ones_own(company: Company, client: Client) -> None:
    for _ in range(10):
        CustomerFactory(unit=company.a.unit)
    client.force_login(company.a.sales_manager)
    found = client.get("/complaints/new/customers/?find=heshun").context["customers"]
    assert len(found) == 8
    assert {customer.unit for customer in found} == {company.a.unit}
    assert list(client.get("/complaints/new/customers/?find=h").context["customers"]) == []
    assert list(client.get("/complaints/new/customers/?find=B-1").context["customers"]) == []
