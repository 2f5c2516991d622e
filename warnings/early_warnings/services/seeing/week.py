"""The week that was, for a Monday morning: each figure beside the week before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q

from accounts.models import Person
from duties.models import DutyEvent
from early_warnings.models import EarlyWarning, Measure, UnitWarning


@dataclass(frozen=True, slots=True)
class Week:
    """Counts of the last seven days and of the seven before, and how many reports rest now."""

    since: date
    counts: dict[str, tuple[int, int]]
    resting: int


def week_of(*, person: Person, now: datetime, today: date) -> Week:
    """What came, closed, climbed, was measured in one's scope, in four queries."""
    since, before = today - timedelta(days=7), today - timedelta(days=14)
    start, earlier = now - timedelta(days=7), now - timedelta(days=14)
    visible = EarlyWarning.objects.visible_to(person)
    reports = visible.order_by().aggregate(
        **_two("new", "opened_on", since, before),
        **_two("breaches", "opened_on", since, before, Q(level="breach")),
        **_two("closed", "closed_at", start, earlier),
        **_two("recovered", "closed_at", start, earlier, Q(outcome="recovered")),
        **_two("lost", "closed_at", start, earlier, Q(outcome="lost")),
        resting=Count("pk", distinct=True, filter=~Q(state="closed") & Q(suppressed_until__isnull=False)),
    )
    mine = Q(warning__in=visible) | Q(unit_warning__in=UnitWarning.objects.visible_to(person))
    measures = Measure.objects.filter(mine, Q(done_at__gte=earlier) | Q(measured_on__gte=before)).order_by()
    measured = measures.aggregate(
        **_two("done", "done_at", start, earlier),
        **_two("helped", "measured_on", since, before, Q(verdict="recovered")),
        **_two("unhelped", "measured_on", since, before, Q(verdict="not")),
    )
    climbed = DutyEvent.objects.filter(
        act=DutyEvent.Act.CLIMBED,
        at__gte=earlier,
        duty__kind="warning.report",
        duty__subject_id__in=visible.values("pk"),
    ).aggregate(**_two("climbed", "at", start, earlier, counted="duty"))
    told = {**reports, **measured, **climbed}
    names = [name.removesuffix("_now") for name in told if name.endswith("_now")]
    return Week(since, {name: (told[f"{name}_now"], told[f"{name}_before"]) for name in names}, told["resting"])


def _two(name: str, at: str, since: Any, before: Any, only: Q | None = None, *, counted: str = "pk") -> dict[str, Any]:
    only = only or Q()
    return {
        f"{name}_now": Count(counted, distinct=True, filter=only & Q(**{f"{at}__gte": since})),
        f"{name}_before": Count(counted, distinct=True, filter=only & Q(**{f"{at}__gte": before, f"{at}__lt": since})),
    }


def newest_breaches(*, person: Person, since: date, most: int = 8) -> list[dict[str, Any]]:
    """Units with the most new breaches since a day."""
    found = EarlyWarning.objects.visible_to(person).filter(opened_on__gte=since, level="breach").order_by()
    rows = found.values(unit=F("customer__unit_id"), name=F("customer__unit__name")).annotate(n=Count("pk"))
    return list(rows.order_by("-n", "name")[:most])
