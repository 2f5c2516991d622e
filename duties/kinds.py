"""The kinds of duty there are. Each app registers its own in `AppConfig.ready()`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from accounts.addresses import record_url

#: A visit that somebody asked for (VIS-12): the planner reads it, a logged visit closes it; about a customer's id.
VISIT_FOLLOW_UP = "visit.follow_up"
#: A cause of complaints that rises in a unit (CMP-6): early warnings open it, the page of causes tells of it.
RISING_CAUSE = "warning.cause"


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of duty is called, how it reads, and the page on which it is done."""

    key: str
    label: str | Promise
    sentence: str | Promise
    url_name: str
    icon: str = "clipboard-check"
    #: Whether "I have it in hand" can be said in the inbox; if not, the matter's own page asks for more.
    acknowledged_in_inbox: bool = True
    #: What the cases are called that have rules of their own (`EscalationRule.variant`).
    cases: Mapping[str, str | Promise] = field(default_factory=dict)
    #: Which details are codes, and what each code is called; `outcome` is that of a closed duty.
    words: Mapping[str, Mapping[str, str | Promise]] = field(default_factory=dict)

    def describe(self, details: dict[str, Any]) -> str:
        """The sentence with its values, in the reader's language; a value that is missing reads as a dash.

        It never raises: one odd duty must not take its owner's whole inbox away.
        """
        try:
            named = {name: words.get(details.get(name, ""), "–") for name, words in self.words.items()}
            return str(self.sentence) % _Dashes({**details, **named})
        except (TypeError, ValueError):
            return str(self.label)

    def said(self, name: str, code: str) -> str:
        """What a code is called, in the reader's language; words that somebody wrote stay as they are."""
        return str(self.words.get(name, {}).get(code, code))

    def url(self, subject_id: int) -> str:
        return record_url(self.url_name, subject_id)


class _Dashes(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; a second one of the same key is a mistake."""
    if kind.key in _kinds:
        raise ValueError(f"duty kind {kind.key} is registered twice")
    _kinds[kind.key] = kind


def get(key: str) -> Kind:
    """The kind of that key; KeyError for a kind that no app registered."""
    return _kinds[key]


def all_kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.key)
