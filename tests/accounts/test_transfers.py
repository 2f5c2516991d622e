"""Handing customers over: history, open work, both are told (ORG-5)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import Customer, CustomerTransfer
from accounts.services.transfers import transfer_customers
from duties.models import Duty, Notice
from duties.services import open_duty, settle_transfers
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_each_giver_has_a_transfer_and_the_rest_stays(company: Company) -> None:
    first, second = company.a.customers
    free = CustomerFactory(unit=company.a.unit)
    taker = company.a.account_managers[1]
    made = transfer_customers(
        customers=[first.pk, second.pk, free.pk], to=taker, by=company.a.sales_manager, now=NOW, reason="换片区"
    )
    assert [(each.from_person, [line.customer_id for line in each.lines.all()]) for each in made] == [
        (first.account_manager, [first.pk]),
        (None, [free.pk]),
    ] or [each.from_person for each in made] == [None, first.account_manager]
    assert set(Customer.objects.filter(account_manager=taker)) == {first, second, free}


def test_open_work_moves_and_both_are_told(company: Company) -> None:
    giver, taker = company.a.account_managers
    mine = open_duty(
        kind="visit.follow_up",
        subject_id=company.a.customer.pk,
        unit=company.a.unit,
        customer=company.a.customer,
        now=NOW,
        details={"reason": "样品"},
    )
    other = open_duty(
        kind="visit.follow_up",
        subject_id=company.b.customer.pk,
        unit=company.b.unit,
        customer=company.b.customer,
        now=NOW,
        details={"reason": "样品"},
    )
    (transfer,) = transfer_customers(customers=[company.a.customer.pk], to=taker, by=company.a.sales_manager, now=NOW)
    assert settle_transfers(now=NOW) == 1
    assert settle_transfers(now=NOW) == 0
    assert (Duty.objects.get(pk=mine.pk).owner, Duty.objects.get(pk=other.pk).owner) == (
        taker,
        company.b.account_manager,
    )
    told = Notice.objects.exclude(matter="duty").order_by("matter").values_list("recipient", "matter", "details")
    assert list(told) == [
        (taker.pk, "customers_came", {"customers": 1, "duties": 1, "person": giver.name, "transfer": transfer.pk}),
        (giver.pk, "customers_went", {"customers": 1, "duties": 1, "person": taker.name, "transfer": transfer.pk}),
    ]


def test_a_transfer_is_kept_as_it_was(company: Company) -> None:
    (made,) = transfer_customers(customers=[company.a.customer.pk], to=company.a.account_managers[1], by=None, now=NOW)
    for wrong in (
        lambda: CustomerTransfer.objects.filter(pk=made.pk).delete(),
        lambda: CustomerTransfer.objects.filter(pk=made.pk).update(reason="anders"),
        lambda: made.lines.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            wrong()


def test_the_page_moves_them_and_refuses_what_is_not_mine(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    taker = company.a.account_managers[1]
    asked = {"customer": [company.a.customer.pk], "to": f"{taker.name} ({taker.username})"}
    assert client.get("/customers/transfer/", {"customer": company.b.customer.pk}).status_code == 404
    assert client.post("/customers/transfer/", {**asked, "customer": [company.b.customer.pk]}).status_code == 404
    outside = {**asked, "to": company.b.account_manager.username}
    assert client.post("/customers/transfer/", outside).status_code == 422
    assert client.post("/customers/transfer/", asked).status_code == 302
    assert Customer.objects.get(pk=company.a.customer.pk).account_manager == taker
    client.force_login(taker)
    assert client.get("/customers/transfer/", {"customer": company.a.customer.pk}).status_code == 403
