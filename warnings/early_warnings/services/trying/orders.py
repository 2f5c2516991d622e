"""The order to try an indicator on the past: a row that whoever works finds (WRN-8)."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from early_warnings import rules
from early_warnings.models import Indicator, Threshold, Trial
from early_warnings.services.refusing import Refused

#: Months before the first one tried: what it is compared with must be there.
_BEFORE = 3
#: A trial goes back so many months at most.
MOST_MONTHS = 24


def months_there_are(*, on: date) -> tuple[date, date] | None:
    """The first and the last month on which an indicator can be tried; None without facts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(month), max(month) FROM accounts_monthlyfact WHERE month < %s", [on.replace(day=1)])
        first, last = cursor.fetchone()
    if first is None:
        return None
    begin = rules.months_back(first, -_BEFORE)
    return (max(begin, rules.months_back(last, MOST_MONTHS - 1)), last) if begin <= last else None


@transaction.atomic
def ask_trial(*, indicator: Indicator, months: int, by: Person, now: datetime) -> Trial:
    """Ask for a trial over the last months there are; the one that is under way, if any. Raises Refused."""
    there = months_there_are(on=timezone.localdate(now))
    if there is None:
        raise Refused(_("There are not enough months of facts to try anything on."))
    if not indicator.thresholds.exists():
        raise Refused(_("It has no line yet: without one nobody can cross it (WRN-1)."))
    first, last = there
    values: dict[str, Any] = {
        "first_month": max(first, rules.months_back(last, months - 1)),
        "last_month": last,
        "lines": [_kept(line) for line in indicator.thresholds.select_related("unit").order_by("pk")],
    }
    try:
        with transaction.atomic():
            trial: Trial = Trial.objects.create(indicator=indicator, asked_by=by, asked_at=now, **values)
    except IntegrityError:
        trial = Trial.objects.get(indicator=indicator, state__in=(Trial.State.WAITING, Trial.State.RUNNING))
    return trial


def _kept(line: Threshold) -> dict[str, Any]:
    """A line as it was tried; the draft's may change."""
    return {
        "importance": line.importance,
        "tier": line.tier,
        "service_class": line.service_class,
        "unit": line.unit.name if line.unit else "",
        "near": str(line.near),
        "breach": str(line.breach),
    }
