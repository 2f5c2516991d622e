"""What changes in the facts moves the kept sums by its difference, once, whenever it comes (WRN-3)."""

import random
import threading
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection
from early_warnings import services
from early_warnings.models import Evaluation, KeptBasis, Touched
from early_warnings.rules import months_back
from early_warnings.services.evaluation import statements

from accounts.models import Customer, FileImport, MonthlyFact, OrgUnit
from tests.early_warnings.cases import LAST_MONTH, MONDAY, months, steady_market
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory, OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.company import Company

TODAY = MONDAY.date()


def evaluate() -> None:
    services.evaluate(on=TODAY, now=MONDAY)


def kept() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM warnings_basis ORDER BY id")
        return list(cursor.fetchall())


def made_anew() -> list[tuple[Any, ...]]:
    KeptBasis.objects.update(plan="another")
    evaluate()
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
def test_differences_come_to_the_same_as_sums_anew(company: Company, seed: int) -> None:
    dice = random.Random(seed)
    market = steady_market(company.b)
    evaluate()
    for _night in range(3):
        for _ in range(dice.randint(1, 12)):
            change(dice.choice(market), dice)
        evaluate()
        booked = kept()
        assert booked == made_anew()


def test_plain_changes_read_no_month_again(company: Company) -> None:
    market = steady_market(company.b)
    evaluate()
    MonthlyFact.objects.filter(customer=market[0], month=LAST_MONTH).update(quantity=30)
    MonthlyFactFactory(customer=market[1], month=months_back(LAST_MONTH, -1), orders=1, last_order_on=TODAY)
    MonthlyFact.objects.filter(customer=market[2], month=LAST_MONTH).update(orders=0, quantity=0)
    asked: list[int] = []

    def look(execute: Callable[..., Any], *details: Any) -> Any:
        done = execute(*details)
        if details[0].startswith("CREATE TEMP TABLE early_renewed"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT customer_id FROM early_touched WHERE anew")
                asked.extend(pk for (pk,) in cursor.fetchall())
        return done

    KeptBasis.objects.update(plan="another")  # the running month is new to it
    evaluate()
    MonthlyFact.objects.filter(customer=market[0], month=LAST_MONTH).update(quantity=40)
    MonthlyFact.objects.filter(customer=market[1]).update(quantity=70)
    MonthlyFact.objects.filter(customer=market[3], month=LAST_MONTH).update(orders=0, quantity=0)
    with connection.execute_wrapper(look):
        evaluate()
    # whose last order is gone is looked up: which one was the last before it no note tells
    assert asked == [market[3].pk]
    assert kept() == made_anew()


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


def test_notes_say_what_stood_before_and_after(company: Company) -> None:
    fact = MonthlyFactFactory(customer=company.a.customer, month=LAST_MONTH, quantity=70)
    # nothing is kept yet: everybody will be summed up
    assert Touched.objects.order_by("pk").values_list("customer_id", "month").last() == (None, None)
    evaluate()
    MonthlyFact.objects.filter(pk=fact.pk).update(quantity=80)
    MonthlyFact.objects.filter(pk=fact.pk).delete()
    told = [
        (note.customer_id, note.month, note.before["quantity"], note.after and note.after["quantity"])
        for note in Touched.objects.order_by("pk")
    ]
    assert told == [(fact.customer_id, LAST_MONTH, 70, 80), (fact.customer_id, LAST_MONTH, 80, None)]


MOMENTS = (
    "CREATE TEMP TABLE early_noted",
    "CREATE TEMP TABLE early_touched",
    "CREATE UNLOGGED TABLE warnings_basis",
    "UPDATE warnings_touched SET month",
    "CREATE UNIQUE INDEX",
    "CREATE TEMP TABLE early_renewed",
    "INSERT INTO early_renewed",
    "WITH gone",
)


def test_an_import_at_any_moment_is_booked_once(own_database: str, django_db_blocker: Any) -> None:
    """It commits before that statement of an evaluation: of one that sums up everybody, and of one that books."""
    with django_db_blocker.unblock():
        unit = OrgUnitFactory(kind=OrgUnit.Kind.COMPANY)
        PostFactory(person=PersonFactory(), role="general_manager", unit=unit)
        branch = OrgUnitFactory(parent=unit)
        market = CustomerFactory.create_batch(4, unit=branch)
        for customer in market:
            months(customer, (1000,) * 13)
        evaluate()
        met = []
        for moment, everybody in product(MOMENTS, (True, False)):
            if everybody:
                KeptBasis.objects.update(plan="another")
            # one is booked, one is summed up anew
            MonthlyFact.objects.filter(customer=market[0], month=LAST_MONTH).update(quantity=900)
            for orders in (4, 0):
                MonthlyFact.objects.filter(customer=market[1], month=LAST_MONTH).update(quantity=orders, orders=orders)
            before = MonthlyFact.objects.get(customer=market[2], month=LAST_MONTH).quantity
            with connection.execute_wrapper(_commits_before(moment, market)):
                evaluate()
            if MonthlyFact.objects.get(customer=market[2], month=LAST_MONTH).quantity == before:
                continue
            met.append(everybody)
            evaluate()
            assert kept() == made_anew(), moment
        assert (met.count(True), met.count(False)) == (5, 6)


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
