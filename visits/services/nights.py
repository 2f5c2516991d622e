"""The night's run: which plans are to be made is rows; workers take them one by one (HOUSE §3).

A run is keyed by its date. Opening it again, killing a worker at any line, or losing every message leaves rows that
wait, and the next call finds them.
"""

import logging
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, Count, F, Q, SmallIntegerField, When
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from duties.calendar import WorkCalendar
from visits.models import DayPlan, PlanRun
from visits.querysets import PLANNED, DayPlanQuerySet, planned_people
from visits.rules import ATTEMPTS_MOST, FORGIVEN_MOST, LOST_MOST, is_late, is_stale, planned_day
from visits.rules.weather import MAY_DECLARE
from visits.services.claiming import give_up_lost
from visits.services.clocks import refresh_clocks
from visits.services.drafting import Search
from visits.services.planning import claim_and_plan
from visits.services.refusal import Refused

logger = logging.getLogger(__name__)
#: A plan that was handed to the workers is handed out again after this time: the message may be lost.
ASK_AGAIN_AFTER = timedelta(minutes=10)
#: The night's time for one person's days, in seconds.
NIGHT_SECONDS = 1.0
#: Nobody knows yet what becomes of such a plan.
_OPEN = Q(state="waiting") | Q(state="failed", attempts__lt=ATTEMPTS_MOST, begun__lt=LOST_MOST)


@transaction.atomic
def open_run(*, on: date, now: datetime, again: bool = False) -> PlanRun:
    """Open the run of a day, or return the one there is, with a waiting row for everybody who should have a plan.

    `again` lets plans that nobody acted on be made anew; so does a run that was made before the night of its day, but
    for plans that no worker came back with. The old plan stays in place until the new one is written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('visits.open_run'))")
    local = timezone.localtime(now)
    run, created = PlanRun.objects.get_or_create(date=on, defaults={"opened_at": now, "caught_up": is_late(on, local)})
    anew = again or (not created and is_stale(timezone.localtime(run.opened_at), on, local))
    if created or anew:
        refresh_clocks(on=local.date())
    if anew:
        plans = run.plans.filter(state__in=[DayPlan.State.MADE, DayPlan.State.FAILED])
        (plans if again else plans.filter(begun__lt=LOST_MOST)).update(
            state=DayPlan.State.WAITING, attempts=0, begun=0, handed_out=0, queued_at=None, error=""
        )
        run.opened_at, run.finished_at = now, None
        run.save(update_fields=["opened_at", "finished_at"])
    _add_missing(run)
    return run


def _add_missing(run: PlanRun) -> None:
    """A waiting row for each person without one; drafts and rows that a person made by hand join the run.

    A draft waits with its stops: planning it, they count as what people have seen.
    """
    people = planned_people(Person, run.date).exclude(day_plans__date=run.date, day_plans__run=run)
    missing = list(people.values_list("pk", flat=True))
    if not missing:
        return
    rows = DayPlan.objects.filter(person__in=missing, date=run.date, run=None)
    rows.filter(state=DayPlan.State.DRAFT).update(run=run, state=DayPlan.State.WAITING)
    rows.update(run=run)
    DayPlan.objects.bulk_create(
        [DayPlan(person_id=person, date=run.date, run=run) for person in missing],
        ignore_conflicts=True,
        batch_size=2000,
    )
    PlanRun.objects.filter(pk=run.pk).update(finished_at=None)
    run.finished_at = None


@transaction.atomic
def tonight(*, now: datetime) -> list[int]:
    """Ids of the plans that should be handed to workers now; those handed out a moment ago are left alone."""
    calendar = WorkCalendar.load()
    on = planned_day(timezone.localtime(now), calendar.is_working_day, calendar.next_working_day)
    run = open_run(on=on, now=now)
    if run.finished_at is not None:
        return []
    give_up_lost(run.plans.all())
    asked_long_ago = Q(queued_at=None) | Q(queued_at__lt=now - ASK_AGAIN_AFTER)
    rows = waiting_plans(run).filter(asked_long_ago).select_for_update(skip_locked=True)
    # What a dead worker had comes last: if it killed it, the others are made first.
    ids = [pk for _begun, pk in sorted(rows.values_list("begun", "pk"))]
    DayPlan.objects.filter(pk__in=ids).update(
        queued_at=now,
        handed_out=F("handed_out") + 1,
        begun=Case(
            When(state=DayPlan.State.WAITING, handed_out__lt=FORGIVEN_MOST, then=0),
            default=F("begun"),
            output_field=SmallIntegerField(),
        ),
    )
    if not _unsettled(run).exists():
        settle(run=run, now=now)
    return ids


def waiting_plans(run: PlanRun | int) -> DayPlanQuerySet:
    """The plans of a run, or of a run's number, that workers should still make."""
    waiting: DayPlanQuerySet = DayPlan.objects.to_hand_out().filter(run=run)
    return waiting


