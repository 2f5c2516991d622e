"""The course of a complaint and the words of its choices: pure functions over plain values (CMP-1…3, CMP-6, S4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise


class Step(StrEnum):
    """The step last taken (CMP-2, S4)."""

    REGISTERED = "registered"
    ASSIGNED = "assigned"
    INVESTIGATED = "investigated"
    INSTRUCTED = "instructed"
    HANDLED = "handled"
    TOLD = "told"
    CLOSED = "closed"


class Gravity(StrEnum):
    """General ones are the sales manager's, major ones the deputy manager's in charge (CMP-2, S4)."""

    GENERAL = "general"
    MAJOR = "major"


#: The steps in their order. An instruction is given for major complaints only (CMP-2).
COURSE: Mapping[Gravity, tuple[Step, ...]] = {
    Gravity.GENERAL: (Step.REGISTERED, Step.ASSIGNED, Step.INVESTIGATED, Step.HANDLED, Step.TOLD, Step.CLOSED),
    Gravity.MAJOR: tuple(Step),
}

#: Steps taken by the person to whom the complaint is assigned; the others belong to whom the escalation rule names.
HANDLERS_STEPS = frozenset({Step.INVESTIGATED, Step.HANDLED, Step.TOLD})

#: The kind of duty by which each step is owed.
DUTY_KINDS: Mapping[Step, str] = {
    Step.ASSIGNED: "complaint.assign",
    Step.INVESTIGATED: "complaint.investigate",
    Step.INSTRUCTED: "complaint.instruct",
    Step.HANDLED: "complaint.handle",
    Step.TOLD: "complaint.tell",
    Step.CLOSED: "complaint.close",
}

#: While the plan is still open a complaint may become major or general again; afterwards it stays what it is.
GRAVITY_OPEN = frozenset({Step.REGISTERED, Step.ASSIGNED, Step.INVESTIGATED})

#: How often one address may use the public pages on one day (CMP-1): filing, and asking how a complaint stands.
PUBLIC_LIMITS: Mapping[str, int] = {"file": 10, "follow": 40}


def next_step(gravity: Gravity | str, step: Step | str) -> Step | None:
    """The step that follows; None after the last one.

    A complaint that was instructed and is no longer major cannot be: `GRAVITY_OPEN` forbids it.
    """
    course = COURSE[Gravity(gravity)]
    at = course.index(Step(step)) + 1
    return course[at] if at < len(course) else None


def transitions() -> list[tuple[str, str, str]]:
    """Every allowed move as (gravity, before, after): what the database's own rule is made from."""
    return [
        (gravity.value, before.value, after.value)
        for gravity, course in COURSE.items()
        for before, after in pairwise(course)
    ]


def phone_matches(phone: str, last_four: str) -> bool:
    """Whether the last four digits given are those of the phone; a phone without four digits matches nothing."""
    digits = "".join(character for character in phone if character.isdigit())
    return len(digits) >= 4 and len(last_four) == 4 and digits.endswith(last_four)


def months_up_to(day: date, number: int) -> list[date]:
    """The first days of so many months, the one of `day` last."""
    last = day.year * 12 + day.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - number + 1, last + 1)]


@dataclass(frozen=True, slots=True)
class Trend:
    """Numbers by month, and the latest three months against the three before (CMP-6)."""

    by_month: tuple[int, ...]
    latest: int
    before: int

    @property
    def change(self) -> int:
        return self.latest - self.before

    @property
    def rising(self) -> bool:
        """More than a chance: at least two more, and half as many again."""
        return self.change >= 2 and self.latest * 2 >= self.before * 3

    @property
    def falling(self) -> bool:
        """The same the other way round: the old problem is being solved."""
        return self.change <= -2 and self.before * 2 >= self.latest * 3

    @property
    def total(self) -> int:
        return sum(self.by_month)


def trend(by_month: Sequence[int]) -> Trend:
    """The trend of at least six months' numbers."""
    return Trend(tuple(by_month), sum(by_month[-3:]), sum(by_month[-6:-3]))
