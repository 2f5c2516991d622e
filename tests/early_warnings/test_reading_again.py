"""What changes in the facts is read again, and only that, whenever it comes (WRN-3)."""

import random
import re
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection
from early_warnings import services
from early_warnings.models import Evaluation, KeptBasis, Touched
from early_warnings.rules import months_back
from early_warnings.services.evaluation import statements
from early_warnings.services.months import ranges

from accounts.models import Customer, FileImport, MonthlyFact, OrgUnit
from tests.early_warnings.cases import LAST_MONTH, MONDAY, months, steady_market
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory, OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.company import Company

TODAY = MONDAY.date()


def evaluate(now: datetime = MONDAY) -> None:
    services.evaluate(on=now.date(), now=now)


def kept() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM warnings_basis ORDER BY id")
        return list(cursor.fetchall())


def made_anew(now: datetime = MONDAY) -> list[tuple[Any, ...]]:
    KeptBasis.objects.update(plan="")
    evaluate(now)
    return kept()


def change(customer: Customer, dice: random.Random) -> None:
    """Some month of somebody comes, goes, or says something else."""
    month = months_back(LAST_MONTH, dice.randrange(-1, 15))
    found = MonthlyFact.objects.filter(customer=customer, month=month)
    figures: dict[str, Any] = {
        "quantity": dice.choice([Decimal(0), Decimal("12.34"), Decimal(1000), Decimal(-5)]),
        "amount": dice.choice([Decimal(0), Decimal("200000.01")]),
        "orders": dice.choice([0, 1, 7]),
        "last_order_on": dice.choice([None, month.replace(day=dice.randint(1, 28))]),
    }
    if not found.exists():
        MonthlyFactFactory(customer=customer, month=month, **figures)
    elif dice.random() < 0.3:
        found.delete()
    else:
        found.update(**figures)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_read_again_comes_to_the_same_as_all_of_it(company: Company, seed: int) -> None:
    dice = random.Random(seed)
    market = steady_market(company.b)
    evaluate()
    for _night in range(3):
        for _ in range(dice.randint(1, 12)):
            change(dice.choice(market), dice)
        evaluate()
        booked = kept()
        assert booked == made_anew()


def months_read(statement: str, now: datetime = MONDAY) -> set[date]:
    """Which months' facts are read by the statement of the next evaluation that begins so."""
    found: set[date] = set()

    def look(execute: Callable[..., Any], sql: str, *details: Any) -> Any:
        if sql.strip().startswith(statement):
            found.update(date(int(of[:4]), int(of[4:]), 1) for of in re.findall(r"accounts_monthlyfact m(\d{6}) ", sql))
        return execute(sql, *details)

    with connection.execute_wrapper(look):
        evaluate(now)
    return found


MADE, RENEWED = "CREATE UNLOGGED TABLE warnings_basis AS", "CREATE TEMP TABLE early_renewed"


def test_only_months_that_changed_are_read_again(company: Company) -> None:
    market = steady_market(company.b)
    assert len(months_read(MADE)) == 15
    MonthlyFact.objects.filter(customer=market[0], month=LAST_MONTH).update(quantity=30)
    MonthlyFact.objects.filter(customer=market[1], month=months_back(LAST_MONTH, 2)).delete()
    assert months_read(RENEWED) == {LAST_MONTH, months_back(LAST_MONTH, 2)}
    assert kept() == made_anew()


