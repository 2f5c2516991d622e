"""What is wrong with a file, row by row, in words that say what would be right."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext

from accounts.services.imports.columns import Column

SENTENCES: Mapping[str, str | Promise] = {
    # the file
    "unreadable": gettext_lazy("The file cannot be read. Use .xlsx, .csv or .csv.gz; CSV in UTF-8 or GB18030."),
    "empty": gettext_lazy("The file has no rows below its headers."),
    "missing_column": gettext_lazy(
        "No column is named “%(column)s”, and it is required. Add it, or say which column holds it."
    ),
    "column_twice": gettext_lazy("Two columns hold “%(column)s”: “%(first)s” and “%(second)s”. Leave one out."),
    "unknown_header": gettext_lazy("The file has no column “%(header)s”. It has: %(headers)s."),
    "unknown_field": gettext_lazy("“%(name)s” is not a column of this import. Known ones: %(known)s."),
    "no_figures": gettext_lazy("No column holds a figure. Known ones: %(known)s."),
    "not_by_product": gettext_lazy("A file by product holds quantity and amount only: leave “%(column)s” out."),
    # one cell
    "missing": gettext_lazy("“%(column)s” is empty, and it is required."),
    "too_long": gettext_lazy("%(length)s characters; at most %(longest)s fit."),
    "not_a_number": gettext_lazy("Not a number. Write digits, such as 1234.50."),
    "not_whole": gettext_lazy("Not a whole number. Write digits without decimals, such as 12."),
    "too_large": gettext_lazy("Too large: it must be below %(most)s."),
    "too_small": gettext_lazy("Too small: %(least)s or more is right here."),
    "out_of_range": gettext_lazy("Out of range: %(least)s to %(most)s is right."),
    "not_a_day": gettext_lazy("Not a day of the calendar. Write it as 2026-11-23."),
    "not_a_month": gettext_lazy("Not a month. Write it as 2026-11."),
    "not_a_time": gettext_lazy("Not a time of day. Write it as 08:30."),
    "not_weekdays": gettext_lazy("Not days of the week. Write 1 (Monday) to 7, such as 6,7."),
    "not_an_email": gettext_lazy("Not an e-mail address."),
    "not_a_choice": gettext_lazy("Not known. One of: %(choices)s."),
    "month_ahead": gettext_lazy("This month has not begun yet; the present one is %(now)s."),
    "month_too_old": gettext_lazy("Months before %(first)s are not kept."),
    "day_ahead": gettext_lazy("This day has not come yet; today is %(now)s."),
    "day_too_old": gettext_lazy("Days before %(first)s are not kept."),
    # a row among others
    "same_customer": gettext_lazy("Row %(other)s holds the same customer code already. Keep one of them."),
    "same_month": gettext_lazy("Row %(other)s holds the same customer and month already. Keep one of them."),
    "same_product": gettext_lazy("Row %(other)s holds the same customer, month and product already. Keep one of them."),
    "missing_for_new": gettext_lazy("This customer is new, and “%(column)s” is needed to add it."),
    "unknown_unit": gettext_lazy("No unit of yours has this code or name."),
    "ambiguous_unit": gettext_lazy("Several units have this name. Write the code."),
    "unknown_person": gettext_lazy("Nobody has this sign-in name or name."),
    "ambiguous_person": gettext_lazy("Several people have this name. Write the sign-in name."),
    "unknown_customer": gettext_lazy("No customer of yours has this code. Import the customer first."),
    "code_taken": gettext_lazy("A customer outside your units has this code. Use another, or ask their officer."),
    "kind_differs": gettext_lazy("The customer is a %(now)s, and its kind does not change."),
    "class_differs": gettext_lazy(
        "It is %(now)s now. A class changes only by an approved request with its evidence (CUS-5): empty this cell."
    ),
    "wrong_file": gettext_lazy("This belongs to the file of a %(kind)s. Empty this cell."),
    "half_position": gettext_lazy("Latitude and longitude come together: fill both or neither."),
    "licence_ends_before_issue": gettext_lazy("The licence ends before it was issued on %(issued)s."),
    "overdue_above_receivable": gettext_lazy(
        "More is overdue than is receivable (%(receivable)s). The overdue is a part of it."
    ),
}


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong: in a row and column of the file, or, without a row, in the file as a whole."""

    code: str
    row: int | None = None
    column: str = ""
    value: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> list[Any]:
        return [self.code, self.row, self.column, self.value, dict(self.values)]


@dataclass(frozen=True, slots=True)
class Said:
    """An error in the reader's language."""

    row: int | None
    column: str
    value: str
    message: str


class ImportRefused(Exception):
    """The file was refused, and nothing was changed. `errors` says why, row by row."""

    def __init__(self, errors: list[RowError], ignored: Iterable[str] = ()) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors
        self.ignored = list(ignored)


def said(errors: Iterable[RowError], columns: Iterable[Column]) -> Iterator[Said]:
    """The errors in words. Values that name a column or a choice are worded by that column."""
    known = {column.name: column for column in columns}
    for error in errors:
        column = known.get(error.column)
        values = dict(error.values)
        if column:
            values.setdefault("column", column.header)
            labels = {choice.key: choice.label for choice in column.choices}
            values["choices"] = pgettext("between items of a list", ", ").join(labels.values())
            if "now" in values:
                values["now"] = labels.get(str(values["now"]), values["now"])
        if (kind := known.get("kind")) and "kind" in values:
            values["kind"] = {choice.key: choice.label for choice in kind.choices}[values["kind"]]
        message = str(SENTENCES[error.code]) % values
        yield Said(error.row, column.header if column else error.column, error.value, message)


def from_json(data: Iterable[list[Any]]) -> list[RowError]:
    """What `as_json` kept."""
    return [RowError(*parts) for parts in data]
