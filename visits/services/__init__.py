"""The writes of the visits floor."""

from visits.services.clocks import refresh_clocks
from visits.services.days import add_stop, may_change, skip_stop, start_route, stop_route, take_back
from visits.services.drafting import Search
from visits.services.matrix import may_set_matrix, set_interval
from visits.services.planning import DayIsOver, plan_day, replan
from visits.services.problems import Found, may_solve, report, solve
from visits.services.refusal import CheckMissing, Refused, StillInShop
from visits.services.visiting import Log, Position, arrive, cancel, complete, log_visit

__all__ = [
    "CheckMissing",
    "DayIsOver",
    "Found",
    "Log",
    "Position",
    "Refused",
    "Search",
    "StillInShop",
    "add_stop",
    "arrive",
    "cancel",
    "complete",
    "log_visit",
    "may_change",
    "may_set_matrix",
    "may_solve",
    "plan_day",
    "refresh_clocks",
    "replan",
    "report",
    "set_interval",
    "skip_stop",
    "solve",
    "start_route",
    "stop_route",
    "take_back",
]
