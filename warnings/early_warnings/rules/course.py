"""The course of an urgent report: raised, acknowledged, measures, outcome (WRN-3, WRN-5)."""

from collections.abc import Mapping
from datetime import date, timedelta
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
    SUPPRESS = "suppress"


#: Which acts a state allows, the next one first. Measures may be added as long as the report is not closed.
ACTS: Mapping[State, tuple[Act, ...]] = {
    State.OPEN: (Act.PROPOSE, Act.ACKNOWLEDGE, Act.SUPPRESS),
    State.ACKNOWLEDGED: (Act.PROPOSE, Act.SUPPRESS),
    State.MEASURES: (Act.CLOSE, Act.PROPOSE, Act.SUPPRESS),
    State.CLOSED: (),
}


#: After a report closed, the same signs raise no new one for so many days; a new or a worse sign does. A lost customer
#: is lost: their silence is no news.
QUIET_DAYS: Mapping[str, int] = {"recovered": 30, "accepted": 90, "lost": 365}


def quiet_until(outcome: str, closed_on: date) -> date:
    """The last day on which the signs of a closed report stay quiet."""
    return closed_on + timedelta(days=QUIET_DAYS[outcome])


def next_act(state: State) -> Act | None:
    """The one next action of a report."""
    acts = ACTS[state]
    return acts[0] if acts else None
