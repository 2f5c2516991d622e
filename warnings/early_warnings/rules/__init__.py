"""What an indicator says and which line applies: pure functions over plain values (WRN-1…5)."""

from early_warnings.rules.course import ACTS, Act, State, next_act
from early_warnings.rules.indicators import (
    Comparison,
    Family,
    Level,
    Line,
    Window,
    exactness,
    level_of,
    months_back,
    ratio,
    windows,
)

__all__ = [
    "ACTS",
    "Act",
    "Comparison",
    "Family",
    "Level",
    "Line",
    "State",
    "Window",
    "exactness",
    "level_of",
    "months_back",
    "next_act",
    "ratio",
    "windows",
]
