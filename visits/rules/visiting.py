"""What a visit counts for, and in which role it is made (VIS-1, VIS-6, VIS-9)."""

from collections.abc import Collection
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from accounts.rules import ROLE_ABOVE, Role, role_chain

#: Farther from the shop than this, in metres, a check-in asks for a word of explanation; it is never refused (TRADE,
# temper 4).
DISTANCE_TO_EXPLAIN = 500
_EARTH_METRES = 6_371_008.8


class Mode(StrEnum):
    """How a customer is met."""

    ON_SITE = "on_site"
    PHONE = "phone"
    ONLINE = "online"


def moves_clock(mode: Mode | str, *, planned_mode: Mode | str | None, has_position: bool) -> bool:
    """Whether a finished visit keeps the promise of VIS-1.

    One on site always does. A call does where a call was planned, or the shop cannot be found on a map. A call made
    because of the weather or a failed pre-trip check leaves the on-site debt open: it is planned again (VIS-9, RSK-1).
    """
    if Mode(mode) == Mode.ON_SITE or not has_position:
        return True
    return planned_mode is not None and Mode(planned_mode) != Mode.ON_SITE


def visiting_role(
    *,
    visitor_ids: Collection[int],
    roles: Collection[str],
    account_manager_id: int | None,
    relationship_manager_id: int | None,
) -> Role | None:
    """In which role somebody visits a customer: their own assignment first, else the lowest role they hold that leads.

    `visitor_ids` are the visitor and the people they stand in for. None for someone without any such role.
    """
    if account_manager_id in visitor_ids:
        return Role.ACCOUNT_MANAGER
    if relationship_manager_id in visitor_ids:
        return Role.RELATIONSHIP_MANAGER
    leading = [role for role in role_chain(Role.ACCOUNT_MANAGER)[1:] if role in roles]
    others = [role for role in ROLE_ABOVE if role in roles and role not in leading]
    return next(iter([*leading, *others]), None)


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """How far two positions (WGS-84) lie apart as the crow flies."""
    north, east = radians(other_latitude - latitude), radians(other_longitude - longitude)
    half = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return round(2 * _EARTH_METRES * asin(sqrt(half)))
