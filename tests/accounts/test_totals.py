"""The sums of units' months: kept with each import, made again each night, and seen within one's scope."""

import io
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Customer, UnitMonth
from accounts.services import totals
from accounts.services.imports import FACTS, import_file
from tests.factories.accounts import MonthlyFactFactory
from tests.factories.company import Company

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def sums(**of: object) -> list[tuple[object, ...]]:
    return list(
        UnitMonth.objects.filter(**of)
        .order_by("unit__code", "month")
        .values_list("unit__code", "month", "customers", "buyers", "quantity", "amount")
    )


def test_a_month_is_added_up_by_unit_and_again_without_doubling(company: Company) -> None:
    MonthlyFactFactory(customer=company.a.customers[0], month=SEPTEMBER, quantity=100, amount=2000)
    MonthlyFactFactory(customer=company.a.customers[1], month=SEPTEMBER, quantity=0, amount=0)
    MonthlyFactFactory(customer=company.b.customers[0], month=OCTOBER, quantity=7, amount=140)
    a, b = company.a.unit.code, company.b.unit.code
    expected = [
        (a, SEPTEMBER, 2, 1, Decimal("100.00"), Decimal("2000.00")),
        (b, OCTOBER, 1, 1, Decimal("7.00"), Decimal("140.00")),
    ]
    totals.add_up(months=[SEPTEMBER, OCTOBER])
    assert sums() == expected
    totals.add_up(months=[SEPTEMBER])
    assert sums() == expected


def test_the_night_moves_the_sums_of_customers_who_changed_their_unit(company: Company) -> None:
    MonthlyFactFactory(customer=company.a.customer, month=OCTOBER, quantity=10, amount=200)
    totals.add_up(months=[OCTOBER])
    Customer.objects.filter(pk=company.a.customer.pk).update(unit=company.b.unit)
    totals.add_up_recent(today=date(2026, 11, 23))
    assert sums() == [(company.b.unit.code, OCTOBER, 1, 1, Decimal("10.00"), Decimal("200.00"))]


def test_an_import_of_facts_adds_up_its_months(company: Company) -> None:
    source = io.BytesIO("客户编码,月份,订购数量,金额\nA-1,2026-10,130,26000\n".encode())
    now = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    import_file(kind=FACTS, source=source, name="facts.csv", by=None, now=now)
    assert sums() == [(company.a.unit.code, OCTOBER, 1, 1, Decimal("130.00"), Decimal("26000.00"))]


def test_sums_are_seen_within_the_scope(company: Company) -> None:
    for branch in (company.a, company.b):
        MonthlyFactFactory(customer=branch.customer, month=OCTOBER, quantity=1, amount=1)
    totals.add_up(months=[OCTOBER])
    seen = {
        person.username: UnitMonth.objects.visible_to(person).count()
        for person in (company.marketing_director, company.a.sales_manager, company.a.account_manager)
    }
    assert list(seen.values()) == [2, 1, 0]


def test_the_months_of_the_night_cross_the_year(company: Company) -> None:
    MonthlyFactFactory(customer=company.a.customer, month=date(2024, 11, 1), quantity=1, amount=1)
    MonthlyFactFactory(customer=company.a.customer, month=date(2024, 10, 1), quantity=1, amount=1)
    totals.add_up_recent(today=date(2026, 11, 23))
    assert [row[1] for row in sums()] == [date(2024, 11, 1)]
