"""Importing customers with their files (CUS-1, CUS-2): known codes are changed, new ones added."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.backends.utils import CursorWrapper

from accounts.models import FileImport, OrgUnit, Person
from accounts.services.imports import customer_columns, retailer_columns
from accounts.services.imports.columns import Column
from accounts.services.imports.customer_checks import CustomerChecks
from accounts.services.imports.errors import RowError
from accounts.services.imports.matching import Match
from accounts.services.imports.outcome import Change, Plan
from accounts.services.imports.staging import TABLE, Derived, analyze, ids_of
from accounts.services.organisation import initials_of, pinyin_of
from accounts.services.transfers import note_transfers

SAMPLE = 20
#: The files by kind: their table, and the columns that fill it.
FILES: Mapping[str, tuple[str, Collection[Column]]] = {
    "retailer": ("accounts_retailerfile", retailer_columns.COLUMNS),
    "group": ("accounts_groupclientfile", customer_columns.OF_GROUP_CLIENTS),
}
#: What a new customer has where the file says nothing.
_DEFAULTS = {
    "status": "'active'",
    "tier": "5",
    "service_class": "3",
    "importance": "'general'",
    "closed_weekdays": "'{}'",
    "account_manager_id": "NULL",
    "relationship_manager_id": "NULL",
    **dict.fromkeys(("latitude", "longitude", "opens_at", "closes_at", "since"), "NULL"),
    **dict.fromkeys(("address", "phone", "second_phone", "email"), "''"),
}
_NUMBERS = {"tier", "service_class", "order_weekday"}
_RESOLVED = {
    "unit": "unit_id",
    "account_manager": "account_manager_id",
    "relationship_manager": "relationship_manager_id",
}


def _field(name: str) -> str:
    return _RESOLVED.get(name) or customer_columns.FIELDS.get(name, name)


def _value(name: str) -> str:
    """The staging value of a column, in the type of its field."""
    source = f'r."{_RESOLVED.get(name, name)}"'
    return f"{source}::smallint" if name in _NUMBERS else source


class CustomersImport:
    """One file of customers, in its staging table."""

    kind = FileImport.Kind.CUSTOMERS
    columns: Collection[Column] = customer_columns.COLUMNS
    derived: Sequence[Derived] = (Derived("pinyin", "name", pinyin_of), Derived("initials", "name", initials_of))
    skipped = 0

    def __init__(self, *, match: Match, by: Person | None, today: date, skip_unknown: bool) -> None:
        self.by, self.names = by, match.names
        own = {column.name for column in customer_columns.OWN}
        #: Columns of the customer itself that an import may change later.
        self.own = [n for n in self.names if n in own and n not in ("code", "kind", *customer_columns.CLASSES)]
        self.files = {
            kind: [column.name for column in columns if column.name in self.names]
            for kind, (_table, columns) in FILES.items()
        }

    def prepare(self, cursor: CursorWrapper) -> None:
        """Find the customers, units and people that the rows name."""
        cursor.execute(
            f"ALTER TABLE {TABLE} ADD customer_id bigint, ADD unit_id bigint,"
            " ADD account_manager_id bigint, ADD relationship_manager_id bigint"
        )
        cursor.execute(f"UPDATE {TABLE} r SET customer_id = c.id FROM accounts_customer c WHERE c.code = r.code")
        if "unit" in self.names:
            units, params = ids_of(OrgUnit.objects.visible_to(self.by) if self.by else OrgUnit.objects.all())
            self._resolve(cursor, name="unit", table="accounts_orgunit", key="code", ids=units, params=params)
        for name in ("account_manager", "relationship_manager"):
            if name in self.names:
                everyone = Person.objects.filter(is_active=True)
                seen = everyone.visible_to(self.by) if self.by and name == "account_manager" else everyone
                people, params = ids_of(seen)
                self._resolve(cursor, name=name, table="accounts_person", key="username", ids=people, params=params)
        analyze(cursor)

    @staticmethod
    def _resolve(cursor: CursorWrapper, *, name: str, table: str, key: str, ids: str, params: Sequence[Any]) -> None:
        """Find what a column names: by its key, else by its name if only one has it."""
        cursor.execute(
            f"UPDATE {TABLE} r SET {name}_id = t.id FROM {table} t WHERE t.{key} = r.{name} AND t.id IN ({ids})", params
        )
        cursor.execute(
            f"UPDATE {TABLE} r SET {name}_id = t.id FROM"
            f" (SELECT name, min(id) AS id FROM {table} WHERE id IN ({ids}) GROUP BY name HAVING count(*) = 1) t"
            f" WHERE r.{name}_id IS NULL AND t.name = r.{name}",
            params,
        )

    def check(self, cursor: CursorWrapper) -> list[RowError]:
        """What is wrong with the rows."""
        return CustomerChecks(cursor, self.names, self.by).run()

    # What would change. Every comparison is `IS DISTINCT FROM`: a row that says the same is not touched.

    def _new_values(self, names: Collection[str], old: str) -> str:
        return ", ".join(f"COALESCE({_value(name)}, {old}.{_field(name)})" for name in names)

    def _differs(self, names: Collection[str], old: str) -> str:
        if not names:
            return "false"
        before = ", ".join(f"{old}.{_field(name)}" for name in names)
        return f"ROW({self._new_values(names, old)}) IS DISTINCT FROM ROW({before})"

    def _joined(self) -> str:
        return (
            f"FROM {TABLE} r LEFT JOIN accounts_customer c ON c.id = r.customer_id"
            " LEFT JOIN accounts_retailerfile retailer ON retailer.customer_id = c.id"
            ' LEFT JOIN accounts_groupclientfile "group" ON "group".customer_id = c.id'
        )

    def _changes(self) -> str:
        parts = [self._differs(self.own, "c")]
        parts += [
            f"(c.kind = '{kind}' AND {self._differs(names, chr(34) + kind + chr(34))})"
            for kind, names in self.files.items()
        ]
        return f"c.id IS NOT NULL AND ({' OR '.join(parts)})"

    def plan(self, cursor: CursorWrapper) -> Plan:
        """How many rows are new, how many change something, and some of both."""
        joined, changes = self._joined(), self._changes()
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE c.id IS NULL), count(*) FILTER (WHERE {changes}), count(*) {joined}"
        )
        created, changed, rows = cursor.fetchone()
        pairs = self._pairs()
        cursor.execute(
            f"SELECT r.row, r.code, COALESCE({'r.name, ' if 'name' in self.names else ''}c.name), c.id IS NULL"
            f"{''.join(f', {before}, {after}' for _name, before, after in pairs)} {joined}"
            f" WHERE c.id IS NULL OR ({changes}) ORDER BY c.id IS NULL, r.row LIMIT {SAMPLE}"
        )
        names = [name for name, _before, _after in pairs]
        return Plan(
            created, changed, rows - created - changed, sample=[_change(names, found) for found in cursor.fetchall()]
        )

    def _pairs(self) -> list[tuple[str, str, str]]:
        """Each column with what is there and what will be, as text for the preview."""
        pairs = []
        for name in self.own:
            if name in _RESOLVED:
                table = "accounts_orgunit" if name == "unit" else "accounts_person"
                before, after = (
                    f"(SELECT t.name FROM {table} t WHERE t.id = {side})"
                    for side in (f"c.{_field(name)}", f"COALESCE(r.{_field(name)}, c.{_field(name)})")
                )
            else:
                before, after = f"c.{name}::text", f"COALESCE({_value(name)}, c.{name})::text"
            pairs.append((name, before, after))
        for kind, names in self.files.items():
            old = f'"{kind}"'
            pairs += [(n, f"{old}.{_field(n)}::text", f"COALESCE({_value(n)}, {old}.{_field(n)})::text") for n in names]
        return pairs

    def apply(self, cursor: CursorWrapper, plan: Plan, *, now: datetime) -> None:
        """Add new customers with their files, change known ones; a change of account manager is a transfer (ORG-5)."""
        if "account_manager" in self.names:
            note_transfers(cursor, source=f"SELECT customer_id, account_manager_id FROM {TABLE}", by=self.by, now=now)
        if plan.changed:
            self._update(cursor)
        if plan.created:
            self._insert(cursor)

    def _update(self, cursor: CursorWrapper) -> None:
        if self.own:
            named = ["pinyin", "initials"] if "name" in self.names else []
            sets = ", ".join(
                f"{_field(name)} = COALESCE({_value(name)}, c.{_field(name)})" for name in [*self.own, *named]
            )
            cursor.execute(
                f"UPDATE accounts_customer c SET {sets} FROM {TABLE} r"
                f" WHERE c.id = r.customer_id AND {self._differs(self.own, 'c')}"
            )
        for kind, names in self.files.items():
            if names:
                sets = ", ".join(f"{_field(name)} = COALESCE({_value(name)}, f.{_field(name)})" for name in names)
                cursor.execute(
                    f"UPDATE {FILES[kind][0]} f SET {sets} FROM {TABLE} r"
                    f" WHERE f.customer_id = r.customer_id AND {self._differs(names, 'f')}"
                )

    def _insert(self, cursor: CursorWrapper) -> None:
        taken = {_field(name): _value(name) for name in ("code", "kind", "name", "unit")}
        taken |= {"pinyin": "r.pinyin", "initials": "r.initials"}
        given = {_field(name): _value(name) for name in [*self.own, *customer_columns.CLASSES] if name in self.names}
        taken |= {
            name: f"COALESCE({given[name]}, {default})" if name in given else default
            for name, default in _DEFAULTS.items()
        }
        cursor.execute(
            f"WITH added AS (INSERT INTO accounts_customer ({', '.join(taken)})"
            f" SELECT {', '.join(taken.values())} FROM {TABLE} r WHERE r.customer_id IS NULL ORDER BY r.row"
            " RETURNING id, code)"
            f" UPDATE {TABLE} r SET customer_id = added.id FROM added WHERE added.code = r.code"
        )
        for kind, names in self.files.items():
            table, columns = FILES[kind]
            fields = {_field(column.name): _file_value(column, given=column.name in names) for column in columns}
            cursor.execute(
                f"INSERT INTO {table} (customer_id, {', '.join(fields)})"
                f" SELECT r.customer_id, {', '.join(fields.values())}"
                f" FROM {TABLE} r JOIN accounts_customer c ON c.id = r.customer_id AND c.kind = '{kind}'"
                f" WHERE NOT EXISTS (SELECT FROM {table} f WHERE f.customer_id = r.customer_id)"
            )


def _file_value(column: Column, *, given: bool) -> str:
    """What a new file holds: texts are empty, everything else NULL, where the import says nothing."""
    default = "''" if column.is_text and column.name not in _NUMBERS else "NULL"
    return f"COALESCE({_value(column.name)}, {default})" if given else default


def _change(names: list[str], found: tuple[Any, ...]) -> Change:
    row, code, name, new, *values = found
    pairs = zip(names, values[::2], values[1::2], strict=True)
    fields = [] if new else [(each, str(old or ""), str(now or "")) for each, old, now in pairs if old != now]
    return Change(row, f"{code} {name or ''}".strip(), fields)
