"""Whom a proposed indicator would hit today, and which line decides for each (WRN-1). Nothing of it stays."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import OperationalError, transaction

from accounts.models import Customer, OrgUnit, Person
from duties.models import EscalationStep
from early_warnings.models import EarlyWarning, Indicator, Threshold
from early_warnings.services.evaluation.knowing import known_on
from early_warnings.services.evaluation.running import find
from early_warnings.services.evaluation.sending import REPORT, UNIT_REPORT
from early_warnings.services.lines import winning_line
from early_warnings.services.months.work import Work

#: A page may think for so long; more belongs to a trial, which runs beside it.
_PATIENCE = "15s"


class TooLong(Exception):
    """The company is too large for a look from a page."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer, or a unit, over a line: its value, its level, and the line that won."""

    customer: Customer | None
    unit: OrgUnit
    value: Decimal
    level: str
    line: Threshold | None
    has_report: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """How many in the whole company, at which desks, and the first of those that one may see."""

    breach: int
    near: int
    known: int
    desks: list[tuple[str, int]]
    shown: list[Hit]


@transaction.atomic
def hit_now(*, indicator: Indicator, person: Person, on: date, most: int = 15) -> Hits:
    """Who would be over the lines of this indicator today. Raises TooLong."""
    with transaction.atomic():
        work = Work(on=on)
        work.execute(f"SET LOCAL statement_timeout = '{_PATIENCE}'")
        try:
            measured = [each for each in (indicator.of_indicator, indicator) if each is not None]
            find(work, measured, known_on(work, on))
        except OperationalError as canceled:
            raise TooLong from canceled
        about_units = indicator.family != Indicator.Family.CUSTOMER
        found = _units(work, indicator) if about_units else _customers(work, indicator, person, most)
        transaction.set_rollback(True)
    return found


def _customers(work: Work, indicator: Indicator, person: Person, most: int) -> Hits:
    levels = dict(work.execute("SELECT level, count(*) FROM early_sign GROUP BY level"))
    (known,) = work.execute(
        "SELECT count(*) FROM early_sign s JOIN warnings_earlywarning w USING (customer_id) WHERE w.state <> 'closed'"
    )[0]
    roles = dict(EscalationStep.objects.filter(rule__kind=REPORT, level=1).values_list("rule__variant", "role"))
    desks: dict[str, int] = {}
    for importance, count in work.execute(
        "SELECT b.importance, count(*) FROM early_sign s JOIN early_basis b ON b.id = s.customer_id GROUP BY 1"
    ):
        role = roles.get(importance, roles.get("", ""))
        desks[role] = desks.get(role, 0) + count
    values = {pk: (value, level) for pk, value, level in work.execute(_WORST, falling=indicator.falling)}
    seen = Customer.objects.visible_to(person).select_related("unit").in_bulk(list(values))
    shown = [seen[pk] for pk in values if pk in seen][:most]
    reported = set(EarlyWarning.objects.open().filter(customer__in=shown).values_list("customer_id", flat=True))
    lines = list(indicator.thresholds.select_related("unit"))
    return Hits(
        breach=levels.get("breach", 0),
        near=levels.get("near", 0),
        known=known,
        desks=sorted(desks.items(), key=lambda desk: -desk[1]),
        shown=[
            Hit(each, each.unit, *values[each.pk], winning_line(lines, each), each.pk in reported) for each in shown
        ],
    )


def _units(work: Work, indicator: Indicator) -> Hits:
    rows = work.execute(
        "SELECT unit_id, value, level FROM early_unit WHERE level IS NOT NULL ORDER BY level, value DESC"
    )
    units = OrgUnit.objects.in_bulk([pk for pk, _value, _level in rows])
    role = EscalationStep.objects.filter(rule__kind=UNIT_REPORT, level=1).values_list("role", flat=True).first() or ""
    lines = list(indicator.thresholds.select_related("unit"))
    hits = [Hit(None, units[pk], value, level, _line_of_unit(lines, units[pk]), False) for pk, value, level in rows]
    breach = sum(1 for each in hits if each.level == "breach")
    return Hits(breach, len(hits) - breach, 0, [(role, len(hits))] if hits else [], hits[:15])


def _line_of_unit(lines: list[Threshold], unit: OrgUnit) -> Threshold | None:
    fitting = [line for line in lines if line.unit is None or unit.path.startswith(line.unit.path)]
    return max(fitting, key=lambda line: len(line.unit.path) if line.unit else 0, default=None)


#: The worst thousand, breaches first: whoever may see only a few of them still sees the worst of theirs.
_WORST = """
    SELECT customer_id, value, level FROM early_sign
    ORDER BY level, CASE WHEN %(falling)s THEN value ELSE -value END, customer_id LIMIT 1000
"""
