"""Visits as rows, and what the other parts of the story ask for: when whom was visited, and by whom."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from accounts.models import Customer
from accounts.rules import Role
from accounts.services.copying import copy_objects, reserve_ids
from config.demo.book import Book
from config.demo.geography import METRES_A_DEGREE
from config.demo.visit_words import ACTS, FAR, GUIDANCE, MARKET, NEXT, NOTES
from visits.models import PlanStop, Visit
from visits.models.plans import Modes

#: Of a hundred visits so many end with a day agreed for the next one.
AGREED = 0.04
#: A visit that was asked for follows the day's last one, if it ends before this: minutes after midnight.
EVENING = 17 * 60 + 20


class Visited:
    """The account managers' visits."""

    def __init__(self, book: Book, when: str = "past") -> None:
        self.book = book
        self.rng = book.shape.rng(f"visits-{when}")
        self._unwritten: list[Visit] = []
        self.visits: list[Visit] = []
        self._by_customer: dict[int, list[Visit]] = defaultdict(list)
        self._day_ends: dict[tuple[int, date], float] = {}

    def key(self) -> UUID:
        return UUID(bytes=self.rng.bytes(16), version=4)

    def add(
        self,
        customer: Customer,
        person_id: int,
        day: date,
        at: tuple[float, float],
        *,
        stop: PlanStop | None = None,
        mode: str = Modes.ON_SITE,
        agrees: bool = True,
    ) -> Visit:
        """A visit of an account manager, with what was done and written; `at` are minutes after midnight."""
        chance = self.rng.random(10).tolist()
        acts = ["visit", *(act for act, share, value in zip(*ACTS, chance, strict=False) if value < share)]
        guidance = [GUIDANCE[int(chance[4] * 6)]] if "guide" in acts else []
        if guidance and chance[5] < 0.35:
            guidance = sorted({*guidance, GUIDANCE[int(chance[6] * 6)]})
        on_site = mode == Modes.ON_SITE
        far = chance[7] < 0.012 and on_site
        aside = self.rng.normal(0, 12, 4)
        metres = int(600 + chance[8] * 900) if far else int(abs(aside[0]) + 4)
        step = NEXT[int(chance[8] * len(NEXT))] if agrees and chance[9] < AGREED else ("", "", 0)
        shape, calendar = self.book.shape, self.book.calendar
        visit = Visit(
            key=self.key(),
            customer=customer,
            person_id=person_id,
            role=Role.ACCOUNT_MANAGER.value,
            stop=stop,
            state=Visit.State.DONE,
            visited_on=day,
            started_at=shape.at(day, at[0]),
            ended_at=shape.at(day, at[1]),
            mode=mode,
            **(position(customer, metres, aside) if on_site else {}),
            distance_reason=FAR[int(chance[8] * len(FAR))] if far else "",
            acts=acts,
            guidance=guidance,
            notes=NOTES[int(chance[5] * len(NOTES))] if chance[4] < 0.38 else "",
            market_notes=MARKET[int(chance[6] * len(MARKET))] if chance[3] < 0.1 else "",
            next_step=step[0],
            next_note=step[1],
            next_on=calendar.next_working_day(day + timedelta(days=step[2])) if step[0] else None,
            counts=on_site or stop is not None,
        )
        self._unwritten.append(visit)
        self._by_customer[customer.pk].append(visit)
        self._day_ends[person_id, day] = max(self._day_ends.get((person_id, day), 0), at[1])
        return visit

    def after(self, customer_id: int, moment: datetime) -> Visit | None:
        """The first visit to a customer that began after a moment."""
        later = [visit for visit in self._by_customer.get(customer_id, ()) if visit.started_at > moment]
        return min(later, key=lambda visit: visit.started_at) if later else None

    def fit_in(self, customer: Customer, first: date, mode: str = Modes.ON_SITE) -> Visit | None:
        """A visit that was asked for, at the end of the first of its manager's days that has room; None by today."""
        person_id = customer.account_manager_id
        for offset in range(6):
            day = first + timedelta(days=offset)
            end = self._day_ends.get((person_id or 0, day))
            if person_id is None or end is None:
                continue
            begin = max(end, 9 * 60) + float(self.rng.uniform(6, 14))
            leave = begin + float(self.rng.uniform(9, 18))
            if leave < EVENING and self.book.shape.at(day, leave) < self.book.shape.now:
                return self.add(customer, person_id, day, (begin, leave), mode=mode, agrees=False)
        return None

    def write(self) -> None:
        """Write what was added since the last time."""
        self._unwritten.sort(key=lambda visit: visit.started_at)
        write_rows(self._unwritten, "stop")
        self.visits += self._unwritten
        self._unwritten = []

    def begin(self) -> datetime:
        """When the first visit was."""
        return self.visits[0].started_at if self.visits else self.book.shape.now


def position(customer: Customer, metres: int, aside: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Where check-in and check-out were recorded, so many metres from the shop."""
    if customer.latitude is None or customer.longitude is None:
        return {}
    north = metres / METRES_A_DEGREE
    return {
        "latitude": round(customer.latitude + north, 6),
        "longitude": round(customer.longitude + float(aside[1]) / 500_000, 6),
        "distance": metres,
        "left_latitude": round(customer.latitude + north * 0.9, 6),
        "left_longitude": round(customer.longitude + float(aside[2]) / 500_000, 6),
        "left_distance": max(2, int(metres * 0.9)),
    }


def write_rows(objects: Iterable[Any], *links: str) -> None:
    """Give identifiers, let rows point at what was written before them, and copy."""
    rows = list(objects)
    if not rows:
        return
    for row, number in zip(rows, reserve_ids(rows[0]._meta.db_table, len(rows)), strict=True):
        row.pk = number
        for name in links:
            setattr(row, name, getattr(row, name))  # a link takes over the identifier that its row has by now
    copy_objects(rows)
