"""What pages show of reports together: the board, the week, a customer's indicators over time."""

from early_warnings.services.seeing.board import BoardLine, Held, held_by_role, standing_by_unit
from early_warnings.services.seeing.following import Followed, follow, keep_movements
from early_warnings.services.seeing.week import Week, week_of

__all__ = [
    "BoardLine",
    "Followed",
    "Held",
    "Week",
    "follow",
    "held_by_role",
    "keep_movements",
    "standing_by_unit",
    "week_of",
]
