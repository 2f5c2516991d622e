"""Importing monthly facts, whole or by product (CUS-8)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db.backends.utils import CursorWrapper

from accounts.models import Customer, FileImport, Person
from accounts.services.facts import ensure_partitions
from accounts.services.imports import fact_columns
from accounts.services.imports.columns import Column
from accounts.services.imports.errors import ImportRefused, RowError
from accounts.services.imports.matching import Match
from accounts.services.imports.outcome import Change, Plan
from accounts.services.imports.staging import TABLE, Derived, analyze, find, ids_of
from accounts.services.totals import add_up

FIRST_MONTH = date(2000, 1, 1)
SAMPLE = 20
_MEASURES = {column.name for column in fact_columns.MEASURES}
_PRODUCT_MEASURES = {column.name for column in fact_columns.PRODUCT_MEASURES}
_NULLABLE = {"stock", "agreed", "last_order_on"}


class FactsImport:
    """One file of facts, in its staging table."""

    columns: Collection[Column] = fact_columns.COLUMNS
    derived: Sequence[Derived] = ()

    def __init__(self, *, match: Match, by: Person | None, today: date, skip_unknown: bool) -> None:
        names = set(match.names)
        self.by, self.today, self.skip_unknown = by, today, skip_unknown
        self.by_product = "product" in names
        self.kind = FileImport.Kind.PRODUCT_FACTS if self.by_product else FileImport.Kind.FACTS
        self.table = "accounts_monthlyproductfact" if self.by_product else "accounts_monthlyfact"
        self.keys = ["month", "customer_id", *(["product"] if self.by_product else [])]
        self.measures = [name for name in match.names if name in _MEASURES]
        self.skipped = 0
        if not self.measures:
            raise ImportRefused([RowError("no_figures", values={"known": ", ".join(sorted(_MEASURES))})])
        if self.by_product and (wrong := [name for name in self.measures if name not in _PRODUCT_MEASURES]):
            raise ImportRefused([RowError("not_by_product", column=name) for name in wrong])

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
        this_month = self.today.replace(day=1)
        same = ", ".join(["code", "month", *(["product"] if self.by_product else [])])
        errors = find(
            cursor,
            "unknown_customer",
            "code",
            f"SELECT row, code FROM {TABLE} WHERE customer_id IS NULL AND code IS NOT NULL",
        )
        errors += find(
            cursor,
            "same_product" if self.by_product else "same_month",
            "code",
            f"SELECT row, code, other FROM"
            f" (SELECT row, {same}, min(row) OVER (PARTITION BY {same}) AS other FROM {TABLE}) AS found"
            f" WHERE row <> other AND ROW({same}) IS NOT NULL",
        )
        errors += find(
            cursor,
            "month_ahead",
            "month",
            f"SELECT row, to_char(month, 'YYYY-MM'), to_char(%s::date, 'YYYY-MM') AS now FROM {TABLE} WHERE month > %s",
            [this_month, this_month],
        )
        errors += find(
            cursor,
            "month_too_old",
            "month",
            f"SELECT row, to_char(month, 'YYYY-MM'), to_char(%s::date, 'YYYY-MM') AS first"
            f" FROM {TABLE} WHERE month < %s",
            [FIRST_MONTH, FIRST_MONTH],
        )
        if self.by_product:
            errors += find(cursor, "missing", "product", f"SELECT row, NULL FROM {TABLE} WHERE product IS NULL")
        elif {"overdue", "receivable"} & set(self.measures):
            errors += self._overdue_too_high(cursor)
        return errors

    def _overdue_too_high(self, cursor: CursorWrapper) -> list[RowError]:
        overdue, receivable = self._merged("overdue"), self._merged("receivable")
        column = "overdue" if "overdue" in self.measures else "receivable"
        return find(
            cursor,
            "overdue_above_receivable",
            column,
            f"SELECT r.row, {overdue}, {receivable} AS receivable"
            f" FROM {TABLE} r LEFT JOIN {self.table} t ON {self._join()} WHERE {overdue} > {receivable}",
        )

    def _merged(self, name: str) -> str:
        """What the fact will hold: the file's value, else what is there, else the default."""
        default = "NULL" if name in _NULLABLE else "0"
        mine = f"r.{name}, " if name in self.measures else ""
        return f"COALESCE({mine}t.{name}, {default})"

    def _join(self) -> str:
        return " AND ".join(f"t.{key} = r.{key}" for key in self.keys)

    def _differs(self) -> str:
        new = ", ".join(f"COALESCE(r.{name}, t.{name})" for name in self.measures)
        return f"ROW({new}) IS DISTINCT FROM ROW({', '.join(f't.{name}' for name in self.measures)})"

    def plan(self, cursor: CursorWrapper) -> Plan:
        """How many rows are new, how many change something, and some of the latter."""
        cursor.execute(f"SELECT min(month), max(month) FROM {TABLE}")
        first, last = cursor.fetchone()
        within = "t.month BETWEEN %s AND %s"  # so that PostgreSQL opens only the partitions concerned
        joined = f"FROM {TABLE} r LEFT JOIN {self.table} t ON {self._join()} AND {within}"
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE t.customer_id IS NULL),"
            f" count(*) FILTER (WHERE t.customer_id IS NOT NULL AND {self._differs()}) {joined}",
            [first, last],
        )
        created, changed = cursor.fetchone()
        before = ", ".join(f"t.{name}, COALESCE(r.{name}, t.{name})" for name in self.measures)
        cursor.execute(
            f"SELECT r.row, r.code, to_char(r.month, 'YYYY-MM'), t.customer_id IS NULL, {before} {joined}"
            f" WHERE t.customer_id IS NULL OR {self._differs()} ORDER BY t.customer_id IS NULL, r.row LIMIT {SAMPLE}",
            [first, last],
        )
        sample = [self._change(found) for found in cursor.fetchall()]
        return Plan(created, changed, first, last, sample)

    def _change(self, found: tuple[Any, ...]) -> Change:
        row, code, month, new, *values = found
        pairs = zip(self.measures, values[::2], values[1::2], strict=True)
        fields = [] if new else [(name, _shown(old), _shown(now)) for name, old, now in pairs if old != now]
        return Change(row, f"{code} {month}", fields)

    def apply(self, cursor: CursorWrapper, plan: Plan, *, now: datetime) -> None:
        """Write what is new and what changed; rows that say the same as before are not touched."""
        cursor.execute(f"SELECT DISTINCT month FROM {TABLE}")
        months = [month for (month,) in cursor.fetchall()]
        ensure_partitions(months=months)
        if plan.changed:
            sets = ", ".join(f"{name} = COALESCE(r.{name}, t.{name})" for name in self.measures)
            cursor.execute(
                f"UPDATE {self.table} t SET {sets} FROM {TABLE} r"
                f" WHERE {self._join()} AND t.month BETWEEN %s AND %s AND {self._differs()}",
                [plan.first_month, plan.last_month],
            )
        if plan.created:
            names = sorted(_PRODUCT_MEASURES if self.by_product else _MEASURES)
            values = [
                f"COALESCE(r.{n}, {'NULL' if n in _NULLABLE else '0'})" if n in self.measures else _default(n)
                for n in names
            ]
            cursor.execute(
                f"INSERT INTO {self.table} ({', '.join([*self.keys, *names])})"
                f" SELECT {', '.join([f'r.{key}' for key in self.keys] + values)} FROM {TABLE} r"
                f" WHERE NOT EXISTS (SELECT FROM {self.table} t WHERE {self._join()} AND t.month BETWEEN %s AND %s)",
                [plan.first_month, plan.last_month],
            )
        if not self.by_product:
            add_up(months=months)


def _default(name: str) -> str:
    return "NULL" if name in _NULLABLE else "0"


def _shown(value: object) -> str:
    return "" if value is None else str(value)
