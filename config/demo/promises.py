"""Duties with a history: opened, climbed when late, acknowledged, closed, as the services would have done it.

The ladder is the engine's own; only the clock is another. Rows are collected and written at once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Customer, OrgUnit
from accounts.services.copying import Numbers, copy_objects, update_objects
from accounts.services.responsibility import ResponsibilityMap
from config.demo.shape import Shape
from duties.models import Duty, DutyEvent, Notice
from duties.services.ladder import Ladder
from duties.services.telling import record

#: The engine looks every few seconds.
SWEEP = timedelta(seconds=4)

#: What acts change in a duty's row.
CHANGING = (
    "state",
    "level",
    "turn",
    "role",
    "owner",
    "vacant",
    "came",
    "held_before",
    "held_since",
    "next_due_at",
    "acknowledged_at",
    "acknowledged_by",
    "closed_at",
    "closed_by",
    "outcome",
)


class Promises:
    """Collects duties, what happened to them, and who was told."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.rng = shape.rng("promises")
        self._ladder = Ladder.load(shape.now, [])
        self._people: dict[date, ResponsibilityMap] = {}
        self._numbers = Numbers("duties_duty")
        self._duties: list[Duty] = []
        self._adopted: list[Duty] = []
        self._promised: dict[int, datetime | None] = {}
        self._events: list[DutyEvent] = []
        self._told: dict[tuple[int, int, int], Notice] = {}

    def ladder(self, at: datetime) -> Ladder:
        """The engine's ladder as it stood at a moment: who held which post, who was away."""
        day = timezone.localdate(at)
        if day not in self._people:
            self._people[day] = ResponsibilityMap.load(day)
        ladder = replace(self._ladder, now=at, people=self._people[day], _due={})
        ladder.calendar, ladder.rules = self._ladder.calendar, self._ladder.rules  # read once for all
        return ladder

    def make(
        self,
        *,
        kind: str,
        subject_id: int,
        unit: OrgUnit,
        opened_at: datetime,
        customer: Customer | None = None,
        variant: str = "",
        details: Mapping[str, Any] | None = None,
        owner_id: int | None = None,
        due_at: datetime | None = None,
        opened_by: int | None = None,
        until: datetime | None = None,
        closed_at: datetime | None = None,
        outcome: str = "",
    ) -> Duty:
        """One duty from its opening to its end, else to `until` or to now. Whoever owes it at the time closes it."""
        ladder = self.ladder(opened_at)
        rule = ladder.rule(kind, variant)
        turn = ladder.turn(rule.pk, 1, unit=unit, customer=customer)
        duty = Duty(
            pk=self._numbers.next(),
            kind=kind,
            subject_id=subject_id,
            customer=customer,
            unit=unit,
            details=dict(details or {}),
            rule=rule,
            state=Duty.State.OPEN,
            level=1,
            role=turn.role,
            owner_id=owner_id or turn.owner_id,
            vacant=turn.vacant and owner_id is None,
            held_since=opened_at,
            opened_at=opened_at,
            next_due_at=due_at or turn.due_at,
        )
        self._promised[duty.pk] = duty.next_due_at
        self._record(duty, DutyEvent.Act.OPENED, opened_at, by=opened_by, due_at=duty.next_due_at)
        self.tell(duty, duty.owner_id, opened_at)
        self._duties.append(duty)
        if closed_at is not None and closed_at < self.shape.now:
            self.close(duty, closed_at, outcome)
        else:
            self.climb(duty, until=until or self.shape.now)
        return duty

    def promised(self, duty: Duty) -> datetime | None:
        """The deadline with which it was opened; climbing moves it not."""
        return self._promised.get(duty.pk)

    def adopt(self, duty: Duty) -> Duty:
        """Go on with a duty that the services opened: what happens to it from now on is collected too."""
        self._adopted.append(duty)
        return duty

    def climb(self, duty: Duty, *, until: datetime) -> None:
        """Let the engine pass by until a moment."""
        while duty.next_due_at is not None and duty.next_due_at + SWEEP <= until:
            at = duty.next_due_at + SWEEP
            turn = self.ladder(at).next_above(duty, unit=duty.unit, customer=duty.customer)
            missed = duty.next_due_at
            duty.held_before_id, duty.held_since, duty.came = duty.owner_id, at, DutyEvent.Act.CLIMBED
            duty.level, duty.role, duty.owner_id, duty.turn = turn.level, turn.role, turn.owner_id, duty.turn + 1
            duty.vacant, duty.next_due_at, duty.state = turn.vacant, turn.due_at, Duty.State.OPEN
            duty.acknowledged_at = duty.acknowledged_by_id = None
            self._record(duty, DutyEvent.Act.CLIMBED, at, due_at=turn.due_at, missed_at=missed)
            self.tell(duty, duty.owner_id, at)

    def acknowledge(self, duty: Duty, at: datetime, *, due_at: datetime | None = None) -> None:
        """Whoever owes it by then says so, and may agree a later day."""
        self.climb(duty, until=at)
        duty.state, duty.acknowledged_at, duty.acknowledged_by_id = Duty.State.ACKNOWLEDGED, at, duty.owner_id
        duty.next_due_at = due_at or duty.next_due_at
        self._record(duty, DutyEvent.Act.ACKNOWLEDGED, at, by=duty.owner_id, due_at=duty.next_due_at)

    def extend(self, duty: Duty, at: datetime, due_at: datetime, by: int) -> None:
        """Somebody sets another day for it."""
        self.climb(duty, until=at)
        duty.next_due_at = due_at
        self._record(duty, DutyEvent.Act.EXTENDED, at, by=by, due_at=due_at)

    def close(self, duty: Duty, at: datetime, outcome: str) -> None:
        """Whoever owes it by then ends it."""
        self.climb(duty, until=at)
        duty.state, duty.closed_at, duty.closed_by_id = Duty.State.CLOSED, at, duty.owner_id
        duty.next_due_at, duty.outcome = None, outcome[:200]
        self._record(duty, DutyEvent.Act.CLOSED, at, by=duty.owner_id, note=outcome)

    def tell(self, duty: Duty, person_id: int, at: datetime) -> None:
        """A row of somebody's inbox; most older ones were read soon after."""
        key = (duty.pk, duty.turn, person_id)
        if key in self._told:
            return
        read_at = at + timedelta(minutes=float(self.rng.exponential(150)) + 3)
        unread = self.rng.random() < (0.03 if self.shape.now - at > timedelta(days=3) else 0.45)
        seen = None if unread or read_at > self.shape.now else read_at
        self._told[key] = Notice(
            duty=duty,
            level=duty.level,
            turn=duty.turn,
            recipient_id=person_id,
            channel=Notice.Channel.INBOX,
            created_at=at,
            read_at=seen,
        )

    def _record(
        self,
        duty: Duty,
        act: DutyEvent.Act,
        at: datetime,
        *,
        by: int | None = None,
        due_at: datetime | None = None,
        missed_at: datetime | None = None,
        note: str = "",
    ) -> None:
        event = record(duty, act, at=at, due_at=due_at, missed_at=missed_at, note=note)
        event.by_id = by
        self._events.append(event)

    def write(self) -> int:
        """Write what was collected; returns how many duties."""
        # what was ended makes room for what is owed anew
        update_objects(self._adopted, CHANGING)
        copy_objects(self._duties)
        self._events.sort(key=lambda event: event.at)
        copy_objects(self._events)
        notices = sorted(self._told.values(), key=lambda notice: notice.created_at)
        copy_objects(notices)
        count = len(self._duties)
        self._duties, self._adopted, self._events, self._told = [], [], [], {}
        return count
