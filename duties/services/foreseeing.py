"""Whom an open duty climbs to next, told from posts that a page has read already."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.models import Customer, OrgUnit, Person, Post
from accounts.services.responsibility import ResponsibilityMap
from duties.models import Duty, EscalationStep
from duties.rules import Holding, Step, climb


def next_holder(
    *, duty: Duty, unit: OrgUnit, customer: Customer | None, posts: Sequence[Post], now: datetime
) -> Person | None:
    """Who is asked once the deadline has passed, in one query; None if the present holder is asked again (CMP-3).

    `posts` are those held in the unit and above it, with their people.
    """
    people = ResponsibilityMap.of(
        ((post.person_id, post.unit_id, post.role) for post in posts), timezone.localdate(now)
    )
    managers = (customer.account_manager_id, customer.relationship_manager_id) if customer else (None, None)
    steps = EscalationStep.objects.filter(rule_id=duty.rule_id).values_list("level", "role", "limit_minutes")
    held, _limit = climb(
        [Step(*step) for step in steps],
        Holding(duty.level, duty.role, duty.owner_id, duty.vacant),
        lambda role: people.for_customer(unit.path, role, *managers) if customer else people.in_unit(unit.path, role),
    )
    if held.owner_id == duty.owner_id:
        return None
    return next((post.person for post in posts if post.person_id == held.owner_id), None)
