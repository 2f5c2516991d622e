"""What an import is asked to do, what it would do, and what it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.services.imports.errors import RowError


@dataclass(frozen=True, slots=True)
class Options:
    """How to read one file: see `matching.match`; `skip_unknown` leaves out rows of customers not here."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    skip_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One row that changes something, for the preview: `fields` holds name, before and after; new rows have none."""

    row: int
    key: str
    fields: list[tuple[str, str, str]]


@dataclass(slots=True)
class Plan:
    """What the file would create, change and leave as it is."""

    created: int
    changed: int
    unchanged: int
    first_month: date | None = None
    last_month: date | None = None
    sample: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What an import did, or with a dry run would do."""

    kind: str
    rows: int
    created: int
    changed: int
    unchanged: int
    skipped: int
    ignored: list[str]
    dry_run: bool
    first_month: date | None = None
    last_month: date | None = None
    sample: list[Change] = field(default_factory=list)
    import_id: int | None = None

    @property
    def added_up(self) -> int:
        """Rows that were added to others: orders of a day are one."""
        return self.rows - self.created - self.changed - self.unchanged - self.skipped

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "kind": self.kind,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "ignored_columns": self.ignored,
            "first_month": self.first_month.isoformat() if self.first_month else None,
            "last_month": self.last_month.isoformat() if self.last_month else None,
            "sample": [{"row": each.row, "key": each.key, "fields": each.fields} for each in self.sample],
            "import": self.import_id,
        }


class Refusals(list[RowError]):
    """Errors of the rows, without what only follows from a cell that could not be read."""

    def __init__(self, unreadable: list[RowError]) -> None:
        super().__init__(unreadable)
        self._seen = {(error.row, error.column) for error in unreadable}

    def add(self, errors: list[RowError]) -> None:
        for error in errors:
            if (error.row, error.column) not in self._seen:
                self._seen.add((error.row, error.column))
                self.append(error)
