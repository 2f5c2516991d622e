"""Promises with a deadline: who owes what by when, how it climbs, who is told (HOUSE: PostgreSQL decides)."""

from duties.models.calendar import CalendarDay
from duties.models.duties import Duty, DutyEvent
from duties.models.escalation import EscalationRule, EscalationStep
from duties.models.notices import Message, Notice
from duties.models.watch import Finding, Heartbeat

__all__ = [
    "CalendarDay",
    "Duty",
    "DutyEvent",
    "EscalationRule",
    "EscalationStep",
    "Finding",
    "Heartbeat",
    "Message",
    "Notice",
]
