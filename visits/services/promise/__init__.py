"""Can this promise be kept? What a month asks of each person, what would mend it, and its mending (VIS-1, VIS-4)."""

from visits.services.promise.proposing import Move, Proposal, propose
from visits.services.promise.reading import Load, Month, Terms, loads, loads_of, over, posts_of
from visits.services.promise.territories import apply_territory, draw_fair, drop_territory, keep_proposal

__all__ = [
    "Load",
    "Month",
    "Move",
    "Proposal",
    "Terms",
    "apply_territory",
    "draw_fair",
    "drop_territory",
    "keep_proposal",
    "loads",
    "loads_of",
    "over",
    "posts_of",
    "propose",
]
