"""Whether a warning came true: the customer bought less than half of what was to be expected (WRN-8).

At a month-end t, over the three months that follow. Expected is the lower of two figures, so that a season is not
taken for trouble: the customer's mean of the twelve months up to t, moved as all customers together moved; and its same
months a year earlier, moved likewise, times its own trend. Only customers who bought in 12 of the last 15 months are
judged: of the others nobody knows what was to be expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

#: Months that follow a warning.
AHEAD = 3
#: Bought in so many of the last 15 months.
ACTIVE_MONTHS, ACTIVE_OF = 12, 15
#: Less than this part of the expectation is trouble.
TROUBLE = Fraction(1, 2)
#: The own trend against the market's, at least and at most.
LEAST_TREND, MOST_TREND = Fraction(67, 100), Fraction(3, 2)


@dataclass(frozen=True, slots=True)
class Bought:
    """What was bought up to and after a month-end t: one customer's, or everybody's together.

    `before` are the 24 months that end with t, `after` the three that follow.
    """

    before: Sequence[Fraction]
    after: Sequence[Fraction]

    @property
    def year(self) -> Fraction:
        return sum(self.before[12:], Fraction(0))

    @property
    def year_before(self) -> Fraction:
        return sum(self.before[:12], Fraction(0))

    @property
    def same_months(self) -> Fraction:
        """The three months a year before those that follow t."""
        return sum(self.before[12:15], Fraction(0))

    @property
    def ahead(self) -> Fraction:
        return sum(self.after, Fraction(0))

    @property
    def is_judged(self) -> bool:
        return sum(1 for each in self.before[-ACTIVE_OF:] if each > 0) >= ACTIVE_MONTHS


def _ratio(part: Fraction, whole: Fraction) -> Fraction | None:
    return part / whole if whole else None


def came_true(own: Bought, market: Bought) -> bool:
    """Whether the customer bought less than half of both expectations."""
    moved = _ratio(market.ahead * 4, market.year)
    if moved is None or own.ahead >= TROUBLE * own.year / 4 * moved:
        return False
    moved_in_a_year = _ratio(market.ahead, market.same_months)
    if moved_in_a_year is None:
        return True  # nobody's facts reach back so far: only the first expectation is known
    own_trend, market_trend = _ratio(own.year, own.year_before), _ratio(market.year, market.year_before)
    trend = own_trend / market_trend if own_trend is not None and market_trend else Fraction(1)
    expected = own.same_months * moved_in_a_year * min(max(trend, LEAST_TREND), MOST_TREND)
    return own.ahead < TROUBLE * expected


def months_ahead(own: Bought, market: Bought) -> int:
    """After how many months the first one was missed; 0: the month of the warning was missed already."""
    for ahead, (bought, all_bought) in enumerate(
        zip([own.before[-1], *own.after], [market.before[-1], *market.after], strict=True)
    ):
        if bought < TROUBLE * own.year * all_bought / market.year:
            return ahead
    return AHEAD
