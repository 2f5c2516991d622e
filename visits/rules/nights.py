"""Which day a night plans, and whether it does so in time (VIS-3): pure functions over China's local time."""

from collections.abc import Callable
from datetime import date, datetime, time

#: After the end of work the next working day is planned: people see it in the evening.
WORK_ENDS = time(17, 30)
#: Until then the night may plan a day again that was planned before it began: what the night brought is taken in.
MORNING = time(7, 0)
#: A plan whose making failed so often is left to people: the night's page and the health page name it.
ATTEMPTS_MOST = 5
#: So is one that so often took its worker with it, one death upon the other: no worker came back with it.
LOST_MOST = 3
#: One that nobody came back with, and nobody asked for again, went down with its whole machine: that is forgiven until
#: it was handed out so often.
FORGIVEN_MOST = 8


def planned_day(
    now: datetime, is_working_day: Callable[[date], bool], next_working_day: Callable[[date], date]
) -> date:
    """The day that wants its plans at this moment: today until work ends, then the next working day."""
    today = now.date()
    if is_working_day(today) and now.time() < WORK_ENDS:
        return today
    return next_working_day(today)


def is_stale(opened: datetime, day: date, now: datetime) -> bool:
    """Whether a run made before its day began should be made again now: once, in the night before that day's work."""
    return opened.date() < day == now.date() and now.time() < MORNING


def is_late(day: date, now: datetime) -> bool:
    """Whether a run opened now comes after the night that was to make it: it is caught up, and says so."""
    return now.date() > day or (now.date() == day and now.time() >= MORNING)
