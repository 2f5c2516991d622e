"""Whose turn it is at a level, and until when."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol, Self

from django.utils import timezone

from accounts.models import Customer, OrgUnit, Person, Post
from accounts.rules import Responsible, Role, units_upward
from accounts.services.responsibility import ResponsibilityMap
from duties.calendar import WorkCalendar
from duties.models import Duty, EscalationRule, EscalationStep
from duties.rules import Holding, Step, climb, step_at

logger = logging.getLogger(__name__)

#: Who stands in at the top when not even the general manager's post is held: the first of these that anybody holds.
_SENIORITY = (
    Role.GENERAL_MANAGER,
    Role.DEPUTY_GENERAL_MANAGER,
    Role.DEPUTY_MANAGER_IN_CHARGE,
    Role.REGION_MANAGER,
    Role.MARKETING_DIRECTOR,
    Role.BRANCH_GENERAL_MANAGER,
    Role.MARKETING_MANAGER,
    Role.BRANCH_SALES_MANAGER,
    Role.ADMINISTRATOR,
)


class NobodyResponsible(Exception):
    """No manager's post is held at all: a company without anybody cannot owe anything (ORG-3)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who owes at a level, in which role, until when."""

    level: int
    role: str
    owner_id: int
    vacant: bool
    due_at: datetime


class About(Protocol):
    """What a duty or an opening is about."""

    @property
    def unit(self) -> OrgUnit: ...
    @property
    def customer(self) -> Customer | None: ...


@dataclass
class Ladder:
    """Rules, calendar and responsibilities of one moment, loaded in a few queries for any number of duties."""

    now: datetime
    people: ResponsibilityMap
    left: frozenset[int]
    steps: dict[int, list[Step]]
    names: dict[int, str]
    _due: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    def load(cls, now: datetime, matters: Iterable[About]) -> Self:
        """Load what is needed for these duties or openings."""
        matters = list(matters)
        steps: dict[int, list[Step]] = {}
        for rule_id, level, role, limit in EscalationStep.objects.values_list(
            "rule_id", "level", "role", "limit_minutes"
        ):
            steps.setdefault(rule_id, []).append(Step(level, role, limit))
        on = timezone.localdate(now)
        units = {unit for each in matters for unit in units_upward(each.unit.path)}
        posts = list(
            Post.objects.held_on(on)
            .filter(person__is_active=True, unit_id__in=units)
            .values_list("person_id", "unit_id", "role", "person__name")
        )
        people = ResponsibilityMap.of([(person, unit, role) for person, unit, role, _name in posts], on)
        assigned = {
            person
            for each in matters
            if each.customer is not None
            for person in (each.customer.account_manager_id, each.customer.relationship_manager_id)
            if person is not None
        }
        names = {person: name for person, _unit, _role, name in posts}
        return cls(now=now, people=people, left=_left(assigned - names.keys()), steps=steps, names=names)

    @cached_property
    def calendar(self) -> WorkCalendar:
        return WorkCalendar.load()

    @cached_property
    def rules(self) -> dict[tuple[str, str], EscalationRule]:
        return {(rule.kind, rule.variant): rule for rule in EscalationRule.objects.all()}

    def rule(self, kind: str, variant: str) -> EscalationRule:
        """The rule of the kind and case, else that of the kind alone; LookupError if there is none."""
        try:
            return self.rules.get((kind, variant)) or self.rules[kind, ""]
        except KeyError:
            raise LookupError(f"no escalation rule for duties of kind {kind!r}") from None

    def turn(self, rule_id: int, level: int, *, unit: OrgUnit, customer: Customer | None) -> Turn:
        """Whose turn it is at a level of a rule. Raises NobodyResponsible."""
        step = step_at(self.steps.get(rule_id, []), level)
        found = self._find(Role(step.role), unit, customer) or self._anybody(unit)
        if found is None:
            raise NobodyResponsible(f"nobody is responsible for {unit} as {step.role}, up to the general manager")
        return Turn(level, found.role, found.person_id, found.vacant, self.due(step.limit_minutes))

    def due(self, minutes: int) -> datetime:
        """The deadline that begins now."""
        if minutes not in self._due:
            try:
                self._due[minutes] = self.calendar.add_working_minutes(self.now, minutes)
            except ValueError:
                # A calendar with a month of holidays is a slip; the engine goes on by the clock on the wall meanwhile.
                logger.exception("the calendar knows no working time after %s", self.now)
                self._due[minutes] = self.now + timedelta(minutes=minutes)
        return self._due[minutes]

    def above(self, duty: Duty, *, unit: OrgUnit, customer: Customer | None) -> tuple[Holding, int]:
        """Who holds a duty once its deadline has passed, and for how many working minutes (CMP-3, WRN-5)."""
        held = Holding(duty.level, duty.role, duty.owner_id, duty.vacant)
        return climb(self.steps.get(duty.rule_id, []), held, lambda role: self._find(role, unit, customer))

    def next_above(self, duty: Duty, *, unit: OrgUnit, customer: Customer | None) -> Turn:
        """The turn to which an overdue duty climbs now."""
        held, limit = self.above(duty, unit=unit, customer=customer)
        return Turn(held.level, held.role, held.owner_id, held.vacant, self.due(limit))

    def called(self, person_ids: Iterable[int]) -> dict[int, str]:
        """The names of these people; asks only for those whom no post of the units named already."""
        unknown = set(person_ids) - self.names.keys()
        if unknown:
            self.names |= dict(Person.objects.filter(pk__in=unknown).values_list("pk", "name"))
        return self.names

    def _find(self, role: Role, unit: OrgUnit, customer: Customer | None) -> Responsible | None:
        if customer is None:
            return self.people.in_unit(unit.path, role)
        assigned = (customer.account_manager_id, customer.relationship_manager_id)
        present = (person if person not in self.left else None for person in assigned)
        return self.people.for_customer(unit.path, role, *present)

    def _anybody(self, unit: OrgUnit) -> Responsible | None:
        """The most senior person of the units from this one up, even an absent one: never nobody (ORG-3)."""
        for role in _SENIORITY:
            for unit_id in reversed(units_upward(unit.path)):
                for holder in self.people.holders.get((unit_id, role), ()):
                    return Responsible(holder.acting_id or holder.person_id, role, vacant=True, delegated=False)
        return None


def _left(doubtful: set[int]) -> frozenset[int]:
    """Those of the assigned managers without a post who left: what they were assigned to is vacant (ORG-3)."""
    if not doubtful:
        return frozenset()
    return frozenset(Person.objects.filter(pk__in=doubtful, is_active=False).values_list("pk", flat=True))