def _unsettled(run: PlanRun | int) -> DayPlanQuerySet:
    """Those of which one does not know yet what becomes of them: a worker may be at its last attempt."""
    open_plans: DayPlanQuerySet = DayPlan.objects.filter(_OPEN, run=run)
    return open_plans


def make_one(*, plan_id: int, now: datetime, search: Search | None = None) -> DayPlan | None:
    """A worker's piece of a night: one plan, if it still waits. The last one settles the run.

    A plan with which no worker came back is given up. Two that end at once may each see the other's row still waiting;
    then the next `tonight` settles it.
    """
    plan = claim_and_plan(
        now=now, search=search or night_search(plan_id), calendar=WorkCalendar.load(), plan_id=plan_id
    )
    touched = plan
    if plan is None and give_up_lost(DayPlan.objects.filter(pk=plan_id)):
        touched = DayPlan.objects.get(pk=plan_id)
    if touched is not None and touched.run_id is not None and not _unsettled(touched.run_id).exists():
        settle(run=PlanRun(pk=touched.run_id), now=now)
    return plan


def night_search(number: int) -> Search:
    """The night's search; the number only spreads the seeds."""
    return Search(seed=number % 10_000, seconds=NIGHT_SECONDS)


def may_try_again(plan: DayPlan, person: Person) -> bool:
    """One's own day, or that of somebody under one's posts for those who lead; the plan is one that the person sees."""
    return plan.person_id in person.scope.own or leads(person)


def leads(person: Person) -> bool:
    """Whether a person leads others; whom, their scope says."""
    return person.is_superuser or bool(person.roles & MAY_DECLARE)


def try_again(*, plan: DayPlan, by: Person, now: datetime, search: Search | None = None) -> DayPlan:
    """Plan a failed row at once; if it had used up its attempts, it gets one more.

    One that took its workers with it is only handed out again, and comes back as it is: it must not take whoever asks
    with it too. Raises Refused if nothing failed there, or if a worker has it.
    """
    if not hand_out_again(run=plan.run_id, plans=DayPlan.objects.filter(pk=plan.pk), by=by):
        raise Refused(_("This plan has not failed, or somebody is making it now."))
    if plan.is_lost:
        return plan
    made = make_one(plan_id=plan.pk, now=now, search=search)
    if made is None:
        raise Refused(_("A worker is making this plan now."))
    return made


@transaction.atomic
def hand_out_again(*, run: int | None, plans: DayPlanQuerySet, by: Person) -> int:
    """Let the failed ones of these plans be tried again, at least once more; how many there are.

    Those that a worker has at this moment are left to it.
    """
    failed = plans.filter(run=run, state=DayPlan.State.FAILED).select_for_update(skip_locked=True)
    ids = list(failed.values_list("pk", flat=True))
    count = DayPlan.objects.filter(pk__in=ids).update(
        attempts=Least("attempts", ATTEMPTS_MOST - 1), begun=Least("begun", LOST_MOST - 1), queued_at=None
    )
    if count and run is not None:
        PlanRun.objects.filter(pk=run).update(finished_at=None)
        logger.info("%s failed plans of run %s are tried again for %s", count, run, by.pk)
    return count


@transaction.atomic
def settle(*, run: PlanRun, now: datetime) -> PlanRun:
    """Count what a run has made; it is finished when nothing waits any more. What failed stays named in its rows."""
    locked: PlanRun = PlanRun.objects.select_for_update().get(pk=run.pk)
    give_up_lost(locked.plans.all())
    counted = locked.plans.aggregate(
        wanted=Count("pk"),
        made=Count("pk", filter=Q(state__in=PLANNED)),
        failed=Count("pk", filter=Q(state=DayPlan.State.FAILED)),
        waiting=Count("pk", filter=_OPEN),
    )
    waiting = counted.pop("waiting")
    for name, value in counted.items():
        setattr(locked, name, value)
    if waiting == 0 and locked.finished_at is None:
        locked.finished_at = now
    locked.save(update_fields=["wanted", "made", "failed", "finished_at"])
    return locked
