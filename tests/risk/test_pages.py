"""Checks and repairs at the desk (RSK-1)."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from risk.models import PreTripCheck
from risk.services import record_check
from tests.factories.company import Company, signed_in


def failed(company: Company) -> PreTripCheck:
    return record_check(key=uuid.uuid4(), person=company.a.account_manager, failed=["brakes"], now=clock.now())


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        failed(company)
    signed_in(client, company.a.sales_manager)
    with django_assert_num_queries(7):
        answer = client.get(reverse("risk:home"))
    assert [check.failed_words for check in answer.context["page"]] == [["刹车"]] * rows


def test_failed_ones_and_names(company: Company, client: Client) -> None:
    failed(company)
    record_check(key=uuid.uuid4(), person=company.a.account_managers[1], failed=[], now=clock.now())
    signed_in(client, company.a.sales_manager)
    page = reverse("risk:home")
    assert len(client.get(page).context["page"]) == 2
    assert len(client.get(page, {"view": "failed"}).context["page"]) == 1
    assert len(client.get(page, {"q": "客户经理二"}).context["page"]) == 1


def test_who_owes_the_repair_ends_it(company: Company, client: Client) -> None:
    repair = failed(company).repair
    page = reverse("risk:repair", args=[repair.pk])
    rider = signed_in(client, company.a.account_manager)
    assert rider.get(page).context["may"] is False
    rider.post(page, {"outcome": "自己修了"})
    repair.refresh_from_db()
    assert repair.done_at is None
    signed_in(client, company.a.sales_manager)  # nobody holds the support department's post
    assert client.post(page, {"outcome": ""}).status_code == 422
    assert client.post(page, {"outcome": "换刹车片"}).status_code == 302
    repair.refresh_from_db()
    assert (repair.outcome, repair.done_by) == ("换刹车片", company.a.sales_manager)
