"""The course of an urgent report: raised, acknowledged, measures, outcome (WRN-3, WRN-5)."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a report stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MEASURES = "measures"
    CLOSED = "closed"


class Act(StrEnum):
    """What moves it on."""

    ACKNOWLEDGE = "acknowledge"
    PROPOSE = "propose"
    CLOSE = "close"


#: Which acts a state allows, the next one first. Measures may be added as long as the report is not closed.
ACTS: Mapping[State, tuple[Act, ...]] = {
    State.OPEN: (Act.PROPOSE, Act.ACKNOWLEDGE),
    State.ACKNOWLEDGED: (Act.PROPOSE,),
    State.MEASURES: (Act.CLOSE, Act.PROPOSE),
    State.CLOSED: (),
}


def next_act(state: State) -> Act | None:
    """The one next action of a report."""
    acts = ACTS[state]
    return acts[0] if acts else None
