"""What may be wrong with rows of customers, asked of the whole file at once."""

from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

from accounts.models import Customer, Person
from accounts.services.imports import customer_columns, retailer_columns
from accounts.services.imports.columns import Need
from accounts.services.imports.errors import RowError
from accounts.services.imports.staging import TABLE, find, ids_of

_ROWS = f"{TABLE} r LEFT JOIN accounts_customer c ON c.id = r.customer_id"
_KEYS = {"unit": ("accounts_orgunit", "unit"), "account_manager": ("accounts_person", "person")}
_KEYS["relationship_manager"] = _KEYS["account_manager"]


class CustomerChecks:
    """The checks of one file in its staging table; each is one query."""

    def __init__(self, cursor: CursorWrapper, names: list[str], by: Person | None) -> None:
        self.cursor, self.names, self.by = cursor, names, by

    def run(self) -> list[RowError]:
        """Every error of the rows, in the order of the checks."""
        return [
            *self._codes(),
            *self._new_ones(),
            *self._references(),
            *self._classes(),
            *self._files(),
            *self._places(),
        ]

    def _find(self, code: str, column: str, select: str, where: str, source: str = _ROWS) -> list[RowError]:
        return find(self.cursor, code, column, f"SELECT {select} FROM {source} WHERE {where}")

    def _codes(self) -> Iterable[RowError]:
        same = f"(SELECT row, code, min(row) OVER (PARTITION BY code) AS other FROM {TABLE}) AS found"
        yield from self._find("same_customer", "code", "row, code, other", "row <> other AND code IS NOT NULL", same)
        if self.by:
            ids, params = ids_of(Customer.objects.visible_to(self.by))
            yield from find(
                self.cursor,
                "code_taken",
                "code",
                f"SELECT r.row, r.code FROM {_ROWS} WHERE c.id NOT IN ({ids})",
                params,
            )

    def _new_ones(self) -> Iterable[RowError]:
        for column in customer_columns.COLUMNS:
            if column.need == Need.NEW:
                empty = f"r.{column.name} IS NULL" if column.name in self.names else "true"
                yield from self._find(
                    "missing_for_new", column.name, "r.row, NULL", f"c.id IS NULL AND r.code IS NOT NULL AND {empty}"
                )
        if "kind" in self.names:
            yield from self._find("kind_differs", "kind", "r.row, r.kind, c.kind AS now", "c.kind <> r.kind")

    def _references(self) -> Iterable[RowError]:
        for name, (table, what) in _KEYS.items():
            if name not in self.names:
                continue
            lost = f"r.{name} IS NOT NULL AND r.{name}_id IS NULL"
            shared = f"(SELECT count(*) FROM {table} t WHERE t.name = r.{name}) > 1"
            yield from self._find(f"ambiguous_{what}", name, f"r.row, r.{name}", f"{lost} AND {shared}")
            yield from self._find(f"unknown_{what}", name, f"r.row, r.{name}", f"{lost} AND NOT {shared}")

    def _classes(self) -> Iterable[RowError]:
        """CUS-5: a class of a customer that is here already does not change by a file."""
        for name in customer_columns.CLASSES:
            if name in self.names:
                yield from self._find(
                    "class_differs", name, f"r.row, r.{name}, c.{name} AS now", f"c.{name}::text <> r.{name}"
                )

    def _files(self) -> Iterable[RowError]:
        kind = "COALESCE(c.kind, r.kind)" if "kind" in self.names else "c.kind"
        for wrong, columns in (("group", retailer_columns.COLUMNS), ("retailer", customer_columns.OF_GROUP_CLIENTS)):
            right = "retailer" if wrong == "group" else "group"
            for column in columns:
                if column.name in self.names:
                    select = f"r.row, r.{column.name}, '{right}' AS kind"
                    yield from self._find(
                        "wrong_file", column.name, select, f"{kind} = '{wrong}' AND r.{column.name} IS NOT NULL"
                    )
        if {"licence_issued_on", "licence_expires_on"} & set(self.names):
            issued, expires = self._merged("licence_issued_on", "f"), self._merged("licence_expires_on", "f")
            yield from self._find(
                "licence_ends_before_issue",
                "licence_expires_on",
                f"r.row, {expires}, {issued} AS issued",
                f"{expires} < {issued}",
                f"{_ROWS} LEFT JOIN accounts_retailerfile f ON f.customer_id = c.id",
            )

    def _places(self) -> Iterable[RowError]:
        if {"latitude", "longitude"} & set(self.names):
            latitude, longitude = self._merged("latitude", "c"), self._merged("longitude", "c")
            yield from self._find(
                "half_position", "latitude", f"r.row, {latitude}", f"({latitude} IS NULL) <> ({longitude} IS NULL)"
            )

    def _merged(self, name: str, old: str) -> str:
        return f"COALESCE(r.{name}, {old}.{name})" if name in self.names else f"{old}.{name}"
