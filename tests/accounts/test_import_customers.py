"""Importing customers: what is read, refused, changed, left alone (CUS-1, CUS-2, CUS-5, ORG-4, ORG-5, ALL-2)."""

import io
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from django.utils import translation

from accounts.models import Customer, CustomerTransfer, FileImport, Person
from accounts.models.files import RetailerFile
from accounts.services.customers import create_customer
from accounts.services.imports import COLUMNS, CUSTOMERS, ImportRefused, Options, Outcome, import_file, said
from tests.factories.accounts import GroupClientFactory, OrgUnitFactory, PersonFactory
from tests.factories.company import Company

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def run(
    text: str | bytes, *, by: Person | None = None, name: str = "shops.csv", dry_run: bool = False, **options: Any
) -> Outcome:
    data = text if isinstance(text, bytes) else text.encode()
    return import_file(
        kind=CUSTOMERS, source=io.BytesIO(data), name=name, by=by, now=NOW, dry_run=dry_run, options=Options(**options)
    )


def refusals(text: str | bytes, **options: Any) -> list[tuple[int | None, str, str]]:
    """Row, column and code of each error."""
    with pytest.raises(ImportRefused) as refused:
        run(text, **options)
    return [(error.row, error.column, error.code) for error in refused.value.errors]


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.created, outcome.changed, outcome.unchanged


def events() -> int:
    return Customer.pgh_event_model.objects.count() + RetailerFile.pgh_event_model.objects.count()


NEW = """客户编码,名称,类型,单位,客户经理,拜访等级,重要性,业态,档位,有效期至,休息日,开门时间,电话,纬度,经度,订货日
N1,百味轩烟酒,零售客户,A,{manager},二级,核心,烟酒商店,22,2028-03-15,周日,8:00,13800001111,30.65,104.06,周三
N2,老五副食,零售户,城东,,,,食杂,,,,,,,,
"""


@pytest.fixture
def new(company: Company) -> str:
    return NEW.format(manager=company.a.account_manager.username)


def test_new_customers_come_with_their_files(company: Company, new: str) -> None:
    assert counts(run(new)) == (2, 0, 0)
    first, second = Customer.objects.filter(code__in=["N1", "N2"]).order_by("code").select_related("retailer_file")
    assert (first.name, first.pinyin, first.initials) == ("百味轩烟酒", "baiweixuanyanjiu", "bwxyj")
    assert (first.unit, first.account_manager, first.tier, first.importance) == (
        company.a.unit,
        company.a.account_manager,
        2,
        "core",
    )
    assert (first.opens_at, first.closed_weekdays, first.latitude) == (time(8), [7], 30.65)
    assert (first.retailer_file.shop_format, first.retailer_file.supply_grade, first.retailer_file.order_weekday) == (
        "Y",
        22,
        3,
    )
    assert first.retailer_file.licence_expires_on == date(2028, 3, 15)
    assert (second.unit, second.account_manager, second.tier, second.service_class) == (company.a.unit, None, 5, 3)
    assert (second.retailer_file.shop_format, second.retailer_file.owner_name) == ("Z", "")
    assert Customer.objects.search("bwx").count() == 1


def test_a_second_import_changes_nothing(company: Company, new: str) -> None:
    run(new)
    before = events()
    assert counts(run(new)) == (0, 0, 2)
    assert events() == before
    assert list(FileImport.objects.order_by("pk").values_list("rows", "created", "changed", "unchanged")) == [
        (2, 2, 0, 0),
        (2, 0, 0, 2),
    ]


def test_a_dry_run_counts_and_changes_nothing(company: Company, new: str) -> None:
    outcome = run(new, dry_run=True)
    assert (counts(outcome), outcome.import_id) == ((2, 0, 0), None)
    assert (Customer.objects.count(), FileImport.objects.count()) == (4, 0)


def test_what_changes_is_shown_and_written(company: Company) -> None:
    run("code,name,phone\nA-1,新名字,13900000000\nA-2,,\n")
    customer = Customer.objects.get(code="A-1")
    assert (customer.name, customer.pinyin, customer.phone) == ("新名字", "xinmingzi", "13900000000")
    outcome = run("code,address,shop_area\nA-1,东湖路 86 号,36\nA-2,,\n", dry_run=True)
    assert counts(outcome) == (0, 1, 1)
    assert [(each.row, each.key, each.fields) for each in outcome.sample] == [
        (2, "A-1 新名字", [("address", "", "东湖路 86 号"), ("shop_area", "", "36")])
    ]


def test_an_empty_cell_leaves_what_is_there(company: Company) -> None:
    phone = company.a.customer.phone
    assert counts(run("code,phone\nA-1,\n")) == (0, 0, 1)
    assert Customer.objects.get(code="A-1").phone == phone


