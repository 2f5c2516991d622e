"""Extreme weather: alerts declared, read from CAP, lifted; stops turned into calls, the debt spread (VIS-9)."""

from visits.services.weather.declaring import declare, lift, take_cap
from visits.services.weather.turning import turn, turn_all

__all__ = ["declare", "lift", "take_cap", "turn", "turn_all"]
