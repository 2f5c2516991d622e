"""What measures came to, once their indicator was measured again: recovered, no effect, lost (WRN-5)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Customer
from duties import services as duties
from early_warnings import rules
from early_warnings.models import EarlyWarning, Measure, ReportEvent, UnitWarning
from early_warnings.services.course import Report

#: So many days after its time a measure is judged without a figure: the indicator could not be measured any more.
PATIENCE = 3


@transaction.atomic
def judge_effects(*, now: datetime) -> dict[str, int]:
    """Judge the reports all of whose measures were measured again: how many of each verdict.

    Without effect the report goes one level up with its history and waits for other measures; recovered and lost
    leave the outcome to whoever holds it, who has a working day (WRN-5).
    """
    today = timezone.localdate(now)
    counts = dict.fromkeys(rules.Verdict, 0)
    for kind, key in ((EarlyWarning, "warning"), (UnitWarning, "unit_warning")):
        reports = list(_ready(kind, key, today))
        months = _months_without([each.customer_id for each in reports if isinstance(each, EarlyWarning)], today)
        verdicts = {each.pk: _verdict(each, months) for each in reports}
        for verdict in rules.Verdict:
            chosen = [pk for pk, found in verdicts.items() if found is verdict]
            counts[verdict] += len(chosen)
            _tell_measures(key, chosen, verdict)
        unhelped = [each for each in reports if verdicts[each.pk] is rules.Verdict.NOT]
        _send_up(kind, key, unhelped, now)
    return {str(verdict): count for verdict, count in counts.items()}


def _ready(kind: type[Report], key: str, today: date) -> "Iterable[Report]":
    """Reports that run on measures, all of them done and measured, none of them judged yet."""
    days = F("indicator__remeasure_days") + Value(PATIENCE)
    wait = ExpressionWrapper(Value(timedelta(days=1)) * days, DurationField())
    judged_by = ExpressionWrapper(Cast(TruncDate("done_at"), DateTimeField()) + wait, DateTimeField())
    over = Q(measured_on__isnull=False) | Q(done_at__isnull=False, judged_by__date__lte=today)
    mine = Measure.objects.filter(**{key: OuterRef("pk")}, verdict="").annotate(judged_by=judged_by)
    related = ("customer", "duty") if kind is EarlyWarning else ("duty",)
    found = kind.objects.filter(Exists(mine), ~Exists(mine.exclude(over)), state=rules.State.MEASURES)
    return found.select_related(*related).select_for_update(of=("self",)).order_by("pk")


def _verdict(report: Report, months_without: dict[int, int]) -> rules.Verdict:
    customer = report.customer if isinstance(report, EarlyWarning) else None
    return rules.verdict(
        within_lines=report.above_again_on is not None,
        months_without=months_without.get(customer.pk, 0) if customer else 0,
        stopped=customer is not None and customer.status == Customer.Status.CLOSED,
    )


def _months_without(customers: list[int], today: date) -> dict[int, int]:
    """For how many of the last whole months each of them bought nothing; only months that are in count."""
    if not customers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS_WITHOUT, {"customers": customers, "running": today.replace(day=1)})
        return dict(cursor.fetchall())


_MONTHS_WITHOUT = """
    WITH last AS (SELECT max(month) AS month FROM accounts_monthlyfact WHERE month < %(running)s)
    SELECT c.id, coalesce(
        (SELECT (12 * (extract(year FROM last.month) - extract(year FROM max(f.month)))
                + extract(month FROM last.month) - extract(month FROM max(f.month)))::int
         FROM accounts_monthlyfact f
         WHERE f.customer_id = c.id AND (f.quantity > 0 OR f.amount > 0) AND f.month <= last.month
            AND f.month > last.month - interval '12 months'), 12)
    FROM unnest(%(customers)s::bigint[]) c (id), last
"""


def _tell_measures(key: str, reports: list[int], verdict: rules.Verdict) -> None:
    Measure.objects.filter(**{f"{key}__in": reports}, verdict="", done_at__isnull=False).update(verdict=verdict)


def _send_up(kind: type[Report], key: str, reports: "list[Report]", now: datetime) -> None:
    """One level up, with the history: the next one sees what was tried."""
    kind.objects.filter(pk__in=[each.pk for each in reports]).update(state=rules.State.OPEN)
    ReportEvent.objects.bulk_create(
        [ReportEvent(**{key: each}, what=ReportEvent.What.NOT_HELPED, at=now) for each in reports]
    )
    with override("zh-hans"):
        why = _("measures did not help")
    duties.pass_up(duties=[each.duty for each in reports if each.duty is not None], now=now, note=why)
