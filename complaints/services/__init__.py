"""The writes of complaints: registering, the steps, and what may change on the way (CMP-1…3)."""

from complaints.services.acting import may_act, may_judge, may_reassign
from complaints.services.changes import change_gravity, reassign
from complaints.services.public import UsedUp, count_use, follow, register_publicly
from complaints.services.refusal import Refused
from complaints.services.registering import register
from complaints.services.steps import assign, close, handle, instruct, investigate, tell_customer

__all__ = [
    "Refused",
    "UsedUp",
    "assign",
    "change_gravity",
    "close",
    "count_use",
    "follow",
    "handle",
    "instruct",
    "investigate",
    "may_act",
    "may_judge",
    "may_reassign",
    "reassign",
    "register",
    "register_publicly",
    "tell_customer",
]
