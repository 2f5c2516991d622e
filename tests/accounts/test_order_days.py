"""Order days: what the table holds and refuses, and its partitions (CUS-8)."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from accounts.models import OrderDay
from accounts.services import facts
from tests.factories.accounts import OrderDayFactory
from tests.factories.company import Company

DAY = date(2026, 10, 27)


def refused(**fields: Any) -> str:
    """The constraint or rule by which PostgreSQL refuses a row."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        OrderDay.objects.bulk_create([OrderDay(**fields)])
    diagnostics = refusal.value.__cause__.diag  # type: ignore[union-attr]
    return diagnostics.constraint_name or diagnostics.message_primary


def test_each_day_lies_in_the_partition_of_its_month(company: Company) -> None:
    for day in (DAY, date(2026, 10, 1), date(2026, 10, 31), date(2025, 12, 31)):
        OrderDayFactory(customer=company.a.customer, day=day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, day FROM accounts_orderday ORDER BY day")
        assert cursor.fetchall() == [
            ("accounts_orderday_y2025m12", date(2025, 12, 31)),
            ("accounts_orderday_y2026m10", date(2026, 10, 1)),
            ("accounts_orderday_y2026m10", DAY),
            ("accounts_orderday_y2026m10", date(2026, 10, 31)),
        ]


def test_partitions_of_order_days_are_made_apart_from_those_of_facts(company: Company) -> None:
    facts.ensure_partitions(months=[date(2031, 5, 17), date(2031, 5, 2)], tables=facts.ORDERS)
    facts.ensure_partitions(months=[date(2031, 5, 1), date(2031, 4, 1)], tables=facts.ORDERS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '%%\\_y2031m%%' ORDER BY 1")
        assert cursor.fetchall() == [("accounts_orderday_y2031m04",), ("accounts_orderday_y2031m05",)]


def test_a_customer_has_one_row_a_day(company: Company) -> None:
    OrderDayFactory(customer=company.a.customer, day=DAY)
    assert refused(customer=company.a.customer, day=DAY) == "accounts_orderday_y2026m10_pkey"
    OrderDayFactory(customer=company.b.customer, day=DAY)
    assert OrderDay.objects.filter(day=DAY).count() == 2


def test_a_number_of_items_below_zero_is_refused(company: Company) -> None:
    OrderDayFactory(customer=company.a.customer, day=DAY)
    assert refused(customer=company.b.customer, day=DAY, items=-1) == "accounts_orderday_items_check"


def test_a_day_without_its_partition_is_refused(company: Company) -> None:
    found = refused(customer=company.a.customer, day=date(2031, 6, 1))
    assert found == 'no partition of relation "accounts_orderday" found for row'


def test_a_customer_with_order_days_stays(company: Company) -> None:
    day = OrderDayFactory(customer=company.a.customer, day=DAY)
    with pytest.raises(ProtectedError):
        day.customer.delete()


def test_the_orders_of_a_year_are_read_by_the_index_alone(company: Company) -> None:
    """However many other customers there are: each partition is entered by its key."""
    OrderDayFactory(customer=company.a.customer, day=DAY)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN (COSTS off) SELECT day FROM accounts_orderday WHERE customer_id = 1 AND day > '2026-10-20'"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: ((customer_id = 1) AND (day > '2026-10-20'::date))" in plan


def test_returns_alone_are_no_order(company: Company) -> None:
    OrderDayFactory(customer=company.a.customer, day=DAY)
    OrderDayFactory(customer=company.a.customer, day=date(2026, 10, 28), amount=-120)
    OrderDayFactory(customer=company.a.customer, day=date(2026, 10, 29), amount=0)
    assert list(OrderDay.objects.with_orders().values_list("day", flat=True)) == [DAY]


def test_order_days_are_seen_with_their_customer(company: Company) -> None:
    mine, _other = (OrderDayFactory(customer=each.customer, day=DAY) for each in (company.a, company.b))
    assert list(OrderDay.objects.visible_to(company.a.account_manager)) == [mine]
