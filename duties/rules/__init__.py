"""The rules of the duties floor: working time, the ladder of escalation, the outbox's patience. No Django in here."""

from duties.rules.deeds import SETTERS, WATCHERS, may_set_rules, may_watch
from duties.rules.ladder import Holding, Step, climb, faults_of_steps, step_at
from duties.rules.outbox import MOST_ATTEMPTS, Format, retry_after, webhook_body, webhook_format, webhook_refusal
from duties.rules.working_time import (
    MINUTES_A_DAY,
    WORKING_HOURS,
    add_working_minutes,
    next_working_day,
    working_minutes_between,
)

__all__ = [
    "MINUTES_A_DAY",
    "MOST_ATTEMPTS",
    "SETTERS",
    "WATCHERS",
    "WORKING_HOURS",
    "Format",
    "Holding",
    "Step",
    "add_working_minutes",
    "climb",
    "faults_of_steps",
    "may_set_rules",
    "may_watch",
    "next_working_day",
    "retry_after",
    "step_at",
    "webhook_body",
    "webhook_format",
    "webhook_refusal",
    "working_minutes_between",
]
