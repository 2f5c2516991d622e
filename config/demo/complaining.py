"""Complaints in every step, with who did what against which deadline (CMP-1…3, CMP-6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pgtrigger
from django.db import connection
from django.utils import timezone

from accounts.rules import Role
from accounts.services.copying import copy_objects, reserve_ids, update_objects
from complaints.models import Complaint, ComplaintStep
from complaints.rules import COURSE, DUTY_KINDS, HANDLERS_STEPS, Gravity, Step
from config.demo.book import Book
from config.demo.complaint_words import ASSIGN, CLOSING
from config.demo.follow_ups import FollowUps
from config.demo.grievances import USUAL, Drawn, draw
from config.demo.promises import Promises
from duties.models import Duty


@dataclass(slots=True)
class _Told:
    """One complaint as it is told: its row, the steps taken so far, and the values that each step sets."""

    complaint: Complaint
    steps: list[ComplaintStep] = field(default_factory=list)
    duty: Duty | None = None


def write_complaints(book: Book, promises: Promises, follow_ups: FollowUps) -> None:
    """Draw complaints over the past days and long before, so that causes have a time before to compare with."""
    rng = book.shape.rng("complaints")
    drawn = draw(book, rng)
    told = []
    ids = reserve_ids("complaints_complaint", len(drawn))
    for pk, number, each in zip(ids, _numbers(len(drawn)), drawn, strict=True):
        told.append(_Teller(book, rng, promises, each).tell(pk, number))
    for done in sorted(told, key=lambda one: one.complaint.closed_at or book.shape.now):
        complaint = done.complaint
        if complaint.closed_at is not None:
            reason = f"{complaint.number} {complaint.subject}"
            follow_ups.ask(complaint.customer, complaint.closed_at, reason, done.steps[-1].by_id)
    promises.write()
    _write(told)


def _numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('complaints_number') FROM generate_series(1, %s)", [count])
        return sorted(number for (number,) in cursor.fetchall())


class _Teller:
    """Takes one complaint through its course, up to now."""

    def __init__(self, book: Book, rng: np.random.Generator, promises: Promises, drawn: Drawn) -> None:
        self.book, self.rng, self.promises, self.drawn = book, rng, promises, drawn
        self.customer, self.matter = drawn.customer, drawn.matter
        self.gravity = Gravity.MAJOR if drawn.matter.major else Gravity.GENERAL

    def tell(self, pk: int, number: int) -> _Told:
        at = self.drawn.at
        told = _Told(self._registered(pk, number, at))
        self._step(told, Step.REGISTERED, told.complaint.registered_by_id, at)
        for step in COURSE[self.gravity][1:]:
            taken = self.book.calendar.add_working_minutes(at, self._minutes(step))
            if step == self.drawn.never:
                taken = self.book.shape.now
            duty = self._owe(told, step, at, taken)
            if taken >= self.book.shape.now:
                told.duty = duty
                return told
            self._take(told, step, duty, taken)
            at = taken
        return told

    def _minutes(self, step: Step) -> int:
        hazard = 1.0 if self.drawn.steady else float(np.exp(self.rng.normal(0, 0.35)))
        return max(8, int(USUAL[step] * self.drawn.pace * hazard))

    def _registered(self, pk: int, number: int, at: datetime) -> Complaint:
        customer, channel = self.customer, self._one(("phone", "phone", "visit", "wechat", "counter", "form", "letter"))
        by = None
        if channel != "form":
            staff = Role.CUSTOMER_OFFICER if channel in {"phone", "counter", "letter"} else Role.ACCOUNT_MANAGER
            by = customer.account_manager_id if staff == Role.ACCOUNT_MANAGER else None
            by = by or self.book.holder(Role.CUSTOMER_OFFICER, customer.unit) or customer.account_manager_id
        return Complaint(
            pk=pk,
            number=f"TS-{timezone.localtime(at):%y%m}-{number:04d}",
            customer=customer,
            channel=channel,
            reported_by_name=customer.name[:1] + self._one(("老板", "老板娘", "先生", "女士")),
            reported_by_phone=customer.phone,
            subject=self.matter.subject,
            text=self.matter.text,
            gravity=self.gravity,
            registered_by_id=by,
            registered_at=at,
        )

    def _owe(self, told: _Told, step: Step, at: datetime, taken: datetime) -> Duty:
        complaint = told.complaint
        done = taken < self.book.shape.now
        duty = self.promises.make(
            kind=DUTY_KINDS[step],
            subject_id=complaint.pk,
            unit=self.customer.unit,
            customer=self.customer,
            variant=self.gravity,
            details={"number": complaint.number, "subject": complaint.subject},
            owner_id=complaint.handler_id if step in HANDLERS_STEPS else None,
            opened_at=at,
            opened_by=told.steps[-1].by_id,
            closed_at=taken if done else None,
            outcome=step.value if done else "",
        )
        if step == Step.ASSIGNED:
            self._tell_at_once(duty, at)
        return duty

    def _tell_at_once(self, duty: Duty, at: datetime) -> None:
        """The sales manager knows at once, and of a major one the deputy manager in charge (CMP-1, CMP-2)."""
        people = self.promises.ladder(at).people
        roles = [Role.BRANCH_SALES_MANAGER]
        if self.gravity == Gravity.MAJOR:
            roles.append(Role.DEPUTY_MANAGER_IN_CHARGE)
        for role in roles:
            if found := people.in_unit(self.customer.unit.path, role):
                self.promises.tell(duty, found.person_id, at)

    def _take(self, told: _Told, step: Step, duty: Duty, at: datetime) -> None:
        complaint, matter = told.complaint, self.matter
        by = duty.owner_id
        words = {
            Step.ASSIGNED: self._one(ASSIGN),
            Step.INVESTIGATED: matter.found,
            Step.INSTRUCTED: matter.instruction,
            Step.HANDLED: matter.done,
            Step.TOLD: matter.said,
            Step.CLOSED: self._one(CLOSING),
        }
        if step == Step.ASSIGNED:
            complaint.handler_id = self._handler(by)
        if step == Step.TOLD:
            complaint.told_at, complaint.told_by_id = at - timedelta(minutes=4), by
            complaint.told_how, complaint.customer_said = self._one(("phone", "phone", "visit", "wechat")), matter.said
        if step == Step.CLOSED:
            complaint.cause, complaint.closed_at = matter.cause, at
        complaint.step = step
        deadline = self.promises.promised(duty)
        self._step(told, step, by, at, text=words[step], deadline=deadline)

    def _handler(self, by: int) -> int:
        """Usually the customer's own manager; not for a complaint about them."""
        if self.matter.cause == "sales_staff":
            return self.book.holder(Role.BRANCH_SALES_MANAGER, self.customer.unit) or by
        return self.customer.account_manager_id or by

    def _step(
        self, told: _Told, step: Step, by: int | None, at: datetime, *, text: str = "", deadline: Any = None
    ) -> None:
        to = told.complaint.handler_id if step == Step.ASSIGNED else None
        told.steps.append(
            ComplaintStep(
                complaint=told.complaint,
                act=ComplaintStep.Act(step.value),
                by_id=by,
                to_id=to,
                at=at,
                deadline=deadline,
                text=text,
            )
        )

    def _one(self, of: Sequence[str]) -> str:
        return of[int(self.rng.integers(0, len(of)))]


