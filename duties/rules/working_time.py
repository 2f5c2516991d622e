"""Working time (CMP-2): what a limit of so many working minutes means on the clock. Pure functions."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

#: The working day, as the law's eight hours less the noon rest.
WORKING_HOURS: Sequence[tuple[time, time]] = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))

#: Working minutes of a whole day: what "one working day" means in a limit.
MINUTES_A_DAY = 450

#: After so many days without a working day a calendar is broken.
_LONGEST_REST = 30


def next_working_day(day: date, works: Callable[[date], bool], step: int = 1) -> date:
    """The first working day after (`step=1`) or before (`step=-1`) a day."""
    for _ in range(_LONGEST_REST):
        day += timedelta(days=step)
        if works(day):
            return day
    raise ValueError(f"no working day within {_LONGEST_REST} days of {day}")


def add_working_minutes(start: datetime, minutes: int, works: Callable[[date], bool]) -> datetime:
    """The moment at which so many working minutes after `start` have passed; both in China's local time.

    A deadline that would fall on the end of a morning stays there: it does not jump over the rest.
    """
    if minutes < 0:
        raise ValueError("working minutes cannot be negative")
    left = timedelta(minutes=minutes)
    day = start.date() if works(start.date()) else next_working_day(start.date(), works)
    while True:
        for opens, closes in WORKING_HOURS:
            begin = max(datetime.combine(day, opens, start.tzinfo), start)
            end = datetime.combine(day, closes, start.tzinfo)
            if begin >= end:
                continue
            if left <= end - begin:
                return begin + left
            left -= end - begin
        day = next_working_day(day, works)


def working_minutes_between(start: datetime, end: datetime, works: Callable[[date], bool]) -> int:
    """Whole working minutes from `start` to `end`, both in China's local time; negative if `end` is earlier."""
    if end < start:
        return -working_minutes_between(end, start, works)
    total = timedelta()
    for offset in range((end.date() - start.date()).days + 1):
        day = start.date() + timedelta(days=offset)
        if not works(day):
            continue
        for opens, closes in WORKING_HOURS:
            begin = max(datetime.combine(day, opens, start.tzinfo), start)
            finish = min(datetime.combine(day, closes, start.tzinfo), end)
            total += max(finish - begin, timedelta())
    return int(total.total_seconds() // 60)
