"""A line tried before it is set: who would be over it now (WRN-8). Nothing of it stays."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from early_warnings.models import Indicator, Threshold
from early_warnings.services.evaluation.knowing import known_on
from early_warnings.services.evaluation.running import find, forget
from early_warnings.services.months.work import Work


@dataclass(frozen=True, slots=True)
class Crossing:
    """How many customers, or branches, are over the breach line, and how many only over the near-breach line."""

    breach: int
    near: int


@transaction.atomic
def preview(*, line: Threshold, breach: Decimal, near: Decimal, on: date) -> tuple[Crossing, Crossing]:
    """Who is over the lines of this indicator now, and who would be with this line set so, in the whole company."""
    with transaction.atomic():
        before = crossing(line.indicator, on)
        Threshold.objects.filter(pk=line.pk).update(breach=breach, near=near)
        after = crossing(line.indicator, on)
        transaction.set_rollback(True)
    return before, after


def crossing(indicator: Indicator, on: date) -> Crossing:
    """How many are over the lines of an indicator on a day."""
    work = Work(on=on)
    about_customers = indicator.family == Indicator.Family.CUSTOMER
    measured = [indicator] if about_customers else [indicator.of_indicator, indicator]
    find(work, [each for each in measured if each is not None], known_on(work, on))
    table = "early_sign" if about_customers else "early_unit"
    counts = dict(work.execute(f"SELECT level, count(*) FROM {table} WHERE level IS NOT NULL GROUP BY level"))
    forget(work)
    return Crossing(counts.get("breach", 0), counts.get("near", 0))
