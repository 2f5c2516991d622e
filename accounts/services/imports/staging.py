"""The rows of a file in a temporary table: read cell by cell, streamed in by COPY, checked by SQL."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from accounts.services.imports.cells import CellError, Reader
from accounts.services.imports.columns import SQL_TYPES, Need
from accounts.services.imports.errors import RowError
from accounts.services.imports.matching import Match
from accounts.services.imports.reading import Sheet

TABLE = "import_rows"
#: After so many errors a file is not read further.
MOST_ERRORS = 50_000
#: Different texts of a column that are remembered with what they were read as.
REMEMBERED = 20_000
_CHUNK = 1 << 18
_REPORT_EVERY = 5_000

#: Told how far a step is: its key, rows done, rows in all if known.
Progress = Callable[[str, int, int | None], None]


def silent(_step: str, _done: int, _total: int | None) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Place:
    """Where a staging column's values come from."""

    at: int | None
    name: str
    header: str
    read: Reader
    constant: str
    required: bool
    known: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Derived:
    """A staging column computed from another one, such as the pinyin of a name."""

    name: str
    source: str
    compute: Reader


class Rows:
    """The rows of a sheet as CSV for COPY; collects what cannot be read."""

    def __init__(self, sheet: Sheet, match: Match, derived: Sequence[Derived], progress: Progress) -> None:
        self.sheet, self.progress = sheet, progress
        self.places = [
            Place(
                at,
                column.name,
                column.header,
                column.reader,
                match.constants.get(column.name, ""),
                column.need == Need.ALWAYS,
            )
            for at, column in match.places
        ]
        found = {place.name for place in self.places}
        self.fixed = [match.constants[column.name] for column in match.filled if column.name not in found]
        self.derived = [
            ([place.name for place in self.places].index(each.source), each.compute)
            for each in derived
            if each.source in found
        ]
        self.errors: list[RowError] = []
        self.count = 0

    def lines(self) -> Iterator[str]:
        """Chunks of CSV lines: row number, columns, constants, derived ones."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        for number, row in self.sheet.rows:
            values = [self._value(number, place, row) for place in self.places]
            more = [compute(values[source]) for source, compute in self.derived]
            writer.writerow([number, *values, *self.fixed, *more])
            self.count += 1
            if self.count % _REPORT_EVERY == 0:
                self.progress("reading", self.count, self.sheet.total)
            if buffer.tell() > _CHUNK:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
            if len(self.errors) >= MOST_ERRORS:
                break
        yield buffer.getvalue()

    def _value(self, number: int, place: Place, row: list[str]) -> str:
        raw = row[place.at] if place.at is not None and place.at < len(row) else ""
        if not raw:
            if place.required and not place.constant:
                self.errors.append(RowError("missing", number, place.name))
            return place.constant
        value = place.known.get(raw)
        if value is None:
            try:
                value = place.read(raw)
            except CellError as error:
                self.errors.append(RowError(error.code, number, place.name, raw[:100], error.values))
                return ""
            if len(place.known) < REMEMBERED:
                place.known[raw] = value
        return value


class _Stream(io.RawIOBase):
    """What `copy_expert` reads from: chunks of text as bytes."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.chunks, self.rest = chunks, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self.rest or (size < 0 and self.chunks is not None):
            chunk = next(self.chunks, None)
            if chunk is None:
                break
            self.rest += chunk.encode()
        given, self.rest = (self.rest[:size], self.rest[size:]) if size >= 0 else (self.rest, b"")
        return given


def load(
    cursor: CursorWrapper, sheet: Sheet, match: Match, *, derived: Sequence[Derived] = (), progress: Progress
) -> Rows:
    """Make the staging table and fill it by COPY; the answer counts the rows and says what could not be read.

    The table belongs to the transaction, and is gone when that ends.
    """
    types = {column.name: SQL_TYPES[column.holds] for column in match.filled}
    types |= {each.name: "text" for each in derived if each.source in types}
    names = ["row", *types]
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{TABLE}")
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} (row integer, {columns}) ON COMMIT DROP")
    rows = Rows(sheet, match, derived, progress)
    quoted = ", ".join(f'"{name}"' for name in names)
    cursor.copy_expert(f"COPY {TABLE} ({quoted}) FROM STDIN WITH (FORMAT csv)", _Stream(rows.lines()))
    progress("checking", rows.count, rows.count)
    return rows


def analyze(cursor: CursorWrapper, table: str = TABLE) -> None:
    """Let the planner know the staging table: nothing else does that for a temporary one."""
    cursor.execute(f"ANALYZE {table}")


def find(cursor: CursorWrapper, code: str, column: str, sql: str, params: Sequence[Any] = ()) -> list[RowError]:
    """The rows that a query names: first the row's number and the value; the other columns fill the sentence."""
    cursor.execute(f"{sql} ORDER BY 1 LIMIT {MOST_ERRORS}", params)
    names = [description[0] for description in cursor.description[2:]]
    return [
        RowError(
            code,
            row,
            column,
            "" if value is None else str(value),
            {name: str(each) for name, each in zip(names, more, strict=True)},
        )
        for row, value, *more in cursor.fetchall()
    ]


def ids_of(queryset: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """A queryset's ids as SQL for a subquery, so that checks in SQL start at `visible_to` too."""
    try:
        return queryset.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", ()