def test_the_file_changes_alone(company: Company) -> None:
    before = Customer.pgh_event_model.objects.count()
    assert counts(run("code,owner_name\nA-1,何顺生\n")) == (0, 1, 0)
    assert Customer.objects.get(code="A-1").retailer_file.owner_name == "何顺生"
    assert Customer.pgh_event_model.objects.count() == before


def test_columns_in_english_by_field_name_and_by_a_map(company: Company) -> None:
    text = "store,Name,city,KIND,unit,zip\nS1,ACKLEY SUPERFOODS,ACKLEY,retailer,A,50601\n"
    outcome = run(text, renamed={"store": "code", "city": "address"})
    assert (counts(outcome), outcome.ignored) == ((1, 0, 0), ["zip"])
    assert Customer.objects.get(code="S1").address == "ACKLEY"


def test_values_for_the_whole_file(company: Company) -> None:
    assert counts(run("code,name,kind\nS1,店一,\nS2,店二,集团客户\n", constants={"unit": "B", "kind": "retailer"})) == (
        2,
        0,
        0,
    )
    assert list(Customer.objects.filter(code__startswith="S").order_by("code").values_list("unit__code", "kind")) == [
        ("B", "retailer"),
        ("B", "group"),
    ]
    assert Customer.objects.get(code="S2").group_file.industry == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name\n店\n", [(None, "code", "missing_column")]),
        ("code,编码\nA-1,A-1\n", [(None, "code", "column_twice")]),
        ("code,name\n,店\n", [(2, "code", "missing")]),
        ("code,phone\nA-1,1\n\nA-1,2\n", [(4, "code", "same_customer")]),
        ("code\nX1\n", [(2, column, "missing_for_new") for column in ("kind", "name", "unit")]),
        ("code,kind\nA-1,group\n", [(2, "kind", "kind_differs")]),
        ("code,unit\nA-1,Z9\n", [(2, "unit", "unknown_unit")]),
        ("code,account_manager\nA-1,nobody\n", [(2, "account_manager", "unknown_person")]),
        ("code,tier\nA-1,一级\n", [(2, "tier", "class_differs")]),
        ("code,service_class\nA-1,1\n", [(2, "service_class", "class_differs")]),
        ("code,importance\nA-1,核心\n", [(2, "importance", "class_differs")]),
        ("code,tier\nA-1,六级\n", [(2, "tier", "not_a_choice")]),
        ("code,industry\nA-1,教育\n", [(2, "industry", "wrong_file")]),
        ("code,latitude\nX,95\n", [(2, "latitude", "out_of_range")]),
        (
            "code,licence_issued_on,licence_expires_on\nA-1,2026-01-01,2025-01-01\n",
            [(2, "licence_expires_on", "licence_ends_before_issue")],
        ),
        ("code,shop_area,since\nA-1,large,soon\n", [(2, "shop_area", "not_a_number"), (2, "since", "not_a_day")]),
        ("code\n", [(None, "", "empty")]),
        ("", [(None, "", "empty")]),
    ],
)  # fmt: skip
def test_what_is_refused(company: Company, text: str, found: list[tuple[int | None, str, str]]) -> None:
    before = list(Customer.objects.order_by("pk").values())
    shown = refusals(text)
    if found[0][2] == "out_of_range":
        shown = shown[:1] if shown[0][1] == "latitude" else [each for each in shown if each[2] == "out_of_range"]
    assert shown == found
    assert list(Customer.objects.order_by("pk").values()) == before


def test_half_a_position_is_refused(company: Company) -> None:
    text = "code,name,kind,unit,latitude\nX1,店,retailer,A,30.5\n"
    assert refusals(text) == [(2, "latitude", "half_position")]


def test_one_bad_row_refuses_the_whole_file(company: Company) -> None:
    assert refusals("code,phone\nA-1,13900000000\nnowhere,1\n")[0][0] == 3
    assert Customer.objects.get(code="A-1").phone == company.a.customer.phone


def test_options_that_do_not_fit(company: Company) -> None:
    assert refusals("code\nA-1\n", renamed={"store": "name"}) == [(None, "", "unknown_header")]
    assert refusals("code\nA-1\n", renamed={"code": "number"}) == [
        (None, "", "unknown_field"),
        (None, "code", "missing_column"),
    ]
    assert refusals("code\nA-1\n", constants={"kind": "kiosk"}) == [(None, "kind", "not_a_choice")]


def test_the_same_name_twice_asks_for_the_sign_in_name(company: Company) -> None:
    PersonFactory(name="王丽"), PersonFactory(name="王丽")
    PersonFactory(name="王丽", is_active=False)
    assert refusals("code,relationship_manager\nA-1,王丽\n") == [(2, "relationship_manager", "ambiguous_person")]
    OrgUnitFactory(name="城东")
    assert refusals("code,unit\nA-1,城东\n") == [(2, "unit", "ambiguous_unit")]


