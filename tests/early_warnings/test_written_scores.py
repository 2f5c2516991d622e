"""Scores written row by row, or as a table in the place of the one before: the same scores, the same table."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from early_warnings import rules, services
from early_warnings.models import CustomerScore
from early_warnings.services.scoring import writing

from accounts.models import Customer, MonthlyFact
from accounts.services.facts import ensure_partitions
from tests.early_warnings.cases import MONDAY
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company

OCTOBER = date(2026, 10, 1)
MONTHS = [rules.months_back(OCTOBER, back) for back in range(26)]

_TABLE = """
    SELECT attname, format_type(atttypid, atttypmod), attnotnull, NULL FROM pg_attribute
    WHERE attrelid = 'warnings_customerscore'::regclass AND attnum > 0
    UNION ALL
    SELECT c.relname, i.indisprimary::text, i.indisunique, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = 'warnings_customerscore'::regclass
    UNION ALL
    SELECT conname, contype::text, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'warnings_customerscore'::regclass AND contype <> 'n'
    ORDER BY 1
"""


@pytest.fixture
def shops(company: Company) -> list[Customer]:
    ensure_partitions(months=MONTHS)
    return CustomerFactory.create_batch(4, unit=company.a.unit)


def _buy(shops: list[Customer], month: date, amount: int) -> None:
    MonthlyFact.objects.bulk_create(
        MonthlyFact(customer=shop, month=month, amount=Decimal(amount * number), orders=2, items=5 + amount % 7)
        for number, shop in enumerate(shops, 1)
    )


def _three_months(shops: list[Customer]) -> dict[int, Any]:
    """Steady, then falling: of the four one closes, one comes back after a month without."""
    for back in range(25, 2, -1):
        _buy(shops, MONTHS[back], 1000)
    for back, amount in ((2, 900), (1, 500), (0, 300)):
        Customer.objects.filter(pk=shops[0].pk).update(status="closed" if back == 1 else "active")
        Customer.objects.filter(pk=shops[1].pk).update(status="closed" if back == 0 else "active")
        _buy(shops, MONTHS[back], amount)
        on = rules.months_back(MONTHS[back], -1) + timedelta(days=4)
        services.score_customers(on=on, now=MONDAY, months_before=0)
    return {
        each.customer_id: (each.month, each.points, each.total, each.before) for each in CustomerScore.objects.all()
    }


@pytest.mark.parametrize("most", [-1, 1000])
def test_both_ways_write_the_same(shops: list[Customer], most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_CHANGED", most)
    found = _three_months(shops)
    number = {shop.pk: place for place, shop in enumerate(shops)}
    assert {number[pk]: (month, len(before)) for pk, (month, _points, _total, before) in found.items()} == {
        0: (OCTOBER, 0),
        2: (OCTOBER, 2),
        3: (OCTOBER, 2),
    }
    (points, total, before), *others = {
        (tuple(row[1]), row[2], tuple(row[3])) for pk, row in found.items() if number[pk]
    }
    assert not others  # the same fall, whatever the size
    assert sum(points) == total > 0
    assert len({total, *before}) == 3


def test_the_table_in_its_place_is_the_same_table(shops: list[Customer], monkeypatch: pytest.MonkeyPatch) -> None:
    def described() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(_TABLE)
            return list(cursor.fetchall())

    before = described()
    assert len(before) > 8
    monkeypatch.setattr(writing, "MOST_CHANGED", -1)
    _three_months(shops)
    assert described() == before
