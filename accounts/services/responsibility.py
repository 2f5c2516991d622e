"""Who is responsible for a customer in a role: the one place that answers (ORG-3)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from django.db.models import Q

from accounts.models import Absence, Customer, OrgUnit, Post
from accounts.rules import Holder, Responsible, Role, find_responsible, role_chain, units_upward

_NOT_ON_DESKS = frozenset({Role.ADMINISTRATOR, Role.TRAINER})


@dataclass(slots=True)
class ResponsibilityMap:
    """Posts and absences of one day, loaded in two queries; answers for any number of customers without another."""

    holders: dict[tuple[int, Role], list[Holder]]
    absent: dict[int, int | None]
    _found: dict[tuple[str, Role], Responsible | None] = field(default_factory=dict)

    @classmethod
    def load(cls, on: date, paths: Iterable[str] | None = None) -> Self:
        """Load what is needed for the units of the given paths, or for the whole company."""
        posts = Post.objects.held_on(on).filter(person__is_active=True)
        if paths is not None:
            posts = posts.filter(unit_id__in={unit for path in paths for unit in units_upward(path)})
        return cls.of(posts.values_list("person_id", "unit_id", "role"), on)

    @classmethod
    def of(cls, posts: Iterable[tuple[int, int, str]], on: date) -> Self:
        """The same from posts that were read already: the person's id, the unit's, the role of each."""
        absent = dict(Absence.objects.on(on).order_by("created_at").values_list("person_id", "delegate_id"))
        holders: dict[tuple[int, Role], list[Holder]] = defaultdict(list)
        for person_id, unit_id, role in posts:
            holder = Holder(person_id, unit_id, Role(role), person_id in absent, absent.get(person_id))
            holders[unit_id, holder.role].append(holder)
        return cls(holders, absent)

    def in_unit(self, path: str, role: Role) -> Responsible | None:
        """Who answers in a role for a unit."""
        key = (path, role)
        if key not in self._found:
            self._found[key] = find_responsible(role, units_upward(path), self.holders)
        return self._found[key]

    def for_customer(
        self, path: str, role: Role, account_manager_id: int | None = None, relationship_manager_id: int | None = None
    ) -> Responsible | None:
        """Who answers in a role for a customer of that unit; an assignment of the customer's own goes first."""
        assigned = {Role.ACCOUNT_MANAGER: account_manager_id, Role.RELATIONSHIP_MANAGER: relationship_manager_id}.get(
            role
        )
        if assigned is None:
            # An account manager answers only for customers assigned to them: an unassigned customer is a vacancy.
            chain = role_chain(role)
            if role in {Role.ACCOUNT_MANAGER, Role.RELATIONSHIP_MANAGER} and len(chain) > 1:
                return self._as_vacancy(path, chain[1])
            return self.in_unit(path, role)
        if assigned not in self.absent:
            return Responsible(assigned, role, vacant=False, delegated=False)
        delegate = self.absent[assigned]
        if delegate is not None:
            return Responsible(delegate, role, vacant=False, delegated=True)
        return self._as_vacancy(path, role_chain(role)[1])

    def _as_vacancy(self, path: str, role: Role) -> Responsible | None:
        found = self.in_unit(path, role)
        return Responsible(found.person_id, found.role, vacant=True, delegated=found.delegated) if found else None


def responsible(customer: Customer, role: Role, on: date) -> Responsible | None:
    """Who is responsible for a customer in a role on a day (ORG-3); None only if nobody is general manager either."""
    path = customer.unit.path
    return ResponsibilityMap.load(on, [path]).for_customer(
        path, role, customer.account_manager_id, customer.relationship_manager_id
    )


def responsible_in_unit(unit: OrgUnit, role: Role, on: date) -> Responsible | None:
    """Who is responsible in a role for a unit on a day (ORG-3)."""
    return ResponsibilityMap.load(on, [unit.path]).in_unit(unit.path, role)


def posts_around(*, unit: OrgUnit, customer: Customer | None, on: date) -> list[Post]:
    """Posts of the customer's managers, its unit and the units above, with their people, nearest first: one query."""
    upward = units_upward(unit.path)
    managers = {customer.account_manager_id, customer.relationship_manager_id} - {None} if customer else set()
    posts = (
        Post.objects.held_on(on)
        .filter(Q(unit_id__in=upward) | Q(person_id__in=managers), person__is_active=True)
        .select_related("person")
        .only("role", "unit", "person__name", "person__username", "person__pinyin")
    )
    distance = {unit_id: steps for steps, unit_id in enumerate(upward)}

    def order(post: Post) -> tuple[bool, int, str, int]:
        return post.person_id not in managers, distance.get(post.unit_id, -1), post.person.pinyin, post.pk

    return sorted(posts, key=order)


def possible_doers(posts: Iterable[Post]) -> list[Post]:
    """Of the posts around a matter, one for each person who may be given it, by their nearest.

    People who only look after the system or the training are left out.
    """
    first: dict[int, Post] = {}
    for post in posts:
        if post.role not in _NOT_ON_DESKS:
            first.setdefault(post.person_id, post)
    return list(first.values())
