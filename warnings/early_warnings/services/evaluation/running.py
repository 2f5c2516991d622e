"""One evaluation of a business date, in one transaction: killed at any line, nothing of it stays (WRN-3)."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import FileImport
from duties.models import Duty
from duties.services import Opening, open_duties
from early_warnings import rules
from early_warnings.models import EarlyWarning, Evaluation, Indicator, Threshold, UnitWarning
from early_warnings.services.evaluation import compiling, statements

REPORT = "warning.report"
UNIT_REPORT = "warning.unit"


def month_before(on: date) -> date:
    """The last whole month at a date: the facts of the running month are not compared with whole ones."""
    return rules.months_back(on, 1)


@transaction.atomic
def evaluate(*, on: date, now: datetime) -> Evaluation:
    """Evaluate every indicator for every active customer at a business date; run again, it doubles nothing.

    Facts up to the last whole month count, silence to the day. Evaluations wait for each other.
    """
    started = time.monotonic()
    work = _Work(on=on, month=month_before(on), now=now)
    work.execute("SELECT pg_advisory_xact_lock(hashtext('early_warnings.evaluate'))")
    indicators = _valid(on)
    customers = [each for each in indicators if each.family == Indicator.Family.CUSTOMER]
    work.compiled(compiling.basis(customers, on=on, month=work.month))
    work.execute("CREATE UNIQUE INDEX ON early_basis (id)")
    work.execute("ANALYZE early_basis")
    work.compiled(compiling.market(customers))
    work.compiled(compiling.signs(customers, _loosest(customers)))
    signs = work.execute("SELECT count(*) FROM early_sign")[0][0]
    work.execute(
        statements.COUNT_UNITS,
        unit_indicators=[each.pk for each in indicators if each.family != Indicator.Family.CUSTOMER],
    )
    work.execute(statements.FORGET_SETTLED)
    work.execute("ANALYZE early_sign")
    raised = [pk for (pk,) in work.execute(statements.RAISE)]
    work.execute(statements.TELL_OF_SIGNS)
    work.execute(statements.ADD_SIGNS)
    work.execute(statements.TELL_OF_RETURN)
    work.execute(statements.SETTLE_LEVELS)
    work.execute(statements.MEASURE_EFFECTS)
    units = [pk for (pk,) in work.execute(statements.RAISE_UNITS)]
    work.execute(statements.RENEW_UNITS)
    _send(raised, units, now=now)
    customers_seen = work.execute("SELECT count(*) FROM early_basis")[0][0]
    work.execute("DROP TABLE early_basis, early_market, early_sign, early_unit")
    evaluation, _ = Evaluation.objects.select_for_update().get_or_create(
        on=on, defaults={"month": work.month, "started_at": now}
    )
    evaluation.month, evaluation.finished_at = work.month, now
    evaluation.customers, evaluation.signs, evaluation.statements = customers_seen, signs, work.count
    evaluation.opened += len(raised)
    evaluation.unit_opened += len(units)
    evaluation.milliseconds = round((time.monotonic() - started) * 1000)
    evaluation.save()
    return evaluation


def evaluate_after_imports(*, now: datetime) -> Evaluation | None:
    """Evaluate today again if facts were imported since the last evaluation (WRN-3); None if there is nothing new."""
    latest = Evaluation.objects.order_by("-finished_at").values_list("finished_at", flat=True).first()
    new = FileImport.objects.filter(Q(created__gt=0) | Q(changed__gt=0)).order_by("-imported_at").first()
    if new is None or (latest is not None and new.imported_at <= latest):
        return None
    return evaluate(on=timezone.localdate(now), now=now)


class _Work:
    """The statements of one evaluation, counted."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.month: date = values["month"]
        self.count = 0

    def execute(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        self.count += 1
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.values, **values})
            return cursor.fetchall() if cursor.description else []

    def compiled(self, compiled: compiling.Compiled) -> None:
        self.execute(compiled.sql, **compiled.values)


def _valid(on: date) -> list[Indicator]:
    return list(
        Indicator.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_until=None) | Q(valid_until__gte=on)
        ).order_by("pk")
    )


def _loosest(indicators: Sequence[Indicator]) -> dict[int, Decimal]:
    """The line beyond which a value can matter at all, by indicator."""
    falling = {each.pk: each.falling for each in indicators}
    found: dict[int, Decimal] = {}
    for pk, breach, near in Threshold.objects.filter(indicator_id__in=falling).values_list(
        "indicator_id", "breach", "near"
    ):
        outer = max if falling[pk] else min
        found[pk] = outer(found.get(pk, near), near, breach)
    return found


def _send(raised: Sequence[int], units: Sequence[int], *, now: datetime) -> None:
    """To the desk that the customer's importance, or the unit, decides (WRN-4)."""
    reports = EarlyWarning.objects.filter(pk__in=raised).select_related("customer__unit")
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
    unit_reports = UnitWarning.objects.filter(pk__in=units).select_related("unit", "indicator")
    open_duties(
        kind=UNIT_REPORT,
        openings=[
            Opening(
                subject_id=each.pk,
                unit=each.unit,
                details={"number": each.number, "unit": each.unit.name, "counted": each.counted, "among": each.among},
            )
            for each in unit_reports
        ],
        now=now,
    )
    for kind, table, sent in ((REPORT, EarlyWarning, raised), (UNIT_REPORT, UnitWarning, units)):
        _join_duties(kind, table._meta.db_table, sent)


def _join_duties(kind: str, table: str, sent: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} w SET duty_id = d.id FROM {Duty._meta.db_table} d"
            " WHERE d.kind = %s AND d.subject_id = w.id AND d.state <> 'closed' AND w.id = ANY(%s)",
            [kind, list(sent)],
        )
