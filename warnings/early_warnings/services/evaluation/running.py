"""One evaluation of a business date, in one transaction: killed at any line, nothing of it stays (WRN-3)."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Customer, FileImport
from early_warnings import rules
from early_warnings.models import Evaluation, Indicator, KeptBasis, Movement, Threshold
from early_warnings.services.evaluation import causes, compiling, figures, gates, keeping, statements
from early_warnings.services.evaluation.knowing import Asked, asked_on, was_known
from early_warnings.services.evaluation.sending import send
from early_warnings.services.months import notes
from early_warnings.services.months.ranges import merged
from early_warnings.services.months.work import MEMORY, Work

#: The first night fills tables within its transaction: taken for empty, they would be read row by row.
MANY = 1000


class GoesBack(Exception):
    """A later day was evaluated already: reports know no way back in time."""


@transaction.atomic
def evaluate(*, on: date, now: datetime, only_touched: bool = False) -> Evaluation:
    """Evaluate every indicator for every active customer at a business date; run again, it doubles nothing (WRN-3).

    Facts up to the last whole month that is there are compared; silence and visits count to the day. Evaluations wait
    for each other. With `only_touched` what the facts say is asked again only of customers whose facts changed since
    the last evaluation, held against the same months, and totals of units wait for the night; where more than that
    has changed, everybody is evaluated all the same. Raises GoesBack if a later day was evaluated.
    """
    started = time.monotonic()
    work = Work(on=on, now=now)
    with connection.execute_wrapper(work.tally):
        work.execute(statements.TAKE_TURN)
        if Evaluation.objects.filter(on__gt=on, finished_at__isnull=False).exists():
            raise GoesBack(str(on))
        work.execute(MEMORY)
        # Checks that wait for the commit make a queue, which the triggers of the history walk through for every row.
        work.execute("SET CONSTRAINTS ALL IMMEDIATE")
        imports = _imports()
        asked = asked_on(work, on)
        renewed = keeping.keep(work, asked.basis, asked.of_customers)
        few = only_touched and renewed and was_known(asked.known)
        among = _of_few(work, asked) if few else ""
        work.execute(statements.WAITED_FOR.format(among=among))
        moved = _market(work, asked)
        _keep_movement(moved, asked.basis.month)
        _measure(work, asked, moved, few=few)
        if not few:
            _count_units(work, asked)
        raised, units = _write(work, among), []
        if not few:
            units = _write_units(work)
        send(raised, units, now=now)
        signs = work.execute("SELECT count(*) FROM early_sign")[0][0]
        work.execute("SET CONSTRAINTS ALL DEFERRED")
        notes.forget(work)
        work.execute("DROP TABLE early_known, early_value, early_sign, early_seen")
        work.execute(f"DROP TABLE IF EXISTS early_unit, early_open; TRUNCATE {asked.basis.few}")
    evaluation, _ = Evaluation.objects.select_for_update().get_or_create(on=on, defaults={"started_at": now})
    evaluation.month, evaluation.known_until, evaluation.finished_at = asked.known.month, asked.known.until, now
    evaluation.imports = imports
    evaluation.statements = work.count
    if not few:
        evaluation.customers, evaluation.signs = KeptBasis.objects.get().customers, signs
    evaluation.opened += len(raised)
    evaluation.unit_opened += len(units)
    evaluation.milliseconds = round((time.monotonic() - started) * 1000)
    evaluation.save()
    return evaluation


def _of_few(work: Work, asked: Asked) -> str:
    """What leaves out the reports of those who are as the last evaluation saw them."""
    work.execute(statements.OPEN_OF_FEW.format(few=asked.basis.few))
    work.execute("ANALYZE early_open")
    return statements.OF_FEW


def find(work: Work, indicators: Sequence[Indicator], known: rules.Known, *, past: bool = False) -> None:
    """Measure everybody into temporary tables, from the facts themselves, to try what is not in force.

    In the `past` those are measured too who bought then and gave up since.
    """
    asked = Asked(indicators, known, "early_basis")
    customers, basis = asked.of_customers, asked.basis
    work.values |= asked.values
    with merged(work) as ranges:
        rows = gates.rows(customers, basis, basis.everybody(past=past, ranges=ranges))
        work.execute(f"CREATE TEMP TABLE {basis.table} ON COMMIT DROP AS {rows}")
    work.execute(f"CREATE UNIQUE INDEX ON {basis.table} (id)")
    work.execute(f"ANALYZE {basis.table}")
    work.execute(f"CREATE TEMP TABLE {basis.ledger} ON COMMIT DROP AS {figures.ledger(customers, basis)}")
    work.execute(statements.NOTHING_WAITED_FOR)
    _measure(work, asked, _market(work, asked))
    _count_units(work, asked)


def forget(work: Work) -> None:
    """Drop what `find` has made."""
    work.execute("DROP TABLE early_basis, early_basis_moved, early_known, early_value, early_sign, early_unit")


def _market(work: Work, asked: Asked) -> figures.Market:
    return figures.market_of(asked.of_customers, work.execute(figures.market(asked.of_customers, asked.basis)))


def _keep_movement(moved: figures.Market, month: date) -> None:
    """What the signs of a month are told against, for whoever looks back; a kind without anybody has not moved."""
    kept = [
        Movement(indicator_id=pk, kind=kind, month=month, value=by_kind.get(kind, Decimal(1)))
        for pk, by_kind in moved.items()
        for kind in Customer.Kind.values
    ]
    unique = ["indicator", "kind", "month"]
    Movement.objects.bulk_create(kept, update_conflicts=True, unique_fields=unique, update_fields=["value"])


def _measure(work: Work, asked: Asked, moved: figures.Market, *, few: bool = False) -> None:
    """Signs of customers, from a basis, in the tables `early_value` and `early_sign`."""
    work.execute("ANALYZE early_known")
    customers = asked.of_customers
    for sql in compiling.candidates(customers, _loosest(customers), asked.basis, moved, few=few):
        work.execute(sql)
    work.execute("ANALYZE early_candidate")
    work.execute(statements.LINES)
    work.execute(statements.VALUES)
    work.execute("DROP TABLE early_candidate, early_line")
    work.execute("CREATE TEMP TABLE early_sign ON COMMIT DROP AS SELECT * FROM early_value WHERE level IS NOT NULL")
    work.execute("ANALYZE early_value, early_sign")


def _count_units(work: Work, asked: Asked) -> None:
    units = [each.pk for each in asked.indicators if each.of_indicator_id is not None]
    work.execute(statements.COUNT_UNITS.format(ledger=asked.basis.ledger), unit_indicators=units)
    causes.count(work, asked.indicators)


def _write(work: Work, among: str) -> list[int]:
    """Reports, signs, effects; gives the keys of new reports. `among` leaves out reports that nothing happened to."""
    work.execute(statements.FORGET_SETTLED)
    raised = [pk for (pk,) in work.execute(statements.RAISE)]
    if _outgrown(work, "warnings_earlywarning", len(raised)):
        work.execute("ANALYZE warnings_earlywarning")
    work.execute(statements.TELL_OF_RAISED, raised=raised)
    work.execute(statements.COMPARE_SIGNS)
    work.execute(statements.TELL_OF_SIGNS)
    work.execute(statements.RENEW_SIGNS)
    work.execute(statements.ADD_SIGNS)
    if _outgrown(work, "warnings_sign", work.written):
        work.execute("ANALYZE warnings_sign")
    work.execute(statements.CALM_SIGNS)
    work.execute(statements.TELL_OF_RETURN.format(among=among))
    work.execute(statements.SETTLE_LEVELS.format(among=among))
    work.execute(statements.MEASURE_EFFECTS)
    return raised


def _outgrown(work: Work, table: str, added: int) -> bool:
    """Whether the planner takes a table for a much smaller one than it has become."""
    ((rows,),) = work.execute("SELECT reltuples FROM pg_class WHERE oid = %(table)s::regclass", table=table)
    return added > max(MANY, int(rows) // 5)


def _write_units(work: Work) -> list[int]:
    """What totals and ratios of units come to; gives the keys of new unit warnings."""
    work.execute(statements.TELL_OF_UNITS)
    units = [pk for (pk,) in work.execute(statements.RAISE_UNITS)]
    work.execute(statements.RENEW_UNITS)
    work.execute(statements.MEASURE_UNIT_EFFECTS)
    return units


def evaluate_night(*, on: date, now: datetime) -> Evaluation | None:
    """The night's evaluation, asked for again and again: once a day, and when facts were imported since (WRN-3)."""
    if Evaluation.objects.filter(on=on, finished_at__isnull=False).exists():
        return evaluate_after_imports(now=now)
    return evaluate(on=on, now=now)


