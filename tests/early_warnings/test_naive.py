"""The evaluation's SQL against a plain one, on random companies: gaps, zero, negative, new customers (WRN-1, WRN-2)."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from early_warnings import rules, services
from early_warnings.measures import MEASURES, Source
from early_warnings.models import EarlyWarning, Indicator, Sign, Threshold
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Customer, MonthlyFact
from accounts.services.facts import ensure_partitions
from tests.early_warnings import naive
from tests.early_warnings.naive import Found, Month, Shop
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory
from tests.factories.visits import MONDAY, VisitFactory, at
from visits.models import VisitClock, VisitInterval

OCTOBER = date(2026, 10, 1)
MONTHS = [rules.months_back(OCTOBER, back) for back in range(26)]


@contextmanager
def forgotten() -> Iterator[None]:
    """What happens inside is undone: Hypothesis runs many examples in one test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _money(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda cents: Decimal(cents) / 100)


@st.composite
def months(draw: st.DrawFn) -> dict[date, Month]:
    """Months of a customer: some missing, some of zero, some of returns alone; new ones have only late months."""
    usual = draw(st.integers(0, 300))
    age = draw(st.integers(1, len(MONTHS)))
    kept = {}
    for month in MONTHS[:age]:
        how = draw(st.sampled_from(["usual", "usual", "usual", "less", "none", "zero", "returned"]))
        if how == "none":
            continue
        quantity = {"usual": usual, "less": usual // 3, "zero": 0, "returned": -usual // 5}[how]
        orders = draw(st.integers(0, 9)) if quantity > 0 else 0
        last = month + timedelta(days=draw(st.integers(0, 27))) if orders and draw(st.booleans()) else None
        receivable = draw(_money(0, 900_000))
        kept[month] = Month(
            quantity=Decimal(quantity),
            amount=Decimal(quantity) * draw(_money(1_000, 30_000)),
            orders=orders,
            items=draw(st.integers(0, 40)) if orders else 0,
            returned=Decimal(draw(st.integers(0, 9))),
            stock=draw(st.none() | st.integers(0, 90).map(Decimal)),
            receivable=receivable,
            overdue=(receivable * draw(st.integers(0, 10)) / 10).quantize(Decimal("0.01")),
            last_order_on=last,
        )
    return kept


shops = st.builds(
    Shop,
    pk=st.just(0),
    kind=st.sampled_from(["retailer", "retailer", "retailer", "group"]),
    importance=st.sampled_from(["core", "important", "large", "general"]),
    tier=st.integers(1, 5),
    service_class=st.integers(1, 3),
    active=st.sampled_from([True] * 9 + [False]),
    months=months(),
    last_visit_on=st.none() | st.integers(0, 200).map(lambda days: MONDAY - timedelta(days=days)),
    clock_since=st.none() | st.integers(-5, 90).map(lambda days: MONDAY - timedelta(days=days)),
)


def _enter(company: Company, drawn: list[Shop]) -> list[Shop]:
    """Write them; the interval of each visit is the shipped matrix's."""
    units = [company.a.unit, company.b.unit]
    customers = Customer.objects.bulk_create(
        Customer(
            kind=shop.kind,
            code=f"N{number}",
            name=f"店{number}",
            unit=units[number % 2],
            importance=shop.importance,
            tier=shop.tier,
            service_class=shop.service_class,
            status="active" if shop.active else "closed",
        )
        for number, shop in enumerate(drawn)
    )
    MonthlyFact.objects.bulk_create(
        MonthlyFact(
            customer=customer,
            month=month,
            quantity=row.quantity,
            amount=row.amount,
            orders=row.orders,
            items=row.items,
            returned=row.returned,
            stock=row.stock,
            receivable=row.receivable,
            overdue=row.overdue,
            last_order_on=row.last_order_on,
        )
        for customer, shop in zip(customers, drawn, strict=True)
        for month, row in shop.months.items()
    )
    entered = []
    for customer, shop in zip(customers, drawn, strict=True):
        since = shop.last_visit_on or shop.clock_since
        if since is not None:
            VisitClock.objects.create(
                customer=customer,
                role="account_manager",
                started_on=shop.clock_since or since,
                due_on=since + timedelta(days=1),
            )
        if shop.last_visit_on is not None:
            VisitFactory(customer=customer, person=company.a.account_manager, visited_on=shop.last_visit_on)
        entered.append(
            replace(
                shop,
                pk=customer.pk,
                unit_path=customer.unit.path,
                interval=(_due(shop.tier, since) - since).days if since else 0,
            )
        )
    return entered


def _due(tier: int, day: date) -> date:
    cell = VisitInterval.objects.get(tier=tier, role="account_manager")
    match cell.unit:
        case "day":
            return day + timedelta(days=cell.number)
        case "week":
            return day + timedelta(weeks=cell.number)
        case "half_month":
            return day + timedelta(days=15)
        case _:
            following = rules.months_back(day.replace(day=1), -1)
            last = (rules.months_back(following, -1) - timedelta(days=1)).day
            return following.replace(day=min(day.day, last))


def _evaluated() -> dict[tuple[int, str], Found]:
    services.score_customers(on=MONDAY, now=at(9), months_before=0)
    services.evaluate(on=MONDAY, now=at(9))
    return {
        (sign.warning.customer_id, sign.indicator.key): Found(sign.level, sign.value, sign.recent, sign.base)
        for sign in Sign.objects.select_related("warning", "indicator")
    }


@pytest.fixture
def no_running_company(company: Company) -> Company:
    """The fixture's own four retailers are closed: each example brings its own."""
    Customer.objects.update(status="closed")
    ensure_partitions(months=MONTHS)
    return company


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.lists(shops, min_size=1, max_size=25))
def test_sql_finds_what_plain_arithmetic_finds(no_running_company: Company, drawn: list[Shop]) -> None:
    with forgotten():
        entered = _enter(no_running_company, drawn)
        counted = {month: sum(month in shop.months for shop in entered) for month in MONTHS}
        known = rules.known_by(MONDAY, counted, None)
        assert _evaluated() == naive.signs(naive.with_scores(entered, known), known)


