"""Problems found on visits, with an owner and a date until they are solved (VIS-6)."""

from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from accounts.rules import Role
from accounts.services.copying import copy_objects, reserve_ids
from config.demo.book import Book
from config.demo.promises import Promises
from config.demo.visit_words import PROBLEMS
from config.demo.visited import Visited
from visits.models import Problem, Visit
from visits.services.visiting import end_of_work

KIND = "visit.problem"
#: Of a hundred visits so many find something that somebody must do.
FOUND = 0.04
#: Whose problems they become: the manager's own, the sales manager's, the support department's.
OWN, SALES = 0.6, 0.8


def write_problems(book: Book, visited: Visited, promises: Promises) -> None:
    """Draw problems from the visits; most are solved by their date, some late, the latest are still open."""
    rng = book.shape.rng("problems")
    chances = rng.random(len(visited.visits))
    found = [visit for visit, chance in zip(visited.visits, chances, strict=True) if chance < FOUND]
    rows = []
    for number, visit in zip(reserve_ids("visits_problem", len(found)), found, strict=True):
        problem = _problem(book, rng, visit)
        problem.pk = number
        rows.append(problem)
        promises.make(
            kind=KIND,
            subject_id=number,
            unit=visit.customer.unit,
            customer=visit.customer,
            opened_at=problem.created_at,
            details={"customer": visit.customer.name, "what": problem.what},
            owner_id=problem.owner_id,
            due_at=end_of_work(problem.due_on),
            opened_by=visit.person_id,
            closed_at=problem.solved_at,
            outcome=problem.solution,
        )
    copy_objects(rows)


def _problem(book: Book, rng: np.random.Generator, visit: Visit) -> Problem:
    kind, whose, when = rng.random(3).tolist()
    what, solution = PROBLEMS[int(kind * len(PROBLEMS))]
    found_at = visit.ended_at or visit.started_at
    due_on = book.calendar.next_working_day(visit.visited_on + timedelta(days=2 + int(when * 6)))
    problem = Problem(
        key=UUID(int=visit.key.int ^ 1, version=4),
        visit=visit,
        customer=visit.customer,
        what=what,
        owner_id=_owner(book, visit, whose),
        due_on=due_on,
        created_at=found_at,
    )
    solved_at = _solved(book, found_at, float(rng.random()))
    if solved_at is not None and solved_at < book.shape.now:
        problem.solved_at, problem.solved_by_id, problem.solution = solved_at, problem.owner_id, solution
    return problem


def _owner(book: Book, visit: Visit, chance: float) -> int:
    if chance < OWN:
        return visit.person_id
    role = Role.BRANCH_SALES_MANAGER if chance < SALES else Role.SUPPORT_OFFICER
    return book.holder(role, visit.customer.unit) or visit.person_id


def _solved(book: Book, found_at: datetime, chance: float) -> datetime | None:
    """When it was solved: usually before its date, one in twenty late, one in forty not yet."""
    if chance > 0.975 and book.shape.now - found_at < timedelta(days=12):
        return None
    limit = 450 * 3 if chance < 0.93 else 450 * 9
    minutes = int(60 + (chance * 7 % 1) * limit)
    return book.calendar.add_working_minutes(found_at, minutes)
