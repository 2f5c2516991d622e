"""Wording of dates, numbers and deadlines, as tables."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from config import rules
from config.rules import Amount, Left

NOW = datetime(2026, 11, 23, 10, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ZH, EN = "zh-hans", "en"


@pytest.mark.parametrize(
    ("on", "chinese", "english"),
    [
        (TODAY, "11月23日 周一", "Mon 23 Nov"),
        (date(2026, 11, 22), "11月22日 周日", "Sun 22 Nov"),
        (date(2025, 2, 1), "2025年2月1日 周六", "Sat 1 Feb 2025"),
    ],
)
def test_day(on: date, chinese: str, english: str) -> None:
    assert rules.day(on, ZH, TODAY) == chinese
    assert rules.day(on, EN, TODAY) == english


def test_day_without_its_weekday_and_a_month() -> None:
    assert rules.day(TODAY, ZH, weekday=False) == "11月23日"
    assert rules.day(TODAY, EN, weekday=False) == "23 Nov"
    assert rules.month(TODAY, ZH) == "2026年11月"
    assert rules.month(TODAY, EN) == "Nov 2026"


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), "今天 12:00", "today 12:00"),
        (datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "昨天 9:05", "yesterday 9:05"),
        (datetime(2026, 11, 24, 0, 0, tzinfo=UTC), "明天 0:00", "tomorrow 0:00"),
        (datetime(2026, 11, 20, 5, 40, tzinfo=UTC), "11月20日 5:40", "20 Nov 5:40"),
        (datetime(2025, 12, 31, 8, 0, tzinfo=UTC), "2025年12月31日 8:00", "31 Dec 2025 8:00"),
    ],
)
def test_moment(at: datetime, chinese: str, english: str) -> None:
    assert rules.moment(at, ZH, TODAY) == chinese
    assert rules.moment(at, EN, TODAY) == english


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (-1, "0 分", "0 min"),
        (0, "0 分", "0 min"),
        (5, "5 分", "5 min"),
        (60, "1 小时", "1 h"),
        (108, "1 小时 48 分", "1 h 48 min"),
        (24 * 60, "1 天", "1 d"),
        (26 * 60 + 30, "1 天 2 小时", "1 d 2 h"),
        (12 * 24 * 60 + 120, "12 天", "12 d"),
    ],
)
def test_span(minutes: int, chinese: str, english: str) -> None:
    assert rules.span(timedelta(minutes=minutes), ZH) == chinese
    assert rules.span(timedelta(minutes=minutes), EN) == english


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (-72, Left("over", "已超 1 小时 12 分"), Left("over", "1 h 12 min over")),
        (0, Left("near", "剩 0 分"), Left("near", "0 min left")),
        (240, Left("near", "剩 4 小时"), Left("near", "4 h left")),
        (241, Left("", "剩 4 小时 1 分"), Left("", "4 h 1 min left")),
    ],
)
def test_time_left(minutes: int, chinese: Left, english: Left) -> None:
    assert rules.time_left(NOW + timedelta(minutes=minutes), NOW, ZH) == chinese
    assert rules.time_left(NOW + timedelta(minutes=minutes), NOW, EN) == english


@pytest.mark.parametrize(
    ("days", "chinese", "english"),
    [
        (-4, Left("over", "超 4 天"), Left("over", "4 d over")),
        (0, Left("near", "今天到期"), Left("near", "due today")),
        (1, Left("near", "剩 1 天"), Left("near", "1 d left")),
        (2, Left("", "剩 2 天"), Left("", "2 d left")),
    ],
)
def test_days_left(days: int, chinese: Left, english: Left) -> None:
    assert rules.days_left(TODAY + timedelta(days=days), TODAY, ZH) == chinese
    assert rules.days_left(TODAY + timedelta(days=days), TODAY, EN) == english


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (12480, None, "12,480"),
        (Decimal("12480.50"), None, "12,480.5"),
        (Decimal("12480.00"), None, "12,480"),
        (3.14159, None, "3.14"),
        (3, 2, "3.00"),
        (-12, None, "−12"),
        (-0.001, 1, "−0.0"),
        (0, None, "0"),
    ],
)
def test_number(value: rules.Number, places: int | None, words: str) -> None:
    assert rules.number(value, places) == words


@pytest.mark.parametrize(("value", "words"), [(3, "+3"), (0, "0"), (-12, "−12"), (1.5, "+1.5")])
def test_signed(value: rules.Number, words: str) -> None:
    assert rules.signed(value) == words


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (12_480, Amount("12,480", ""), Amount("12,480", "")),
        (99_999, Amount("99,999", ""), Amount("99,999", "")),
        (100_000, Amount("10", "万"), Amount("100,000", "")),
        (1_316_000, Amount("131.6", "万"), Amount("1.32", "M")),
        (Decimal("201340000.55"), Amount("20,134", "万"), Amount("201.3", "M")),
        (2_013_400_000, Amount("20.13", "亿"), Amount("2.01", "B")),
        (-1_316_000, Amount("−131.6", "万"), Amount("−1.32", "M")),
        (93.44, Amount("93.4", ""), Amount("93.4", "")),
        (Decimal("4321.50"), Amount("4,322", ""), Amount("4,322", "")),
    ],
)
def test_amount(value: rules.Number, chinese: Amount, english: Amount) -> None:
    assert rules.amount(value, ZH) == chinese
    assert rules.amount(value, EN) == english


def test_percent() -> None:
    assert rules.percent(0.293) == "29%"
    assert rules.percent(Decimal("-0.0451"), 1) == "−4.5%"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812346620", "138****6620"), ("027-87651234", "027****1234"), ("8765123", "*****23"), ("1", "1"), ("", "")],
)
def test_masked_phone(phone: str, masked: str) -> None:
    assert rules.masked_phone(phone) == masked


def test_sparkline_runs_from_left_to_right_with_its_comparison() -> None:
    points, line, last = rules.sparkline([10, 20, None, 40], width=34, height=20, reference=20)
    assert points == "0,17.8 10,12.7 30,2.41"
    assert line == 12.7
    assert last == (30.0, 2.4)


def test_sparkline_of_nothing_and_of_one_value() -> None:
    assert rules.sparkline([]) == ("", None, None)
    assert rules.sparkline([None]) == ("", None, None)
    assert rules.sparkline([0]) == ("0,18", None, (0.0, 18.0))


@pytest.mark.parametrize(
    ("current", "pages", "numbers"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (7, 90, [1, 0, 6, 7, 8, 0, 90]),
        (3, 5, [1, 2, 3, 4, 5]),
        (4, 6, [1, 2, 3, 4, 5, 6]),
        (90, 90, [1, 0, 89, 90]),
    ],
)
def test_page_numbers(current: int, pages: int, numbers: list[int]) -> None:
    assert rules.page_numbers(current, pages) == numbers


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "0 m"), (18, "18 m"), (124, "120 m"), (999, "1000 m"), (1000, "1.0 km"), (9949, "9.9 km"), (31_200, "31 km")],
)
def test_distance(metres: int, words: str) -> None:
    assert rules.distance(metres) == words
