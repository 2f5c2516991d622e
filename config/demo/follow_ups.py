"""Visits that a closed complaint or a warning's measures asked for (VIS-12): one open duty a customer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Customer
from config.demo.book import Book
from config.demo.promises import Promises
from config.demo.visited import Visited
from duties.kinds import VISIT_FOLLOW_UP
from visits.models import Visit
from visits.models.plans import Modes
from visits.services.visiting import end_of_work


class FollowUps:
    """Opens follow-up duties in the order of time, and lets the next visit close them."""

    def __init__(self, book: Book, visited: Visited, promises: Promises) -> None:
        self.book, self.visited, self.promises = book, visited, promises
        self.rng = book.shape.rng("follow-ups")
        self._busy_until: dict[int, datetime | None] = {}

    def ask(self, customer: Customer, at: datetime, reason: str, by: int | None) -> None:
        """Ask for a visit, unless one is asked for already."""
        if customer.pk in self._busy_until and ((until := self._busy_until[customer.pk]) is None or until > at):
            return
        closed_at = self._visited_at(customer, at)
        self._busy_until[customer.pk] = closed_at
        self.promises.make(
            kind=VISIT_FOLLOW_UP,
            subject_id=customer.pk,
            unit=customer.unit,
            customer=customer,
            details={"reason": reason},
            opened_at=at,
            opened_by=by,
            closed_at=closed_at,
            outcome="visited" if closed_at else "",
        )

    def agree(self, visits: Sequence[Visit]) -> None:
        """What was agreed on visits: to come again or to call on a day (VIS-6)."""
        for visit in list(visits):
            if visit.next_on is None or visit.ended_at is None or visit.customer_id in self._busy_until:
                continue
            calls = visit.next_step == Visit.Next.CALL
            details = {"reason": visit.next_note, "on": visit.next_on.isoformat()}
            kept = self.visited.fit_in(visit.customer, visit.next_on, Modes.PHONE if calls else Modes.ON_SITE)
            self._busy_until[visit.customer_id] = kept.ended_at if kept else None
            self.promises.make(
                kind=VISIT_FOLLOW_UP,
                subject_id=visit.customer_id,
                unit=visit.customer.unit,
                customer=visit.customer,
                details=details | {"mode": Modes.PHONE.value} if calls else details,
                owner_id=visit.person_id,
                due_at=end_of_work(visit.next_on),
                opened_at=visit.ended_at,
                opened_by=visit.person_id,
                closed_at=kept.ended_at if kept else None,
                outcome=("called" if calls else "visited") if kept else "",
            )

    def _visited_at(self, customer: Customer, at: datetime) -> datetime | None:
        """When somebody went there: on a visit made anyway, on one fitted in for it, or later than promised."""
        if at < self.visited.begin():
            return self.book.calendar.add_working_minutes(at, 900)
        soon = self.book.calendar.add_working_minutes(at, 1300)
        visit = self.visited.after(customer.pk, at)
        if visit is None or (visit.started_at > soon and self.rng.random() < 0.9):
            first = timezone.localdate(at) + timedelta(days=1 + int(self.rng.random() * 3))
            visit = self.visited.fit_in(customer, first) or visit
        return visit.ended_at if visit else None
