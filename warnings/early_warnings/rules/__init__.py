"""What an indicator says and which line applies: pure functions over plain values (WRN-1…5)."""

from early_warnings.rules.course import ACTS, QUIET_DAYS, Act, State, next_act, quiet_until
from early_warnings.rules.indicators import (
    LARGEST,
    Comparison,
    Family,
    Level,
    Line,
    Window,
    compared,
    exactness,
    level_of,
    months_back,
    most_exact,
    windows,
)
from early_warnings.rules.knowledge import LOOK_BACK, Known, known_by

__all__ = [
    "ACTS",
    "LARGEST",
    "LOOK_BACK",
    "QUIET_DAYS",
    "Act",
    "Comparison",
    "Family",
    "Known",
    "Level",
    "Line",
    "State",
    "Window",
    "compared",
    "exactness",
    "known_by",
    "level_of",
    "months_back",
    "most_exact",
    "next_act",
    "quiet_until",
    "windows",
]
