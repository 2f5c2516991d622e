"""A report suppressed until a day, with a reason: it sleeps, and wakes by itself (WRN-3)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from duties import services as duties
from duties.calendar import WorkCalendar
from early_warnings import rules
from early_warnings.models import EarlyWarning, ReportEvent, UnitWarning
from early_warnings.services.course import JUDGE_WITHIN, Report, duty_of, evening, lock_for, note
from early_warnings.services.refusing import Refused

_FIELDS = ("suppressed_until", "suppressed_because", "suppressed_by")


@transaction.atomic
def suppress(*, report: Report, until: date, because: str, by: Person, now: datetime) -> Report:
    """Let a report rest until a day; its deadline moves to the working day after it. Raises Refused.

    It stays its holder's and stays the only one of the customer; a new or a worse sign wakes it at once.
    """
    fresh = lock_for(report, by, rules.Act.SUPPRESS)
    today = timezone.localdate(now)
    if not because.strip():
        raise Refused(_("Say why it may rest."), "because")
    if until <= today:
        raise Refused(_("The last day must lie ahead."), "until")
    if until > today + timedelta(days=rules.MOST_SUPPRESSED_DAYS):
        most = rules.MOST_SUPPRESSED_DAYS
        raise Refused(_("A report may rest for %(days)s days at most; then it asks again.") % {"days": most}, "until")
    fresh.suppressed_until, fresh.suppressed_because, fresh.suppressed_by = until, because.strip()[:200], by
    fresh.save(update_fields=_FIELDS)
    due = WorkCalendar.load().add_working_minutes(evening(until), JUDGE_WITHIN)
    duties.set_deadline(duty=duty_of(fresh), due_at=due, by=by, now=now, note=fresh.suppressed_because)
    note(fresh, ReportEvent.What.SUPPRESSED, by=by, now=now, text=fresh.suppressed_because)
    return fresh


@transaction.atomic
def lift(*, report: Report, by: Person, now: datetime) -> Report:
    """Wake a suppressed report: its holder has a working day. Raises Refused."""
    fresh = lock_for(report, by, rules.Act.SUPPRESS)
    if fresh.suppressed_until is None:
        raise Refused(_("It is not suppressed any more."))
    _wake(fresh, now=now, by=by)
    return fresh


@transaction.atomic
def wake(*, now: datetime) -> int:
    """Wake the reports whose days are over, and those with a new or a worse sign since; how many."""
    today = timezone.localdate(now)
    woken = 0
    for kind, key in ((EarlyWarning, "warning"), (UnitWarning, "unit_warning")):
        suppressed = ReportEvent.objects.filter(**{key: OuterRef(key)}, what=ReportEvent.What.SUPPRESSED)
        news = ReportEvent.objects.filter(**{key: OuterRef("pk")}, what__in=("sign", "worse")).exclude(
            Exists(suppressed.filter(pk__gt=OuterRef("pk")))
        )
        found = kind.objects.filter(Q(suppressed_until__lt=today) | Exists(news), suppressed_until__isnull=False)
        rows = found.exclude(state="closed").select_related("duty").select_for_update(of=("self",), skip_locked=True)
        for report in rows.order_by("pk"):
            _wake(report, now=now, by=None)
            woken += 1
    return woken


def _wake(report: Report, *, now: datetime, by: Person | None) -> None:
    report.suppressed_until, report.suppressed_because, report.suppressed_by = None, "", None
    report.save(update_fields=_FIELDS)
    due = WorkCalendar.load().add_working_minutes(now, JUDGE_WITHIN)
    duties.set_deadline(duty=duty_of(report), due_at=due, by=by, now=now)
    note(report, ReportEvent.What.LIFTED, by=by, now=now)
