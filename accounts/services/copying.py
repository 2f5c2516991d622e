"""Rows into tables by COPY, many times as fast as INSERT."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

#: Rows sent at a time, so that memory stays small.
CHUNK = 20_000
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class _Lines:
    """What COPY reads from: lines made as they are asked for."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""

    def read(self, size: int = -1) -> str:
        while len(self._rest) < size or size < 0:
            more = "".join(islice(self._lines, CHUNK))
            if not more:
                break
            self._rest += more
        given, self._rest = (self._rest, "") if size < 0 else (self._rest[:size], self._rest[size:])
        return given


def text(value: Any) -> str:
    """One value as COPY's text format writes it."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    if isinstance(value, int | float | date | datetime | time):
        return str(value)
    return str(value).translate(_ESCAPES)


def copy_lines(table: str, columns: Sequence[str], lines: Iterator[str]) -> None:
    """Fill a table from lines that are in COPY's text format already."""
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', _Lines(lines), size=1 << 18)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Fill a table from rows of values."""
    copy_lines(table, columns, ("\t".join(map(text, row)) + "\n" for row in rows))


def copy_objects(objects: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Fill a table from model instances of one kind: like `bulk_create`, without its statements of a thousand rows.

    An instance without an identifier gets one from the sequence. Values that the database gives are left to it. With
    `ignore_conflicts` rows that others stand in the way of are left out.
    """
    if not objects:
        return
    first = objects[0]
    fields = [
        field
        for field in first._meta.concrete_fields
        if not field.generated
        and not isinstance(getattr(first, field.attname), DatabaseDefault)
        and not (field.primary_key and first.pk is None)
    ]
    ways = [(field.attname, _json if isinstance(field, models.JSONField) else text) for field in fields]
    lines = ("\t".join(way(getattr(each, name)) for name, way in ways) + "\n" for each in objects)
    table, columns = first._meta.db_table, [str(field.column) for field in fields]
    if not ignore_conflicts:
        copy_lines(table, columns, lines)
        return
    chosen = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        # Names of our own tables and columns, no user's text.
        cursor.execute(f'CREATE TEMP TABLE copied AS SELECT {chosen} FROM "{table}" LIMIT 0')
        copy_lines("copied", columns, lines)
        cursor.execute(f'INSERT INTO "{table}" ({chosen}) SELECT {chosen} FROM copied ON CONFLICT DO NOTHING')
        cursor.execute("DROP TABLE copied")


def update_objects(objects: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write some fields of many rows in one statement, by way of a temporary table."""
    if not objects:
        return
    meta = objects[0]._meta
    known = {field.name: field for field in meta.concrete_fields}
    fields = [meta.pk, *(known[name] for name in names)]
    columns = [str(field.column) for field in fields]
    changes = ", ".join(f'"{column}" = changed."{column}"' for column in columns[1:])
    chosen = ", ".join(f'"{column}"' for column in columns)
    table = meta.db_table
    with connection.cursor() as cursor:
        # Names of our own tables and columns, no user's text.
        cursor.execute(f'CREATE TEMP TABLE changed AS SELECT {chosen} FROM "{table}" LIMIT 0')
        lines = ("\t".join(text(getattr(each, field.attname)) for field in fields) + "\n" for each in objects)
        copy_lines("changed", columns, lines)
        cursor.execute(f'UPDATE "{table}" row SET {changes} FROM changed WHERE changed.id = row.id')
        cursor.execute("DROP TABLE changed")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


class Numbers:
    """Identifiers of a table one after the other, reserved many at a time."""

    def __init__(self, table: str, block: int = 1000) -> None:
        self._table, self._block = table, block
        self._left: list[int] = []

    def next(self) -> int:
        """The next one."""
        if not self._left:
            self._left = reserve_ids(self._table, self._block)[::-1]
        return self._left.pop()


def reserve_ids(table: str, count: int) -> list[int]:
    """The next identifiers of a table, taken from its sequence in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return sorted(number for (number,) in cursor.fetchall())
