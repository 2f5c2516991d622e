"""Reading a file as a header and rows of text: Excel through calamine, CSV in the two encodings that Excel writes."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from accounts.services.imports.cells import from_excel
from accounts.services.imports.errors import ImportRefused, RowError

EXCEL = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*EXCEL, ".csv", ".gz")
#: A zipped file may unpack to this many bytes.
MOST_BYTES = 1 << 30
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The header of a file and its rows, each with its number as Excel counts them. Empty rows are left out."""

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    #: The number of rows where the format tells it, for progress.
    total: int | None


def open_sheet(source: BinaryIO, name: str) -> Sheet:
    """Read the first sheet of a file by the ending of its name. Raises ImportRefused if it cannot be read."""
    try:
        if PurePath(name.lower()).suffix in EXCEL:
            return _with_header(_excel_rows(source), None)
        text = _text(_unzipped(source))
        return _with_header(_csv_rows(text), text.count("\n"))
    except (CalamineError, OSError, EOFError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ImportRefused([RowError("unreadable", value=name)]) from error


def _with_header(rows: Iterator[tuple[int, list[str]]], total: int | None) -> Sheet:
    for _number, cells in rows:
        if any(cells):
            return Sheet(cells, ((number, row) for number, row in rows if any(row)), total)
    raise ImportRefused([RowError("empty")])


def _excel_rows(source: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    sheet = CalamineWorkbook.from_filelike(source).get_sheet_by_index(0)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [from_excel(value).strip() for value in row]


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        yield number, [value.strip() for value in row]


def _unzipped(source: BinaryIO) -> bytes:
    data = source.read()
    if data[:2] != _GZIP:
        return data
    with gzip.open(io.BytesIO(data)) as unzipped:
        inside = unzipped.read(MOST_BYTES)
        if unzipped.read(1):
            raise ValueError("too large when unzipped")
        return inside


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")