MEASURES_OF_FACTS = [key for key, measure in MEASURES.items() if key in naive.FACTS]
MEASURES_ASKED = [key for key, measure in MEASURES.items() if measure.source is Source.QUERY]


@st.composite
def user_made(draw: st.DrawFn) -> dict[str, Any]:
    """An indicator as somebody may make it in the page, with its lines."""
    measure = draw(st.sampled_from([*MEASURES_OF_FACTS * 2, *MEASURES_ASKED]))
    comparison = draw(st.sampled_from(sorted(MEASURES[measure].comparisons)))
    big = comparison in ("absolute", "ratio", "days_since")
    value = st.integers(-50, 2_000 if big else 250).map(lambda cents: Decimal(cents) / (1 if big else 100))
    line = {"importance": draw(st.sampled_from(["", "core"])), "tier": draw(st.none() | st.integers(1, 5))}
    return {
        "measure": measure,
        "comparison": comparison,
        "base_measure": draw(st.sampled_from(MEASURES_OF_FACTS)) if comparison in rules.OF_TWO else "",
        "period": draw(st.integers(1, 12)),
        "base_period": draw(st.integers(1, 12)),
        "least_base": draw(st.sampled_from([Decimal(0), Decimal(10), Decimal("33.33")])),
        "against_market": draw(st.booleans()),
        "falling": draw(st.booleans()),
        "customer_kind": draw(st.sampled_from(["", "", "retailer", "group"])),
        "lines": [{"breach": draw(value), "near": draw(value)}, line | {"breach": draw(value), "near": draw(value)}],
    }


def _make(number: int, made: dict[str, Any]) -> None:
    lines = made.pop("lines")
    indicator = Indicator.objects.create(key=f"made-{number}", name_zh="自定", name_en="made", **made)
    for each in lines:
        falling = min if indicator.falling else max
        crossed_first = max if indicator.falling else min
        values = (each["breach"], each["near"])
        fields = {key: value for key, value in each.items() if key not in ("breach", "near")}
        if fields or not indicator.thresholds.exists():
            Threshold.objects.update_or_create(
                indicator=indicator,
                **{"importance": "", "tier": None} | fields,
                defaults={"breach": falling(values), "near": crossed_first(values)},
            )


def _some_shops(number: int, seed: int) -> list[Shop]:
    """As `shops` above, drawn by a seed: a whole company would be too much for Hypothesis to draw."""
    by = random.Random(seed)
    return [_some_shop(by) for _ in range(number)]


