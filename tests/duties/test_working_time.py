"""Working time: what a limit of so many working minutes means on the clock (CMP-2)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duties.rules import MINUTES_A_DAY, add_working_minutes, next_working_day, working_minutes_between
from tests.factories.duties import at


def weekdays(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-23 09:00", 0, "2026-11-23 09:00"),
        ("2026-11-23 09:00", 60, "2026-11-23 10:00"),
        ("2026-11-23 09:00", 180, "2026-11-23 12:00"),  # the end of the morning: it does not jump over noon
        ("2026-11-23 09:00", 181, "2026-11-23 13:31"),
        ("2026-11-23 11:30", 60, "2026-11-23 14:00"),
        ("2026-11-23 12:10", 30, "2026-11-23 14:00"),  # begun in the rest
        ("2026-11-23 08:30", MINUTES_A_DAY, "2026-11-23 17:30"),
        ("2026-11-23 07:00", MINUTES_A_DAY, "2026-11-23 17:30"),  # begun before the day
        ("2026-11-23 19:00", MINUTES_A_DAY, "2026-11-24 17:30"),  # begun after it
        ("2026-11-23 17:30", 1, "2026-11-24 08:31"),
        ("2026-11-23 10:15", MINUTES_A_DAY, "2026-11-24 10:15"),
        ("2026-11-27 17:00", 60, "2026-11-30 09:00"),  # over a weekend
        ("2026-11-28 10:00", 60, "2026-11-30 09:30"),  # begun on a Saturday
        ("2026-11-23 08:30", 10 * MINUTES_A_DAY, "2026-12-04 17:30"),
    ],
)
def test_working_minutes_are_added(start: str, minutes: int, end: str) -> None:
    assert add_working_minutes(at(start), minutes, weekdays) == at(end)


def test_negative_minutes_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_minutes(at("2026-11-23 09:00"), -1, weekdays)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23 09:00", "2026-11-23 09:00", 0),
        ("2026-11-23 09:00", "2026-11-23 12:00", 180),
        ("2026-11-23 09:00", "2026-11-23 13:00", 180),
        ("2026-11-23 09:00", "2026-11-23 14:00", 210),
        ("2026-11-23 00:00", "2026-11-24 00:00", 450),
        ("2026-11-27 17:00", "2026-11-30 09:00", 60),
        ("2026-11-28 09:00", "2026-11-29 18:00", 0),
        ("2026-11-30 09:00", "2026-11-27 17:00", -60),
    ],
)
def test_working_minutes_between(start: str, end: str, minutes: int) -> None:
    assert working_minutes_between(at(start), at(end), weekdays) == minutes


@given(
    start=st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: at("2026-01-01 00:00") + timedelta(minutes=minute)),
    minutes=st.integers(min_value=0, max_value=20_000),
)
def test_adding_and_counting_agree(start: datetime, minutes: int) -> None:
    end = add_working_minutes(start, minutes, weekdays)
    assert working_minutes_between(start, end, weekdays) == minutes


def test_next_and_previous_working_day() -> None:
    assert next_working_day(date(2026, 11, 27), weekdays) == date(2026, 11, 30)
    assert next_working_day(date(2026, 11, 30), weekdays, step=-1) == date(2026, 11, 27)


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        next_working_day(date(2026, 11, 27), lambda _: False)
