"""Importing monthly facts, whole or by product (CUS-8)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from accounts.models import FileImport
from accounts.services import facts
from accounts.services.imports import fact_columns
from accounts.services.imports.columns import Column
from accounts.services.imports.errors import ImportRefused, RowError
from accounts.services.imports.periods import PeriodImport
from accounts.services.imports.staging import TABLE, find
from accounts.services.totals import add_up

_NULLABLE = {"stock", "agreed", "last_order_on"}
_MEASURES = {each.name: "NULL" if each.name in _NULLABLE else "0" for each in fact_columns.MEASURES}
_PRODUCT_MEASURES = {each.name: _MEASURES[each.name] for each in fact_columns.PRODUCT_MEASURES}


class FactsImport(PeriodImport):
    """One file of facts, in its staging table."""

    columns: Collection[Column] = fact_columns.COLUMNS
    period, pattern = "month", "YYYY-MM"
    partitioned = facts.FACTS

    def __init__(self, **asked: Any) -> None:
        super().__init__(**asked)
        self.by_product = "product" in self.names
        self.kind = FileImport.Kind.PRODUCT_FACTS if self.by_product else FileImport.Kind.FACTS
        self.table = "accounts_monthlyproductfact" if self.by_product else "accounts_monthlyfact"
        self.keys = ["month", "customer_id", *(["product"] if self.by_product else [])]
        self.fields = _PRODUCT_MEASURES if self.by_product else _MEASURES
        figures = [name for name in self.names if name in _MEASURES]
        if not figures:
            raise ImportRefused([RowError("no_figures", values={"known": ", ".join(sorted(_MEASURES))})])
        if wrong := [name for name in figures if name not in self.fields]:
            raise ImportRefused([RowError("not_by_product", column=name) for name in wrong])

    @property
    def latest(self) -> date:
        """The present month."""
        return self.today.replace(day=1)

    def check(self, cursor: CursorWrapper) -> list[RowError]:
        """What is wrong with the rows; one row a customer and month, or customer, month and product."""
        same = ", ".join(["code", "month", *(["product"] if self.by_product else [])])
        errors = super().check(cursor)
        errors += find(
            cursor,
            "same_product" if self.by_product else "same_month",
            "code",
            f"SELECT row, code, other FROM"
            f" (SELECT row, {same}, min(row) OVER (PARTITION BY {same}) AS other FROM {TABLE}) AS found"
            f" WHERE row <> other AND ROW({same}) IS NOT NULL",
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

    def follow(self, months: Sequence[date]) -> None:
        """Add up the units' months again."""
        if not self.by_product:
            add_up(months=months)
