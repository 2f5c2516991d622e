"""How a night's run stands, as far as one sees: who is planned, waits, is worked at, failed and why (VIS-3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Sum

from accounts.models import OrgUnit, Person, Post
from accounts.rules import Role
from visits.models import DayPlan, PlanRun
from visits.querysets import PLANNED, DayPlanQuerySet
from visits.rules.progress import Tally, fold, minutes_left

#: What the people of a run are shown by.
SHOWN = ("failed", "retried", "working", "waiting", "planned")
#: The first key of the advisory locks that workers hold while they plan; the second one is the plan's number.
_PLANNING = 7_301
_KEYS = 2**31

_AT_WORK = """
SELECT objid FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def say_at_work(plan_id: int) -> None:
    """Let others see that this transaction plans a row: its lock goes with it, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_PLANNING, plan_id % _KEYS])


def at_work() -> set[int]:
    """Numbers of the plans that others are making at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_WORK, [_PLANNING])
        return {int(number) for (number,) in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class UnitState:
    """One unit's part of the night; `unit` is None for people who hold no post any more."""

    unit: OrgUnit | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class NightState:
    """A run as one sees it at a moment."""

    run: PlanRun
    now: datetime
    busy: frozenset[int]
    total: Tally
    units: list[UnitState]

    @property
    def seconds(self) -> int:
        """From opening until the last plan, or until now."""
        return max(0, int(((self.run.finished_at or self.now) - self.run.opened_at).total_seconds()))

    @property
    def minutes_left(self) -> int | None:
        """At the pace so far; None when it is finished or nothing is done."""
        left = self.total.people - self.total.planned - self.total.failed
        if self.run.finished_at is not None:
            return None
        return minutes_left(done=self.total.planned, left=left, elapsed_seconds=self.seconds)


def state_of(*, run: PlanRun, viewer: Person, now: datetime, unit: OrgUnit | None = None) -> NightState:
    """Counts of a run by unit, in three queries."""
    found = plans_of(run=run, viewer=viewer, unit=unit)
    busy = frozenset(at_work())
    counted = (
        found.order_by()
        .values("unit_path")
        .annotate(
            people=Count("pk"),
            planned=Count("pk", filter=Q(state__in=PLANNED)),
            working=Count("pk", filter=_of("working", busy)),
            failed=Count("pk", filter=_of("failed", busy)),
            retried=Count("pk", filter=_of("retried", busy)),
            solving_ms=Sum("solving_ms", filter=Q(state__in=PLANNED), default=0),
        )
    )
    rows = [(row.pop("unit_path") or "", Tally(**row)) for row in counted]
    folded = fold((path, tally) for path, tally in rows if path)
    units = {each.path: each for each in OrgUnit.objects.filter(path__in=[path for path, _ in folded])}
    states = [UnitState(units.get(path), tally) for path, tally in folded]
    states += [UnitState(None, tally) for path, tally in rows if not path]
    return NightState(run, now, busy, sum((tally for _, tally in rows), Tally()), states)


def plans_of(*, run: PlanRun, viewer: Person, unit: OrgUnit | None = None) -> DayPlanQuerySet:
    """The plans of a run that one sees, with `unit_path` and `unit_name` of the person's post on that day."""
    posts = Post.objects.held_on(run.date).filter(person=OuterRef("person"), role=Role.ACCOUNT_MANAGER)
    found: DayPlanQuerySet = (
        DayPlan.objects.visible_to(viewer)
        .filter(run=run)
        .annotate(
            unit_path=Subquery(posts.order_by("pk").values("unit__path")[:1]),
            unit_name=Subquery(posts.order_by("pk").values("unit__name")[:1]),
        )
    )
    return found if unit is None else found.filter(unit_path__startswith=unit.path)


def shown(plans: DayPlanQuerySet, which: str, busy: Iterable[int]) -> DayPlanQuerySet:
    """Those of the plans that stand so, `busy` being at work; who was tried most often comes first."""
    found: DayPlanQuerySet = plans.filter(_of(which, busy)).select_related("person")
    return found.order_by("-attempts", "-handed_out", "person__pinyin", "pk")


def _of(which: str, busy: Iterable[int]) -> Q:
    """A condition on plans; what a worker is planning at this moment is neither waiting nor failed."""
    at_work = Q(pk__in=list(busy))
    return {
        "failed": Q(state=DayPlan.State.FAILED) & ~at_work,
        "retried": Q(state__in=PLANNED, attempts__gt=1) | Q(state__in=PLANNED, handed_out__gt=1),
        "working": Q(state__in=["waiting", "failed"]) & at_work,
        "waiting": Q(state=DayPlan.State.WAITING) & ~at_work,
        "planned": Q(state__in=PLANNED),
    }[which]
