"""Storms gathered: many new reports of one unit in one night are one message with a list (WRN-3)."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from accounts.models import OrgUnit, Person
from duties import services as duties
from duties.services import Opening, open_duties
from early_warnings.models import EarlyWarning, Storm, StormLine

STORM = "warning.storm"
#: A storm is a branch's or a department's; stations count for theirs.
_KINDS = (OrgUnit.Kind.BRANCH, OrgUnit.Kind.DEPARTMENT)


@transaction.atomic
def gather_storms(*, on: date, now: datetime) -> int:
    """Gather the reports of a night by unit where there are as many as the unit's line says; how many storms.

    Run again it doubles nothing; reports that came since join their unit's storm.
    """
    found = EarlyWarning.objects.filter(opened_on=on, storm=None).exclude(state="closed")
    reports = list(found.values_list("pk", "customer__unit__path"))
    if not reports:
        return 0
    units = {unit.path: unit for unit in OrgUnit.objects.filter(kind__in=_KINDS)}
    by_unit: dict[str, list[int]] = defaultdict(list)
    for pk, path in reports:
        if (own := _above(path, units)) is not None:
            by_unit[own].append(pk)
    there = {storm.unit_id: storm for storm in Storm.objects.filter(on=on).select_for_update()}
    lines = list(StormLine.objects.select_related("unit"))
    gathered = []
    for path, keys in sorted(by_unit.items()):
        unit, least = units[path], _least(lines, path)
        storm = there.get(unit.pk)
        if storm is None:
            if least is None or len(keys) < least:
                continue
            storm = Storm.objects.create(unit=unit, on=on, count=len(keys), least=least)
            gathered.append(storm)
        else:
            Storm.objects.filter(pk=storm.pk).update(count=F("count") + len(keys))
        EarlyWarning.objects.filter(pk__in=keys).update(storm=storm)
    _tell(gathered, now)
    return len(gathered)


def _above(path: str, units: dict[str, OrgUnit]) -> str | None:
    """The branch or department that a unit is or belongs to."""
    parts = path.strip("/").split("/")
    paths = ("/" + "/".join(parts[:length]) + "/" for length in range(len(parts), 0, -1))
    return next((each for each in paths if each in units), None)


def _least(lines: list[StormLine], path: str) -> int | None:
    """The line of the nearest unit above, else the company's."""
    fitting = [line for line in lines if line.unit is None or path.startswith(line.unit.path)]
    nearest = max(fitting, key=lambda line: len(line.unit.path) if line.unit else 0, default=None)
    return nearest.least if nearest else None


def _tell(storms: list[Storm], now: datetime) -> None:
    open_duties(
        kind=STORM,
        openings=[
            Opening(
                subject_id=each.pk,
                unit=each.unit,
                details={"unit": each.unit.name, "count": each.count},
            )
            for each in storms
        ],
        now=now,
    )
    for each in storms:
        each.duty = duties.open_duty_of(STORM, each.pk)
        each.save(update_fields=["duty"])


@transaction.atomic
def settle_storm(*, storm: Storm, by: Person, now: datetime, what: str) -> None:
    """The unit's manager has looked into it and says what is behind it; the reports stay their holders'."""
    if storm.duty is not None:
        duties.close(duty=storm.duty, by=by, now=now, outcome=what)
