"""Importing orders: those of a customer's day are one row (CUS-8, ALL-2)."""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from accounts.models import FileImport, MonthlyFact, OrderDay, Person, UnitMonth
from accounts.services.imports import ORDERS, ImportRefused, Options, Outcome, import_file
from tests.factories.accounts import OrderDayFactory
from tests.factories.company import Company

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FILE = """客户编码,订单日期,金额,品规数
A-1,2026-10-27,6000.005,12
A-1,2026-11-03,5000,10
A-1,2026-10-27,500,3
B-1,2026-10-28,-120,1
"""


def run(text: str, *, by: Person | None = None, dry_run: bool = False, **options: Any) -> Outcome:
    source = io.BytesIO(text.encode())
    return import_file(
        kind=ORDERS, source=source, name="orders.csv", by=by, now=NOW, dry_run=dry_run, options=Options(**options)
    )


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.rows, outcome.created, outcome.changed, outcome.unchanged


def refusals(text: str, **options: Any) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ImportRefused) as refused:
        run(text, **options)
    return [(error.row, error.column, error.code) for error in refused.value.errors]


def days() -> list[tuple[Any, ...]]:
    return list(
        OrderDay.objects.order_by("customer__code", "day").values_list("customer__code", "day", "amount", "items")
    )


def test_orders_of_a_day_are_added_up_and_returns_kept(company: Company) -> None:
    outcome = run(FILE)
    assert (counts(outcome), outcome.added_up) == ((4, 3, 0, 0), 1)
    assert days() == [
        ("A-1", date(2026, 10, 27), Decimal("6500.01"), 15),
        ("A-1", date(2026, 11, 3), Decimal("5000.00"), 10),
        ("B-1", date(2026, 10, 28), Decimal("-120.00"), 1),
    ]
    kept = FileImport.objects.get()
    assert (kept.kind, kept.rows, kept.created, kept.first_month, kept.last_month, kept.imported_by) == (
        "orders", 4, 3, date(2026, 10, 1), date(2026, 11, 1), None,
    )  # fmt: skip
    assert (MonthlyFact.objects.count(), UnitMonth.objects.count()) == (0, 0)


def test_a_second_import_changes_nothing_and_a_correction_one_day(company: Company) -> None:
    run(FILE)
    assert counts(run(FILE)) == (4, 0, 0, 3)
    corrected = FILE.replace("A-1,2026-10-27,500,3", "A-1,2026-10-27,600,3")
    correction = run(corrected, dry_run=True)
    assert counts(correction) == (4, 0, 1, 2)
    assert [(each.row, each.key, each.fields) for each in correction.sample] == [
        (2, "A-1 2026-10-27", [("amount", "6500.01", "6600.01")])
    ]
    assert days()[0][2] == Decimal("6500.01")
    run(corrected)
    assert days()[0] == ("A-1", date(2026, 10, 27), Decimal("6600.01"), 15)


def test_a_file_without_items_leaves_those_that_are_there(company: Company) -> None:
    OrderDayFactory(customer=company.a.customer, day=date(2026, 10, 27), amount=Decimal(1), items=12)
    assert counts(run("customer,date,amount\nA-1,20261027,7\nA-1,20261028,8\n")) == (2, 1, 1, 0)
    assert days() == [
        ("A-1", date(2026, 10, 27), Decimal("7.00"), 12),
        ("A-1", date(2026, 10, 28), Decimal("8.00"), 0),
    ]


def test_days_of_other_months_and_customers_stay(company: Company) -> None:
    OrderDayFactory(customer=company.b.customer, day=date(2026, 10, 27))
    OrderDayFactory(customer=company.a.customer, day=date(2026, 9, 27))
    assert counts(run(FILE)) == (4, 3, 0, 0)
    assert len(days()) == 5


def test_orders_of_another_branch_are_unknown_or_left_out(company: Company) -> None:
    officer = Person.objects.get(pk=company.a.customer_officer.pk)
    assert refusals(FILE, by=officer) == [(5, "code", "unknown_customer")]
    assert days() == []
    outcome = run(FILE, by=officer, skip_unknown=True)
    assert (counts(outcome), outcome.skipped, outcome.added_up) == ((4, 2, 0, 0), 1, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("code,day\nA-1,2026-10-27\n", [(None, "amount", "missing_column")]),
        ("code,day,amount\nA-1,2026-10-27,\n", [(2, "amount", "missing")]),
        ("code,day,amount\nA-1,2026-11-24,1\n", [(2, "day", "day_ahead")]),
        ("code,day,amount\nA-1,1999-12-31,1\n", [(2, "day", "day_too_old")]),
        ("code,day,amount\nA-1,2026-02-30,1\nnone,2026-10-27,x\n",
         [(2, "day", "not_a_day"), (3, "amount", "not_a_number"), (3, "code", "unknown_customer")]),
        ("code,day,amount,items\nA-1,2026-10-27,1,-1\n", [(2, "items", "out_of_range")]),
        ("code,day,amount\nA-1,2026-10-27,9e11\nB-1,2026-10-27,1\nA-1,2026-10-27,9e11\n", [(2, "amount", "too_large")]),
        ("code,day,amount,items\nA-1,2026-10-27,1,2147483647\nA-1,2026-10-27,1,1\n", [(2, "items", "too_large")]),
    ],
)  # fmt: skip
def test_what_is_refused(company: Company, text: str, found: list[tuple[int | None, str, str]]) -> None:
    assert refusals(text) == found
    assert (days(), FileImport.objects.count()) == ([], 0)


def test_today_is_allowed(company: Company) -> None:
    assert counts(run("code,day,amount\nA-1,2026-11-23,1\n")) == (1, 1, 0, 0)


def test_the_command_takes_the_options_of_the_others(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("shop,day,amount\nA-1,2026-10-27,5\nB-1,2026-10-27,5\n")
    said = io.StringIO()
    officer = company.a.customer_officer.username
    options = {"by": officer, "skip_unknown": True, "map": ["shop=code"], "set": ["items=4"], "language": "en"}
    call_command("import_orders", str(file), stdout=said, **options)
    assert said.getvalue() == (
        "Rows of unknown customers left out: 1\nCreated 1, changed 0, left 0 as they were, of 2 rows.\n"
    )
    assert days() == [("A-1", date(2026, 10, 27), Decimal("5.00"), 4)]
