"""The months kept from scoring to scoring: only what is noted is read again, and it comes to the same as all of it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from early_warnings import rules, services
from early_warnings.models import CustomerScore, Scoring
from early_warnings.services.months import notes

from accounts.models import Customer, MonthlyFact
from accounts.services.facts import ensure_partitions
from tests.early_warnings.cases import MONDAY, deaths
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company

OCTOBER = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)
MONTHS = [rules.months_back(NOVEMBER, back) for back in range(28)]
TODAY = MONDAY.date()
LATER = date(2026, 12, 2)


@pytest.fixture
def shops(company: Company) -> list[Customer]:
    ensure_partitions(months=MONTHS)
    by, found = random.Random(4), CustomerFactory.create_batch(30, unit=company.a.unit)
    MonthlyFact.objects.bulk_create(
        _fact(shop, month, by) for shop in found for month in MONTHS[1:] if by.random() < 0.93
    )
    return found


def _fact(shop: Customer, month: date, by: random.Random) -> MonthlyFact:
    amount = Decimal(by.randint(0, 90_000)) / 100
    orders = by.randint(1, 9) if amount else 0
    return MonthlyFact(customer=shop, month=month, amount=amount, orders=orders, items=orders * 3)


def score(on: date = TODAY, *, again: bool = False) -> Scoring | None:
    return services.score_customers(on=on, now=MONDAY, months_before=0, again=again)


def kept() -> dict[int, tuple[Any, ...]]:
    fields = ("month", "card_id", "points", "total")
    return {each.pk: tuple(getattr(each, name) for name in fields) for each in CustomerScore.objects.all()}


@contextmanager
def months_read() -> Iterator[list[str]]:
    """The months of facts that statements read, one entry a statement and month."""
    found: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if "JOIN accounts_monthlyfact" in sql:
            found.extend(each.split()[0] for each in sql.split("JOIN accounts_monthlyfact ")[1:])
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield found


def assert_kept_as_read_anew(on: date) -> None:
    """Everybody's points from the kept months, against the market as it is now, and as if no month had been kept."""
    with months_read() as read:
        score(on, again=True)
    assert not read
    found = kept()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE warnings_months")
    score(on, again=True)
    assert len(found) > 20
    assert found == kept()


def test_an_import_reads_the_month_it_changed(shops: list[Customer]) -> None:
    score()
    MonthlyFact.objects.filter(customer__in=shops[:3], month=OCTOBER).update(amount=Decimal(3))
    MonthlyFact.objects.filter(customer=shops[3], month=MONTHS[3]).delete()
    with months_read() as read:
        again = score()
    assert again is not None
    assert (again.everybody, again.customers) == (False, 4)
    assert sorted(read) == ["m202608", "m202610"]
    assert_kept_as_read_anew(TODAY)


def test_a_new_month_reads_that_month(shops: list[Customer]) -> None:
    score()
    by = random.Random(9)
    MonthlyFact.objects.bulk_create(_fact(shop, NOVEMBER, by) for shop in shops)
    MonthlyFact.objects.filter(customer=shops[0], month=MONTHS[5]).update(amount=Decimal("0.01"))
    with months_read() as read:
        moved = score(LATER)
    assert moved is not None
    assert (moved.month, moved.everybody) == (NOVEMBER, True)
    # the new month of everybody, the changed ones of those whom the notes name
    assert sorted(read) == ["m202606", "m202611", "m202611"]
    assert_kept_as_read_anew(LATER)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_read_again_comes_to_the_same_as_all_of_it(shops: list[Customer], seed: int) -> None:
    """Rows come, change and go, customers close and come, older months come to be known."""
    by, unit, on = random.Random(seed), shops[0].unit, TODAY
    score()
    for _ in range(6):
        some = by.sample(shops, by.randint(1, 4))
        months = by.sample(MONTHS[1:], by.randint(1, 3))
        match by.randrange(5):
            case 0:
                MonthlyFact.objects.filter(customer__in=some, month__in=months).update(
                    amount=Decimal(by.randint(0, 999))
                )
            case 1:
                MonthlyFact.objects.filter(customer__in=some, month__in=months).delete()
            case 2:
                new = CustomerFactory(unit=unit)
                shops.append(new)
                MonthlyFact.objects.bulk_create(_fact(new, month, by) for month in MONTHS[by.randrange(1, 15) :])
            case 3:
                Customer.objects.filter(pk=some[0].pk).update(status=by.choice(["active", "closed"]))
                MonthlyFact.objects.filter(customer=some[0], month=OCTOBER).update(items=by.randint(0, 9))
            case 4 if on == TODAY:
                on = LATER
                MonthlyFact.objects.bulk_create(_fact(shop, NOVEMBER, by) for shop in shops)
        score(on)
    assert_kept_as_read_anew(on)


def test_where_most_have_changed_the_month_is_read_of_everybody(
    shops: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "LEAST_TOUCHED", 5)
    score()
    MonthlyFact.objects.filter(customer__in=shops[:20], month=OCTOBER).update(amount=Decimal(7))
    with months_read() as read:
        score(again=True)
    assert read == ["m202610"]
    assert_kept_as_read_anew(TODAY)


def test_after_a_crash_everything_is_read(shops: list[Customer]) -> None:
    """An unlogged table is empty then."""
    score()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE warnings_months")
    before = kept()
    MonthlyFact.objects.filter(customer=shops[0], month=OCTOBER).update(amount=Decimal(1))
    with months_read() as read:
        again = score()
    assert again is not None
    assert (again.everybody, again.customers) == (False, 1)
    assert len(set(read)) == 24
    found = kept()
    assert {pk for pk in found if found[pk] != before[pk]} == {shops[0].pk}
    assert_kept_as_read_anew(TODAY)


def test_a_scoring_that_dies_leaves_everything_as_it_was(shops: list[Customer]) -> None:
    """At whatever statement: of a few, of a month later in the place of the table before."""
    score()
    MonthlyFact.objects.filter(customer__in=shops[:3], month=OCTOBER).update(amount=Decimal(3))
    before = kept()
    assert deaths(score, lambda: kept() == before, every=1) > 15
    months_before = kept()
    MonthlyFact.objects.bulk_create(_fact(shop, NOVEMBER, random.Random(2)) for shop in shops)
    assert deaths(lambda: score(LATER), lambda: kept() == months_before, every=2) > 20
    assert_kept_as_read_anew(LATER)


def test_a_month_before_is_scored_as_it_was(shops: list[Customer]) -> None:
    """The kept months move back too: what they lack is read."""
    score()
    found = services.score_customers(on=TODAY - timedelta(days=31), now=MONDAY, months_before=0)
    assert found is not None
    assert found.month == MONTHS[2]
