"""Causes of complaints that rise in a unit, beside its totals and ratios (CMP-6): five statements for all units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from duties.services import Opening
from early_warnings import rules
from early_warnings.measures import MEASURES
from early_warnings.models import Indicator, UnitWarning
from early_warnings.rules import rising
from early_warnings.services.months.work import Work

_BEGAN = """
    SELECT (min(closed_at) AT TIME ZONE 'Asia/Shanghai')::date FROM complaints_complaint WHERE step = 'closed'
"""
#: A complaint counts for the unit that its customer belongs to now, with the whole past: so do its customers.
_CLOSED = """
    SELECT asked.indicator_id, u.path, count(*) FILTER (WHERE closed.on_day >= asked.recent_from),
        count(*) FILTER (WHERE closed.on_day < asked.recent_from)
    FROM unnest(%(indicators)s::bigint[], %(causes)s::text[], %(before_froms)s::date[], %(recent_froms)s::date[])
        AS asked (indicator_id, cause, before_from, recent_from)
    JOIN complaints_complaint c ON c.step = 'closed' AND c.cause = asked.cause
        AND c.closed_at >= asked.before_from::timestamp AT TIME ZONE 'Asia/Shanghai'
        AND c.closed_at < %(on)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
    CROSS JOIN LATERAL (SELECT (c.closed_at AT TIME ZONE 'Asia/Shanghai')::date AS on_day) closed
    JOIN accounts_customer k ON k.id = c.customer_id
    JOIN accounts_orgunit u ON u.id = k.unit_id
    GROUP BY asked.indicator_id, u.path
"""
_OPEN = """
    SELECT w.indicator_id, u.path, w.opened_on, w.among
    FROM warnings_unitwarning w JOIN accounts_orgunit u ON u.id = w.unit_id
    WHERE w.indicator_id = ANY(%(indicators)s::bigint[]) AND w.state <> 'closed' AND w.opened_on <= %(on)s
"""
_LINES = """
    SELECT t.indicator_id, t.breach, t.near, u.path
    FROM warnings_threshold t LEFT JOIN accounts_orgunit u ON u.id = t.unit_id
    WHERE t.indicator_id = ANY(%(indicators)s::bigint[])
"""
_ADD = """
    INSERT INTO early_unit (indicator_id, unit_id, counted, among, expected, value, level, line)
    SELECT * FROM unnest(%(indicator)s::bigint[], %(unit)s::bigint[], %(counted)s::bigint[], %(among)s::bigint[],
        %(expected)s::numeric[], %(value)s::numeric[], %(level)s::text[], %(line)s::numeric[])
"""


def count(work: Work, indicators: Sequence[Indicator]) -> None:
    """Add the units where a cause rises to the table `early_unit`, and those whose warning is open, rising or not.

    Whole days are counted, the one before the evaluation last.
    """
    causes = [each for each in indicators if each.family == Indicator.Family.CAUSE]
    began: date | None = work.execute(_BEGAN)[0][0] if causes else None
    if began is None:
        return
    on: date = work.values["on"]
    asked = {
        "indicators": [each.pk for each in causes],
        "causes": [MEASURES[each.measure].sql for each in causes],
        "before_froms": [_before_from(each, on) for each in causes],
        "recent_froms": [recent_from(each, on) for each in causes],
    }
    own: dict[int, dict[str, rising.Counts]] = {each.pk: {} for each in causes}
    for indicator, path, recent, before in work.execute(_CLOSED, **asked):
        own[indicator][path] = rising.Counts(recent, before)
    held: dict[int, dict[str, tuple[date, int]]] = {each.pk: {} for each in causes}
    for indicator, path, opened_on, among in work.execute(_OPEN, **asked):
        held[indicator][path] = (opened_on, among)
    lines: dict[int, list[rules.Line]] = {each.pk: [] for each in causes}
    for indicator, breach, near, unit_path in work.execute(_LINES, **asked):
        lines[indicator].append(rules.Line(breach, near, unit_path=unit_path))
    found = [
        row for each in causes for row in _Judged(each, on, began, lines[each.pk]).rows(own[each.pk], held[each.pk])
    ]
    names = ("indicator", "unit", "counted", "among", "expected", "value", "level", "line")
    columns = zip(*found, strict=True) if found else ([] for _ in names)
    work.execute(_ADD, **{name: list(values) for name, values in zip(names, columns, strict=True)})


def recent_from(indicator: Indicator, on: date) -> date:
    """The first day of the period that an evaluation of a day looks at; the day before it is the last."""
    return on - timedelta(days=rising.days_of(indicator.period))


def _before_from(indicator: Indicator, on: date) -> date:
    return recent_from(indicator, on) - timedelta(days=rising.days_of(indicator.base_period))


def _days(indicator: Indicator, on: date, began: date) -> rising.Days:
    """How long the period is, and the time before it since complaints are kept."""
    first = recent_from(indicator, on)
    before = first - max(_before_from(indicator, on), began)
    return rising.Days((on - first).days, max(before.days, 0))


#: Indicator, unit, complaints of the period and before it, expected, times, level, line.
Row = tuple[int, int, int, int, Decimal, Decimal, str | None, Decimal]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One cause on a day."""

    indicator: Indicator
    on: date
    began: date
    lines: list[rules.Line]

    def rows(self, own: dict[str, rising.Counts], held: dict[str, tuple[date, int]]) -> Iterator[Row]:
        """A warning that is open goes on being held against the time before it was raised.

        Otherwise a cause that stays as bad as it is would seem solved as soon as the bad months are the months before.
        """
        whole, now = rising.whole(own), _days(self.indicator, self.on, self.began)
        for path in rising.told(own, lambda path, counts: self._rises(path, counts, now), held):
            yield from self._row(path, whole[path], now)
        for path, (opened_on, among) in held.items():
            counts = rising.Counts(whole[path].recent if path in whole else 0, among)
            yield from self._row(path, counts, _days(self.indicator, opened_on, self.began))

    def _rises(self, path: str, counts: rising.Counts, span: rising.Days) -> bool:
        line = self._line(path)
        return line is not None and rising.rises(counts, span, least=self.indicator.least_base, line=line.near)

    def _row(self, path: str, counts: rising.Counts, span: rising.Days) -> Iterator[Row]:
        line = self._line(path)
        if line is None or not span.tell:
            return
        value = rising.times(counts, span)
        level = rules.level_of(value, line, falling=False) if self._rises(path, counts, span) else None
        crossed = line.breach if level == rules.Level.BREACH else line.near
        unit = int(path.strip("/").rsplit("/", 1)[-1])
        expected = rising.expected(counts.before, span)
        yield self.indicator.pk, unit, counts.recent, counts.before, expected, value, level, crossed

    def _line(self, path: str) -> rules.Line | None:
        return rules.most_exact(self.lines, importance="", tier=0, service_class=0, unit_path=path)


def openings(warnings: Sequence[UnitWarning]) -> list[Opening]:
    """What the manager of each unit is asked: to say what is done about it (WRN-4, WRN-5)."""
    return [
        Opening(
            subject_id=each.pk,
            unit=each.unit,
            variant=each.unit.kind,
            details={
                "number": each.number,
                "unit": each.unit.name,
                "cause": MEASURES[each.indicator.measure].sql,
                "counted": each.counted,
                "expected": f"{each.expected:.1f}",
                "days": rising.days_of(each.indicator.period),
            },
        )
        for each in warnings
    ]
