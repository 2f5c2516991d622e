"""What a column of a file is: its names in both languages, what it holds, whether it must be there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from accounts.services.imports import cells


class Holds(StrEnum):
    """What a column holds; the sentence for people is in `holds_in_words`."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    DAY = "day"
    MONTH = "month"
    CLOCK = "clock"
    WEEKDAYS = "weekdays"
    EMAIL = "email"
    CHOICE = "choice"
    UNIT = "unit"
    PERSON = "person"


class Need(StrEnum):
    """Whether a value must be there: in every row, in rows of new customers, or never."""

    ALWAYS = "always"
    NEW = "new"
    NO = "no"


#: The type of the staging column for each kind of value.
SQL_TYPES = {
    Holds.TEXT: "text",
    Holds.INTEGER: "integer",
    Holds.DECIMAL: "numeric(16,2)",
    Holds.LATITUDE: "double precision",
    Holds.LONGITUDE: "double precision",
    Holds.DAY: "date",
    Holds.MONTH: "date",
    Holds.CLOCK: "time",
    Holds.WEEKDAYS: "smallint[]",
    Holds.EMAIL: "text",
    Holds.CHOICE: "text",
    Holds.UNIT: "text",
    Holds.PERSON: "text",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice column, with its words in both languages."""

    key: str
    chinese: str
    english: str
    also: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.chinese if (get_language() or "").startswith("zh") else self.english


@dataclass(frozen=True)
class Column:
    """One column of an import file. `table` names the record that it belongs to."""

    name: str
    chinese: str
    english: str
    holds: Holds
    example: str
    help: str | Promise = ""
    need: Need = Need.NO
    table: str = ""
    longest: int = 200
    least: int | None = None
    most: int | None = None
    choices: Sequence[Choice] = ()
    also: Sequence[str] = field(default=())

    @property
    def header(self) -> str:
        """The header in the reader's language."""
        return self.chinese if (get_language() or "").startswith("zh") else self.english

    @property
    def is_text(self) -> bool:
        """Whether an empty field of this column is an empty text, not NULL."""
        return SQL_TYPES[self.holds] == "text"

    @cached_property
    def names(self) -> frozenset[str]:
        """Every header by which the column is known, for comparison."""
        return frozenset(cells.plain(name) for name in (self.name, self.chinese, self.english, *self.also))

    @cached_property
    def reader(self) -> cells.Reader:
        """The function that reads a cell of this column."""
        match self.holds:
            case Holds.INTEGER:
                return partial(cells.integer, least=self.least or 0, most=self.most or 2_147_483_647)
            case Holds.DECIMAL:
                return partial(cells.decimal, least=self.least)
            case Holds.LATITUDE | Holds.LONGITUDE:
                return partial(cells.degrees, most=90 if self.holds == Holds.LATITUDE else 180)
            case Holds.CHOICE:
                return partial(cells.choice, words=self._words)
            case Holds.TEXT | Holds.UNIT | Holds.PERSON:
                return partial(cells.text, longest=self.longest)
        return _READERS[self.holds]

    @cached_property
    def _words(self) -> dict[str, str]:
        return {
            cells.plain(word): choice.key
            for choice in self.choices
            for word in (choice.key, choice.chinese, choice.english, *choice.also)
        }

    def holds_in_words(self) -> str:
        """What may stand in the column, in the reader's language."""
        least = self.least if self.least is not None else 0
        match self.holds:
            case Holds.TEXT:
                return _("text, up to %(longest)s characters") % {"longest": self.longest}
            case Holds.INTEGER if self.most:
                return _("whole number, %(least)s to %(most)s") % {"least": least, "most": self.most}
            case Holds.INTEGER:
                return _("whole number, %(least)s or more") % {"least": least}
            case Holds.DECIMAL if self.least is None:
                return _("number, rounded to two decimals; negative ones are returns")
            case Holds.CHOICE:
                return _("one of: %(choices)s") % {
                    "choices": pgettext("between items of a list", ", ").join(choice.label for choice in self.choices)
                }
        return str(_IN_WORDS[self.holds])

    def need_in_words(self) -> str:
        """Whether the column must be filled, in the reader's language."""
        return {Need.ALWAYS: _("yes"), Need.NEW: _("for new customers"), Need.NO: _("no")}[self.need]


_READERS: dict[Holds, cells.Reader] = {
    Holds.DAY: cells.day,
    Holds.MONTH: cells.month,
    Holds.CLOCK: cells.clock,
    Holds.WEEKDAYS: cells.weekdays,
    Holds.EMAIL: cells.email,
}
_IN_WORDS: dict[Holds, str | Promise] = {
    Holds.DECIMAL: gettext_lazy("number, 0 or more, rounded to two decimals"),
    Holds.LATITUDE: gettext_lazy("degrees WGS-84, −90 to 90"),
    Holds.LONGITUDE: gettext_lazy("degrees WGS-84, −180 to 180"),
    Holds.DAY: gettext_lazy("day, such as 2026-11-23"),
    Holds.MONTH: gettext_lazy("month, such as 2026-11"),
    Holds.CLOCK: gettext_lazy("time, such as 08:30"),
    Holds.WEEKDAYS: gettext_lazy("days of the week, 1 (Monday) to 7, such as 6,7"),
    Holds.EMAIL: gettext_lazy("e-mail address"),
    Holds.UNIT: gettext_lazy("code or name of a unit"),
    Holds.PERSON: gettext_lazy("sign-in name of a person, or their name if only one has it"),
}
