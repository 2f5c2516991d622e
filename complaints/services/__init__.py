"""The writes of complaints: registering, the steps, and what may change on the way (CMP-1…3)."""

from complaints.services.acting import Rights, rights
from complaints.services.changes import change_gravity, reassign
from complaints.services.course import check
from complaints.services.public import UsedUp, count_use, follow, register_publicly
from complaints.services.refusal import Refused
from complaints.services.registering import register
from complaints.services.steps import assign, close, handle, instruct, investigate, tell_customer

__all__ = [
    "Refused",
    "Rights",
    "UsedUp",
    "assign",
    "change_gravity",
    "check",
    "close",
    "count_use",
    "follow",
    "handle",
    "instruct",
    "investigate",
    "reassign",
    "register",
    "register_publicly",
    "rights",
    "tell_customer",
]
