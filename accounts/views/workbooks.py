"""The workbooks around an import: the template to fill, and the errors of a file."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import gettext as _

from accounts.services.imports.columns import Column, Need
from accounts.services.imports.errors import Said
from accounts.views.export import EXCEL


def template(kind: str, columns: Sequence[Column]) -> FileResponse:
    """Headers with an example on the first sheet, what each column holds on the second."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        bold, needed = book.add_format({"bold": True}), book.add_format({"bold": True, "bg_color": "#e3f0ef"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(_("Data"))
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, max(10, len(column.header) * 2 + 2), text)
            sheet.write_string(0, at, column.header, bold if column.need == Need.NO else needed)
            sheet.write_string(1, at, column.example, text)
        guide = book.add_worksheet(_("Columns"))
        guide.freeze_panes(1, 0)
        rows = [(_("Column"), _("Field"), _("Required"), _("Holds"), _("Example"), _("Note"))]
        rows += [
            (each.header, each.name, each.need_in_words(), each.holds_in_words(), each.example, str(each.help))
            for each in columns
        ]
        for number, row in enumerate(rows):
            for at, value in enumerate(row):
                guide.write_string(number, at, value, bold if number == 0 else None)
        guide.set_column(0, 2, 16)
        guide.set_column(3, 5, 48)
    return _answer(file, f"zhoudao-{kind}.xlsx")


def errors(file_name: str, found: Iterable[Said]) -> FileResponse:
    """Row, column, value, and what is wrong."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, title in enumerate((_("Row"), _("Column"), _("Value"), _("What is wrong"))):
            sheet.write_string(0, at, title, book.add_format({"bold": True}))
        for number, error in enumerate(found, start=1):
            if error.row:
                sheet.write_number(number, 0, error.row)
            for at, value in enumerate((error.column, error.value, error.message), start=1):
                sheet.write_string(number, at, value)
        sheet.set_column(1, 2, 20)
        sheet.set_column(3, 3, 80)
    return _answer(file, f"{file_name}.errors.xlsx")


def _answer(file: IO[bytes], name: str) -> FileResponse:
    file.seek(0)
    answer = FileResponse(file, content_type=EXCEL)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
