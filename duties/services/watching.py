"""The watchdog: what it found is written down, and while it lasts somebody owes mending it."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import OrgUnit
from duties import watch
from duties.models import Finding
from duties.services.acting import close
from duties.services.heart import beat
from duties.services.ladder import NobodyResponsible
from duties.services.opening import open_duty, open_duty_of

#: A check that is red for a moment, such as while the machinery starts, is nobody's duty yet.
GRACE = timedelta(minutes=3)


def look(*, now: datetime) -> list[watch.Result]:
    """Run every check, write down what it found, and open or close the administrators' duty for it."""
    results = [watch.run(check, now) for check in watch.checks()]
    for result in results:
        note(result, now=now)
    beat("watch", now=now)
    return results


@transaction.atomic
def note(result: watch.Result, *, now: datetime) -> None:
    """Write down one result; what stays red longer than a moment is owed by an administrator, and climbs."""
    finding, _new = Finding.objects.select_for_update().get_or_create(
        name=result.check.name, defaults={"checked_at": now}
    )
    finding.count, finding.what, finding.checked_at = result.count, result.what, now
    finding.red_since = (finding.red_since or now) if result.red else None
    finding.save()
    duty = open_duty_of(watch.BROKEN.key, finding.pk)
    if duty is not None and not result.red:
        close(duty=duty, by=None, now=now, outcome="")
    elif duty is None and finding.red_since is not None and now - finding.red_since >= GRACE:
        _open(finding, now)


def _open(finding: Finding, now: datetime) -> None:
    root = OrgUnit.objects.filter(parent=None).order_by("pk").first()
    if root is None:
        return  # nothing is set up yet: there is no one to tell
    try:
        open_duty(kind=watch.BROKEN.key, subject_id=finding.pk, unit=root, now=now, details={"check": finding.name})
    except NobodyResponsible:
        return  # the health page says so
