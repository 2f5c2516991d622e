"""Day plans, checks, visits and the problems found, as rows of the days that were walked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from accounts.rules import Role
from config.demo.book import Book
from config.demo.copying import copy_objects, reserve_ids
from config.demo.promises import Promises
from config.demo.rounds import BEGINS, Round, Stop, walk_rounds
from config.demo.visit_words import ACTS, FAR, GUIDANCE, MARKET, NEXT, NOTES
from risk.models import PreTripCheck, Repair
from visits.models import DayPlan, PlanRun, PlanStop, Visit

#: The night job works at 21:30 on the day before.
NIGHT = 21 * 60 + 30
FAULTS = (("tyres", "后胎气压不足"), ("brakes", "前刹车偏软"), ("lights", "右转向灯不亮"), ("helmet", "头盔扣带断了"))


@dataclass(slots=True)
class Visited:
    """What later parts of the story ask for: when whom was visited, and by whom."""

    visits: list[Visit] = field(default_factory=list)
    _by_customer: dict[int, list[Visit]] = field(default_factory=dict)

    def after(self, customer_id: int, moment: datetime) -> Visit | None:
        """The first visit to a customer that began after a moment."""
        return next((visit for visit in self._by_customer.get(customer_id, ()) if visit.started_at > moment), None)

    def index(self) -> None:
        for visit in self.visits:
            self._by_customer.setdefault(visit.customer_id, []).append(visit)


class _Days:
    """Collects the rows of all days."""

    def __init__(self, book: Book, promises: Promises) -> None:
        self.book, self.promises = book, promises
        self.rng = book.shape.rng("visits")
        self.runs: dict[date, PlanRun] = {}
        self.plans: list[DayPlan] = []
        self.stops: list[PlanStop] = []
        self.visits: list[Visit] = []
        self.checks: list[PreTripCheck] = []
        self.repairs: list[Repair] = []

    def key(self) -> UUID:
        return UUID(bytes=self.rng.bytes(16), version=4)

    def add(self, made: Round) -> None:
        """One manager's day."""
        shape = self.book.shape
        plan = DayPlan(
            person_id=made.person_id,
            date=made.day,
            run=self.runs.setdefault(made.day, PlanRun(date=made.day)),
            state=DayPlan.State.FROZEN if made.stops else DayPlan.State.MADE,
            absent=made.absent,
            minutes=made.minutes,
            ride_minutes=made.ride,
            metres=made.metres,
            made_at=shape.at(made.day - timedelta(days=1), NIGHT),
            solving_ms=int(self.rng.integers(300, 900)) if made.stops else 0,
            attempts=1,
        )
        self.plans.append(plan)
        if made.absent:
            return
        self._check(made, plan)
        for number, stop in enumerate(made.stops, start=1):
            row = self._stop(made, stop, number, plan)
            if stop.visited is not None:
                self._visit(made, stop.customer, stop.visited, row)
        for customer, begin, end in made.extra:
            self._visit(made, customer, (begin, end), None)

    def _check(self, made: Round, plan: DayPlan) -> None:
        """The check of the vehicle before the ride; what fails is mended first, and checked again (RSK-1)."""
        shape = self.book.shape
        unit = self.book.units[self._unit_of(made.person_id)]
        at = shape.at(made.day, BEGINS - float(self.rng.uniform(8, 32)))
        if at > shape.now:
            return
        fault = FAULTS[int(self.rng.integers(0, len(FAULTS)))] if self.rng.random() < 0.012 else None
        check = self._checked(made, at, unit.pk, fault)
        if fault is not None:
            mended = at + timedelta(minutes=float(self.rng.uniform(9, 24)))
            repair = Repair(check_failed=check, opened_at=at)
            self.repairs.append(repair)
            if mended < shape.now:
                support = self.book.holder(Role.SUPPORT_OFFICER, unit) or made.person_id
                repair.done_at, repair.done_by_id, repair.outcome = mended, support, "已修好，试骑正常"
                check = self._checked(made, mended + timedelta(minutes=3), unit.pk, None)
            else:
                return
        if any(stop.state != "planned" for stop in made.stops):
            plan.pre_trip_check, plan.started_at = check, check.checked_at + timedelta(minutes=4)

    def _checked(self, made: Round, at: datetime, unit: int, fault: tuple[str, str] | None) -> PreTripCheck:
        check = PreTripCheck(
            key=self.key(),
            person_id=made.person_id,
            unit_id=unit,
            day=made.day,
            checked_at=at,
            failed=[fault[0]] if fault else [],
            remark=fault[1] if fault else "",
        )
        self.checks.append(check)
        return check

    def _unit_of(self, person_id: int) -> int:
        index = self.book.of_manager[person_id][0]
        return self.book.customers[int(index)].unit_id

    def _stop(self, made: Round, stop: Stop, number: int, plan: DayPlan) -> PlanStop:
        shape = self.book.shape
        minute = stop.visited[1] if stop.visited else stop.arrive
        acted = None if stop.state == "planned" else shape.at(made.day, minute)
        row = PlanStop(
            plan=plan,
            sequence=number,
            customer_id=self.book.customers[stop.customer].pk,
            arrive_at=shape.at(made.day, stop.arrive),
            leave_at=shape.at(made.day, stop.leave),
            metres=stop.metres,
            ride_minutes=stop.ride,
            reasons=[stop.reason],
            state=stop.state,
            skip_reason=stop.skip,
            acted_at=acted,
            acted_by_id=made.person_id if acted else None,
        )
        self.stops.append(row)
        return row

    def _visit(self, made: Round, place: int, at: tuple[float, float], stop: PlanStop | None) -> None:
        customer = self.book.customers[place]
        chance = self.rng.random(10)
        acts = ["visit", *(act for act, share, value in zip(*ACTS, chance, strict=False) if value < share)]
        guidance = [GUIDANCE[int(chance[4] * 6)]] if "guide" in acts else []
        if guidance and chance[5] < 0.35:
            guidance = sorted({*guidance, GUIDANCE[int(chance[6] * 6)]})
        far = chance[7] < 0.012
        aside = self.rng.normal(0, 12, 4)
        metres = int(600 + chance[8] * 900) if far else int(abs(aside[0]) + 4)
        step = NEXT[int(chance[8] * len(NEXT))] if chance[9] < 0.12 else ("", "", 0)
        shape = self.book.shape
        self.visits.append(
            Visit(
                key=self.key(),
                customer=customer,
                person_id=made.person_id,
                role=Role.ACCOUNT_MANAGER.value,
                stop=stop,
                state=Visit.State.DONE,
                visited_on=made.day,
                started_at=shape.at(made.day, at[0]),
                ended_at=shape.at(made.day, at[1]),
                **position(customer.latitude, customer.longitude, metres, aside),
                distance_reason=FAR[int(chance[8] * len(FAR))] if far else "",
                acts=acts,
                guidance=guidance,
                notes=NOTES[int(chance[5] * len(NOTES))] if chance[4] < 0.38 else "",
                market_notes=MARKET[int(chance[6] * len(MARKET))] if chance[3] < 0.1 else "",
                next_step=step[0],
                next_note=step[1],
                next_on=self.book.calendar.next_working_day(made.day + timedelta(days=step[2])) if step[0] else None,
                counts=True,
            )
        )

    def write(self) -> Visited:
        """Write everything, each table at once."""
        for run in self.runs.values():
            of_day = [plan for plan in self.plans if plan.run is run]
            run.wanted = run.made = len(of_day)
            run.opened_at = self.book.shape.at(run.date - timedelta(days=1), NIGHT - 30)
            run.finished_at = run.opened_at + timedelta(seconds=40 + 2 * len(of_day))
        write_rows(list(self.runs.values()))
        write_rows(self.checks)
        write_rows(self.repairs, "check_failed")
        self._promise_repairs()
        write_rows(self.plans, "run", "pre_trip_check")
        write_rows(self.stops, "plan")
        self.visits.sort(key=lambda visit: visit.started_at)
        write_rows(self.visits, "stop")
        visited = Visited(self.visits)
        visited.index()
        return visited

    def _promise_repairs(self) -> None:
        for repair in self.repairs:
            check = repair.check_failed
            person = self.book.people[check.person_id]
            self.promises.make(
                kind="risk.repair",
                subject_id=repair.pk,
                unit=self.book.units[check.unit_id],
                opened_at=repair.opened_at,
                details={"person": str(person), "items": check.failed, "remark": check.remark},
                opened_by=check.person_id,
                closed_at=repair.done_at,
                outcome=repair.outcome,
            )


def write_visits(book: Book, promises: Promises) -> Visited:
    """Walk all rounds and write what came of them."""
    days = _Days(book, promises)
    for made in walk_rounds(book):
        days.add(made)
    return days.write()


def position(
    latitude: float | None, longitude: float | None, metres: int, aside: np.ndarray[Any, Any]
) -> dict[str, Any]:
    """Where check-in and check-out were recorded, so many metres from the shop."""
    if latitude is None or longitude is None:
        return {}
    north = metres / 111_320
    return {
        "latitude": round(latitude + north, 6),
        "longitude": round(longitude + float(aside[1]) / 500_000, 6),
        "distance": metres,
        "left_latitude": round(latitude + north * 0.9, 6),
        "left_longitude": round(longitude + float(aside[2]) / 500_000, 6),
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