def test_ranges_of_customers_come_to_the_same(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(11)
    market = [*steady_market(company.b), *steady_market(company.a)]
    for _ in range(20):
        change(dice.choice(market), dice)
    evaluate()
    whole = kept()
    assert len(whole) > len(market)
    monkeypatch.setattr(ranges, "LEAST", 0)
    assert made_anew() == whole
    next_month = MONDAY + timedelta(days=35)
    MonthlyFact.objects.filter(month__gt=LAST_MONTH).delete()
    for customer in market:
        MonthlyFactFactory(customer=customer, month=months_back(LAST_MONTH, -1), quantity=70, last_order_on=TODAY)
    evaluate(next_month)
    moved_on = kept()
    monkeypatch.undo()
    assert made_anew(next_month) == moved_on


def test_a_month_of_very_many_is_read_again_of_everybody(company: Company) -> None:
    market = steady_market(company.b)
    evaluate()
    MonthlyFact.objects.filter(month=LAST_MONTH).update(quantity=7)
    CustomerFactory(unit=market[0].unit)
    # as the trigger notes the change of more than two hundred thousand rows
    Touched.objects.filter(month=LAST_MONTH).delete()
    Touched.objects.create(month=LAST_MONTH, moved=True)
    assert months_read(MADE) == {LAST_MONTH}
    assert kept() == made_anew()


def test_a_new_month_reads_itself_and_its_like_a_year_ago(company: Company) -> None:
    market = steady_market(company.b)
    evaluate()
    for customer in market:
        MonthlyFactFactory(customer=customer, month=months_back(LAST_MONTH, -1), quantity=70, last_order_on=TODAY)
    assert months_read(MADE) == {months_back(LAST_MONTH, -1)}, "its orders end a silence"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM warnings_touched")
    next_month = MONDAY + timedelta(days=35)
    assert months_read(MADE, next_month) == {months_back(LAST_MONTH, -1), months_back(LAST_MONTH, 11)}
    assert kept() == made_anew(next_month)


def test_months_are_counted_again_only_when_rows_came_or_went(company: Company) -> None:
    market = steady_market(company.b)
    MonthlyFact.objects.filter(month=LAST_MONTH).delete()
    asked: list[str] = []

    def after(rows: int) -> Evaluation | None:
        FileImport.objects.create(
            kind="facts", file_name="f.csv", sha256=f"{rows:064}", rows=rows, created=rows, changed=0, unchanged=0,
            imported_at=MONDAY,
        )  # fmt: skip
        asked.clear()
        with connection.execute_wrapper(lambda execute, *details: asked.append(details[0]) or execute(*details)):
            found: Evaluation | None = services.evaluate_after_imports(now=MONDAY)
        return found

    evaluate()
    MonthlyFact.objects.filter(customer=market[0], month=months_back(LAST_MONTH, 1)).update(quantity=30)
    evaluation = after(1)
    assert (evaluation and evaluation.month, statements.KNOWN in asked) == (months_back(LAST_MONTH, 1), False)
    assert kept() == made_anew()
    for customer in market:
        MonthlyFactFactory(customer=customer, month=LAST_MONTH, quantity=1000)
    evaluation = after(8)
    assert (evaluation and evaluation.month, statements.KNOWN in asked) == (LAST_MONTH, True)


def test_nights_of_a_month_count_again_while_orders_lie_ahead(company: Company) -> None:
    """Orders of the running month that end after the day are not known yet: the day comes when they are."""
    market, running = steady_market(company.b), months_back(LAST_MONTH, -1)
    asked: list[str] = []

    def night(days: int) -> tuple[date | None, bool]:
        asked.clear()
        with connection.execute_wrapper(lambda execute, *details: asked.append(details[0]) or execute(*details)):
            evaluate(MONDAY + timedelta(days=days))
        return Evaluation.objects.latest("on").known_until, statements.KNOWN in asked

    until = running - timedelta(days=1)
    assert night(-2) == (until, True)
    assert night(-1) == (until, False), "nothing of the running month is there"
    for customer in market:
        MonthlyFactFactory(customer=customer, month=running, quantity=70, last_order_on=TODAY + timedelta(days=1))
    assert night(0) == (until, True)
    assert night(1) == (TODAY + timedelta(days=1), True)
    assert night(2) == (TODAY + timedelta(days=1), False)
    MonthlyFact.objects.filter(customer=market[0], month=running).update(last_order_on=TODAY + timedelta(days=3))
    assert night(3) == (TODAY + timedelta(days=3), True)


def test_notes_say_which_month_and_whether_a_row_came_or_went(company: Company) -> None:
    fact = MonthlyFactFactory(customer=company.a.customer, month=LAST_MONTH, quantity=70)
    # nothing is kept yet: everybody will be read
    assert Touched.objects.order_by("pk").values_list("customer_id", "month").last() == (None, None)
    evaluate()
    MonthlyFact.objects.filter(pk=fact.pk).update(quantity=80)
    MonthlyFact.objects.filter(pk=fact.pk).delete()
    told = list(Touched.objects.order_by("pk").values_list("customer_id", "month", "moved"))
    assert told == [(fact.customer_id, LAST_MONTH, False), (fact.customer_id, LAST_MONTH, True)]


MOMENTS = (
    "CREATE TEMP TABLE early_noted",
    "CREATE TEMP TABLE early_touched",
    "CREATE UNLOGGED TABLE warnings_basis",
    "CREATE UNIQUE INDEX",
    "CREATE TEMP TABLE early_renewed",
    "INSERT INTO early_renewed",
    "CREATE TEMP TABLE early_gone",
)


def _everything() -> None:
    KeptBasis.objects.update(plan="")


def _a_month() -> None:
    Touched.objects.create(month=LAST_MONTH, moved=True)


def _some() -> None:
    CustomerFactory(unit=OrgUnit.objects.latest("pk"))


def test_an_import_at_any_moment_is_taken_once(own_database: str, django_db_blocker: Any) -> None:
    """It commits before that statement of an evaluation: of one that reads everything, a month, or some customers."""
    with django_db_blocker.unblock():
        unit = OrgUnitFactory(kind=OrgUnit.Kind.COMPANY)
        PostFactory(person=PersonFactory(), role="general_manager", unit=unit)
        branch = OrgUnitFactory(parent=unit)
        market = CustomerFactory.create_batch(4, unit=branch)
        for customer in market:
            months(customer, (1000,) * 13)
        evaluate()
        met = []
        for moment, read_again in product(MOMENTS, (_everything, _a_month, _some)):
            read_again()
            MonthlyFact.objects.filter(customer=market[0], month=LAST_MONTH).update(quantity=900)
            for orders in (4, 0):
                MonthlyFact.objects.filter(customer=market[1], month=LAST_MONTH).update(quantity=orders, orders=orders)
            before = MonthlyFact.objects.get(customer=market[2], month=LAST_MONTH).quantity
            with connection.execute_wrapper(_commits_before(moment, market)):
                evaluate()
            if MonthlyFact.objects.get(customer=market[2], month=LAST_MONTH).quantity == before:
                continue
            met.append(read_again)
            evaluate()
            assert kept() == made_anew(), moment
        assert [met.count(each) for each in (_everything, _a_month, _some)] == [4, 6, 5]


def _commits_before(moment: str, market: list[Customer]) -> Callable[..., Any]:
    def commit() -> None:
        for customer in market[:3]:
            fact = MonthlyFact.objects.get(customer=customer, month=LAST_MONTH)
            MonthlyFact.objects.filter(pk=fact.pk).update(quantity=fact.quantity + 50, orders=4)
        connection.close()

    def look(execute: Callable[..., Any], sql: str, *details: Any) -> Any:
        if sql.strip().startswith(moment):
            beside = threading.Thread(target=commit)
            beside.start()
            beside.join(timeout=30)
        return execute(sql, *details)

    return look
