"""How a cell of a file is read."""

from datetime import date, datetime, time, timedelta

import pytest

from accounts.services.imports import cells


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-11-23", "2026-11-23"),
        ("2026/1/5", "2026-01-05"),
        ("2026.1.5", "2026-01-05"),
        ("2026年11月3日", "2026-11-03"),
        ("20261123", "2026-11-23"),
        ("2026-11-23T00:00:00", "2026-11-23"),
        ("2026-11-23 00:00", "2026-11-23"),
    ],
)
def test_days(value: str, read: str) -> None:
    assert cells.day(value) == read


@pytest.mark.parametrize("value", ["2026-02-30", "23/11/2026", "soon", "1826-01-01", "2026-11", "46000"])
def test_what_is_no_day(value: str) -> None:
    with pytest.raises(cells.CellError) as wrong:
        cells.day(value)
    assert wrong.value.code == "not_a_day"


@pytest.mark.parametrize(
    "value", ["2026-01", "2026/1", "2026年1月", "202601", "2026-01-01", "20260101", "2026-01-01T00:00:00"]
)
def test_months(value: str) -> None:
    assert cells.month(value) == "2026-01-01"


@pytest.mark.parametrize("value", ["2026-13", "2026-00", "2026-01-15", "202613", "January", "26-01"])
def test_what_is_no_month(value: str) -> None:
    with pytest.raises(cells.CellError) as wrong:
        cells.month(value)
    assert wrong.value.code == "not_a_month"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("130", "130.00"),
        ("75433.56999999998", "75433.57"),
        ("0.005", "0.01"),
        ("-12.5", "-12.50"),
        ("1,234,567.8", "1234567.80"),
        ("1.5e3", "1500.00"),
        ("１２.５", "12.50"),
        ("+3", "3.00"),
    ],
)
def test_decimals(value: str, read: str) -> None:
    assert cells.decimal(value) == read


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("twelve", "not_a_number"),
        ("1,2,3", "not_a_number"),
        ("NaN", "not_a_number"),
        ("1e15", "too_large"),
        ("", "not_a_number"),
    ],
)
def test_what_is_no_decimal(value: str, code: str) -> None:
    with pytest.raises(cells.CellError) as wrong:
        cells.decimal(value)
    assert wrong.value.code == code


def test_a_least_value() -> None:
    assert cells.decimal("0", least=0) == "0.00"
    with pytest.raises(cells.CellError, match="too_small"):
        cells.decimal("-0.01", least=0)


@pytest.mark.parametrize(("value", "read"), [("12", "12"), ("12.0", "12"), ("0", "0"), ("1,200", "1200")])
def test_integers(value: str, read: str) -> None:
    assert cells.integer(value) == read


@pytest.mark.parametrize(
    ("value", "code"),
    [("12.5", "not_whole"), ("-1", "out_of_range"), ("99999999999", "out_of_range"), ("x", "not_a_number")],
)
def test_what_is_no_integer(value: str, code: str) -> None:
    with pytest.raises(cells.CellError, match=code):
        cells.integer(value)


@pytest.mark.parametrize(
    ("value", "read"), [("8:30", "08:30"), ("08:30:00", "08:30"), ("8点", "08:00"), ("8点30分", "08:30")]
)
def test_times(value: str, read: str) -> None:
    assert cells.clock(value) == read


@pytest.mark.parametrize("value", ["25:00", "8:61", "morning"])
def test_what_is_no_time(value: str) -> None:
    with pytest.raises(cells.CellError, match="not_a_time"):
        cells.clock(value)


@pytest.mark.parametrize(
    ("value", "read"),
    [("7", "{7}"), ("6,7", "{6,7}"), ("周六、周日", "{6,7}"), ("星期天", "{7}"), ("日六", "{6,7}"), ("77", "{7}")],
)
def test_weekdays(value: str, read: str) -> None:
    assert cells.weekdays(value) == read


@pytest.mark.parametrize("value", ["8", "Sunday", "0"])
def test_what_is_no_weekday(value: str) -> None:
    with pytest.raises(cells.CellError, match="not_weekdays"):
        cells.weekdays(value)


def test_choices_in_any_of_their_words() -> None:
    words = {"z": "Z", "食杂店": "Z", "grocery": "Z"}
    assert [cells.choice(value, words=words) for value in ("Z", "食杂店 ", "Grocery")] == ["Z", "Z", "Z"]
    with pytest.raises(cells.CellError, match="not_a_choice"):
        cells.choice("kiosk", words=words)


def test_a_long_text_is_refused_with_its_length() -> None:
    with pytest.raises(cells.CellError) as wrong:
        cells.text("和" * 21, longest=20)
    assert wrong.value.values == {"longest": 20, "length": 21}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, ""),
        (13800006620.0, "13800006620"),
        (0.5, "0.5"),
        (7, "7"),
        (True, "1"),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23), "2026-11-23T00:00:00"),  # noqa: DTZ001 Excel knows no time zones
        (time(8, 30), "08:30:00"),
        (timedelta(hours=8, minutes=30), "08:30"),
    ],
)
def test_cells_of_excel(value: object, read: str) -> None:
    assert cells.from_excel(value) == read


@pytest.mark.parametrize("value", ["a@b", "a b@c.cn", "@c.cn", "a@b.c.", "x" * 250 + "@c.cn"])
def test_what_is_no_email(value: str) -> None:
    with pytest.raises(cells.CellError, match="not_an_email"):
        cells.email(value)


def test_headers_compare_without_spaces_case_and_brackets() -> None:
    assert cells.plain("Shop area, m²") == cells.plain("shop_area m²")
    assert cells.plain("客户编码（必填）") == cells.plain("客户编码 必填")
