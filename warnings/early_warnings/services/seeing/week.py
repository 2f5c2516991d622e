"""The week that was, for a Monday morning: each figure beside the week before."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import JSONObject

from accounts.models import Person
from duties.models import DutyEvent
from early_warnings.models import EarlyWarning, Measure, UnitWarning

_OF_REPORTS = ("new", "breaches", "closed", "recovered", "lost")
_OF_MEASURES = ("done", "helped", "unhelped")


@dataclass(frozen=True, slots=True)
class Week:
    """Counts of the last seven days and of the seven before, and how many reports rest now."""

    since: date
    counts: dict[str, tuple[int, int]]
    resting: int
    #: Units and their new breaches, the most first.
    breaches: list[tuple[str, int]]


def week_of(*, person: Person, now: datetime, today: date) -> Week:
    """What came, closed, climbed, was measured in one's scope, in two queries."""
    since, before = today - timedelta(days=7), today - timedelta(days=14)
    start, earlier = now - timedelta(days=7), now - timedelta(days=14)
    visible = EarlyWarning.objects.visible_to(person)
    rests = ~Q(state="closed") & Q(suppressed_until__isnull=False)
    units = list(
        visible.filter(Q(opened_on__gte=before) | Q(closed_at__gte=earlier) | rests)
        .order_by()
        .values("customer__unit_id", name=F("customer__unit__name"))
        .annotate(
            **_two("new", "opened_on", since, before),
            **_two("breaches", "opened_on", since, before, Q(level="breach")),
            **_two("closed", "closed_at", start, earlier),
            **_two("recovered", "closed_at", start, earlier, Q(outcome="recovered")),
            **_two("lost", "closed_at", start, earlier, Q(outcome="lost")),
            resting=Count("pk", filter=rests),
        )
    )
    mine = Q(warning__in=visible) | Q(unit_warning__in=UnitWarning.objects.visible_to(person))
    measured = _counted(
        Measure.objects.filter(mine, Q(done_at__gte=earlier) | Q(measured_on__gte=before)),
        **_two("done", "done_at", start, earlier),
        **_two("helped", "measured_on", since, before, Q(verdict="recovered")),
        **_two("unhelped", "measured_on", since, before, Q(verdict="not")),
    )
    climbed = _counted(
        DutyEvent.objects.filter(
            act=DutyEvent.Act.CLIMBED,
            at__gte=earlier,
            duty__kind="warning.report",
            duty__subject_id__in=visible.values("pk"),
        ),
        **_two("climbed", "at", start, earlier, counted="duty"),
    )
    told = Counter({name: count for row in measured.union(climbed, all=True) for name, count in row.items()})
    for name in (*(f"{each}_{when}" for each in _OF_REPORTS for when in ("now", "before")), "resting"):
        told[name] = sum(unit[name] for unit in units)
    breaches = [(unit["name"], unit["breaches_now"]) for unit in units if unit["breaches_now"]]
    return Week(
        since=since,
        counts={n: (told[f"{n}_now"], told[f"{n}_before"]) for n in (*_OF_REPORTS, *_OF_MEASURES, "climbed")},
        resting=told["resting"],
        breaches=sorted(breaches, key=lambda found: (-found[1], found[0])),
    )


def _counted(rows: QuerySet[Any], **counts: Count) -> QuerySet[Any, dict[str, int]]:
    """Counts of all rows as one value, so that counts of different things come by one query."""
    told: QuerySet[Any, dict[str, int]] = (
        rows.order_by().values(whole=Value(1)).annotate(told=JSONObject(**counts)).values_list("told", flat=True)
    )
    return told


def _two(name: str, at: str, since: Any, before: Any, only: Q | None = None, *, counted: str = "pk") -> dict[str, Any]:
    """How many this week and the week before; each `counted` once."""
    only, once = only or Q(), counted != "pk"
    return {
        f"{name}_now": Count(counted, distinct=once, filter=only & Q(**{f"{at}__gte": since})),
        f"{name}_before": Count(counted, distinct=once, filter=only & Q(**{f"{at}__gte": before, f"{at}__lt": since})),
    }
