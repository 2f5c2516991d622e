"""Who complains about what and when: drawn, before anything is done about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.utils import timezone

from accounts.models import Customer, OrgUnit
from complaints.rules import COURSE, Gravity, Step
from config.demo.book import Book
from config.demo.complaint_words import MATTERS, Matter
from config.demo.evaluated import evaluation_days

#: Complaints a year for each hundred customers.
A_YEAR = 7
#: So far back complaints are told: a cause that rose half a year ago had a time before it.
TOLD_DAYS = 480
#: How long each step takes, in working minutes, when it goes well.
USUAL = {
    Step.ASSIGNED: 60,
    Step.INVESTIGATED: 500,
    Step.INSTRUCTED: 130,
    Step.HANDLED: 640,
    Step.TOLD: 180,
    Step.CLOSED: 200,
}
#: Steps that nobody takes, and for how many days already: they have climbed.
STUCK = {
    Gravity.GENERAL: {Step.INVESTIGATED: 6, Step.TOLD: 9},
    Gravity.MAJOR: {Step.HANDLED: 8},
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who complains about what and when, and how the course goes: its pace, and a step that nobody takes."""

    customer: Customer
    matter: Matter
    at: datetime
    pace: float = 1.0
    steady: bool = False
    never: Step | None = None


def draw(book: Book, rng: np.random.Generator) -> list[Drawn]:
    """Who complains about what and when; and one complaint in each step of both kinds, registered just so long ago."""
    shape, drawn = book.shape, list[Drawn]()
    days = max(3 * shape.past_days, TOLD_DAYS)
    count = max(6, round(len(book.customers) * A_YEAR / 100 * days / 365))
    weight = 1.0 / book.tier
    places = rng.choice(len(book.customers), count, p=weight / weight.sum())
    for place in places:
        customer = book.customers[int(place)]
        ago = timedelta(minutes=float(rng.uniform(30, days * 1440)))
        at = _office_hours(book, shape.now - ago, float(rng.random()))
        if at < shape.now:
            drawn.append(Drawn(customer, _matter(rng, customer), at, pace=float(np.exp(rng.normal(-0.55, 0.5)))))
    for gravity, course in COURSE.items():
        for taken in course[:-1]:
            customer = book.customers[int(rng.integers(0, len(book.customers)))]
            at = _just_reached(book, course, taken)
            drawn.append(Drawn(customer, _of_gravity(rng, gravity), at, steady=True))
        for never, days in STUCK[gravity].items():
            customer = book.customers[int(rng.integers(0, len(book.customers)))]
            at = _office_hours(book, shape.now - timedelta(days=days), 1)
            drawn.append(Drawn(customer, _of_gravity(rng, gravity), at, pace=0.5, steady=True, never=never))
    drawn += _waves(book)
    return sorted(drawn, key=lambda each: each.at)


def _waves(book: Book) -> Iterator[Drawn]:
    """Two causes that rise: one in the first station just now, one in the last before the first evaluation (CMP-6)."""
    stations = sorted((unit for unit in book.units.values() if unit.kind == OrgUnit.Kind.STATION), key=lambda u: u.path)
    yield from _wave(book, stations[0], "product", until=book.shape.today, days=20)
    yield from _wave(book, stations[-1], "policy", until=evaluation_days(book)[0], days=80)


def _wave(book: Book, station: OrgUnit, cause: str, *, until: date, days: int) -> Iterator[Drawn]:
    """Complaints of one matter in some weeks, enough to be no chance; they are settled within the time."""
    rng = book.shape.rng(f"complaints-{cause}")
    matter = next(each for each in MATTERS if each.cause == cause and not each.major)
    shops = [each for each in book.customers if each.kind == Customer.Kind.RETAILER and each.unit == station]
    count = min(len(shops), 6 + round(len(shops) * A_YEAR / 100 / 4))
    for place in rng.choice(len(shops), count, replace=False):
        day = until - timedelta(days=int(rng.integers(8, days)))
        at = book.calendar.add_working_minutes(book.shape.at(day, 0), int(rng.integers(5, 400)))
        yield Drawn(shops[int(place)], matter, at, pace=0.6)


def _matter(rng: np.random.Generator, customer: Customer) -> Matter:
    if customer.kind == Customer.Kind.GROUP:
        return MATTERS[-1]
    return _of_gravity(rng, Gravity.MAJOR if rng.random() < 0.18 else Gravity.GENERAL)


def _of_gravity(rng: np.random.Generator, gravity: Gravity) -> Matter:
    """A matter of shops, of that gravity."""
    fitting = [matter for matter in MATTERS[:-1] if matter.major == (gravity == Gravity.MAJOR)]
    return fitting[int(rng.integers(0, len(fitting)))]


def _office_hours(book: Book, at: datetime, chance: float) -> datetime:
    """People complain in working hours, all but one in seven."""
    if chance < 0.14:
        return at
    return book.calendar.add_working_minutes(timezone.localtime(at), 1 + int(chance * 200))


def _just_reached(book: Book, course: Sequence[Step], taken: Step) -> datetime:
    """When a complaint must have been registered so that, at the usual pace, this is the step last taken."""
    needed = sum(USUAL[step] for step in course[1 : course.index(taken) + 1])
    wanted = needed + USUAL[course[course.index(taken) + 1]] // 2
    at = book.shape.now
    while book.calendar.working_minutes_between(at, book.shape.now) < wanted:
        at -= timedelta(minutes=20)
    return at
