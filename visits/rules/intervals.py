"""The visit matrix (VIS-1, S4): how long a role may leave a customer of a tier without a visit."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from accounts.rules import Role


class Unit(StrEnum):
    """What an interval is counted in. Days are calendar days; half a month is 15 of them."""

    DAY = "day"
    WEEK = "week"
    HALF_MONTH = "half_month"
    MONTH = "month"


HALF_MONTH_DAYS = 15
_ABOUT_DAYS: Mapping[Unit, int] = {Unit.DAY: 1, Unit.WEEK: 7, Unit.HALF_MONTH: HALF_MONTH_DAYS, Unit.MONTH: 30}


@dataclass(frozen=True, slots=True)
class Interval:
    """A longest allowed time between two visits."""

    number: int
    unit: Unit

    @property
    def about_days(self) -> int:
        """Its length in days, a month counted as 30: for comparing, never for due dates."""
        return known_days(self.number, self.unit)


def known_days(number: int, unit: Unit | str) -> int:
    """About how many days an interval lasts."""
    return number * _ABOUT_DAYS[Unit(unit)]


def due_date(last_visit: date, number: int, unit: Unit | str) -> date:
    """The last day on which the next visit keeps the promise (VIS-1).

    Months end on the month's last day when the day is missing there: 31 January + 1 month = 28 or 29 February. Two half
    months are one month, so that a pair of them does not drift. The SQL function `visits_due_on` does the same.
    """
    match Unit(unit):
        case Unit.DAY:
            return last_visit + timedelta(days=number)
        case Unit.WEEK:
            return last_visit + timedelta(weeks=number)
        case Unit.MONTH:
            return _add_months(last_visit, number)
        case Unit.HALF_MONTH:
            months, odd = divmod(number, 2)
            return _add_months(last_visit, months) + timedelta(days=odd * HALF_MONTH_DAYS)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shipped_matrix() -> dict[tuple[int, Role], Interval]:
    """The matrix as the company's rule book has it (VIS-1, S4): tier × role; where it has a dash, nothing."""
    day, week, half, month = Unit.DAY, Unit.WEEK, Unit.HALF_MONTH, Unit.MONTH
    columns: dict[Role, list[tuple[int, Unit] | None]] = {
        Role.REGION_MANAGER: [(2, month), (6, month), (12, month), None, None],
        Role.MARKETING_DIRECTOR: [(1, month), (2, month), (6, month), (12, month), None],
        Role.BRANCH_GENERAL_MANAGER: [(1, half), (1, month), (2, month), (3, month), (6, month)],
        Role.BRANCH_SALES_MANAGER: [(1, week), (1, half), (1, month), (2, month), (3, month)],
        Role.ACCOUNT_MANAGER: [(3, day), (1, week), (1, half), (1, month), (1, month)],
    }
    return {
        (tier, role): Interval(*cell)
        for role, cells in columns.items()
        for tier, cell in enumerate(cells, start=1)
        if cell is not None
    }
