"""What files of monthly facts and of order days share: figures of known customers, each row dated (CUS-8)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.backends.utils import CursorWrapper

from accounts.models import Customer, FileImport, Person
from accounts.services.facts import ensure_partitions
from accounts.services.imports.columns import Column
from accounts.services.imports.errors import RowError
from accounts.services.imports.matching import Match
from accounts.services.imports.outcome import Change, Plan
from accounts.services.imports.staging import TABLE, Derived, analyze, find, ids_of

FIRST_DAY = date(2000, 1, 1)
SAMPLE = 20


class PeriodImport:
    """One file of figures by customer and period, in its staging table.

    `period` is the column that dates a row, `pattern` how PostgreSQL writes it; `partitioned` are the tables whose
    partitions are made together. `fields` are the figures of a row with what a new row holds where the file is silent.
    """

    columns: Collection[Column]
    derived: Sequence[Derived] = ()
    period: ClassVar[str]
    pattern: ClassVar[str]
    partitioned: ClassVar[Sequence[str]]
    kind: FileImport.Kind
    table: str
    keys: Sequence[str]
    fields: Mapping[str, str]

    def __init__(self, *, match: Match, by: Person | None, today: date, skip_unknown: bool) -> None:
        self.by, self.today, self.skip_unknown = by, today, skip_unknown
        self.names = match.names
        self.rows = TABLE
        self.skipped = 0
        #: The first and the last period of the file, so that PostgreSQL opens only the partitions concerned.
        self.span: tuple[date | None, date | None] = (None, None)

    @property
    def measures(self) -> list[str]:
        """The figures that the file holds."""
        return [name for name in self.names if name in self.fields]

    @property
    def latest(self) -> date:
        """The last period that a file may name."""
        return self.today

    def prepare(self, cursor: CursorWrapper) -> None:
        """Find the customers, within what the importer may see (ORG-4)."""
        visible = Customer.objects.visible_to(self.by) if self.by else Customer.objects.all()
        ids, params = ids_of(visible)
        cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN customer_id bigint")
        cursor.execute(
            f"UPDATE {TABLE} r SET customer_id = c.id FROM accounts_customer c"
            f" WHERE c.code = r.code AND c.id IN ({ids})",
            params,
        )
        if self.skip_unknown:
            cursor.execute(f"DELETE FROM {TABLE} WHERE customer_id IS NULL AND code IS NOT NULL")
            self.skipped = cursor.rowcount
        analyze(cursor)

    def check(self, cursor: CursorWrapper) -> list[RowError]:
        """What is wrong with the rows."""
        said = f"to_char({self.period}, '{self.pattern}')"
        errors = find(
            cursor,
            "unknown_customer",
            "code",
            f"SELECT row, code FROM {TABLE} WHERE customer_id IS NULL AND code IS NOT NULL",
        )
        errors += find(
            cursor,
            f"{self.period}_ahead",
            self.period,
            f"SELECT row, {said}, to_char(%s::date, '{self.pattern}') AS now FROM {TABLE} WHERE {self.period} > %s",
            [self.latest, self.latest],
        )
        errors += find(
            cursor,
            f"{self.period}_too_old",
            self.period,
            f"SELECT row, {said}, to_char(%s::date, '{self.pattern}') AS first FROM {TABLE} WHERE {self.period} < %s",
            [FIRST_DAY, FIRST_DAY],
        )
        return errors

    def _merged(self, name: str) -> str:
        """What the row will hold: the file's value, else what is there, else the default."""
        mine = f"r.{name}, " if name in self.measures else ""
        return f"COALESCE({mine}t.{name}, {self.fields[name]})"

    def _join(self) -> str:
        return " AND ".join(f"t.{key} = r.{key}" for key in self.keys)

    def _within(self) -> str:
        return f"t.{self.period} BETWEEN %s AND %s"

    def _differs(self) -> str:
        new = ", ".join(f"COALESCE(r.{name}, t.{name})" for name in self.measures)
        return f"ROW({new}) IS DISTINCT FROM ROW({', '.join(f't.{name}' for name in self.measures)})"

    def plan(self, cursor: CursorWrapper) -> Plan:
        """How many rows are new, how many change something, and some of the latter."""
        cursor.execute(f"SELECT min({self.period}), max({self.period}) FROM {self.rows}")
        first, last = self.span = cursor.fetchone()
        joined = f"FROM {self.rows} r LEFT JOIN {self.table} t ON {self._join()} AND {self._within()}"
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE t.customer_id IS NULL),"
            f" count(*) FILTER (WHERE t.customer_id IS NOT NULL AND {self._differs()}), count(*) {joined}",
            self.span,
        )
        created, changed, rows = cursor.fetchone()
        before = ", ".join(f"t.{name}, COALESCE(r.{name}, t.{name})" for name in self.measures)
        cursor.execute(
            f"SELECT r.row, r.code, to_char(r.{self.period}, '{self.pattern}'), t.customer_id IS NULL, {before}"
            f" {joined} WHERE t.customer_id IS NULL OR {self._differs()}"
            f" ORDER BY t.customer_id IS NULL, r.row LIMIT {SAMPLE}",
            self.span,
        )
        return Plan(
            created,
            changed,
            rows - created - changed,
            first and first.replace(day=1),
            last and last.replace(day=1),
            [self._change(found) for found in cursor.fetchall()],
        )

    def _change(self, found: tuple[Any, ...]) -> Change:
        row, code, period, new, *values = found
        pairs = zip(self.measures, values[::2], values[1::2], strict=True)
        fields = [] if new else [(name, _shown(old), _shown(now)) for name, old, now in pairs if old != now]
        return Change(row, f"{code} {period}", fields)

    def apply(self, cursor: CursorWrapper, plan: Plan, *, now: datetime) -> None:
        """Write what is new and what changed; rows that say the same as before are not touched."""
        cursor.execute(f"SELECT DISTINCT date_trunc('month', {self.period})::date FROM {self.rows}")
        months = [month for (month,) in cursor.fetchall()]
        ensure_partitions(months=months, tables=self.partitioned)
        if plan.changed:
            sets = ", ".join(f"{name} = COALESCE(r.{name}, t.{name})" for name in self.measures)
            cursor.execute(
                f"UPDATE {self.table} t SET {sets} FROM {self.rows} r"
                f" WHERE {self._join()} AND {self._within()} AND {self._differs()}",
                self.span,
            )
        if plan.created:
            values = [
                f"COALESCE(r.{name}, {default})" if name in self.measures else default
                for name, default in self.fields.items()
            ]
            cursor.execute(
                f"INSERT INTO {self.table} ({', '.join([*self.keys, *self.fields])})"
                f" SELECT {', '.join([f'r.{key}' for key in self.keys] + values)} FROM {self.rows} r"
                f" WHERE NOT EXISTS (SELECT FROM {self.table} t WHERE {self._join()} AND {self._within()})",
                self.span,
            )
        self.follow(months)

    def follow(self, months: Sequence[date]) -> None:
        """What else changes with the rows of these months."""


def _shown(value: object) -> str:
    return "" if value is None else str(value)
