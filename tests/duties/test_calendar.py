"""China's calendar with the company's own days on top."""

from datetime import UTC, date

import pytest
from pytest_django import DjangoAssertNumQueries

from duties.calendar import WorkCalendar
from duties.models import CalendarDay
from tests.factories.duties import at

OFFICIAL = WorkCalendar({})


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 20), True),  # Sunday, make-up day for National Day
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # Saturday, make-up day
        (date(2026, 10, 11), False),
        (date(2026, 2, 14), True),  # Saturday before the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),  # provisional from here on
        (date(2027, 1, 2), False),
        (date(2027, 1, 4), True),
        (date(2027, 10, 1), False),
    ],
)
def test_the_official_calendar(day: date, works: bool) -> None:
    assert OFFICIAL.is_working_day(day) is works


def test_2027_is_provisional_and_2026_is_not() -> None:
    assert not OFFICIAL.is_provisional(date(2026, 12, 31))
    assert OFFICIAL.is_provisional(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-09-30 17:00", 60, "2026-10-08 09:00"),  # over National Day
        ("2026-10-09 17:00", 60, "2026-10-10 09:00"),  # into the make-up Saturday
        ("2026-10-10 17:00", 60, "2026-10-12 09:00"),
        ("2026-12-31 17:00", 60, "2027-01-04 09:00"),  # over the year's end
    ],
)
def test_limits_follow_the_calendar(start: str, minutes: int, end: str) -> None:
    assert OFFICIAL.add_working_minutes(at(start), minutes) == at(end)
    assert OFFICIAL.working_minutes_between(at(start), at(end)) == minutes


def test_a_moment_of_another_zone_counts_in_china_time() -> None:
    start = at("2026-11-23 09:00").astimezone(UTC)
    assert OFFICIAL.add_working_minutes(start, 60) == at("2026-11-23 10:00")
    assert OFFICIAL.working_minutes_between(start, at("2026-11-23 10:00").astimezone(UTC)) == 60


def test_days_around_the_spring_festival() -> None:
    assert OFFICIAL.next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)
    assert OFFICIAL.previous_working_day(date(2026, 2, 24)) == date(2026, 2, 14)
    assert OFFICIAL.working_days(date(2026, 2, 13), date(2026, 2, 25)) == [
        date(2026, 2, 13),
        date(2026, 2, 14),
        date(2026, 2, 24),
        date(2026, 2, 25),
    ]


def test_own_days_go_first(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    CalendarDay.objects.create(day=date(2026, 11, 23), works=False, name="停电")
    CalendarDay.objects.create(day=date(2027, 10, 1), works=True, name="值班")
    with django_assert_num_queries(1):
        calendar = WorkCalendar.load()
        assert not calendar.is_working_day(date(2026, 11, 23))
        assert calendar.is_working_day(date(2027, 10, 1))
        assert not calendar.is_provisional(date(2027, 10, 1))
        assert calendar.add_working_minutes(at("2026-11-20 17:00"), 60) == at("2026-11-24 09:00")
