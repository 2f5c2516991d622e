"""Importing monthly facts, whole and by product (CUS-8, ALL-2)."""

import gzip
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import FileImport, MonthlyFact, MonthlyProductFact, Person
from accounts.services.imports import FACTS, ImportRefused, Options, Outcome, import_file
from tests.factories.accounts import MonthlyFactFactory
from tests.factories.company import Company

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FILE = (
    "客户编码,月份,订购数量,金额,订单数\nA-1,2026-09,130,26000.005,4\nA-1,2026-10,-3,-450,0\nB-1,2026-10,90,18000,3\n"
)


def run(
    text: str, *, by: Person | None = None, name: str = "facts.csv", dry_run: bool = False, **options: Any
) -> Outcome:
    data = text.encode() if not name.endswith(".gz") else gzip.compress(text.encode())
    return import_file(
        kind=FACTS, source=io.BytesIO(data), name=name, by=by, now=NOW, dry_run=dry_run, options=Options(**options)
    )


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.created, outcome.changed, outcome.unchanged


def refusals(text: str, **options: Any) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ImportRefused) as refused:
        run(text, **options)
    return [(error.row, error.column, error.code) for error in refused.value.errors]


def facts() -> list[tuple[Any, ...]]:
    return list(
        MonthlyFact.objects.order_by("customer__code", "month").values_list(
            "customer__code", "month", "quantity", "amount"
        )
    )


def test_facts_are_written_returns_too(company: Company) -> None:
    outcome = run(FILE)
    assert (counts(outcome), outcome.first_month, outcome.last_month) == (
        (3, 0, 0),
        date(2026, 9, 1),
        date(2026, 10, 1),
    )
    assert facts() == [
        ("A-1", date(2026, 9, 1), Decimal("130.00"), Decimal("26000.01")),
        ("A-1", date(2026, 10, 1), Decimal("-3.00"), Decimal("-450.00")),
        ("B-1", date(2026, 10, 1), Decimal("90.00"), Decimal("18000.00")),
    ]
    kept = FileImport.objects.get()
    assert (kept.kind, kept.rows, kept.created, kept.first_month, kept.imported_by, kept.imported_at) == (
        "facts", 3, 3, date(2026, 9, 1), None, NOW,
    )  # fmt: skip


def test_a_second_import_changes_nothing_and_a_correction_one_row(company: Company) -> None:
    run(FILE)
    assert counts(run(FILE)) == (0, 0, 3)
    correction = run(FILE.replace("18000", "18001"), dry_run=True)
    assert counts(correction) == (0, 1, 2)
    assert [(each.row, each.key, each.fields) for each in correction.sample] == [
        (4, "B-1 2026-10", [("amount", "18000.00", "18001.00")])
    ]
    assert counts(run(FILE.replace("18000", "18001"))) == (0, 1, 2)
    assert facts()[2][3] == Decimal("18001.00")


def test_a_dry_run_changes_nothing(company: Company) -> None:
    assert counts(run(FILE, dry_run=True)) == (3, 0, 0)
    assert (facts(), FileImport.objects.count()) == ([], 0)


def test_columns_that_the_file_does_not_have_stay(company: Company) -> None:
    MonthlyFactFactory(customer=company.a.customer, month=date(2026, 10, 1), stock=Decimal(96), receivable=Decimal(500))
    assert counts(run("code,month,quantity,stock\nA-1,2026-10,7,\n")) == (0, 1, 0)
    fact = MonthlyFact.objects.get()
    assert (fact.quantity, fact.stock, fact.receivable, fact.orders) == (Decimal(7), Decimal(96), Decimal(500), 4)


def test_zipped_with_a_map(company: Company) -> None:
    text = "store,month,bottles,sale_usd,lines\nA-1,2012-01,5532,75433.56999999998,306\n"
    outcome = run(text, name="months.csv.gz", renamed={"store": "code", "bottles": "quantity", "sale_usd": "amount"})
    assert (counts(outcome), outcome.ignored) == ((1, 0, 0), ["lines"])
    assert facts() == [("A-1", date(2012, 1, 1), Decimal("5532.00"), Decimal("75433.57"))]


def test_unknown_customers_are_refused_or_left_out(company: Company) -> None:
    text = "code,month,quantity\nA-1,2026-10,1\nnone,2026-10,1\n"
    assert refusals(text) == [(3, "code", "unknown_customer")]
    outcome = run(text, skip_unknown=True)
    assert (counts(outcome), outcome.skipped) == ((1, 0, 0), 1)


def test_facts_of_another_branch_are_unknown(company: Company) -> None:
    officer = Person.objects.get(pk=company.a.customer_officer.pk)
    assert refusals(FILE, by=officer) == [(4, "code", "unknown_customer")]
    assert facts() == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("code,month\nA-1,2026-10\n", [(None, "", "no_figures")]),
        ("code,quantity\nA-1,1\n", [(None, "month", "missing_column")]),
        ("code,month,quantity\nA-1,2026-12,1\n", [(2, "month", "month_ahead")]),
        ("code,month,quantity\nA-1,1999-12,1\n", [(2, "month", "month_too_old")]),
        ("code,month,quantity\nA-1,2026-10,1\nA-1,2026年10月,2\n", [(3, "code", "same_month")]),
        ("code,month,stock\nA-1,2026-10,-1\n", [(2, "stock", "too_small")]),
        ("code,month,orders\nA-1,2026-10,1.5\n", [(2, "orders", "not_whole")]),
        ("code,month,overdue\nA-1,2026-10,1\n", [(2, "overdue", "overdue_above_receivable")]),
        ("code,month,receivable,overdue\nA-1,2026-10,5,6\n", [(2, "overdue", "overdue_above_receivable")]),
        ("code,month,product,quantity\nA-1,2026-10,,1\n", [(2, "product", "missing")]),
        ("code,month,product,stock\nA-1,2026-10,云烟,1\n", [(None, "stock", "not_by_product")]),
        ("code,month,product,quantity\nA-1,2026-10,云烟,1\nA-1,2026-10,云烟,1\n", [(3, "code", "same_product")]),
    ],
)  # fmt: skip
def test_what_is_refused(company: Company, text: str, found: list[tuple[int | None, str, str]]) -> None:
    assert refusals(text) == found
    assert (facts(), FileImport.objects.count()) == ([], 0)


def test_the_present_month_is_allowed(company: Company) -> None:
    assert counts(run("code,month,quantity\nA-1,2026-11,1\n")) == (1, 0, 0)


def test_a_file_by_product(company: Company) -> None:
    text = "code,month,品牌,quantity,amount\nA-1,2026-10,云烟,40,8000\nA-1,2026-10,玉溪,30,7500\n"
    assert counts(run(text)) == (2, 0, 0)
    assert counts(run(text.replace("7500", "7600"))) == (0, 1, 1)
    assert list(MonthlyProductFact.objects.order_by("product").values_list("product", "quantity", "amount")) == [
        ("云烟", Decimal(40), Decimal(8000)),
        ("玉溪", Decimal(30), Decimal(7600)),
    ]
    assert facts() == []
    assert list(FileImport.objects.values_list("kind", flat=True)) == ["product_facts", "product_facts"]
