from datetime import date
from decimal import Decimal

import pytest
from early_warnings import rules
from early_warnings.rules import Comparison, Level, Line, State, Window

JAN, OCT, NOV = date(2026, 1, 1), date(2026, 10, 1), date(2026, 11, 1)


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        (OCT, 0, OCT),
        (OCT, 1, date(2026, 9, 1)),
        (JAN, 1, date(2025, 12, 1)),
        (OCT, 22, date(2024, 12, 1)),
        (OCT, -3, date(2027, 1, 1)),
    ],
)
def test_months_are_counted_over_the_turn_of_the_year(month: date, count: int, expected: date) -> None:
    assert rules.months_back(month, count) == expected


@pytest.mark.parametrize(
    ("comparison", "period", "base_period", "recent", "base"),
    [
        (Comparison.BEFORE, 1, 3, (OCT, OCT, 1), (date(2026, 7, 1), date(2026, 9, 1), 3)),
        (Comparison.BEFORE, 3, 6, (date(2026, 8, 1), OCT, 3), (date(2026, 2, 1), date(2026, 7, 1), 6)),
        (Comparison.LAST_YEAR, 3, 3, (date(2026, 8, 1), OCT, 3), (date(2025, 8, 1), date(2025, 10, 1), 3)),
        (Comparison.SHARE, 1, 3, (OCT, OCT, 1), (OCT, OCT, 1)),
        (Comparison.RATIO, 2, 3, (date(2026, 9, 1), OCT, 2), (date(2026, 9, 1), OCT, 2)),
        (Comparison.MOVING, 1, 12, (OCT, OCT, 1), (date(2025, 11, 1), OCT, 12)),
        (Comparison.RANK, 1, 3, (OCT, OCT, 1), (date(2026, 7, 1), date(2026, 9, 1), 3)),
        (Comparison.ABSOLUTE, 2, 3, (date(2026, 9, 1), OCT, 2), None),
    ],
)
def test_windows(
    comparison: Comparison,
    period: int,
    base_period: int,
    recent: tuple[date, date, int],
    base: tuple[date, date, int] | None,
) -> None:
    expected = rules.Windows(Window(*recent), Window(*base) if base else None)
    assert rules.windows(comparison, OCT, period, base_period) == expected


def test_a_season_is_last_year_with_the_trend_of_the_months_before() -> None:
    found = rules.windows(Comparison.SEASON, OCT, 1, 3)
    assert found == rules.Windows(
        Window(OCT, OCT, 1),
        Window(date(2025, 10, 1), date(2025, 10, 1), 1),
        (Window(date(2026, 7, 1), date(2026, 9, 1), 3), Window(date(2025, 7, 1), date(2025, 9, 1), 3)),
    )
    assert found.months == {rules.months_back(OCT, back) for back in (0, 1, 2, 3, 12, 13, 14, 15)}


@pytest.mark.parametrize(
    ("now", "a_year_ago", "expected"),
    [(90, 100, "0.9"), (10, 100, "0.67"), (300, 100, "1.5"), (50, 0, "1"), (50, -3, "1"), (0, 80, "0.67")],
)
def test_a_trend_says_no_more_than_half_as_much_again(now: int, a_year_ago: int, expected: str) -> None:
    assert rules.trend(Decimal(now), Decimal(a_year_ago)) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "others", "expected"),
    [(5, (5,), None), (5, (5, 5, 9), "0"), (9, (5, 5, 9), "1"), (7, (5, 7, 9, 9), "0.3333")],
)
def test_a_rank_is_the_share_of_those_with_less(value: int, others: tuple[int, ...], expected: str | None) -> None:
    found = rules.rank(Decimal(value), map(Decimal, others))
    assert found == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("recent", "base", "months", "base_months", "least", "market", "expected"),
    [
        (44, 186, 1, 3, 10, "1", "0.7097"),
        (44, 186, 1, 3, 10, "0.9", "0.7885"),
        (200, 400, 3, 3, 10, "1", "0.5000"),  # a third of each would miss the half by the last digit
        (0, 186, 1, 3, 10, "1", "0.0000"),
        (-5, 186, 1, 3, 10, "1", "-0.0806"),
        (44, 29, 1, 3, 10, "1", None),  # under the floor: ten a month
        (44, 30, 1, 3, 10, "1", "4.4000"),
        (44, 0, 1, 3, 0, "1", None),
        (44, -9, 1, 3, 0, "1", None),
        (10**12, 1, 1, 1, 0, "1", "999999"),
    ],
)
def test_comparing_a_month_with_a_month(
    recent: int, base: int, months: int, base_months: int, least: int, market: str, expected: str | None
) -> None:
    value = rules.compared(
        Decimal(recent),
        Decimal(base),
        months=months,
        base_months=base_months,
        least_base=Decimal(least),
        market=Decimal(market),
    )
    assert value == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("value", "falling", "expected"),
    [
        ("0.6", True, Level.BREACH),
        ("0.6001", True, Level.NEAR),
        ("0.75", True, Level.NEAR),
        ("0.7501", True, None),
        (None, True, None),
    ],
)
def test_small_is_bad(value: str | None, falling: bool, expected: Level | None) -> None:
    line = Line(breach=Decimal("0.6"), near=Decimal("0.75"))
    assert rules.level_of(None if value is None else Decimal(value), line, falling=falling) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [("3", Level.BREACH), ("2.9", Level.NEAR), ("2", Level.NEAR), ("1.9", None)]
)
def test_large_is_bad(value: str, expected: Level | None) -> None:
    assert rules.level_of(Decimal(value), Line(breach=Decimal(3), near=Decimal(2)), falling=False) is expected


