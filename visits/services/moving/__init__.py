"""Stops moved by hand to another place or day: what it would do, done with a reason, undone (VIS-4)."""

from visits.services.moving.changing import rearrange, undo_change
from visits.services.moving.weighing import Days, Effect, Measure, weigh, weigh_days

__all__ = ["Days", "Effect", "Measure", "rearrange", "undo_change", "weigh", "weigh_days"]
