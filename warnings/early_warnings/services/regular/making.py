"""Regular reports are made in the night after their period, once, and sent to the person who is to sign (WRN-6)."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import OrgUnit
from duties import services as duties
from early_warnings import rules
from early_warnings.models import Evaluation, RegularPlan, RegularReport
from early_warnings.services.regular.figures import figures_of

REGULAR = "warning.regular"


def make_reports(*, on: date, now: datetime) -> int:
    """Make what is due for the last whole month and quarter and is not there; how many. Each in its own transaction."""
    made = 0
    for plan in RegularPlan.objects.filter(active=True).order_by("pk"):
        first, last = rules.last_period(rules.Period(plan.period), on)
        if not Evaluation.objects.filter(on__range=(first, last), finished_at__isnull=False).exists():
            continue  # nobody looked yet: there is nothing to tell
        there = RegularReport.objects.filter(period=plan.period, first=first).values("unit_id")
        units = OrgUnit.objects.filter(kind=plan.unit_kind).exclude(pk__in=there).order_by("path")
        for unit in units:
            made += (
                make_report(unit=unit, period=rules.Period(plan.period), first=first, last=last, now=now) is not None
            )
    return made


@transaction.atomic
def make_report(*, unit: OrgUnit, period: rules.Period, first: date, last: date, now: datetime) -> RegularReport | None:
    """Make one report with the figures of today and ask its person to comment and sign; None if it is there."""
    figures = figures_of(unit=unit, period=period, first=first, last=last, now=now)
    report = RegularReport(period=period, unit=unit, first=first, last=last, figures=figures, made_at=now)
    RegularReport.objects.bulk_create([report], ignore_conflicts=True)
    fresh: RegularReport | None = (
        RegularReport.objects.select_for_update().filter(unit=unit, period=period, first=first, duty=None).first()
    )
    if fresh is None or fresh.signed_at is not None:
        return None
    fresh.duty = duties.open_duty(
        kind=REGULAR,
        subject_id=fresh.pk,
        unit=unit,
        variant=unit.kind,
        details={"unit": unit.name, "number": fresh.number},
        now=now,
    )
    fresh.save(update_fields=["duty"])
    return fresh
