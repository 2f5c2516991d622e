"""Whose turn it is at a level, and until when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.utils import timezone

from accounts.models import Customer, OrgUnit
from accounts.rules import Responsible, Role, role_chain
from accounts.services.responsibility import ResponsibilityMap
from duties.calendar import WorkCalendar
from duties.models import Duty, EscalationRule, EscalationStep
from duties.rules import Step, step_at


class NobodyResponsible(Exception):
    """Not even the general manager's post is held: a company without anybody cannot owe anything (ORG-3)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who owes at a level, in which role, until when."""

    level: int
    role: str
    owner_id: int
    vacant: bool
    due_at: datetime


@dataclass(slots=True)
class Ladder:
    """Rules, calendar and responsibilities of one moment, loaded in five queries for any number of duties."""

    now: datetime
    calendar: WorkCalendar
    people: ResponsibilityMap
    rules: dict[tuple[str, str], EscalationRule]
    steps: dict[int, list[Step]]
    _due: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    def load(cls, now: datetime) -> Self:
        steps: dict[int, list[Step]] = {}
        for rule_id, level, role, limit in EscalationStep.objects.values_list("rule_id", "level", "role", "limit_minutes"):
            steps.setdefault(rule_id, []).append(Step(level, role, limit))
        return cls(
            now=now,
            calendar=WorkCalendar.load(),
            people=ResponsibilityMap.load(timezone.localdate(now)),
            rules={(rule.kind, rule.variant): rule for rule in EscalationRule.objects.all()},
            steps=steps,
        )

    def rule(self, kind: str, variant: str) -> EscalationRule:
        """The rule of the kind and case, else that of the kind alone; LookupError if there is none."""
        try:
            return self.rules.get((kind, variant)) or self.rules[kind, ""]
        except KeyError:
            raise LookupError(f"no escalation rule for duties of kind {kind!r}") from None

    def turn(self, rule_id: int, level: int, *, unit: OrgUnit, customer: Customer | None) -> Turn:
        """Whose turn it is at a level of a rule."""
        step = step_at(self.steps.get(rule_id, []), level)
        found = self._find(Role(step.role), unit, customer)
        if found is None:
            raise NobodyResponsible(f"nobody is responsible for {unit} as {step.role}, up to the general manager")
        return Turn(level, found.role, found.person_id, found.vacant, self.due(step.limit_minutes))

    def due(self, minutes: int) -> datetime:
        """The deadline that begins now."""
        if minutes not in self._due:
            self._due[minutes] = self.calendar.add_working_minutes(self.now, minutes)
        return self._due[minutes]

    def next_above(self, duty: Duty, *, unit: OrgUnit, customer: Customer | None) -> Turn:
        """The turn to which an overdue duty climbs (CMP-3, WRN-5).

        First the rule's higher levels, then the roles above, each time passing over the person who already let it lapse; the
        one at the top is asked again and again.
        """
        steps = self.steps.get(duty.rule_id, [])
        for step in sorted(steps, key=lambda each: each.level):
            if step.level > duty.level:
                turn = self.turn(duty.rule_id, step.level, unit=unit, customer=customer)
                if turn.owner_id != duty.owner_id:
                    return turn
        due_at = self.due(step_at(steps, duty.level + 1).limit_minutes)
        for above in role_chain(Role(duty.role))[1:]:
            found = self._find(above, unit, customer)
            if found is not None and found.person_id != duty.owner_id:
                return Turn(duty.level + 1, found.role, found.person_id, found.vacant, due_at)
        return Turn(duty.level + 1, duty.role, duty.owner_id, duty.vacant, due_at)

    def _find(self, role: Role, unit: OrgUnit, customer: Customer | None) -> Responsible | None:
        if customer is None:
            return self.people.in_unit(unit.path, role)
        return self.people.for_customer(unit.path, role, customer.account_manager_id, customer.relationship_manager_id)