def _some_shop(by: random.Random) -> Shop:
    usual, found = by.randint(0, 300), {}
    for month in MONTHS[: by.choice([3, 12, len(MONTHS), len(MONTHS)])]:
        how = by.choice(["usual", "usual", "usual", "less", "none", "zero", "returned"])
        if how == "none":
            continue
        quantity = Decimal({"usual": usual, "less": usual // 3, "zero": 0, "returned": -usual // 5}[how])
        orders = by.randint(0, 9) if quantity > 0 else 0
        receivable = Decimal(by.randint(0, 900_000)) / 100
        found[month] = Month(
            quantity=quantity,
            amount=quantity * by.randint(10, 300),
            orders=orders,
            items=by.randint(0, 40) if orders else 0,
            returned=Decimal(by.randint(0, 9)),
            stock=by.choice([None, Decimal(by.randint(0, 90))]),
            receivable=receivable,
            overdue=(receivable * by.randint(0, 10) / 10).quantize(Decimal("0.01")),
            last_order_on=month + timedelta(days=by.randint(0, 27)) if orders and by.random() < 0.5 else None,
        )
    return Shop(
        pk=0,
        kind=by.choice(["retailer", "retailer", "retailer", "group"]),
        importance=by.choice(["core", "important", "large", "general"]),
        tier=by.randint(1, 5),
        service_class=by.randint(1, 3),
        active=by.random() < 0.9,
        months=found,
        last_visit_on=by.choice([None, MONDAY - timedelta(days=by.randint(0, 200))]),
        clock_since=by.choice([None, MONDAY - timedelta(days=by.randint(-5, 90))]),
    )


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # to shrink a company costs minutes; the test above finds small examples
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=st.lists(user_made(), min_size=10, max_size=10), seed=st.integers(0, 2**32))
def test_sql_finds_what_plain_arithmetic_finds_for_any_indicator(
    no_running_company: Company, made: list[dict[str, Any]], seed: int
) -> None:
    """Twenty companies of a hundred customers, each with the shipped indicators and ten that somebody made."""
    with forgotten():
        for number, each in enumerate(made):
            _make(number, dict(each))
        entered = _enter(no_running_company, _some_shops(100, seed))
        counted = {month: sum(month in shop.months for shop in entered) for month in MONTHS}
        known = rules.known_by(MONDAY, counted, None)
        assert _evaluated() == naive.signs(naive.with_scores(entered, known), known)


@pytest.fixture
def steady(no_running_company: Company) -> list[Shop]:
    """Thirty retailers that order the same each month, so that the market stands still; all months are there."""
    row = Month(quantity=Decimal(100), amount=Decimal(20_000), orders=4)
    return [Shop(pk=0, months=dict.fromkeys(MONTHS, row)) for _ in range(30)]


def _falling(quantity: int, **fields: Any) -> Shop:
    """Ordered a hundred a month until September, and so much in October."""
    row = Month(quantity=Decimal(100), orders=4)
    return Shop(
        pk=0, months=dict.fromkeys(MONTHS, row) | {OCTOBER: Month(quantity=Decimal(quantity), orders=1)}, **fields
    )


def _levels(entered: list[Shop], key: str) -> list[str | None]:
    found = _evaluated()
    return [found[shop.pk, key].level if (shop.pk, key) in found else None for shop in entered]


@pytest.mark.parametrize(
    ("importance", "near", "breach"), [("core", 80, 70), ("important", 70, 60), ("large", 65, 55), ("general", 50, 40)]
)
def test_a_value_on_the_line_has_crossed_it(
    no_running_company: Company, importance: str, near: int, breach: int
) -> None:
    Indicator.objects.update(against_market=False)
    entered = _enter(
        no_running_company,
        [_falling(quantity, importance=importance) for quantity in (near + 1, near, breach + 1, breach, 0)],
    )
    assert _levels(entered, "fallen-against-months") == [None, "near", "near", "breach", "breach"]


def test_the_most_exact_line_wins(no_running_company: Company, steady: list[Shop]) -> None:
    indicator = Indicator.objects.get(key="fallen-against-months")
    drawn = [
        _falling(85, tier=tier, service_class=service_class) for tier, service_class in ((5, 3), (1, 3), (1, 1), (1, 1))
    ]
    entered = _enter(no_running_company, [*drawn, *steady])
    for fields, breach, near in (
        ({"tier": 1}, "0.80", "0.90"),
        ({"tier": 1, "service_class": 1}, "0.90", "0.95"),
        ({"unit": no_running_company.b.unit}, "0.10", "0.20"),
    ):
        Threshold.objects.create(indicator=indicator, breach=Decimal(breach), near=Decimal(near), **fields)
    # the second and the fourth stand in unit b, whose own line says more than any class
    assert _levels(entered[:4], "fallen-against-months") == [None, None, "breach", None]


def test_a_season_is_not_taken_for_a_fall(no_running_company: Company) -> None:
    entered = _enter(no_running_company, [_falling(45) for _ in range(30)])
    assert _levels(entered, "fallen-against-months") == [None] * 30


def test_tiny_shops_do_not_drown_the_list(no_running_company: Company, steady: list[Shop]) -> None:
    tiny = Shop(pk=0, months=dict.fromkeys(MONTHS, Month(quantity=Decimal(9), orders=1)) | {OCTOBER: Month()})
    small = Shop(pk=0, months=dict.fromkeys(MONTHS, Month(quantity=Decimal(10), orders=1)) | {OCTOBER: Month()})
    entered = _enter(no_running_company, [tiny, small, *steady])
    assert _levels(entered[:2], "fallen-against-months") == [None, "breach"]


def test_complaints_of_ninety_days_are_counted(company: Company) -> None:
    """Three breach for a general customer, two are near; the ninetieth day counts, the one before it does not."""
    first = MONDAY - timedelta(days=89)
    for day in (first, MONDAY):
        ComplaintFactory(customer=company.a.customers[0], now=at(0, 30, day))
        ComplaintFactory(customer=company.b.customers[0], now=at(0, 30, day))
    ComplaintFactory(customer=company.a.customers[0], now=at(23, 30))
    ComplaintFactory(customer=company.b.customers[0], now=at(23, 30, first - timedelta(days=1)))
    ComplaintFactory(customer=company.b.customers[0], now=at(0, 0, MONDAY + timedelta(days=1)))
    services.evaluate(on=MONDAY, now=at(9))
    assert {
        report.customer: [str(sign.value) for sign in report.signs.all()] for report in EarlyWarning.objects.all()
    } == {
        company.a.customers[0]: ["3.0000"],
        company.b.customers[0]: ["2.0000"],
    }
