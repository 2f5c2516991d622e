"""Importing orders: those of a customer's day are one row (CUS-8)."""

from collections.abc import Collection

from django.db.backends.utils import CursorWrapper

from accounts.models import FileImport
from accounts.services import facts
from accounts.services.imports import order_columns
from accounts.services.imports.columns import Column
from accounts.services.imports.errors import RowError
from accounts.services.imports.periods import PeriodImport
from accounts.services.imports.staging import TABLE, analyze, find

_DAYS = "import_days"
_MEASURES = {column.name: "0" for column in order_columns.MEASURES}


class OrdersImport(PeriodImport):
    """One file of orders, in its staging table; `prepare` adds up what a customer ordered on one day."""

    columns: Collection[Column] = order_columns.COLUMNS
    kind = FileImport.Kind.ORDERS
    period, pattern = "day", "YYYY-MM-DD"
    partitioned = facts.ORDERS
    table = "accounts_orderday"
    keys = ("customer_id", "day")
    fields = _MEASURES

    def prepare(self, cursor: CursorWrapper) -> None:
        """Find the customers, then add up their days; a day keeps the number of its first row."""
        super().prepare(cursor)
        sums = ", ".join(f"sum({name}) AS {name}" for name in self.measures)
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{_DAYS}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_DAYS} ON COMMIT DROP AS SELECT min(row) AS row, min(code) AS code,"
            f" customer_id, day, {sums} FROM {TABLE} GROUP BY customer_id, day"
        )
        analyze(cursor, _DAYS)
        self.rows = _DAYS

    def check(self, cursor: CursorWrapper) -> list[RowError]:
        """What is wrong with the rows, and with the sums of a day."""
        errors = super().check(cursor)
        for name, most in order_columns.MOST_A_DAY.items():
            if name in self.measures:
                errors += find(
                    cursor,
                    "too_large",
                    name,
                    f"SELECT row, {name}, %s AS most FROM {_DAYS} WHERE abs({name}) >= %s",
                    [f"{most:,}", most],
                )
        return errors
