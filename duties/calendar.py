"""The one calendar: China's public holidays and make-up days, with the company's own days on top."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Self

import chinese_calendar
import holidays
from django.utils import timezone

from duties import rules
from duties.models import CalendarDay


@cache
def official(day: date) -> tuple[bool, bool]:
    """Whether a day is worked by the official calendar, and whether that is provisional.

    The State Council publishes make-up days a year at a time; before that, public holidays and weekends are the guess.
    """
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < 5 and day not in _public_holidays(day.year), True


@cache
def _public_holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days and working time. Load once for a piece of work: it reads the company's own days in one query."""

    own: dict[date, bool]

    @classmethod
    def load(cls) -> Self:
        return cls(dict(CalendarDay.objects.values_list("day", "works")))

    def is_working_day(self, day: date) -> bool:
        own = self.own.get(day)
        return official(day)[0] if own is None else own

    def is_provisional(self, day: date) -> bool:
        """No official word on this day yet, and none of the company's own."""
        return day not in self.own and official(day)[1]

    def next_working_day(self, day: date) -> date:
        return rules.next_working_day(day, self.is_working_day)

    def previous_working_day(self, day: date) -> date:
        return rules.next_working_day(day, self.is_working_day, step=-1)

    def working_days(self, first: date, last: date) -> list[date]:
        """Working days from first to last, both included."""
        days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
        return [day for day in days if self.is_working_day(day)]

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """The moment so many working minutes later."""
        return rules.add_working_minutes(timezone.localtime(start), minutes, self.is_working_day)

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes between two moments; negative if the second is earlier."""
        return rules.working_minutes_between(timezone.localtime(start), timezone.localtime(end), self.is_working_day)
