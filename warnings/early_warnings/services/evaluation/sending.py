"""New reports become somebody's duty: the desk that the customer's importance, or the unit, decides (WRN-4)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from duties.kinds import RISING_CAUSE
from duties.models import Duty
from duties.services import Opening, open_duties
from early_warnings.models import EarlyWarning, Indicator, UnitWarning
from early_warnings.services.evaluation import causes

REPORT = "warning.report"
UNIT_REPORT = "warning.unit"

#: What is asked of a report to know whose it is.
_ASKED = (
    "importance",
    "opened_on",
    "customer__name",
    "customer__account_manager",
    "customer__relationship_manager",
    "customer__unit__path",
)


def send(raised: Sequence[int], units: Sequence[int], *, now: datetime) -> None:
    """To the desk that the customer's importance, or the unit, decides (WRN-4)."""
    reports = EarlyWarning.objects.filter(pk__in=raised).select_related("customer__unit").only(*_ASKED)
    open_duties(
        kind=REPORT,
        openings=[
            Opening(
                subject_id=each.pk,
                unit=each.customer.unit,
                customer=each.customer,
                variant=each.importance,
                details={"number": each.number, "customer": each.customer.name},
            )
            for each in reports
        ],
        now=now,
    )
    unit_warnings = UnitWarning.objects.filter(pk__in=units).select_related("unit", "indicator")
    of_causes = [each for each in unit_warnings if each.indicator.family == Indicator.Family.CAUSE]
    open_duties(kind=RISING_CAUSE, openings=causes.openings(of_causes), now=now)
    open_duties(
        kind=UNIT_REPORT,
        openings=[
            Opening(
                subject_id=each.pk,
                unit=each.unit,
                details={"number": each.number, "unit": each.unit.name, "counted": each.counted, "among": each.among},
            )
            for each in unit_warnings
            if each.indicator.family != Indicator.Family.CAUSE
        ],
        now=now,
    )
    tables = ((REPORT, EarlyWarning, raised), (UNIT_REPORT, UnitWarning, units), (RISING_CAUSE, UnitWarning, units))
    for kind, table, sent in tables:
        _join_duties(kind, table._meta.db_table, sent)


def _join_duties(kind: str, table: str, sent: Sequence[int]) -> None:
    """Note in each new report who was asked; the keys go along, so that no plan depends on yesterday's statistics."""
    duties = Duty.objects.open().filter(kind=kind, subject_id__in=sent).values_list("subject_id", "pk")
    subjects, keys = zip(*duties, strict=True) if duties else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} w SET duty_id = sent.duty_id"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS sent (id, duty_id) WHERE w.id = sent.id",
            [list(subjects), list(keys)],
        )
