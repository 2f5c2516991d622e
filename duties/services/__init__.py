"""The writes of the duties floor, and its one engine, `sweep`."""

from duties.services.acting import acknowledge, close, hand_over, set_deadline
from duties.services.engine import sweep
from duties.services.opening import Opening, open_duties, open_duty, open_duty_of
from duties.services.telling import tell_also

__all__ = [
    "Opening",
    "acknowledge",
    "close",
    "hand_over",
    "open_duties",
    "open_duty",
    "open_duty_of",
    "set_deadline",
    "sweep",
    "tell_also",
]
