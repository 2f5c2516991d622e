"""What a pre-trip check looks at, and what it decides (RSK-1, S0)."""

from collections.abc import Collection
from enum import StrEnum


class Item(StrEnum):
    """The vehicle's parts, then the rider's protective gear."""

    TYRES = "tyres"
    BRAKES = "brakes"
    LIGHTS = "lights"
    STEERING = "steering"
    HELMET = "helmet"
    GLOVES = "gloves"
    KNEE_PADS = "knee_pads"


def may_ride(last_failed: Collection[str] | None) -> bool:
    """Whether the day's on-site route may start: the last check of the day passed in full (VIS-10).

    `last_failed` holds what that check failed; None when nothing was checked yet.
    """
    return last_failed is not None and not last_failed
