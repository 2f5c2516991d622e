"""Columns that other floors add to the list of customers.

An app registers a group of columns in `AppConfig.ready()`; the list asks each group once for the page's customers, and
never knows what the columns mean.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from accounts.querysets import CustomerQuerySet


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row shows in a column: HTML that is safe, the plain value for the export, and a class."""

    html: str
    value: str | float | None = None
    css: str = ""


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One more column. `css` is the class of its head (`zd-num` for numbers and dates).

    `order` gives the customers with `by_column`, by which the list is then ordered; without it the column cannot order.
    """

    key: str
    label: str | Promise
    css: str = ""
    order: Callable[[CustomerQuerySet], CustomerQuerySet] | None = None


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """Columns from one query: `load` gets ids and the moment, and gives each customer's cells in their order."""

    columns: Sequence[ListColumn]
    load: Callable[[Sequence[int], datetime], Mapping[int, Sequence[Cell]]]


_groups: list[ColumnGroup] = []


def register(group: ColumnGroup) -> None:
    """Make columns known; a second one of the same key is a mistake."""
    for column in group.columns:
        if any(column.key == known.key for known in more_columns()):
            raise ValueError(f"list column {column.key} is registered twice")
    _groups.append(group)


def more_columns() -> list[ListColumn]:
    """The columns that were registered, in that order."""
    return [column for group in _groups for column in group.columns]


def more_cells(ids: Sequence[int], now: datetime) -> dict[int, list[Cell]]:
    """The cells of those columns for each customer: one query a group."""
    cells: dict[int, list[Cell]] = {pk: [] for pk in ids}
    for group in _groups:
        loaded = group.load(ids, now)
        nothing = [EMPTY] * len(group.columns)
        for pk, found in cells.items():
            found.extend(loaded.get(pk, nothing))
    return cells
