"""The basis: a row for every active customer, with each month of the facts that the indicators need (`months.parts`).

Sums over windows are added up from parts where they are asked for. Sums that are the same are one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from early_warnings import rules
from early_warnings.measures import MEASURES, Source
from early_warnings.models import Indicator
from early_warnings.services.months.parts import BOUGHT, DAY_0, ORDERS, Part, in_hundredths, joined, unread
from early_warnings.services.months.ranges import WHOLE, Range, Ranges, within
from early_warnings.services.months.work import FENCE

#: A customer has a usual gap after so many orders, in so many months of the year. It is 8.6 days at least, so that the
#: shipped line of 3.25 gaps is four weeks at least: an earlier alarm would too often be wrong (docs/indicators.md).
LEAST_ORDERS, LEAST_MONTHS, LEAST_GAP = 12, 6, 860

#: Those who bought shortly before the month's end, and gave up since.
_GAVE_UP_SINCE = """ OR (c.status <> 'active' AND EXISTS (
    SELECT 1 FROM accounts_monthlyfact m WHERE m.customer_id = c.id AND (m.quantity > 0 OR m.amount > 0)
        AND m.month > '{month}'::date - interval '3 months' AND m.month <= '{month}'))"""

_ACTIVE = "c.status = 'active'"


@dataclass
class Basis:
    """Which parts the indicators need, the sums they come to, and the SQL that makes both."""

    indicators: Sequence[Indicator]
    month: date
    until: date | None
    table: str
    #: The months that tell the usual gap, the oldest first.
    ordered: list[date] = field(init=False, default_factory=list)
    #: In their order, each once.
    _parts: dict[Part, None] = field(init=False, default_factory=dict)
    #: The name of a sum by its SQL over the parts.
    _sums: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for each in self.indicators:
            if MEASURES[each.measure].source is Source.LAST:
                self._usual_gap()
                continue
            for column, window in self._sums_of(each, self._windows_of(each)):
                self._sum(column, window)

    @property
    def ledger(self) -> str:
        """The table of what all rows sum up to."""
        return f"{self.table}_moved"

    @property
    def few(self) -> str:
        """The table of the rows that are others than the last evaluation saw."""
        return f"{self.table}_few"

    @property
    def parts(self) -> list[Part]:
        return list(self._parts)

    def everybody(self, *, past: bool = False, ranges: Ranges = WHOLE) -> str:
        """The parts of every active customer; of the `past` also of those who gave up since."""
        wanted = _ACTIVE + (_GAVE_UP_SINCE.format(month=self.month) if past else "")
        return self._in_ranges(ranges, "accounts_customer c", f"({wanted})")

    def moved_on(self, kept: Collection[str], *, ranges: Ranges = WHOLE) -> str:
        """Everybody as they were kept, under another name while the new rows are made, with what was not kept."""
        return self._in_ranges(ranges, f"{self.table}_before c", "true", kept)

    def renewed(self, rows: str, kept: Collection[str]) -> str:
        """Those of whom only months changed, from their `rows` as they were, with the parts `kept` of these."""
        return self._select(f"{rows} c", "NOT c.changed", kept)

    def of_changed(self) -> str:
        """Those whose state or classes changed, or who have come since."""
        return self._select("early_touched t JOIN accounts_customer c ON c.id = t.customer_id AND t.changed", _ACTIVE)

    def _in_ranges(self, ranges: Ranges, people: str, wanted: str, kept: Collection[str] = ()) -> str:
        return " UNION ALL ".join(
            f"({self._select(people, wanted + within('c.id', each), kept, each)})" for each in ranges
        )

    def _select(self, people: str, wanted: str, kept: Collection[str] = (), each: Range | None = None) -> str:
        """The parts of some customers `c`: those kept as they stand in that row, all others from the facts."""
        columns = ["c.id, c.kind, c.unit_id, c.importance, c.tier, c.service_class"]
        columns += [
            f"c.{part.name}" if part.name in kept else f"{part.of_facts} AS {part.name}" for part in self._parts
        ]
        # what is read from many months is not to be written out again wherever it is asked for
        fence = "" if kept else FENCE
        months = joined(unread(self._parts, kept), each)
        return f"SELECT {', '.join(columns)} FROM {people} {months} WHERE {wanted} {fence}"

    def summed(self, rows: str) -> str:
        """Rows of parts with their sums; only those that are asked for are added up."""
        columns = ["b.*", *(f"{sql} AS {name}" for sql, name in self._sums.items())]
        return f"(SELECT {', '.join(columns)} FROM {rows} b {FENCE})"

    def recent(self, each: Indicator, number: str = "numeric") -> str:
        """The figure itself: the sum over the period, or the days since the last order."""
        if MEASURES[each.measure].source is Source.LAST:
            return f"('{self.until}'::date - b.last_on)::{number}"
        return self._figures(each, number)[0]

    def base(self, each: Indicator, number: str = "numeric") -> str:
        """What it is compared with: a sum, a season to two places, or the usual gap."""
        if MEASURES[each.measure].source is Source.LAST:
            return _figure("b.usual_gap", number, hundredths=True)
        match self._figures(each, number):
            case [_recent]:
                return f"NULL::{number}"
            case [_recent, base]:
                return base
            case [_recent, last_year, before, year_before]:
                moved = f"round({before} / nullif({year_before}, 0), 4)"
                trend = f"least(greatest({moved}, {rules.LEAST_TREND}), {rules.LARGEST_TREND})"
                return f"round({last_year} * CASE WHEN {year_before} > 0 THEN {trend} ELSE 1 END, 2)"
        raise ValueError(each.comparison)

    def months_of(self, each: Indicator) -> tuple[int, int]:
        """How many months the figure, and what it is compared with, are sums of: both are told a month."""
        if MEASURES[each.measure].source is Source.LAST:
            return 1, 1
        compared = self._windows_of(each)
        return compared.recent.months, compared.base.months if compared.base else 1

    def _windows_of(self, each: Indicator) -> rules.Windows:
        """The months that an indicator compares; a level is read at the last month of its period."""
        comparison = rules.Comparison(each.comparison)
        found = rules.windows(comparison, self.month, 1 if _is_level(each.measure) else each.period, each.base_period)
        if comparison in rules.OF_TWO:
            whole = 1 if _is_level(each.base_measure) else each.period
            return rules.Windows(found.recent, rules.window(self.month, whole))
        return found

    @staticmethod
    def _sums_of(each: Indicator, compared: rules.Windows) -> Iterator[tuple[str, rules.Window]]:
        """What is summed up: the column and its months, the figure first."""
        column = MEASURES[each.measure].sql
        yield column, compared.recent
        if compared.base is not None:
            yield MEASURES[each.base_measure].sql if each.comparison in rules.OF_TWO else column, compared.base
        for window in compared.trend or ():
            yield column, window

    def _figures(self, each: Indicator, number: str) -> list[str]:
        return [
            _figure(f"b.{self._sum(column, window)}", number, hundredths=in_hundredths(column))
            for column, window in self._sums_of(each, self._windows_of(each))
        ]

    def _sum(self, column: str, window: rules.Window) -> str:
        """The name of a sum."""
        parts = [self._part(column, rules.months_back(window.last, back)) for back in range(window.months)]
        return self._named(" + ".join(f"{part}::bigint" for part in parts), f"s{len(self._sums) + 1}")

    def _usual_gap(self) -> None:
        """The last order of the year and of what is known since, and the own usual gap between orders.

        The gap counts from the first month with an order to the last order, by the number of orders.
        """
        if self.ordered:
            return
        last, month = (self.until or self.month).replace(day=1), rules.months_back(self.month, 11)
        while month <= last:
            self.ordered.append(month)
            month = rules.months_back(month, -1)
        parts = [self._part(BOUGHT, month) for month in self.ordered]
        begun = ", ".join(
            f"CASE WHEN {part} IS NOT NULL THEN '{month}'::date END"
            for part, month in zip(parts, self.ordered, strict=True)
        )
        orders = " + ".join(f"coalesce({part} & {ORDERS}, 0)" for part in parts)
        last_on = f"('{DAY_0}'::date + (greatest({', '.join(parts)}) >> 32)::int)"
        # whole hundredths, rounded up from the half on; the orders, a long sum, written out once
        gap = f"(200 * ({last_on} - coalesce({begun}) + 1) / ({orders}) + 1) / 2"
        known = f"num_nonnulls({', '.join(parts)}) >= {LEAST_MONTHS} AND {orders} >= {LEAST_ORDERS}"
        self._named(last_on, "last_on")
        self._named(f"CASE WHEN {known} THEN greatest({gap}, {LEAST_GAP}) END", "usual_gap")

    def _part(self, column: str, month: date) -> str:
        part = Part(column, month)
        self._parts[part] = None
        return f"b.{part.name}"

    def _named(self, sql: str, name: str) -> str:
        return self._sums.setdefault(sql, name)


def _figure(sql: str, number: str, *, hundredths: bool) -> str:
    """A sum as the figure it stands for: exact, as the `double precision` nearest to it, or as the `bigint` it is."""
    if not hundredths or number == "bigint":
        return f"{sql}::{number}"
    return f"({sql} * 0.01)" if number == "numeric" else f"({sql} / '100'::{number})"


def _is_level(measure: str) -> bool:
    return MEASURES[measure].source is Source.LEVEL
