"""A score that combines signs, with whole points that a manager can add up by hand (WRN-1, WRN-8)."""

from early_warnings.rules.score.card import (
    BY_DAYS,
    BY_MONTHS,
    Answer,
    Asked,
    Bands,
    Card,
    answers,
    score,
    to_three_places,
)
from early_warnings.rules.score.history import History, MonthFacts, OrderDay, month_end
from early_warnings.rules.score.reading import BadFile, Facts, read_facts, read_orders

__all__ = [
    "BY_DAYS",
    "BY_MONTHS",
    "Answer",
    "Asked",
    "BadFile",
    "Bands",
    "Card",
    "Facts",
    "History",
    "MonthFacts",
    "OrderDay",
    "answers",
    "month_end",
    "read_facts",
    "read_orders",
    "score",
    "to_three_places",
]
