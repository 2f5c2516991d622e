"""Alerts come by hand, from a program or as CAP 1.2; they can be lifted (VIS-9)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import OrgUnit, Person
from visits.models import WeatherAlert
from visits.rules.weather import CapAlert, read_cap
from visits.services.refusal import Refused
from visits.services.weather.turning import turn, turn_back


@transaction.atomic
def declare(
    *,
    identifier: str,
    source: str,
    kind: str,
    headline: str,
    units: Iterable[OrgUnit],
    starts_at: datetime,
    ends_at: datetime,
    by: Person | None,
    now: datetime,
) -> WeatherAlert:
    """Declare an alert and let it act at once; the same identifier again is the same alert.

    Raises Refused for hours that are over or end before they begin, and without a unit.
    """
    known: WeatherAlert | None = WeatherAlert.objects.filter(identifier=identifier).first()
    if known is not None:
        return known
    chosen = list(units)
    if not chosen:
        raise Refused(_("Choose the units that it concerns."), "units")
    if ends_at <= starts_at:
        raise Refused(_("It ends before it begins."), "ends_at")
    if ends_at <= now:
        raise Refused(_("These hours are over."), "ends_at")
    alert: WeatherAlert = WeatherAlert.objects.create(
        identifier=identifier,
        source=source,
        kind=kind,
        headline=headline.strip()[:200] or str(WeatherAlert.Kind(kind).label),
        starts_at=starts_at,
        ends_at=ends_at,
        made_by=by,
        made_at=now,
    )
    alert.units.set(chosen)
    turn(alert=alert, now=now)
    return alert


@transaction.atomic
def lift(*, alert: WeatherAlert, by: Person | None, now: datetime) -> int:
    """It is over before its time, or was a mistake: calls not made yet are visits again. Returns how many."""
    locked = WeatherAlert.objects.select_for_update().get(pk=alert.pk)
    if locked.state == WeatherAlert.State.LIFTED:
        return 0
    locked.state, locked.lifted_at, locked.lifted_by = WeatherAlert.State.LIFTED, now, by
    locked.save(update_fields=["state", "lifted_at", "lifted_by"])
    return turn_back(alert=locked, now=now)


@transaction.atomic
def take_cap(*, text: str | bytes, now: datetime, least: str = "Severe") -> list[WeatherAlert]:
    """Declare what a CAP 1.2 message or feed warns of, for the units in its areas; updates and cancellations lift.

    Passes over what is milder than `least`, over already, or touches no unit. Raises NotCap.
    """
    made = []
    units: list[OrgUnit] | None = None
    for cap in read_cap(text):
        for known in WeatherAlert.objects.filter(identifier__in=cap.replaces, source=WeatherAlert.Source.CAP):
            lift(alert=known, by=None, now=now)
        if cap.cancels or not cap.is_severe(least) or cap.ends_at <= now or cap.ends_at <= cap.starts_at:
            continue
        units = list(OrgUnit.objects.order_by("path")) if units is None else units
        covered = _covered(cap, units)
        if covered:
            made.append(
                declare(
                    identifier=cap.identifier,
                    source=WeatherAlert.Source.CAP,
                    kind=cap.kind,
                    headline=cap.headline,
                    units=covered,
                    starts_at=cap.starts_at,
                    ends_at=cap.ends_at,
                    by=None,
                    now=now,
                )
            )
    return made


def _covered(cap: CapAlert, units: Sequence[OrgUnit]) -> list[OrgUnit]:
    """The units that have a place in the areas.

    A unit above others is as wide as they are, so only the lowest count by position; by code or name any does.
    """
    parents = {unit.parent_id for unit in units}
    found = []
    for unit in units:
        lowest = unit.pk not in parents
        place = (unit.latitude, unit.longitude) if lowest else (None, None)
        if any(area.covers(*place, code=unit.code, name=unit.name) for area in cap.areas):
            found.append(unit)
    paths = {unit.path for unit in found}
    return [unit for unit in found if not any(unit.path != path and unit.path.startswith(path) for path in paths)]
