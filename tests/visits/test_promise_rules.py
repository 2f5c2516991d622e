"""The arithmetic of a promise, by hand: visits a month, rides, tones, intervals (VIS-1, VIS-4)."""

from math import isclose, sqrt

import pytest

from visits.rules import Cell, Count, Ground, Interval, Pace, Unit, mending, work_asked
from visits.rules.promise import PATROLS, round_minutes, tone, visits_a_month

PACE = Pace((20, 15, 15, 10, 10), 6, 20, 1.3)


@pytest.mark.parametrize(
    ("cell", "patrolled", "days", "visits"),
    [
        (Cell(3), False, 30, 10.0),
        (Cell(7), False, 28, 4.0),
        (None, False, 30, 0.0),
        (None, True, 30.4, 1.0),
        (Cell(90), True, 30.4, 1.0),  # the patrol comes more often than the matrix
        (Cell(15), True, 30, 2.0),  # one visit serves both
    ],
)
def test_visits_a_month(cell: Cell | None, patrolled: bool, days: int, visits: float) -> None:
    assert visits_a_month(cell, patrolled=patrolled, month_days=days) == visits


def test_a_month_by_hand() -> None:
    """Ten shops of tier 1 each third day, one of them off the map: half by phone."""
    ground = Ground()
    for step in range(9):
        ground += Ground.at(step % 3, step // 3)
    work = work_asked(
        {(1, "core"): Count(10, 9)},
        {1: Cell(3, 50)},
        role="account_manager",
        ground=ground,
        pace=PACE,
        month_days=30,
        days=20,
    )
    # 9 · 10 / 2 in the shop, the rest of 100 by phone.
    assert (work.on_site, work.calls, work.service_minutes) == (45.0, 55.0, 45 * 20 + 55 * 6)
    # Positions 0, 1, 2 each way: a variance of 2/3, so 12 · 2/3 = 8 km².
    assert isclose(ground.area, 8.0)
    assert isclose(work.ride_minutes, 20 * 0.7124 * sqrt(45 / 20 * 8) * 1.3 / 20 * 60)


def test_ground_adds_up_and_comes_apart() -> None:
    ground = Ground.at(1, 2) + Ground.at(3, 6)
    assert (ground.centre, ground.n) == ((2.0, 4.0), 2)
    assert ground - Ground.at(3, 6) == Ground.at(1, 2)
    assert (Ground().area, Ground().reach, Ground.at(5, 5).area) == (0.05, 0.0, 0.05)
    assert isclose(ground.reach, sqrt(1 + 4))


def test_without_days_there_are_no_rides() -> None:
    work = work_asked(
        {(1, "core"): Count(1, 1)}, {1: Cell(3)}, role="", ground=Ground.at(0, 0), pace=PACE, month_days=30, days=0
    )
    assert work.ride_minutes == 0
    assert round_minutes(4, 1, PACE) == 0.7124 * 2 * 1.3 / 20 * 60


@pytest.mark.parametrize(
    ("share", "said"), [(0.5, ""), (0.9, ""), (0.95, "near"), (1.0, "near"), (1.01, "over"), (None, "over")]
)
def test_tones(share: float | None, said: str) -> None:
    assert tone(share) == said


def test_sales_staff_patrol_general_customers() -> None:
    assert PATROLS["account_manager"] == {"large", "general"}


@pytest.mark.parametrize(
    ("interval", "next_one"),
    [
        (Interval(3, Unit.DAY), Interval(5, Unit.DAY)),
        (Interval(1, Unit.WEEK), Interval(10, Unit.DAY)),
        (Interval(1, Unit.MONTH), Interval(3, Unit.HALF_MONTH)),
        (Interval(12, Unit.MONTH), None),
    ],
)
def test_the_next_longer_interval(interval: Interval, next_one: Interval | None) -> None:
    assert mending.longer(interval) == next_one
