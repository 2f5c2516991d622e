"""The ladder: whose turn it is when a deadline passes (CMP-3, WRN-5). Pure functions over plain values."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.rules import Responsible, Role, role_chain
from duties.rules.working_time import MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Step:
    """One level of an escalation rule: whose turn it is, and for how many working minutes."""

    level: int
    role: str
    limit_minutes: int


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a duty: at which level, in which role; `vacant` says that the role asked for had nobody."""

    level: int
    role: str
    owner_id: int
    vacant: bool = False


def faults_of_steps(steps: Sequence[Step]) -> list[str]:
    """What keeps an escalation rule from being a ladder: `none`, `limit`, `twice`, `down`; nothing if it is one."""
    if not steps:
        return ["none"]
    found = ["limit"] if any(step.limit_minutes < 1 for step in steps) else []
    for lower, upper in itertools.pairwise(sorted(steps, key=lambda step: step.level)):
        if upper.role == lower.role:
            found.append("twice")
        elif Role(lower.role) in role_chain(Role(upper.role)):
            found.append("down")
    return list(dict.fromkeys(found))


def step_at(steps: Sequence[Step], level: int) -> Step:
    """The step of a level; past the last one, the last repeats (CMP-3: until someone acts).

    Raises ValueError without any step.
    """
    ordered = sorted(steps, key=lambda step: step.level)
    if not ordered:
        raise ValueError("an escalation rule needs at least one step")
    return next((step for step in ordered if step.level >= level), ordered[-1])


def climb(steps: Sequence[Step], held: Holding, find: Callable[[Role], Responsible | None]) -> tuple[Holding, int]:
    """Who holds a duty after its deadline passed, and the limit in working minutes (CMP-3, WRN-5).

    First the rule's higher levels, then the roles above, each time passing over the person who just let it lapse;
    whoever stands at the top is asked again and again. `find` says who is responsible in a role, or None. There is
    always an answer, also from a rule without steps: one duty that cannot climb must not stop the others.
    """
    ordered = sorted(steps, key=lambda step: step.level)
    for step in ordered:
        found = find(Role(step.role)) if step.level > held.level else None
        if found is not None and found.person_id != held.owner_id:
            return Holding(step.level, found.role, found.person_id, found.vacant), step.limit_minutes
    # Past the rule: its levels that were passed over count as climbed, else the next deadline would lead back down.
    level = max(held.level, *(step.level for step in ordered), 0) + 1
    limit = step_at(ordered, level).limit_minutes if ordered else MINUTES_A_DAY
    for above in role_chain(Role(held.role))[1:]:
        found = find(above)
        if found is not None and found.person_id != held.owner_id:
            return Holding(level, found.role, found.person_id, found.vacant), limit
    return Holding(level, held.role, held.owner_id, held.vacant), limit