#: What each step sets in the complaint's own row.
SETS = {
    Step.ASSIGNED: ("handler_id",),
    Step.TOLD: ("told_at", "told_by_id", "told_how", "customer_said"),
    Step.CLOSED: ("cause", "closed_at"),
}
EMPTY: dict[str, Any] = {"told_how": "", "customer_said": "", "cause": ""}


def _write(told: list[_Told]) -> None:
    """Every complaint begins as registered and takes its steps in their order: the database wants it so."""
    rows = [each.complaint for each in told]
    reached = {row.pk: Step(row.step) for row in rows}
    values = {row.pk: {name: getattr(row, name) for names in SETS.values() for name in names} for row in rows}
    for each in told:
        each.complaint.step, each.complaint.duty = Step.REGISTERED, each.duty
        for name in values[each.complaint.pk]:
            setattr(each.complaint, name, EMPTY.get(name))
    pgtrigger.constraints(pgtrigger.Deferred, "complaints.Complaint:owed")
    copy_objects(rows)
    steps = sorted((step for each in told for step in each.steps), key=lambda step: step.at)
    copy_objects(steps)
    for step in list(Step)[1:]:
        going = [row for row in rows if _goes_through(row, step, reached[row.pk])]
        for row in going:
            row.step = step
            for name in SETS.get(step, ()):
                setattr(row, name, values[row.pk][name])
        update_objects(going, ["step", *(name.removesuffix("_id") for name in SETS.get(step, ()))])
    pgtrigger.constraints(pgtrigger.Immediate, "complaints.Complaint:owed")


def _goes_through(row: Complaint, step: Step, reached: Step) -> bool:
    course = COURSE[Gravity(row.gravity)]
    return step in course and course.index(step) <= course.index(reached)