def evaluate_after_imports(*, now: datetime) -> Evaluation | None:
    """Evaluate today again if facts were imported that the last evaluation has not seen; None if there is nothing new.

    They are counted, not dated: an import that began before an evaluation and ended after it is new all the same.
    """
    last = Evaluation.objects.filter(finished_at__isnull=False).order_by("-on").first()
    if last is not None and last.imports == _imports():
        return None
    return evaluate(on=timezone.localdate(now), now=now, only_touched=True)


def _imports() -> int:
    return FileImport.objects.filter(Q(created__gt=0) | Q(changed__gt=0)).count()


def _loosest(indicators: Sequence[Indicator]) -> dict[int, gates.Loosest]:
    """The line beyond which a value can matter at all, by indicator and importance."""
    falling = {each.pk: each.falling for each in indicators}
    found: dict[int, gates.Loosest] = {}
    lines = Threshold.objects.filter(indicator_id__in=falling).values_list(
        "indicator_id", "importance", "breach", "near"
    )
    for pk, importance, breach, near in lines:
        outer = max if falling[pk] else min
        by_importance = found.setdefault(pk, dict.fromkeys(Customer.Importance.values))
        for each in [importance] if importance else Customer.Importance.values:
            known = by_importance[each]
            by_importance[each] = outer(near, breach) if known is None else outer(known, near, breach)
    return found
