"""What is kept from night to night is what would be summed up anew (WRN-3)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from early_warnings import services
from early_warnings.models import Indicator, KeptBasis, Sign

from accounts.models import Customer, FileImport, MonthlyFact
from tests.early_warnings.cases import FALLEN, LAST_MONTH, MONDAY, months, steady_market
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory
from tests.factories.company import Company

TODAY = MONDAY.date()
#: Where the rows lie: elsewhere after they were written again.
VERSIONS = "SELECT id, ctid::text FROM warnings_sign UNION ALL SELECT id, ctid::text FROM warnings_earlywarning"


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def kept() -> list[list[tuple[Any, ...]]]:
    """All rows of the basis, and of its ledger what is booked for each kind, unit and tier."""
    sums = "sum(among), sum(recent1), sum(base1)".replace("1", str(Indicator.objects.get(key="fallen-against-year").pk))
    return [
        rows("SELECT * FROM warnings_basis ORDER BY id"),
        rows(
            f"SELECT kind, unit_id, tier, {sums} FROM warnings_basis_moved GROUP BY 1, 2, 3 HAVING sum(among) <> 0"
            " ORDER BY 1, 2, 3"
        ),
    ]


@pytest.fixture
def market(company: Company) -> list[Customer]:
    return steady_market(company.b)


def imported() -> None:
    FileImport.objects.create(
        kind="facts",
        file_name="facts.csv",
        sha256="0" * 64,
        rows=1,
        created=0,
        changed=1,
        unchanged=0,
        imported_at=MONDAY,
    )


def test_what_an_import_touched_is_booked_out_and_in(company: Company, market: list[Customer]) -> None:
    services.evaluate(on=TODAY, now=MONDAY)
    fallen, gone, moved, *_others = market
    MonthlyFact.objects.filter(customer=fallen, month=LAST_MONTH).update(quantity=Decimal("1.25"))
    Customer.objects.filter(pk=gone.pk).update(status=Customer.Status.CLOSED)
    Customer.objects.filter(pk=moved.pk).update(unit=company.a.unit)
    new = CustomerFactory(unit=company.b.unit)
    MonthlyFactFactory(customer=new, month=LAST_MONTH, quantity=70)
    imported()
    services.evaluate_after_imports(now=MONDAY)
    renewed, signs = kept(), list(Sign.objects.order_by("pk").values())
    assert [sign["value"] for sign in signs] != []
    KeptBasis.objects.update(plan="")
    services.evaluate(on=TODAY, now=MONDAY)
    assert kept() == renewed
    assert list(Sign.objects.order_by("pk").values()) == signs


def test_what_did_not_change_is_not_written_again(company: Company, market: list[Customer]) -> None:
    months(company.a.customer, FALLEN)
    services.evaluate(on=TODAY, now=MONDAY)
    written = rows(VERSIONS)
    assert len(written) == 2
    services.evaluate(on=TODAY, now=MONDAY)
    assert rows(VERSIONS) == written


def test_days_of_the_running_month_ask_nobody_for_new_sums(company: Company, market: list[Customer]) -> None:
    services.evaluate(on=TODAY, now=MONDAY)
    plan = KeptBasis.objects.get().plan
    running = TODAY.replace(day=1)
    for customer in market:
        MonthlyFactFactory(customer=customer, month=running, last_order_on=date(2026, 11, 20), quantity=5)
    services.evaluate(on=TODAY, now=MONDAY)
    begun = KeptBasis.objects.get().plan
    assert begun != plan
    MonthlyFact.objects.filter(customer=market[0], month=running).update(last_order_on=TODAY)
    evaluation = services.evaluate(on=TODAY, now=MONDAY)
    assert (KeptBasis.objects.get().plan, evaluation.known_until) == (begun, TODAY)
