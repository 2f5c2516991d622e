"""Lists as Excel workbooks."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.views.columns import more_columns
from accounts.views.listing import Row

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the workbook."""

    key: str
    label: str | Promise
    width: int
    value: Callable[[Row], Any]
    form: str = ""


HEADS = (
    Head("code", _("Code"), 12, lambda row: row.code),
    Head("name", _("Customer"), 32, lambda row: row.name),
    Head("unit", _("Unit"), 16, lambda row: row.unit),
    Head("format", _("Format"), 12, lambda row: row.shop_format),
    Head("tier", _("Visit tier"), 10, lambda row: row.tier),
    Head("service", _("Service class"), 10, lambda row: row.service_class),
    Head("importance", _("Importance"), 10, lambda row: row.importance),
    Head("grade", _("Grade"), 8, lambda row: row.grade),
    Head("manager", _("Account manager"), 14, lambda row: row.manager),
    Head("licence", _("Licence until"), 12, lambda row: row.licence, "date"),
    Head("bought", _("Last month"), 12, lambda row: row.bought, "number"),
    Head("trend", _("Against 3 months"), 12, lambda row: row.trend, "percent"),
    Head("status", _("Status"), 10, lambda row: row.status),
)


def heads(keys: str) -> list[Head]:
    """The columns that the list shows, by their keys; without any, all of them."""
    more = [
        Head(column.key, column.label, 14, lambda row, at=at: row.more[at].value)  # type: ignore[misc]
        for at, column in enumerate(more_columns())
    ]
    wanted = set(filter(None, keys.split(",")))
    return [head for head in (*HEADS, *more) if not wanted or head.key in wanted or head.key == "code"]


def workbook(name: str, columns: Sequence[Head], rows: Iterable[Row]) -> FileResponse:
    """A workbook of rows, written to a temporary file row by row."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        forms = {
            "": None,
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "number": book.add_format({"num_format": "#,##0.##"}),
            "percent": book.add_format({"num_format": "0%"}),
        }
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, str(column.label), book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for at, column in enumerate(columns):
                value = column.value(row)
                if value is None or value == "":
                    continue
                if isinstance(value, str):
                    sheet.write_string(number, at, value)  # never a formula, whatever the text begins with
                else:
                    sheet.write(number, at, value, forms[column.form])
    file.seek(0)
    answer = FileResponse(file, content_type=EXCEL)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
