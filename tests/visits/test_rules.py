"""Due dates, priorities, working days and what a visit counts for, as tables."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from accounts.rules import Role
from visits.rules import (
    Facts,
    Unit,
    WorkingDay,
    ahead_days,
    capacity_minutes,
    due_date,
    moves_clock,
    opening_window,
    reasons_for,
    score,
    shipped_matrix,
    visiting_role,
)

MONDAY = date(2026, 11, 23)
DAY = WorkingDay(((510, 720), (810, 1050)))  # 8:30–12:00, 13:30–17:30
HOUR = 3600


@pytest.mark.parametrize(
    ("last", "number", "unit", "due"),
    [
        (date(2026, 11, 23), 3, "day", date(2026, 11, 26)),
        (date(2026, 12, 30), 3, "day", date(2027, 1, 2)),
        (date(2026, 11, 23), 1, "week", date(2026, 11, 30)),
        (date(2026, 11, 23), 1, "half_month", date(2026, 12, 8)),
        (date(2026, 11, 23), 2, "half_month", date(2026, 12, 23)),
        (date(2026, 1, 31), 3, "half_month", date(2026, 3, 15)),
        (date(2026, 1, 31), 1, "month", date(2026, 2, 28)),
        (date(2028, 1, 31), 1, "month", date(2028, 2, 29)),
        (date(2026, 11, 30), 3, "month", date(2027, 2, 28)),
        (date(2028, 2, 29), 12, "month", date(2029, 2, 28)),
        (date(2026, 8, 31), 6, "month", date(2027, 2, 28)),
    ],
)
def test_due_date(last: date, number: int, unit: str, due: date) -> None:
    assert due_date(last, number, unit) == due


def test_the_shipped_matrix_is_the_rule_books() -> None:
    matrix = shipped_matrix()
    assert len(matrix) == 22
    words = {
        key: f"{cell.number} {cell.unit}"
        for key, cell in matrix.items()
        if key[1] in (Role.ACCOUNT_MANAGER, Role.REGION_MANAGER)
    }
    assert words == {
        (1, Role.REGION_MANAGER): "2 month",
        (2, Role.REGION_MANAGER): "6 month",
        (3, Role.REGION_MANAGER): "12 month",
        (1, Role.ACCOUNT_MANAGER): "3 day",
        (2, Role.ACCOUNT_MANAGER): "1 week",
        (3, Role.ACCOUNT_MANAGER): "1 half_month",
        (4, Role.ACCOUNT_MANAGER): "1 month",
        (5, Role.ACCOUNT_MANAGER): "1 month",
    }
    assert matrix[5, Role.BRANCH_GENERAL_MANAGER].about_days == 180
    assert matrix[1, Role.BRANCH_GENERAL_MANAGER].unit == Unit.HALF_MONTH


@pytest.mark.parametrize(
    ("working", "percent", "market", "minutes"),
    [(450, 60, 300, 300), (450, 80, 300, 360), (450, 60, 0, 270), (240, 60, 300, 240), (450, 100, 300, 450)],
)
def test_capacity(working: int, percent: int, market: int, minutes: int) -> None:
    assert capacity_minutes(working_minutes=working, fixed_percent=percent, market_minutes=market) == minutes


@pytest.mark.parametrize(
    ("clock", "working"),
    [
        (7 * HOUR, 0),
        (8.5 * HOUR, 0),
        (10 * HOUR, 1.5 * HOUR),
        (12.5 * HOUR, 3.5 * HOUR),
        (14 * HOUR, 4 * HOUR),
        (20 * HOUR, 7.5 * HOUR),
    ],
)
def test_working_seconds(clock: float, working: float) -> None:
    assert DAY.working_seconds(int(clock)) == int(working)


@pytest.mark.parametrize(
    ("working", "clock"),
    [(0, 8.5 * HOUR), (3.5 * HOUR - 1, 12 * HOUR - 1), (3.5 * HOUR, 13.5 * HOUR), (7.5 * HOUR, 17.5 * HOUR)],
)
def test_clock_seconds(working: float, clock: float) -> None:
    assert DAY.clock_seconds(int(working)) == int(clock)


@pytest.mark.parametrize(
    ("opens", "closes", "closed", "window"),
    [
        (None, None, [], (0, int(7.5 * HOUR))),
        (time(10), time(11), [], (5400, 9000 - 720)),
        (time(7), time(8), [], None),
        (time(19), time(23), [], None),
        (None, None, [1], None),
        (None, None, [2, 7], (0, int(7.5 * HOUR))),
        # opens in the noon break: first met after it
        (time(12, 30), time(20), [], (int(3.5 * HOUR), int(7.5 * HOUR))),
        # closes in the noon break: last met before it
        (time(9), time(12, 30), [], (1800, int(3.5 * HOUR) - 1)),
        # open over noon only
        (time(12), time(13), [], None),
        # over midnight: the evening is outside, the morning too short
        (time(18), time(8, 35), [], None),
        (time(16), time(2), [], (6 * HOUR, int(7.5 * HOUR))),
    ],
)
def test_opening_window(
    opens: time | None, closes: time | None, closed: list[int], window: tuple[int, int] | None
) -> None:
    found = opening_window(
        day=DAY, weekday=1, opens_at=opens, closes_at=closes, closed_weekdays=closed, service_seconds=720
    )
    assert found == window


@pytest.mark.parametrize(
    ("mode", "planned", "position", "counts"),
    [
        ("on_site", None, True, True),
        ("on_site", "phone", True, True),
        ("phone", "on_site", True, False),
        ("phone", None, True, False),
        ("phone", "phone", True, True),
        ("online", "phone", True, True),
        ("phone", "on_site", False, True),
        ("phone", None, False, True),
    ],
)
def test_what_moves_the_clock(mode: str, planned: str | None, position: bool, counts: bool) -> None:
    assert moves_clock(mode, planned_mode=planned, has_position=position) is counts


@pytest.mark.parametrize(
    ("visitors", "roles", "manager", "relationship", "role"),
    [
        ({1}, {"account_manager"}, 1, None, "account_manager"),
        ({1, 2}, {"account_manager"}, 2, None, "account_manager"),
        ({3}, {"relationship_manager"}, 1, 3, "relationship_manager"),
        ({4}, {"branch_sales_manager", "branch_general_manager"}, 1, 3, "branch_sales_manager"),
        ({4}, {"marketing_director", "trainer"}, 1, None, "marketing_director"),
        ({4}, {"trainer"}, 1, None, "trainer"),
        ({4}, set(), 1, None, None),
    ],
)
def test_visiting_role(
    visitors: set[int], roles: set[str], manager: int, relationship: int | None, role: str | None
) -> None:
    found = visiting_role(
        visitor_ids=visitors, roles=roles, account_manager_id=manager, relationship_manager_id=relationship
    )
    assert found == role


@pytest.mark.parametrize(
    ("interval", "order", "days"),
    [(3, False, 1), (7, False, 2), (15, False, 3), (30, False, 3), (30, True, 7), (7, True, 3), (3, True, 1)],
)
def test_ahead_days(interval: int, order: bool, days: int) -> None:
    assert ahead_days(interval, longest=3, order_tomorrow=order) == days


BASE = Facts(on=MONDAY, due_by=MONDAY, tier=3, interval_days=15, due_on=MONDAY, last_visit_on=date(2026, 11, 8))


@pytest.mark.parametrize(
    ("changes", "codes", "worth"),
    [
        ({}, ["due"], 5.0),
        ({"due_on": date(2026, 11, 20)}, ["overdue"], 6.0),
        ({"due_on": date(2026, 1, 1)}, ["overdue"], 25.0),
        ({"last_visit_on": None}, ["never"], 5.0),
        # Friday's plan: what falls due at the weekend is due on Friday
        ({"due_on": MONDAY + timedelta(2), "due_by": MONDAY + timedelta(2)}, ["due"], 5.0),
        ({"due_on": MONDAY + timedelta(3)}, ["due_soon"], 1.5),
        ({"due_on": MONDAY + timedelta(4)}, [], 1.5),
        ({"due_on": MONDAY + timedelta(7), "order_tomorrow": True}, ["order_tomorrow", "due_soon"], 3.5),
        ({"due_on": MONDAY + timedelta(8), "order_tomorrow": True}, [], 3.5),
        ({"promised": {"reason": "带价签"}, "due_on": MONDAY + timedelta(9)}, ["promised", "due_soon"], 16.5),
        ({"promised": {"reason": "带价签"}, "due_on": None}, ["promised"], 15.0),
        (
            {
                "licence_expires_on": MONDAY + timedelta(15),
                "last_visit_on": date(2026, 11, 7),
                "due_on": MONDAY + timedelta(9),
            },
            ["licence", "due_soon"],
            3.5,
        ),
        # somebody was there after the licence came near: said already
        (
            {
                "licence_expires_on": MONDAY + timedelta(15),
                "last_visit_on": date(2026, 11, 8),
                "due_on": MONDAY + timedelta(9),
            },
            [],
            1.5,
        ),
        ({"sales_ratio": 0.79, "stock_ratio": 3.6}, ["due", "falling", "overstocked"], 7.0),
        ({"sales_ratio": 0.8, "stock_ratio": 3.5}, ["due"], 5.0),
        ({"due_on": MONDAY + timedelta(9), "sales_ratio": 0.2}, [], 2.5),
    ],
)
def test_reasons_and_worth(changes: dict[str, object], codes: list[str], worth: float) -> None:
    facts = replace(BASE, **changes)
    assert [reason.code for reason in reasons_for(facts, longest_ahead=3)] == codes
    assert score(facts) == worth


def test_a_higher_tier_is_worth_more_when_equally_late() -> None:
    worth = [score(replace(BASE, tier=tier)) for tier in (1, 2, 3, 4, 5)]
    assert worth == sorted(worth, reverse=True)
    assert len(set(worth)) == 5
