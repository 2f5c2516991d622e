"""The company as the pasts need it: its active customers, people and calendar, read once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from accounts.models import Absence, Customer, OrgUnit, Person, Post
from accounts.rules import Role
from config.demo.geography import METRES_A_DEGREE, Floats, Ints
from config.demo.shape import Shape
from duties.calendar import WorkCalendar


@dataclass(slots=True)
class Book:
    """Customers in the order of their codes; `x` and `y` are metres that may be compared within one city."""

    shape: Shape
    calendar: WorkCalendar
    customers: list[Customer]
    tier: Ints
    x: Floats
    y: Floats
    #: The position of each customer by its identifier.
    place: dict[int, int]
    #: Positions of the customers of each account manager, by the person's id.
    of_manager: dict[int, Ints]
    people: dict[int, Person]
    units: dict[int, OrgUnit]
    #: Who holds a role in a unit today, by role and the unit's id.
    holders: dict[tuple[str, int], list[int]]
    away: dict[int, list[tuple[date, date, int | None]]]

    def holder(self, role: Role, unit: OrgUnit) -> int | None:
        """The holder of a role in the unit or the nearest above it."""
        for number in reversed(unit.path.strip("/").split("/")):
            if people := self.holders.get((role.value, int(number))):
                return people[0]
        return None

    def is_away(self, person_id: int, day: date) -> bool:
        return any(first <= day <= last for first, last, _ in self.away.get(person_id, ()))

    def working_days(self, days_back: int) -> list[date]:
        """Working days of the past, today among them if it is one."""
        today = self.shape.today
        return self.calendar.working_days(today - timedelta(days=days_back), today)


def open_book(shape: Shape) -> Book:
    """Read what was written."""
    units = {unit.pk: unit for unit in OrgUnit.objects.all()}
    found = Customer.objects.filter(status="active").defer("search_text", "pinyin", "initials")
    customers = list(found.order_by("code"))
    for customer in customers:
        customer.unit = units[customer.unit_id]
    latitude = np.array([customer.latitude for customer in customers], dtype=float)
    longitude = np.array([customer.longitude for customer in customers], dtype=float)
    managed: dict[int, list[int]] = defaultdict(list)
    for index, customer in enumerate(customers):
        if customer.account_manager_id:
            managed[customer.account_manager_id].append(index)
    holders: dict[tuple[str, int], list[int]] = defaultdict(list)
    for role, unit_id, person_id in (
        Post.objects.held_on(shape.today).order_by("pk").values_list("role", "unit_id", "person_id")
    ):
        holders[role, unit_id].append(person_id)
    away: dict[int, list[tuple[date, date, int | None]]] = defaultdict(list)
    for absence in Absence.objects.order_by("pk"):
        away[absence.person_id].append((absence.starts_on, absence.ends_on, absence.delegate_id))
    return Book(
        shape=shape,
        calendar=WorkCalendar.load(),
        customers=customers,
        tier=np.array([customer.tier for customer in customers]),
        x=longitude * METRES_A_DEGREE * np.cos(np.radians(27.4)),
        y=latitude * METRES_A_DEGREE,
        place={customer.pk: index for index, customer in enumerate(customers)},
        of_manager={person: np.array(indices) for person, indices in managed.items()},
        people={person.pk: person for person in Person.objects.all()},
        units=units,
        holders=dict(holders),
        away=dict(away),
    )
