"""Whom an open duty climbs to next, told from posts that a page has read already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.models import Customer, OrgUnit, Person, Post
from accounts.services.responsibility import ResponsibilityMap
from duties.models import Duty, EscalationStep
from duties.rules import Holding, Step, climb


@dataclass(frozen=True, slots=True)
class NextHolder:
    """Somebody who will be asked, and in which role."""

    person: Person
    role: str

    def __str__(self) -> str:
        return f"{self.person} {Post.Role(self.role).label}"


def steps_of(rule: str) -> ArraySubquery:
    """The levels of a rule as an annotation; `rule` is the path to its id, such as `duty__rule_id`."""
    steps = EscalationStep.objects.filter(rule_id=OuterRef(rule)).order_by("level")
    return ArraySubquery(steps.values(step=JSONObject(level="level", role="role", limit_minutes="limit_minutes")))


def next_holder(
    *,
    duty: Duty,
    unit: OrgUnit,
    customer: Customer | None,
    posts: Sequence[Post],
    now: datetime,
    steps: Sequence[Mapping[str, Any]] | None = None,
) -> NextHolder | None:
    """Who is asked once the deadline has passed, in two queries; None if the present holder is asked again (CMP-3).

    `posts` are those held in the unit and above it, with their people; a delegate from elsewhere takes a query more,
    `steps` read with the duty (`steps_of`) save one.
    """
    people = ResponsibilityMap.of(
        ((post.person_id, post.unit_id, post.role) for post in posts), timezone.localdate(now)
    )
    managers = (customer.account_manager_id, customer.relationship_manager_id) if customer else (None, None)
    if steps is None:
        steps = list(EscalationStep.objects.filter(rule_id=duty.rule_id).values("level", "role", "limit_minutes"))
    held, _limit = climb(
        [Step(**step) for step in steps],
        Holding(duty.level, duty.role, duty.owner_id, duty.vacant),
        lambda role: people.for_customer(unit.path, role, *managers) if customer else people.in_unit(unit.path, role),
    )
    if held.owner_id == duty.owner_id:
        return None
    person = next((post.person for post in posts if post.person_id == held.owner_id), None)
    return NextHolder(person or Person.objects.get(pk=held.owner_id), held.role)
