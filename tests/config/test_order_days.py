"""The order days on a customer's page: calendar, gaps, and nothing where there are none (CUS-9)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from accounts import clock
from config.order_days import OrderDays, Ordered
from tests.factories.accounts import OrderDayFactory
from tests.factories.company import Company

MONDAY = date(2026, 11, 23)


def days(*ago: int, today: date = MONDAY) -> OrderDays:
    """Orders so many days before today, of 100 yuan and 2 items, the last of them of 300 yuan and 5."""
    year = [Ordered(today - timedelta(days=each), Decimal(100), 2) for each in ago]
    return OrderDays(today, [*year[:-1], year[-1]._replace(amount=Decimal(300), items=5)] if year else [])


def figures(of: OrderDays) -> list[tuple[str, str, str, str, str]]:
    with translation.override("en"):
        return [(each["label"], each["value"], each["unit"], each["comparison"], each["tone"]) for each in of.figures()]


def test_the_gap_now_stands_beside_the_usual_one() -> None:
    assert figures(days(120, 113, 106, 92, 20, 13, 6)) == [
        ("Since the last order", "6", "days", "Tue 17 Nov", ""),
        ("Usual gap", "7", "days", "at most 72 within the year", ""),
        ("Days with an order", "3", "days", "500 yuan", ""),
        ("An order, on average", "167", "yuan", "3 different items", ""),
    ]


@pytest.mark.parametrize(("ago", "tone"), [((21, 14, 7, 0), ""), ((28, 21, 14, 7), ""), ((29, 22, 15, 8), "over")])
def test_the_gap_is_marked_when_it_was_never_so_long(ago: Sequence[int], tone: str) -> None:
    assert figures(days(*ago))[0][4] == tone


def test_two_gaps_are_no_usual_one_and_a_day_is_one() -> None:
    assert [each[:3] for each in figures(days(15, 8, 1))] == [
        ("Since the last order", "1", "day"),
        ("Days with an order", "3", "days"),
        ("An order, on average", "167", "yuan"),
    ]


def test_a_year_without_a_recent_order_shows_the_gap_alone() -> None:
    assert [each[:4] for each in figures(days(200))] == [
        ("Since the last order", "200", "days", "Thu 7 May"),
        ("Days with an order", "0", "days", ""),
    ]
    assert figures(days()) == []


def test_the_calendar_ends_with_this_week() -> None:
    with translation.override("en"):
        calendar = days(85, 84, 6, 0).calendar()
    assert calendar["ground"].count("M") == 85  # twelve whole weeks, and today's Monday
    assert [(each["x"], each["y"], each["strength"], each["said"]) for each in calendar["orders"]] == [
        (30, 18, "0.57", "Mon 31 Aug · 100 yuan · 2 different items"),
        (217, 35, "0.57", "Tue 17 Nov · 100 yuan · 2 different items"),
        (234, 18, "1.00", "Mon 23 Nov · 300 yuan · 5 different items"),
    ]
    assert [each["text"] for each in calendar["words"]] == ["Mon", "Wed", "Fri", "Sep", "Oct", "Nov"]


@pytest.mark.django_db
def test_the_page_reads_a_year_of_orders_and_shows_nothing_without(company: Company, client: Client) -> None:
    customer, today = company.a.customer, clock.today()
    client.force_login(company.a.account_manager)
    address = f"/customers/{customer.pk}/"
    assert "zd-days" not in client.get(address).content.decode()
    for ago, amount in ((365, 1), (364, 2), (3, 5), (2, -5), (1, 0)):
        OrderDayFactory(customer=customer, day=today - timedelta(days=ago), amount=amount)
    OrderDayFactory(customer=company.b.customer, day=today)
    answer = client.get(address)
    assert [each.amount for each in answer.context["ordered"].year] == [2, 5]
    assert "zd-days" in answer.content.decode()
