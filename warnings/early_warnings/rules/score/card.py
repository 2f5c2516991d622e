"""The score card: each question gives points, the points are added up; the more, the sooner trouble is likely.

The limits and points were found by `benchmarks/card.py` on four years of a wholesaler of another trade, and judged on a
fifth (`docs/indicators.md`). They are few and whole, so that a manager adds them up by hand. An answer that cannot be
given gives no points. Answers are told to three places, as they are shown: what a manager reads is what was counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor

from early_warnings.rules.score import questions
from early_warnings.rules.score.history import History
from early_warnings.rules.score.questions import Market, Question

#: A limit and its points, the most extreme first: the first that an answer reaches counts.
Bands = tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the card: points for answers that are `low` (at the limit or below), or `high` (or above)."""

    ask: Question
    low: Bands = ()
    high: Bands = ()

    @property
    def key(self) -> str:
        return self.ask.__name__

    @property
    def most(self) -> int:
        """The most points that the question can give."""
        return max(points for _limit, points in (*self.low, *self.high))

    def points(self, value: float | None) -> int:
        """The points of an answer."""
        if value is None:
            return 0
        low = next((points for limit, points in self.low if value <= limit), 0)
        return next((points for limit, points in self.high if value >= limit), low)

    def reached(self, value: float | None) -> tuple[str, float] | None:
        """The limit that counted: `≤` or `≥` and where it lies."""
        if value is None:
            return None
        low = next((("≤", limit) for limit, _points in self.low if value <= limit), None)
        return next((("≥", limit) for limit, _points in self.high if value >= limit), low)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to for a customer."""

    key: str
    value: float | None
    points: int


Card = tuple[Asked, ...]


def to_three_places(value: float) -> float:
    """The nearest thousandth, half a one up; the product's SQL does the same."""
    return floor(value * 1000 + 0.5) / 1000


#: With the days of the orders.
BY_DAYS: Card = (
    Asked(questions.silence, low=((0.2, 4), (0.4, 1)), high=((1.4, 12), (1.14, 4))),
    Asked(questions.usual_gap, high=((33, 10), (27, 7), (22, 6), (16, 2))),
    Asked(questions.uneven_gaps, high=((0.67, 3), (0.42, 2))),
    Asked(questions.month_fall, low=((-1.8, 7), (-1.45, 5), (-1.1, 4), (-0.8, 1))),
    Asked(questions.quarter_to_last_year, low=((0.52, 4), (0.7, 2), (0.8, 1)), high=((1.12, 2),)),
    Asked(questions.half_year, low=((0.75, 4), (0.83, 2), (1, 1)), high=((1.35, 2),)),
    Asked(questions.year_to_year, low=((0.67, 9), (0.75, 3), (0.87, 2), (0.94, 1)), high=((1.1, 1),)),
    Asked(questions.uneven_months, low=((0.12, 7), (0.19, 4), (0.24, 3), (0.3, 2)), high=((0.78, 4), (0.57, 1))),
    Asked(questions.lowest_quarter, low=((0.55, 4), (0.64, 3), (0.71, 2), (0.78, 1)), high=((0.9, 3),)),
    Asked(questions.orders_quarter, low=((0.93, 3),)),
    Asked(questions.last_orders_items, low=((0.57, 5), (0.76, 3), (0.85, 2), (1.03, 1))),
    Asked(questions.last_orders_amount, low=((0.57, 3),), high=((2.6, 7), (2, 3), (1.2, 1))),
    Asked(questions.items_trend, low=((-0.062, 4), (-0.031, 3), (-0.02, 1))),
    Asked(questions.items_to_lowest, low=((0.68, 3), (0.84, 1))),
)

#: With the months alone.
BY_MONTHS: Card = (
    Asked(questions.month_fall, low=((-1.8, 10), (-1.45, 6), (-1.1, 4))),
    Asked(questions.quarter_to_last_year, low=((0.52, 3), (0.7, 2), (0.8, 1)), high=((1.3, 3), (1.12, 2))),
    Asked(questions.half_year, low=((0.75, 4), (0.83, 3), (1, 1)), high=((1.8, 3), (1.35, 2))),
    Asked(questions.year_to_year, low=((0.67, 9), (0.75, 3), (0.87, 2), (0.94, 1)), high=((1.1, 1),)),
    Asked(
        questions.uneven_months,
        low=((0.12, 7), (0.19, 4), (0.24, 3), (0.3, 2)),
        high=((0.78, 6), (0.57, 2), (0.47, 1)),
    ),
    Asked(
        questions.lowest_quarter,
        low=((0.34, 6), (0.55, 5), (0.64, 4), (0.71, 2), (0.78, 1)),
        high=((0.92, 4), (0.9, 3)),
    ),
    Asked(questions.orders_quarter, low=((0.85, 3), (0.93, 2))),
    Asked(questions.orders_month, low=((0.92, 7), (1.1, 5), (1.35, 4))),
    Asked(questions.items_trend, low=((-0.062, 5), (-0.045, 4), (-0.031, 3), (-0.02, 1))),
    Asked(questions.items_to_lowest, low=((0.68, 6), (0.84, 2), (1.05, 1))),
)


def answers(card: Card, past: History, month: date, market: Market) -> list[Answer]:
    """Every question of a card, with what was known at the end of the month and nothing later."""
    found = []
    for asked in card:
        asked_for = asked.ask(past, month, market)
        value = None if asked_for is None else to_three_places(asked_for)
        found.append(Answer(asked.key, value, asked.points(value)))
    return found


def score(answered: Sequence[Answer]) -> int:
    """The points added up."""
    return sum(each.points for each in answered)
