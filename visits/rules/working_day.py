"""A working day as a rider lives it: its hours, what may be planned into them, when a shop can be met."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The hours of work of one day, in minutes after midnight, pauses left out: `((510, 720), (810, 1050))`.

    A route is computed in *working seconds*: seconds of work since the day began, so that a noon break takes no time.
    """

    spans: tuple[tuple[int, int], ...]

    @property
    def length(self) -> int:
        """Working seconds of the whole day."""
        return sum(end - start for start, end in self.spans) * _MINUTE

    def working_seconds(self, clock: int) -> int:
        """Work done by a moment, given in seconds after midnight; in a break, all that came before it."""
        return sum(max(0, min(clock, end * _MINUTE) - start * _MINUTE) for start, end in self.spans)

    def clock_seconds(self, working: int) -> int:
        """The moment, in seconds after midnight, at which so much work is done; after a break rather than before it."""
        left = working
        for start, end in self.spans[:-1]:
            if left < (end - start) * _MINUTE:
                return start * _MINUTE + left
            left -= (end - start) * _MINUTE
        return self.spans[-1][0] * _MINUTE + left

    def latest_start(self, clock: int) -> int:
        """The last working second whose moment is not after `clock`; -1 if the day begins later."""
        working = min(self.working_seconds(clock), self.length)
        return working if self.clock_seconds(working) <= clock else working - 1


def capacity_minutes(*, working_minutes: int, fixed_percent: int, market_minutes: int) -> int:
    """How many minutes of a day a plan may fill: the share for fixed motions, but at least the time owed to the market.

    The rest stays free for a manager's own purposeful visits (VIS-4, S2: 60 %; the trade asks for five hours in the
    market).
    """
    return min(working_minutes, max(working_minutes * fixed_percent // 100, market_minutes))


def opening_window(
    *,
    day: WorkingDay,
    weekday: int,
    opens_at: time | None,
    closes_at: time | None,
    closed_weekdays: Sequence[int],
    service_seconds: int,
) -> tuple[int, int] | None:
    """Between which working seconds a visit can begin so that it ends while the shop is open; None if never that day.

    `weekday` is 1 Monday … 7 Sunday. Without hours a shop counts as open all day; hours over midnight (18:00–02:00)
    leave the part of the working day that they cover, the evening one if both.
    """
    if weekday in closed_weekdays:
        return None
    return _open_that_day(day, opens_at, closes_at, service_seconds)


@lru_cache(maxsize=4096)  # asked for each customer and day of a horizon, and shops have few kinds of hours
def _open_that_day(
    day: WorkingDay, opens_at: time | None, closes_at: time | None, service_seconds: int
) -> tuple[int, int] | None:
    opens = _seconds(opens_at) if opens_at is not None else 0
    closes = _seconds(closes_at) if closes_at is not None else 24 * 60 * _MINUTE
    spans = [(opens, closes)] if opens < closes else [(opens, 24 * 60 * _MINUTE), (0, closes)]
    for start, end in spans:
        earliest = day.working_seconds(start)
        latest = day.latest_start(end - service_seconds)
        if 0 <= earliest <= latest and earliest < day.length:
            return earliest, latest
    return None


def _seconds(at: time) -> int:
    return (at.hour * 60 + at.minute) * _MINUTE + at.second
