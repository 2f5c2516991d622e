"""What account managers did on past days: whom they planned to see, in which order, and how the day went."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from config.demo.book import Book
from config.demo.geography import METRES_A_DEGREE, Floats, Ints
from visits.models import DayRule

#: Longest days between two visits by an account manager, tier 1 to 5 (VIS-1).
INTERVALS = np.array([3, 7, 15, 30, 30])
#: After the morning meeting and the check of the vehicle the day begins; the noon rest is kept.
BEGINS, NOON, AFTERNOON = 540.0, 720.0, 810.0
#: Of a hundred stops so many were made, and so many skipped with a reason; the rest was left.
DONE, SKIPPED = 0.91, 0.06
SKIPS = ("closed", "owner_out", "no_time", "not_needed")


@dataclass(slots=True)
class Stop:
    """One stop of a day; times are minutes after midnight, `visited` those of check-in and check-out."""

    customer: int
    arrive: float
    leave: float
    metres: int
    ride: int
    reason: dict[str, object]
    state: str = "planned"
    skip: str = ""
    acted: float | None = None
    visited: tuple[float, float] | None = None


@dataclass(slots=True)
class Round:
    """One manager's day."""

    person_id: int
    day: date
    absent: bool = False
    stops: list[Stop] = field(default_factory=list)
    #: Customers visited beside the plan, with check-in and check-out.
    extra: list[tuple[int, float, float]] = field(default_factory=list)

    @property
    def metres(self) -> int:
        return sum(stop.metres for stop in self.stops)

    @property
    def ride(self) -> int:
        return sum(stop.ride for stop in self.stops)

    @property
    def minutes(self) -> int:
        return sum(stop.ride + round(stop.leave - stop.arrive) for stop in self.stops)


def walk_rounds(book: Book) -> Iterator[Round]:
    """Every manager's working days before today."""
    rng = book.shape.rng("rounds")
    rule = DayRule.objects.get(pk=1)
    days = [day for day in book.working_days(book.shape.past_days) if day < book.shape.today]
    for person_id, mine in sorted(book.of_manager.items()):
        yield from _Manager(book, rng, rule, person_id, mine).walk(days)


def live(rng: np.random.Generator, stops: list[Stop], until: float) -> float:
    """What came of a plan: done a little later than planned, skipped, or left, up to a minute of the day.

    Returns the minute at which the last visit ended.
    """
    chances, delays = rng.random(len(stops)), rng.normal(0, 4, len(stops))
    lasting = np.exp(rng.normal(0, 0.33, len(stops)))
    clock = BEGINS
    for stop, chance, delay, longer in zip(stops, chances, delays, lasting, strict=True):
        begin = max(stop.arrive + float(delay), clock + stop.ride * 0.8)
        end = begin + max(3.0, (stop.leave - stop.arrive) * float(longer))
        if end > until:
            break
        if chance < DONE:
            stop.state, stop.visited, stop.acted, clock = "done", (begin, end), end, end
        elif chance < DONE + SKIPPED:
            stop.state, stop.acted = "skipped", begin
            stop.skip = SKIPS[int((chance - DONE) / SKIPPED * len(SKIPS))]
    return clock


class _Manager:
    """One manager's customers and what is due with them from day to day."""

    def __init__(self, book: Book, rng: np.random.Generator, rule: DayRule, person_id: int, mine: Ints) -> None:
        self.book, self.rng, self.rule, self.mine = book, rng, rule, mine
        self.person = book.people[person_id]
        self.interval = INTERVALS[book.tier[mine] - 1]
        self.minutes = np.array(rule.service_minutes)[book.tier[mine] - 1]
        first = book.shape.today.toordinal() - book.shape.past_days
        self.last = first - rng.integers(0, self.interval + 1)
        # As many a day as the tiers ask for, counted on working days, within what a day holds.
        self.most = int(np.clip(np.ceil((1 / self.interval).sum() * 7 / 5 * 1.04), 3, 21))
        start = self.person.start_latitude, self.person.start_longitude
        self.home = (
            (start[1] or 0) * METRES_A_DEGREE * float(np.cos(np.radians(27.4))),
            (start[0] or 0) * METRES_A_DEGREE,
        )

    def walk(self, days: list[date]) -> Iterator[Round]:
        for day in days:
            if self.book.is_away(self.person.pk, day):
                yield Round(self.person.pk, day, absent=True)
                continue
            made = Round(self.person.pk, day, stops=self._plan(day))
            self._live(made)
            yield made

    def _plan(self, day: date) -> list[Stop]:
        """The most overdue customer, and those due soon who live near it, in the order of a ride."""
        due = self.last + self.interval - day.toordinal()
        open_today = np.array([day.isoweekday() not in self._closed(index) for index in self.mine])
        candidates = np.flatnonzero((due <= np.minimum(3, self.interval // 3)) & open_today)
        if not len(candidates):
            return []
        x, y = self.book.x[self.mine], self.book.y[self.mine]
        seed = candidates[np.argmin(due[candidates] / self.interval[candidates])]
        far = np.hypot(x[candidates] - x[seed], y[candidates] - y[seed]) / 1000
        worth = due[candidates] / np.sqrt(self.interval[candidates]) + far * 0.35
        chosen = candidates[np.argsort(worth, kind="stable")[: self.most]]
        return self._ride(day, chosen, x, y, due)

    def _ride(self, day: date, chosen: Ints, x: Floats, y: Floats, due: Ints) -> list[Stop]:
        """Always the nearest next; what does not fit before the end of the day is dropped."""
        at, clock, left, stops = self.home, BEGINS, set(chosen.tolist()), []
        speed = self.rule.speed_kmh * 1000 / 60
        while left:
            order = np.array(sorted(left))
            away = np.hypot(x[order] - at[0], y[order] - at[1]) * self.rule.road_factor
            near = int(away.argmin())
            place, metres = int(order[near]), float(away[near])
            left.remove(place)
            ride = max(1, round(metres / speed))
            arrive = clock + ride
            if arrive < AFTERNOON and arrive + float(self.minutes[place]) > NOON:
                arrive = AFTERNOON
            leave = arrive + float(self.minutes[place])
            if leave > 1040:
                break
            reason = self._reason(place, int(due[place]), day)
            stops.append(Stop(int(self.mine[place]), arrive, leave, round(metres), ride, reason))
            at, clock = (float(x[place]), float(y[place])), leave
        return stops

    def _reason(self, place: int, due: int, day: date) -> dict[str, object]:
        tier = int(self.book.tier[self.mine[place]])
        if due < 0:
            return {"code": "overdue", "tier": tier, "days": -due}
        on = (day + timedelta(days=due)).isoformat()
        return {"code": "due" if due == 0 else "due_soon", "tier": tier, "due_on": on}

    def _live(self, made: Round) -> None:
        """The plan as it went, and now and then somebody met beside it."""
        place_of = {int(index): place for place, index in enumerate(self.mine)}
        clock = live(self.rng, made.stops, 1440)
        if self.rng.random() < 0.3 and clock + 30 < 1050:
            met = int(self.mine[int(self.rng.integers(0, len(self.mine)))])
            if met not in {stop.customer for stop in made.stops}:
                made.extra.append((met, clock + 8, clock + 8 + float(self.rng.uniform(6, 16))))
                self.last[place_of[met]] = made.day.toordinal()
        for stop in made.stops:
            if stop.visited is not None:
                self.last[place_of[stop.customer]] = made.day.toordinal()

    def _closed(self, index: int) -> list[int]:
        return self.book.customers[index].closed_weekdays
