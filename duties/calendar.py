"""The one calendar: China's public holidays and make-up days, with the company's own days on top."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Self

import chinese_calendar
import holidays
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duties import rules
from duties.models import CalendarDay

#: The libraries' words for the holidays, as part of theirs, and ours.
_HOLIDAYS = {
    "New Year's Day": gettext_lazy("New Year's Day"),
    "Spring Festival": gettext_lazy("Spring Festival"),
    "Chinese New Year": gettext_lazy("Spring Festival"),
    "Tomb-": gettext_lazy("Tomb-Sweeping Day"),
    "Labo": gettext_lazy("Labour Day"),
    "Dragon Boat": gettext_lazy("Dragon Boat Festival"),
    "Mid-": gettext_lazy("Mid-Autumn Festival"),
    "National Day": gettext_lazy("National Day"),
    "Anti-Fascist": gettext_lazy("Victory Day"),
}


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


def holiday_name(day: date) -> str:
    """Why a day is off, or worked though it is a weekend's, in the present language; empty for an ordinary day."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        off, name = True, _public_holidays(day.year).get(day)
    if not name:
        return ""
    word = next((label for key, label in _HOLIDAYS.items() if key in name), name)
    return str(word) if off else _("make-up day, %(holiday)s") % {"holiday": word}


@dataclass(frozen=True, slots=True)
class Day:
    """One day as the calendar's page shows it."""

    day: date
    works: bool
    provisional: bool
    own: bool
    name: str

    @property
    def unusual(self) -> bool:
        """A weekday off, or a weekend's day worked."""
        return self.works != (self.day.weekday() < 5)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the page; `blanks` are the days of its first week that belong to the month before."""

    first: date
    days: list[Day]

    @property
    def blanks(self) -> range:
        return range(self.first.weekday())

    @property
    def working_days(self) -> int:
        return sum(day.works for day in self.days)


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

    def year(self, year: int, names: dict[date, str]) -> "list[Month]":
        """Every day of a year as a page shows it; `names` are the company's own days'."""
        months = [Month(date(year, number, 1), []) for number in range(1, 13)]
        for month in months:
            day = month.first
            while day.month == month.first.month:
                works, provisional = self.is_working_day(day), self.is_provisional(day)
                name = names.get(day) or holiday_name(day)
                month.days.append(Day(day, works, provisional, day in self.own, name))
                day += timedelta(days=1)
        return months

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
