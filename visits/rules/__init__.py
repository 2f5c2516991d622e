"""When a visit is due, how much it matters, how a working day runs, what a visit counts for: pure functions."""

from visits.rules.intervals import Interval, Unit, due_date, known_days, shipped_matrix
from visits.rules.nights import ATTEMPTS_MOST, FORGIVEN_MOST, LOST_MOST, is_late, is_stale, planned_day
from visits.rules.prices import Promise, demand_prices, promise_prices
from visits.rules.priority import (
    Facts,
    Reason,
    ahead_days,
    is_falling,
    is_overstocked,
    promise_worth,
    reasons_for,
    score,
    worth_metres,
)
from visits.rules.promise import Cell, Count, Ground, Pace, Work, work_asked
from visits.rules.trend import trend_lines
from visits.rules.visiting import DISTANCE_TO_EXPLAIN, Mode, metres_between, moves_clock, visiting_role
from visits.rules.weeks import Week, weeks_ahead
from visits.rules.working_day import WorkingDay, capacity_minutes, opening_window

__all__ = [
    "ATTEMPTS_MOST",
    "DISTANCE_TO_EXPLAIN",
    "FORGIVEN_MOST",
    "LOST_MOST",
    "Cell",
    "Count",
    "Facts",
    "Ground",
    "Interval",
    "Mode",
    "Pace",
    "Promise",
    "Reason",
    "Unit",
    "Week",
    "Work",
    "WorkingDay",
    "ahead_days",
    "capacity_minutes",
    "demand_prices",
    "due_date",
    "is_falling",
    "is_late",
    "is_overstocked",
    "is_stale",
    "known_days",
    "metres_between",
    "moves_clock",
    "opening_window",
    "planned_day",
    "promise_prices",
    "promise_worth",
    "reasons_for",
    "score",
    "shipped_matrix",
    "trend_lines",
    "visiting_role",
    "weeks_ahead",
    "work_asked",
    "worth_metres",
]
