"""Problems found on visits: each has an owner and a date, and is a duty until it is solved (VIS-6)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from duties import services as duties
from duties.models import DutyEvent
from duties.rules import WORKING_HOURS
from visits.models import Problem, Visit
from visits.services.refusal import Refused

#: The kind of duty that a problem is.
PROBLEM = "visit.problem"


@dataclass(frozen=True, slots=True)
class Found:
    """A problem as it was seen; `key` makes it one even if it is sent twice."""

    key: UUID
    what: str
    owner: Person
    due_on: date


@transaction.atomic
def report(*, visit: Visit, found: Found, by: Person, now: datetime) -> Problem:
    """Keep a problem and ask its owner to solve it by the date.

    Raises Refused without words, or with a date gone by.
    """
    what = found.what.strip()
    if not what:
        raise Refused(_("Say what the problem is."), "what")
    if found.due_on < timezone.localdate(now):
        raise Refused(_("The date lies in the past."), "due_on")
    problem, created = Problem.objects.get_or_create(
        key=found.key,
        defaults={
            "visit": visit,
            "customer": visit.customer,
            "what": what[:200],
            "owner": found.owner,
            "due_on": found.due_on,
            "created_at": now,
        },
    )
    if created:
        duties.open_duty(
            kind=PROBLEM,
            subject_id=problem.pk,
            unit=visit.customer.unit,
            customer=visit.customer,
            now=now,
            details={"customer": visit.customer.name, "what": problem.what},
            owner=found.owner,
            due_at=datetime.combine(found.due_on, _closing_time(), timezone.get_default_timezone()),
            by=by,
        )
    return problem


@transaction.atomic
def solve(*, problem: Problem, solution: str, by: Person, now: datetime) -> Problem:
    """Say how a problem was solved; its duty ends. One solved meanwhile stays as it was.

    Raises Refused without words, or for whom it is not to say.
    """
    locked: Problem = Problem.objects.select_for_update().get(pk=problem.pk)
    if locked.solved_at is not None:
        return locked
    if not solution.strip():
        raise Refused(_("Say how it was solved."), "solution")
    if not may_solve(problem=locked, person=by):
        raise Refused(_("Only its owner, whom it climbed to, or who found it may say that it is solved."))
    locked.solved_at, locked.solved_by, locked.solution = now, by, solution.strip()[:200]
    locked.save(update_fields=["solved_at", "solved_by", "solution"])
    duty = duties.open_duty_of(PROBLEM, locked.pk)
    if duty is not None:
        duties.close(duty=duty, by=by, now=now, outcome=locked.solution)
    return locked


def may_solve(*, problem: Problem, person: Person) -> bool:
    """Who found it, who owns it, whom it climbed to or past, and who stands in for one of them."""
    own = set(person.scope.own)
    if problem.owner_id in own or problem.visit.person_id in own:
        return True
    duty = duties.open_duty_of(PROBLEM, problem.pk)
    if duty is None:
        return False
    return duty.owner_id in own or DutyEvent.objects.filter(duty=duty, owner_id__in=own).exists()


def _closing_time() -> time:
    return WORKING_HOURS[-1][1]
