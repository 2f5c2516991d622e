"""What became of each customer's sales over the months: steady, growing, declining, fallen, stopped, irregular, new."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np

from config.demo.geography import Bools, Floats, Ints
from config.demo.shape import Shape

#: The first day of the year by the moon; the month before it is the best one for the trade.
SPRING_FESTIVALS = {
    day.year: day
    for day in (
        date(2020, 1, 25),
        date(2021, 2, 12),
        date(2022, 2, 1),
        date(2023, 1, 22),
        date(2024, 2, 10),
        date(2025, 1, 29),
        date(2026, 2, 17),
        date(2027, 2, 6),
        date(2028, 1, 26),
        date(2029, 2, 13),
        date(2030, 2, 3),
        date(2031, 1, 23),
        date(2032, 2, 11),
        date(2033, 1, 31),
        date(2034, 2, 19),
        date(2035, 2, 8),
    )
}
#: The other months: a quiet spring, the autumn festivals, a strong December.
SEASON = np.array([1.0, 0.93, 0.95, 0.95, 0.97, 0.96, 0.95, 0.98, 1.06, 1.03, 0.98, 1.04])


class Story(IntEnum):
    """The course of one customer."""

    STEADY = 0
    GROWING = 1
    DECLINING = 2
    FALLEN = 3  # steady, then less than two thirds within the last months
    STOPPED = 4
    PAUSED = 5  # closed for some months, and back
    IRREGULAR = 6


CHANCE = (0.63, 0.12, 0.09, 0.035, 0.03, 0.025, 0.07)


@dataclass(slots=True)
class Stories:
    """Columns beside those of the customers. `turn` is a month's index: when it fell, stopped or paused."""

    kind: Ints
    yearly: Floats
    turn: Ints
    depth: Floats
    started: Ints

    def level(self, month: int, months: int) -> Floats:
        """The factor on the customer's own base for one month, before season and chance."""
        growth = np.power(1 + self.yearly, (month - months) / 12)
        level = np.where(self.kind == Story.FALLEN, np.where(month >= self.turn, self.depth, 1.0), growth)
        level = np.where((self.kind == Story.STOPPED) & (month > self.turn), 0.0, level)
        level = np.where((self.kind == Story.STOPPED) & (month == self.turn), level * 0.45, level)
        level = np.where((self.kind == Story.PAUSED) & (month >= self.turn) & (month < self.turn + 3), 0.0, level)
        return np.where(month < self.started, 0.0, level)


def draw_stories(shape: Shape, base: Floats, age_days: Ints, subject: str, besieged: Bools | None = None) -> Stories:
    """Draw the course of each customer. Large customers are seldom irregular.

    A rival has opened beside the `besieged`: a quarter buys less than half since last month.
    """
    rng = shape.rng(f"stories-{subject}")
    count, months = len(base), shape.months
    kind = rng.choice(len(CHANCE), count, p=CHANCE)
    kind = np.where((kind == Story.IRREGULAR) & (base > np.median(base)), Story.STEADY, kind)
    # Rivals court the largest: more of them have fallen of late.
    courted = (base >= np.quantile(base, 0.94)) & (rng.random(count) < 0.08)
    kind = np.where(courted, Story.FALLEN, kind)
    yearly = rng.normal(0.1, 0.05, count)
    yearly = np.where(kind == Story.GROWING, rng.uniform(0.14, 0.42, count), yearly)
    yearly = np.where(kind == Story.DECLINING, -rng.uniform(0.2, 0.48, count), yearly)
    recent = months - rng.integers(0, 4, count)
    anywhere = rng.integers(max(1, months // 3), months + 1, count)
    lately = np.where(rng.random(count) < 0.5, months - rng.integers(1, 6, count), anywhere)
    turn = np.select([kind == Story.FALLEN, kind == Story.STOPPED], [recent, lately], anywhere)
    depth = rng.uniform(0.35, 0.66, count)
    if besieged is not None:
        lost = besieged & (rng.random(count) < 0.25)
        kind, turn = np.where(lost, Story.FALLEN, kind), np.where(lost, months - 1, turn)
        depth = np.where(lost, 0.7 * depth, depth)
    # A customer of fewer days than the months go back has its first facts later.
    started = np.maximum(0, months - age_days // 30)
    return Stories(kind, yearly, np.maximum(turn, started + 1), depth, started)


def season(month: date) -> float:
    """How a month compares with the year's mean: the weeks before the Spring Festival are worth half as much again."""
    base = float(SEASON[month.month - 1])
    festival = SPRING_FESTIVALS.get(month.year, date(month.year, 2, 5))
    if month.month > 2:
        return base
    first = festival.toordinal()
    days = range(month.toordinal(), month.toordinal() + (31 if month.month == 1 else 28))
    before = sum(first - 28 <= day < first for day in days)
    after = sum(first <= day < first + 16 for day in days)
    return base + 0.48 * before / 28 - 0.30 * after / 16
