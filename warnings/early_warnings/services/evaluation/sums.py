"""The basis: a row of sums for every active customer, in one pass over the facts. Sums that are the same are one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from early_warnings import rules
from early_warnings.measures import MEASURES, Source
from early_warnings.models import Indicator

#: A customer has a usual gap after so many orders, in so many months of the year. It is at least so many days, so that
#: the shipped line of 3.25 gaps is four weeks at least: an earlier alarm would too often be wrong (docs/indicators.md).
LEAST_ORDERS, LEAST_MONTHS, LEAST_GAP = 12, 6, "8.6"

#: Those who bought shortly before the month's end, and gave up since.
_GAVE_UP_SINCE = """ OR (c.status <> 'active' AND EXISTS (
    SELECT 1 FROM accounts_monthlyfact m WHERE m.customer_id = c.id AND (m.quantity > 0 OR m.amount > 0)
        AND m.month > '{month}'::date - interval '3 months' AND m.month <= '{month}'))"""


@dataclass
class Basis:
    """Which sums the indicators need, the columns they are in, and the SQL that makes them."""

    indicators: Sequence[Indicator]
    month: date
    until: date | None
    table: str
    #: Which months of which column of the facts a sum is of, by its name.
    summed: dict[str, tuple[str, rules.Window]] = field(init=False, default_factory=dict)
    #: The months that tell the usual gap, the newest first.
    ordered: list[date] = field(init=False, default_factory=list)
    _columns: dict[str, str] = field(init=False, default_factory=dict)
    _months: set[date] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        for each in self.indicators:
            if MEASURES[each.measure].source is Source.LAST:
                self._usual_gap()
                continue
            compared = self._windows_of(each)
            self._months |= compared.months
            for column, window in self._sums(each, compared):
                self._column(column, window)

    @property
    def ledger(self) -> str:
        """The table of what all rows sum up to."""
        return f"{self.table}_moved"

    @property
    def names(self) -> list[str]:
        """The columns of the sums."""
        return list(self._columns.values())

    def select(self, *, past: bool = False, touched: bool = False) -> str:
        """The rows: all, or those in `early_touched` to be made anew; of the `past` also those who gave up since.

        A month is a partition with a row a customer at most: joined one after another they are added up as they come,
        in parallel, while sums by customer would be carried along for everybody at once.
        """
        people = (
            "early_touched t JOIN accounts_customer c ON c.id = t.customer_id AND t.anew"
            if touched
            else "accounts_customer c"
        )
        months = " ".join(
            f"LEFT JOIN accounts_monthlyfact {_of(month)} ON {_of(month)}.customer_id = c.id"
            f" AND {_of(month)}.month = '{month}'"
            for month in sorted(self._months, reverse=True)
        )
        columns = ["c.id, c.kind, c.unit_id, c.importance, c.tier, c.service_class"]
        columns += [f"{sql} AS {name}" for sql, name in self._columns.items()]
        wanted = "c.status = 'active'" + (_GAVE_UP_SINCE.format(month=self.month) if past else "")
        return f"SELECT {', '.join(columns)} FROM {people} {months} WHERE {wanted}"

    def recent(self, each: Indicator) -> str:
        """The figure itself: the sum over the period, or the days since the last order."""
        if MEASURES[each.measure].source is Source.LAST:
            return f"('{self.until}'::date - b.last_on)::numeric"
        column, window = next(self._sums(each, self._windows_of(each)))
        return f"b.{self._column(column, window)}"

    def base(self, each: Indicator) -> str:
        """What it is compared with: a sum, a season to two places, or the usual gap."""
        if MEASURES[each.measure].source is Source.LAST:
            return (
                f"CASE WHEN b.orders_made >= {LEAST_ORDERS} AND b.months_bought >= {LEAST_MONTHS} THEN"
                f" greatest(round((b.last_on - b.first_on + 1)::numeric / b.orders_made, 2), {LEAST_GAP}) END"
            )
        names = [f"b.{self._column(*each_sum)}" for each_sum in self._sums(each, self._windows_of(each))]
        match names:
            case [_recent]:
                return "NULL::numeric"
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
    def _sums(each: Indicator, compared: rules.Windows) -> Iterator[tuple[str, rules.Window]]:
        """What is summed up: the column and its months, the figure first."""
        column = MEASURES[each.measure].sql
        yield column, compared.recent
        if compared.base is not None:
            yield MEASURES[each.base_measure].sql if each.comparison in rules.OF_TWO else column, compared.base
        for window in compared.trend or ():
            yield column, window

    def _column(self, column: str, window: rules.Window) -> str:
        """The name of a sum. Counts become numeric, or they would be divided as whole numbers."""
        months = [rules.months_back(window.last, back) for back in range(window.months)]
        name = self._named(" + ".join(f"coalesce({_of(month)}.{column}, 0)::numeric" for month in months), "s")
        self.summed[name] = column, window
        return name

    def _usual_gap(self) -> None:
        """First and last order of the year and of what is known since, in how many months, and how many orders."""
        first, month = rules.months_back(self.month, 11), (self.until or self.month).replace(day=1)
        months = []
        while month >= first:
            months.append(month)
            month = rules.months_back(month, 1)
        self._months.update(months)
        self.ordered = months

        def where_bought(sql: str, otherwise: str) -> list[str]:
            return [
                f"CASE WHEN {_of(month)}.quantity > 0 OR {_of(month)}.orders > 0"
                f" THEN {sql.format(of=_of(month), month=month, last_day=_last_day(month))} ELSE {otherwise} END"
                for month in months
            ]

        last = ", ".join(where_bought("coalesce({of}.last_order_on, '{last_day}')", "NULL"))
        begun = ", ".join(where_bought("'{month}'::date", "NULL"))
        orders = " + ".join(where_bought("greatest({of}.orders, 1)", "0"))
        self._named(f"greatest({last})", "last_on")
        self._named(f"least({begun})", "first_on")
        self._named(f"({orders})::bigint", "orders_made")
        self._named(f"({' + '.join(where_bought('1', '0'))})::bigint", "months_bought")

    def _named(self, sql: str, name: str) -> str:
        own = f"s{len(self._columns) + 1}" if name == "s" else name
        return self._columns.setdefault(sql, own)


def _of(month: date) -> str:
    """The alias of a month's facts."""
    return f"m{month:%Y%m}"


def _last_day(month: date) -> date:
    return rules.months_back(month, -1) - timedelta(days=1)


def _is_level(measure: str) -> bool:
    return MEASURES[measure].source is Source.LEVEL
