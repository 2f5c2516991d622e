"""The writes of the duties floor, and its one engine, `sweep`."""

from duties.services.acting import (
    AlreadyClosed,
    acknowledge,
    close,
    hand_over,
    held_by,
    may_act,
    may_hand_over,
    set_deadline,
)
from duties.services.course import course
from duties.services.engine import pass_up, sweep
from duties.services.foreseeing import next_holder, steps_of
from duties.services.ladder import NobodyResponsible
from duties.services.opening import Opening, open_duties, open_duty, open_duty_of
from duties.services.outbox import deliver, send_again
from duties.services.people import found_people, may_take_over
from duties.services.reading import read_notices
from duties.services.setting import NotALadder, clear_day, set_day, set_steps
from duties.services.telling import tell_also
from duties.services.transfers import settle_transfers
from duties.services.watching import look

__all__ = [
    "AlreadyClosed",
    "NobodyResponsible",
    "NotALadder",
    "Opening",
    "acknowledge",
    "clear_day",
    "close",
    "course",
    "deliver",
    "found_people",
    "hand_over",
    "held_by",
    "look",
    "may_act",
    "may_hand_over",
    "may_take_over",
    "next_holder",
    "open_duties",
    "open_duty",
    "open_duty_of",
    "pass_up",
    "read_notices",
    "send_again",
    "set_day",
    "set_deadline",
    "set_steps",
    "settle_transfers",
    "steps_of",
    "sweep",
    "tell_also",
]
