"""The board, the map, the week, a customer's indicators over time (WRN-7)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from early_warnings import services
from early_warnings.models import EarlyWarning, Movement
from early_warnings.services import seeing

from accounts import clock
from accounts.models import Customer, MonthlyFact
from duties import services as duties
from tests.early_warnings.cases import LAST_MONTH, MONDAY, months, propose_one, steady_market
from tests.factories.accounts import CustomerFactory, OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.company import Company
from tests.factories.early_warnings import EarlyWarningFactory, UnitWarningFactory

Assert = Callable[..., Any]


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:
    clock.shift(MONDAY - clock.now())


@pytest.fixture
def boss(company: Company, client: Client) -> Client:
    client.force_login(company.general_manager)
    return client


def test_the_board_counts_by_unit_level_state_and_age(
    company: Company, boss: Client, django_assert_num_queries: Assert
) -> None:
    old = EarlyWarningFactory(customer=company.a.customer, opened_on=MONDAY.date() - timedelta(days=20))
    near = EarlyWarningFactory(customer=CustomerFactory(unit=company.a.unit), level="near")
    propose_one(near)
    resting = EarlyWarningFactory(customer=company.b.customer)
    until = MONDAY.date() + timedelta(days=9)
    services.suppress(report=resting, until=until, because="修路", by=resting.duty.owner, now=MONDAY)
    boss.get("/warnings/board/")
    with django_assert_num_queries(8):
        context = boss.get("/warnings/board/").context
    shown = {line.unit.name: (line.counts, line.age) for line in context["lines"]}
    names = ("all", "breach", "near", "open", "measures", "rests", "overdue", "old")
    assert {unit: ([counts[name] for name in names], age) for unit, (counts, age) in shown.items()} == {
        "城东": ([2, 1, 1, 1, 1, 0, 1, 1], 20),
        "城西": ([1, 1, 0, 1, 0, 1, 0, 0], 0),
    }
    assert [(each["role"], each["counts"]["all"]) for each in context["held"]] == [("customer_officer", 3)]
    # Each number is that of the list it leads to.
    unit = company.a.unit.pk
    for query, count in (("late=1", 1), ("old=1", 1), ("level=near", 1), ("state=measures", 1), ("", 2)):
        assert boss.get(f"/warnings/?unit={unit}&{query}").context["page"].paginator.count == count
    assert boss.get("/warnings/?role=customer_officer").context["page"].paginator.count == 3
    assert boss.get("/warnings/?state=suppressed").context["page"].paginator.count == 1
    assert old.duty.next_due_at < MONDAY


def test_a_board_without_branches_does_not_deny_what_is_open(company: Company, client: Client) -> None:
    """Who works at a station sees no branch."""
    station = OrgUnitFactory(parent=company.a.unit, kind="station")
    manager = PostFactory(person=PersonFactory(), role="account_manager", unit=station).person
    customer = CustomerFactory(unit=station, account_manager=manager)
    client.force_login(manager)
    assert "没有未结报告" in client.get("/warnings/board/").content.decode()
    EarlyWarningFactory(customer=customer)
    page = client.get("/warnings/board/")
    assert (page.context["lines"], [each["counts"]["all"] for each in page.context["held"]]) == ([], [1])
    assert "没有未结报告" not in page.content.decode()


def test_the_map_shows_breaches_first_in_scope(company: Company, client: Client) -> None:
    for branch, level in ((company.a, "near"), (company.a, "breach"), (company.b, "breach")):
        customer = CustomerFactory(unit=branch.unit, latitude=30.5, longitude=114.3)
        EarlyWarningFactory(customer=customer, level=level)
    client.force_login(company.a.customer_officer)
    context = client.get("/warnings/map/").context
    assert [point["tone"] for point in context["map"]["points"]] == ["over", "near"]
    assert len(client.get("/warnings/map/?level=near").context["map"]["points"]) == 1


def test_the_week_beside_the_week_before(company: Company, boss: Client, django_assert_num_queries: Assert) -> None:
    # Those of the weekend are due on Tuesday: at whatever hour of Monday, only the oldest has climbed.
    for days, level in ((1, "breach"), (2, "near"), (9, "breach"), (20, "breach")):
        customer = CustomerFactory(unit=company.a.unit)
        EarlyWarningFactory(customer=customer, level=level, opened_on=MONDAY.date() - timedelta(days=days))
    report = EarlyWarning.objects.get(opened_on=MONDAY.date() - timedelta(days=9))
    propose_one(report)
    services.close(report=report, outcome="recovered", conclusion="好了", by=report.duty.owner, now=MONDAY)
    UnitWarningFactory(unit=company.a.unit)
    duties.sweep()
    boss.get("/warnings/week/")
    with django_assert_num_queries(12):
        context = boss.get("/warnings/week/").context
    told = seeing.week_of(person=company.general_manager, now=MONDAY, today=MONDAY.date())
    assert {name: told.counts[name] for name in ("new", "breaches", "closed", "recovered", "lost", "climbed")} == {
        "new": (2, 1), "breaches": (1, 1), "closed": (1, 0), "recovered": (1, 0), "lost": (0, 0), "climbed": (1, 0),
    }  # fmt: skip
    # No figure that does not lead to the list that makes it up.
    for figure in context["figures"]:
        assert boss.get(figure["url"]).context["page"].paginator.count == int(figure["value"])
    assert context["units"] == [(company.a.unit.name, 1)]
    assert len(context["unit_warnings"]) == 1


def test_a_customers_indicators_over_time(company: Company, boss: Client) -> None:
    steady_market(company.b)
    customer = CustomerFactory(unit=company.a.unit, importance="core")
    months(customer, [100] * 15 + [90, 60])
    assert seeing.keep_movements(on=MONDAY.date(), most=13) == 13
    assert seeing.keep_movements(on=MONDAY.date(), most=13) == 0
    services.evaluate(on=MONDAY.date(), now=MONDAY)
    context = boss.get(f"/warnings/customers/{customer.pk}/").context
    by_key = {card["followed"].indicator.key: card for card in context["cards"]}
    fallen = by_key["fallen-against-months"]["followed"]
    sign = EarlyWarning.objects.get(customer=customer).signs.get(indicator=fallen.indicator)
    # The last value is the one that the evaluation found, against the same line.
    assert (fallen.values[-1], fallen.level, by_key["fallen-against-months"]["whose"]) == (sign.value, "breach", "核心")
    assert fallen.line.breach == sign.line
    assert len(fallen.values) == 13
    assert by_key["silence"]["followed"].values[-1] is not None
    lines = {line["kind"]: line["values"] for line in by_key["fallen-against-months"]["chart"]["lines"]}
    assert (lines["over"][-1], lines["near"][-1]) == (70.0, 80.0)
    assert context["cards"][0]["followed"].level == "breach"


def test_values_over_time_are_what_the_evaluation_finds(company: Company) -> None:
    """Every shipped indicator of a customer with a report, at the last month-end."""
    steady_market(company.b)
    shops = [CustomerFactory(unit=company.a.unit) for _ in range(6)]
    for number, shop in enumerate(shops):
        months(shop, [80 + 7 * number] * 14 + [60, 50 + number, 10 * number])
        MonthlyFact.objects.filter(customer=shop, month=LAST_MONTH).update(receivable=10000, overdue=7000 + number)
    seeing.keep_movements(on=date(2026, 11, 1), most=13)
    first = MONDAY.replace(day=1)
    services.evaluate(on=first.date(), now=first)
    seen = 0
    for shop in Customer.objects.filter(pk__in=[each.pk for each in shops]).select_related("unit"):
        report = EarlyWarning.objects.filter(customer=shop).first()
        assert report is not None
        followed = {each.indicator.pk: each for each in seeing.follow(customer=shop, on=first.date())}
        for sign in report.signs.all():
            assert followed[sign.indicator_id].values[-1] == sign.value
            seen += 1
    assert seen > 10


def test_an_evaluation_keeps_what_its_signs_are_told_against(company: Company) -> None:
    steady_market(company.b)
    seeing.keep_movements(on=MONDAY.date(), most=13)
    moved = Movement.objects.filter(indicator__key="fallen-against-months", kind="retailer", month=LAST_MONTH)
    before = moved.get().value
    MonthlyFact.objects.filter(month=LAST_MONTH).update(quantity=500)
    services.evaluate(on=MONDAY.date(), now=MONDAY)
    assert (before, moved.get().value) == (Decimal("1.0000"), Decimal("0.5000"))
    assert seeing.keep_movements(on=MONDAY.date()) == 0