def test_an_officer_writes_only_customers_of_their_branch(company: Company) -> None:
    officer = Person.objects.get(pk=company.a.customer_officer.pk)
    assert counts(run("code,phone\nA-1,13900000000\n", by=officer)) == (0, 1, 0)
    assert refusals("code,phone\nB-1,13900000000\n", by=officer) == [(2, "code", "code_taken")]
    assert refusals("code,unit\nA-1,B\n", by=officer) == [(2, "unit", "unknown_unit")]
    text = f"code,account_manager\nA-1,{company.b.account_manager.username}\n"
    assert refusals(text, by=officer) == [(2, "account_manager", "unknown_person")]
    assert FileImport.objects.get().imported_by == officer


def test_a_change_of_account_manager_is_a_transfer(company: Company) -> None:
    giver, taker = company.a.account_managers
    assert counts(
        run(f"code,account_manager\nA-1,{taker.username}\nA-2,{taker.username}\n", by=company.a.general_manager)
    ) == (0, 1, 1)
    transfer = CustomerTransfer.objects.get()
    assert (transfer.from_person, transfer.to_person, transfer.moved_by) == (giver, taker, company.a.general_manager)
    assert list(transfer.customers.values_list("code", flat=True)) == ["A-1"]
    assert Customer.objects.get(code="A-1").account_manager == taker


def test_excel_and_the_encodings_of_excels_csv(company: Company, new: str) -> None:
    assert counts(run(new.encode("gb18030"), dry_run=True)) == (2, 0, 0)
    assert counts(run(b"\xef\xbb\xbf" + new.encode(), dry_run=True)) == (2, 0, 0)
    assert counts(run(new.replace(",", "\t"), dry_run=True)) == (2, 0, 0)
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(1, 0, ["客户编码", "电话", "建档日期", "开门时间"])
        sheet.write_row(3, 0, ["A-1", 13900000000])
        sheet.write_datetime(3, 2, date(2018, 5, 2), workbook.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_datetime(3, 3, time(8, 30), workbook.add_format({"num_format": "hh:mm"}))
        sheet.write_row(4, 0, ["A-9"])
    assert refusals(book.getvalue(), name="a.xlsx")[0][0] == 5
    book.seek(0)
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["客户编码", "电话"])
        sheet.write_row(1, 0, ["A-1", 13900000000])
    run(book.getvalue(), name="a.xlsx")
    assert Customer.objects.get(code="A-1").phone == "13900000000"


@pytest.mark.parametrize(
    ("data", "name"), [(b"no workbook", "a.xlsx"), (b"\x1f\x8bnot zipped", "a.csv.gz"), (b"\xff\xff\xff", "a.csv")]
)
def test_files_that_cannot_be_read(db: None, data: bytes, name: str) -> None:
    assert refusals(data, name=name) == [(None, "", "unreadable")]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Not known. One of: tier 1, tier 2, tier 3, tier 4, tier 5."),
        ("zh-hans", "不认识这个值。可以是：一级、二级、三级、四级、五级。"),
    ],
)
def test_errors_speak_the_readers_language(company: Company, language: str, message: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        run("code,tier\nA-1,六级\n")
    with translation.override(language):
        (found,) = said(refused.value.errors, COLUMNS[CUSTOMERS])
    assert (found.row, found.value, found.message) == (2, "六级", message)


def test_every_error_has_its_words(company: Company) -> None:
    """Each sentence is filled by the values that come with it."""
    group = GroupClientFactory(unit=company.a.unit)
    header = "code,tier,kind,owner_name,licence_issued_on,licence_expires_on"
    text = f"{header}\nA-1,一级,group,,2026-01-01,2025-01-01\n{group.code},,,何,,\n"
    with pytest.raises(ImportRefused) as refused, translation.override("en"):
        run(text)
    with translation.override("en"):
        messages: Mapping[str, str] = {
            each.column: each.message for each in said(refused.value.errors, COLUMNS[CUSTOMERS])
        }
    assert messages == {
        "Kind": "The customer is a retailer, and its kind does not change.",
        "Valid until": "The licence ends before it was issued on 2026-01-01.",
        "Owner": "This belongs to the file of a retailer. Empty this cell.",
        "Visit tier": "It is tier 5 now."
        " A class changes only by an approved request with its evidence (CUS-5): empty this cell.",
    }


def test_very_long_names_keep_a_shortened_pinyin(company: Company) -> None:
    customer = create_customer(kind="retailer", code="L", name="窗" * 100, unit=company.a.unit)
    assert (len(customer.pinyin), len(customer.initials)) == (300, 60)
