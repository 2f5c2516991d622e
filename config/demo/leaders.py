"""Visits by managers above the account manager: sales managers weekly, general managers and directors now and then."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import connection

from accounts.models import Customer
from accounts.rules import Role
from config.demo.book import Book
from config.demo.geography import Ints
from config.demo.visit_words import NOTES
from config.demo.visited import position, write_rows
from visits.models import Visit


@dataclass(frozen=True, slots=True)
class Habit:
    """On which weekdays a role goes out, to how many customers, and down to which tier."""

    role: Role
    weekdays: tuple[int, ...]
    most: int
    lowest: int


HABITS = (
    Habit(Role.BRANCH_SALES_MANAGER, (2, 4), 5, 4),
    Habit(Role.BRANCH_GENERAL_MANAGER, (3,), 4, 3),
    Habit(Role.MARKETING_DIRECTOR, (1, 5), 4, 2),
    Habit(Role.REGION_MANAGER, (4,), 4, 2),
)
#: Clocks of customers whom a role has not visited yet begin in turn, over the length of their interval.
_STAGGER = """
UPDATE visits_visitclock clock SET started_on = spread.on_day, due_on = spread.on_day
FROM (
    SELECT waiting.id, %(on)s::date - 9 + (('x' || substr(md5(customer.code || waiting.role), 1, 6))::bit(24)::int
        %% greatest(visits_due_on(%(on)s::date, cell.number, cell.unit) - %(on)s::date + 9, 14)) AS on_day
    FROM visits_visitclock waiting
    JOIN accounts_customer customer ON customer.id = waiting.customer_id
    JOIN visits_visitinterval cell ON cell.tier = customer.tier AND cell.role = waiting.role
    WHERE waiting.last_visit_on IS NULL
) spread
WHERE spread.id = clock.id
"""


def write_leaders_visits(book: Book) -> None:
    """Each leader goes through the customers of the higher tiers in turn."""
    rng = book.shape.rng("leaders")
    paths = np.array([customer.unit.path for customer in book.customers])
    rows: list[Visit] = []
    for habit in HABITS:
        for (role, unit_id), people in sorted(book.holders.items()):
            if role == habit.role:
                under = np.char.startswith(paths, book.units[unit_id].path) & (book.tier <= habit.lowest)
                rows += _walk(book, rng, habit, people[0], np.flatnonzero(under))
    write_rows(sorted(rows, key=lambda visit: visit.started_at))


def stagger_clocks(book: Book) -> None:
    """Let nobody owe all first visits on one day."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGGER, {"on": book.shape.today})


def _walk(book: Book, rng: np.random.Generator, habit: Habit, person_id: int, under: Ints) -> list[Visit]:
    """One leader's visits: the higher the tier, the oftener."""
    if not len(under):
        return []
    shape, rows = book.shape, []
    weight = 1 / book.tier[under] ** 1.7
    days = [day for day in book.working_days(shape.past_days) if day.isoweekday() in habit.weekdays]
    for day in days:
        if book.is_away(person_id, day) or rng.random() < 0.12:
            continue
        count = min(len(under), habit.most)
        clock = 540 + float(rng.uniform(0, 40))
        for place in rng.choice(under, count, replace=False, p=weight / weight.sum()):
            begin = clock + float(rng.uniform(10, 35))
            clock = begin + float(rng.uniform(10, 28))
            if shape.at(day, clock) > shape.now:
                break
            if 720 < clock < 810:
                clock = 810
                continue
            customer = book.customers[int(place)]
            rows.append(_visit(rng, habit.role, person_id, customer))
            rows[-1].visited_on = day
            rows[-1].started_at, rows[-1].ended_at = shape.at(day, begin), shape.at(day, clock)
    return rows


def _visit(rng: np.random.Generator, role: Role, person_id: int, customer: Customer) -> Visit:
    cares = rng.random() < 0.6
    metres = int(rng.integers(4, 30))
    return Visit(
        key=UUID(bytes=rng.bytes(16), version=4),
        customer=customer,
        person_id=person_id,
        role=role.value,
        state=Visit.State.DONE,
        **position(customer, metres, rng.normal(0, 12, 4)),
        acts=["visit", "inquire", "care"] if cares else ["visit", "inquire"],
        notes=NOTES[int(rng.integers(0, len(NOTES)))] if rng.random() < 0.5 else "",
        counts=True,
    )