def test_the_nearest_unit_is_the_most_exact_then_importance_then_tier_then_class() -> None:
    one = Decimal(1)
    lines = [
        Line(one, one, unit_path="/1/12/"),
        Line(one, one, importance="core", tier=1, service_class=1, unit_path="/1/"),
        Line(one, one, importance="core"),
        Line(one, one, tier=1, service_class=1),
        Line(one, one, tier=1),
        Line(one, one, service_class=1),
        Line(one, one),
    ]
    shuffled = lines[3:] + lines[:3]
    assert sorted(shuffled, key=rules.exactness, reverse=True) == lines


@pytest.mark.parametrize(
    ("on", "rows", "newest", "month", "until"),
    [
        (date(2026, 11, 23), {OCT: 90, date(2026, 9, 1): 100}, None, OCT, date(2026, 10, 31)),
        # the import of October has just begun: September is compared
        (date(2026, 11, 23), {OCT: 49, date(2026, 9, 1): 100}, None, date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 11, 23), {date(2026, 9, 1): 100}, None, date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 11, 23), {NOV: 80, OCT: 100}, date(2026, 11, 20), OCT, date(2026, 11, 20)),
        # the running month has too few rows to tell who is silent
        (date(2026, 11, 23), {NOV: 10, OCT: 100}, date(2026, 11, 20), OCT, date(2026, 10, 31)),
        # a day in the past does not know its future
        (date(2026, 11, 10), {NOV: 100, OCT: 100}, date(2026, 11, 28), OCT, date(2026, 10, 31)),
        # facts of the running month say nothing while the month before is missing
        (date(2026, 11, 23), {NOV: 80, date(2026, 9, 1): 100}, date(2026, 11, 20), date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 11, 23), {NOV: 80}, date(2026, 11, 20), None, None),
        (date(2026, 11, 23), {}, None, None, None),
        (date(2026, 11, 23), {date(2026, 4, 1): 100}, None, None, None),
    ],
)
def test_what_is_known_by_a_day(
    on: date, rows: dict[date, int], newest: date | None, month: date | None, until: date | None
) -> None:
    assert rules.known_by(on, rows, newest) == rules.Known(on, month, until)


def test_a_report_closes_only_after_measures() -> None:
    assert {state: rules.Act.CLOSE in acts for state, acts in rules.ACTS.items()} == {
        State.OPEN: False,
        State.ACKNOWLEDGED: False,
        State.MEASURES: True,
        State.CLOSED: False,
    }


@pytest.mark.parametrize(
    ("outcome", "until"),
    [("recovered", date(2026, 12, 23)), ("accepted", date(2027, 2, 21)), ("lost", date(2027, 11, 23))],
)
def test_how_long_a_closed_report_is_quiet(outcome: str, until: date) -> None:
    assert rules.quiet_until(outcome, date(2026, 11, 23)) == until


@pytest.mark.parametrize(
    ("importance", "tier", "service_class", "unit_path", "breach"),
    [
        ("general", 5, 3, "/1/", 1),
        ("core", 5, 3, "/1/", 2),
        ("core", 1, 3, "/1/", 3),
        ("general", 1, 1, "/1/", 1),
        ("general", 5, 1, "/1/12/", 4),
        ("core", 1, 1, "/1/12/40/", 4),
        ("core", 1, 1, "/1/120/", 3),
    ],
)
def test_the_line_that_applies(importance: str, tier: int, service_class: int, unit_path: str, breach: int) -> None:
    lines = [
        Line(Decimal(1), Decimal(9)),
        Line(Decimal(2), Decimal(9), importance="core"),
        Line(Decimal(3), Decimal(9), importance="core", tier=1),
        Line(Decimal(4), Decimal(9), unit_path="/1/12/"),
    ]
    found = rules.most_exact(lines, importance=importance, tier=tier, service_class=service_class, unit_path=unit_path)
    assert found is not None
    assert found.breach == breach


def test_without_a_line_nothing_applies() -> None:
    core = [Line(Decimal(2), Decimal(9), importance="core")]
    assert rules.most_exact(core, importance="large", tier=1, service_class=1, unit_path="/1/") is None
