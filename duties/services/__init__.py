"""The writes of the duties floor, and its one engine, `sweep`."""

from duties.services.acting import AlreadyClosed, acknowledge, close, hand_over, may_act, may_hand_over, set_deadline
from duties.services.engine import sweep
from duties.services.foreseeing import next_holder, steps_of
from duties.services.ladder import NobodyResponsible
from duties.services.opening import Opening, open_duties, open_duty, open_duty_of
from duties.services.telling import tell_also
from duties.services.transfers import settle_transfers

__all__ = [
    "AlreadyClosed",
    "NobodyResponsible",
    "Opening",
    "acknowledge",
    "close",
    "hand_over",
    "may_act",
    "may_hand_over",
    "next_holder",
    "open_duties",
    "open_duty",
    "open_duty_of",
    "set_deadline",
    "settle_transfers",
    "steps_of",
    "sweep",
    "tell_also",
]
