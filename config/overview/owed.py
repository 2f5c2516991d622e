"""What somebody owes, how it came to them, and where it goes if nothing happens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch

from accounts.models import Person, Post
from duties import kinds
from duties.models import Duty, DutyEvent, EscalationStep
from duties.querysets import DutyQuerySet


@dataclass(frozen=True, slots=True)
class Owed:
    """One row of “what I owe”. `missed_by` let it lapse; `climbs_to` is the role above by the rule, if there is one."""

    duty: Duty
    title: str
    sentence: str
    icon: str
    url: str
    missed_by: str
    came_at: datetime
    climbs_to: str
    holder: str

    @property
    def over(self) -> bool:
        return self.duty.level > 1


def owed(person: Person, most: int = 8) -> list[Owed]:
    """What the person owes, the first to fall due first."""
    return [_row(duty) for duty in _told(Duty.objects.owed_by(person))[:most]]


def late_elsewhere(person: Person, now: datetime, most: int = 6) -> list[Owed]:
    """What others in the person's scope let lapse: overdue now, or climbed to somebody else."""
    late = Duty.objects.visible_to(person).open().exclude(owner_id__in=person.scope.own)
    late = late.filter(Q(next_due_at__lt=now) | Q(level__gt=1)).order_by("next_due_at", "pk")
    return [_row(duty) for duty in _told(late)[:most]]


def _told(duties: DutyQuerySet) -> DutyQuerySet:
    """With what a row says beside the duty itself, in the same query."""
    events = DutyEvent.objects.filter(duty=OuterRef("pk"))
    above = EscalationStep.objects.filter(rule=OuterRef("rule"), level__gt=OuterRef("level")).order_by("level")
    before = events.exclude(owner=OuterRef("owner")).order_by("-at", "-pk")
    came = events.filter(act__in=["opened", "climbed", "handed_over"]).order_by("-at", "-pk")
    told: DutyQuerySet = duties.select_related("customer", "unit", "owner").annotate(
        next_role=Subquery(above.values("role")[:1]),
        missed_by=Subquery(before.values("owner__name")[:1]),
        came_at=Coalesce(Subquery(came.values("at")[:1]), F("opened_at")),
    )
    return told


def _row(duty: Duty) -> Owed:
    kind = kinds.get(duty.kind)
    try:
        url = kind.url(duty.subject_id)
    except NoReverseMatch:
        url = ""
    return Owed(
        duty=duty,
        title=duty.customer.name if duty.customer else duty.unit.name,
        sentence=kind.describe(duty.details),
        icon=kind.icon,
        url=url,
        missed_by=duty.missed_by if duty.level > 1 else "",  # type: ignore[attr-defined]
        came_at=duty.came_at,  # type: ignore[attr-defined]
        climbs_to=str(Post.Role(duty.next_role).label) if duty.next_role else "",  # type: ignore[attr-defined]
        holder=duty.owner.name,
    )


@dataclass(frozen=True, slots=True)
class Promises:
    """Promises in scope: how many closed at the level where they were opened, and what is open now."""

    kept: int
    closed: int
    kept_before: int
    closed_before: int
    complaints: int
    complaints_late: int

    @property
    def share(self) -> float | None:
        return self.kept / self.closed if self.closed else None

    @property
    def share_before(self) -> float | None:
        return self.kept_before / self.closed_before if self.closed_before else None


def promises(person: Person, now: datetime, days: int = 30) -> Promises:
    """Of the last days, against as many before; a promise is kept if nobody above had to take it over."""
    since, before = now - timedelta(days=days), now - timedelta(days=2 * days)
    closed = Q(state="closed", closed_at__gt=since)
    closed_before = Q(state="closed", closed_at__gt=before, closed_at__lte=since)
    complaints = Q(kind__startswith="complaint.") & ~Q(state="closed")
    counted = (
        Duty.objects.visible_to(person)
        .filter(closed_before | closed | complaints)
        .aggregate(
            kept=Count("pk", filter=closed & Q(level=1)),
            closed=Count("pk", filter=closed),
            kept_before=Count("pk", filter=closed_before & Q(level=1)),
            closed_before=Count("pk", filter=closed_before),
            complaints=Count("pk", filter=complaints),
            complaints_late=Count("pk", filter=complaints & (Q(next_due_at__lt=now) | Q(level__gt=1))),
        )
    )
    return Promises(**counted)
