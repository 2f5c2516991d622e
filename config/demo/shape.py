"""How many of what: the company's proportions for a number of customers and of account managers. Pure arithmetic."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zlib import crc32

import numpy as np
from django.utils import timezone

#: Of ten retailers four are urban 城网 and six rural 农网 (TRADE).
URBAN_SHARE = 0.4
#: About so many account managers report to one branch, and work from one station.
MANAGERS_PER_BRANCH = 10
MANAGERS_PER_STATION = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """What was asked for: the size of the company, its seed, and the moment at which its story ends."""

    customers: int
    managers: int
    seed: int
    now: datetime
    months: int = 24
    past_days: int = 60

    def __post_init__(self) -> None:
        if self.managers < 4 or self.customers < 5 * self.managers:
            raise ValueError("a demo company needs at least 4 managers, and 5 customers for each")
        if not 1 <= self.months <= 60 or not 0 <= self.past_days <= 120:
            raise ValueError("months must be 1 to 60, past days 0 to 120")

    def rng(self, subject: str) -> np.random.Generator:
        """A stream of chance for one subject: a change in one part of the company leaves the others as they were."""
        return np.random.default_rng([self.seed, crc32(subject.encode())])

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def at(self, day: date, minutes: float) -> datetime:
        """A moment of a day, so many minutes after midnight in China."""
        midnight = datetime.combine(day, time(), timezone.get_default_timezone())
        return midnight + timedelta(seconds=round(minutes * 60))

    def minute_of_now(self) -> float:
        """How much of today has gone: minutes after midnight."""
        return (self.now - self.at(self.today, 0)).total_seconds() / 60

    @property
    def group_managers(self) -> int:
        """Account managers of the telecom enterprise department."""
        return max(1, self.managers // 20)

    @property
    def group_clients(self) -> int:
        """Business clients need more time each than shops: about a third as many for a manager, 60 at most."""
        each = max(3, min(60, round(self.customers / self.managers / 4)))
        return self.group_managers * each

    @property
    def retailers(self) -> int:
        return self.customers - self.group_clients

    def branch_sizes(self) -> tuple[list[int], list[int]]:
        """Account managers in each urban and in each rural branch."""
        retail = self.managers - self.group_managers
        urban = max(1, round(retail * URBAN_SHARE))
        return _shares(urban), _shares(retail - urban)

    @property
    def month_starts(self) -> list[date]:
        """The first days of the months with facts: the whole ones, then the present one."""
        first = self.today.year * 12 + self.today.month - 1
        return [date(index // 12, index % 12 + 1, 1) for index in range(first - self.months, first + 1)]

    def ago(self, days: float) -> date:
        return self.today - timedelta(days=int(days))


def _shares(managers: int) -> list[int]:
    """Split managers over branches of about the same size; two branches as soon as there are three managers."""
    branches = max(1 if managers < 3 else 2, round(managers / MANAGERS_PER_BRANCH))
    return split(managers, branches)


def split(total: int, parts: int) -> list[int]:
    """Whole parts of a total that differ by one at most: `split(7, 3)` → `[3, 2, 2]`."""
    return [total // parts + (index < total % parts) for index in range(parts)]


def stations_of(managers: int) -> list[int]:
    """Account managers at each station of a branch."""
    return split(managers, -(-managers // MANAGERS_PER_STATION))
