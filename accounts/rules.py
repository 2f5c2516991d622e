"""Who answers for a customer, and how complete a file is: pure functions over plain values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The roles that a post gives (ORG-2)."""

    GENERAL_MANAGER = "general_manager"
    DEPUTY_GENERAL_MANAGER = "deputy_general_manager"
    DEPUTY_MANAGER_IN_CHARGE = "deputy_manager_in_charge"
    REGION_MANAGER = "region_manager"
    MARKETING_DIRECTOR = "marketing_director"
    MARKETING_MANAGER = "marketing_manager"
    BRANCH_GENERAL_MANAGER = "branch_general_manager"
    BRANCH_SALES_MANAGER = "branch_sales_manager"
    ACCOUNT_MANAGER = "account_manager"
    RELATIONSHIP_MANAGER = "relationship_manager"
    CUSTOMER_OFFICER = "customer_officer"
    SUPPORT_OFFICER = "support_officer"
    DISCIPLINE_OFFICER = "discipline_officer"
    TRAINER = "trainer"
    ADMINISTRATOR = "administrator"


#: The next higher role when one is vacant; the chain of every role ends at the general manager (ORG-3).
ROLE_ABOVE: Mapping[Role, Role] = {
    Role.ACCOUNT_MANAGER: Role.BRANCH_SALES_MANAGER,
    Role.RELATIONSHIP_MANAGER: Role.BRANCH_SALES_MANAGER,
    Role.CUSTOMER_OFFICER: Role.BRANCH_SALES_MANAGER,
    Role.SUPPORT_OFFICER: Role.BRANCH_SALES_MANAGER,
    Role.TRAINER: Role.BRANCH_SALES_MANAGER,
    Role.BRANCH_SALES_MANAGER: Role.BRANCH_GENERAL_MANAGER,
    Role.BRANCH_GENERAL_MANAGER: Role.MARKETING_DIRECTOR,
    Role.MARKETING_MANAGER: Role.MARKETING_DIRECTOR,
    Role.MARKETING_DIRECTOR: Role.REGION_MANAGER,
    Role.REGION_MANAGER: Role.DEPUTY_GENERAL_MANAGER,
    Role.DEPUTY_MANAGER_IN_CHARGE: Role.DEPUTY_GENERAL_MANAGER,
    Role.DISCIPLINE_OFFICER: Role.DEPUTY_GENERAL_MANAGER,
    Role.ADMINISTRATOR: Role.DEPUTY_GENERAL_MANAGER,
    Role.DEPUTY_GENERAL_MANAGER: Role.GENERAL_MANAGER,
}

#: Roles that see only the customers assigned to them (ORG-4).
OWN_CUSTOMERS_ONLY = frozenset({Role.ACCOUNT_MANAGER, Role.RELATIONSHIP_MANAGER})


class Deed(StrEnum):
    """What not everybody may do; `MAY` says who may."""

    IMPORT = "import"
    ADD_CUSTOMER = "add_customer"
    EDIT_CUSTOMER = "edit_customer"
    TRANSFER = "transfer"
    CHANGE_CLASS = "change_class"


_BRANCH = frozenset({Role.BRANCH_GENERAL_MANAGER, Role.BRANCH_SALES_MANAGER, Role.CUSTOMER_OFFICER})
_TOP = frozenset({Role.GENERAL_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.REGION_MANAGER, Role.ADMINISTRATOR})
_MARKETING = frozenset({Role.MARKETING_DIRECTOR, Role.MARKETING_MANAGER, Role.DEPUTY_MANAGER_IN_CHARGE})

#: Who may do what, always within their scope; a superuser may do everything.
MAY: Mapping[Deed, frozenset[Role]] = {
    Deed.IMPORT: _BRANCH | {Role.GENERAL_MANAGER, Role.ADMINISTRATOR},
    Deed.ADD_CUSTOMER: _BRANCH | _TOP | _MARKETING,
    Deed.EDIT_CUSTOMER: _BRANCH | _TOP | _MARKETING | OWN_CUSTOMERS_ONLY,
    Deed.TRANSFER: _BRANCH | _TOP | _MARKETING,
    Deed.CHANGE_CLASS: _BRANCH | _TOP | _MARKETING,
}


def may(deed: Deed, roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may do it."""
    return not MAY[deed].isdisjoint(roles)


def may_change_class(roles: Iterable[str], own: Collection[int], account_manager_id: int | None) -> bool:
    """Roles above the account manager, and nobody for their own customer or one they stand in for (CUS-5, RSK-3)."""
    return may(Deed.CHANGE_CLASS, roles) and account_manager_id not in own


@dataclass(frozen=True, slots=True)
class Scope:
    """The extent of one person's sight: unit paths, and people whose customers count as own."""

    everything: bool
    paths: tuple[str, ...]
    own: tuple[int, ...]
    home_units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who holds a role in a unit on the day asked for, and who stands in if they are absent."""

    person_id: int
    unit_id: int
    role: Role
    absent: bool = False
    delegate_id: int | None = None

    @property
    def acting_id(self) -> int | None:
        """Who acts: the holder, the delegate of an absent one, or nobody."""
        return self.delegate_id if self.absent else self.person_id


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers, in which role, and whether the role asked for was vacant (the vacancy is itself shown)."""

    person_id: int
    role: Role
    vacant: bool
    delegated: bool


def role_chain(role: Role) -> list[Role]:
    """The role and those above it, to the general manager (ORG-3)."""
    chain = [role]
    while (above := ROLE_ABOVE.get(chain[-1])) is not None:
        chain.append(above)
    return chain


def find_responsible(
    role: Role, units_upward: Sequence[int], holders: Mapping[tuple[int, Role], Iterable[Holder]]
) -> Responsible | None:
    """The person responsible in a role for a customer whose units, from its own up to the company, are given (ORG-3).

    The nearest unit with an acting holder answers. A role that nobody holds up to the company goes to the next higher
    one. None only if even the general manager's post is vacant.
    """
    for wanted in role_chain(role):
        for unit_id in units_upward:
            for holder in sorted(holders.get((unit_id, wanted), ()), key=lambda each: each.person_id):
                if (acting := holder.acting_id) is not None:
                    return Responsible(acting, wanted, vacant=wanted != role, delegated=holder.absent)
    return None


def units_upward(path: str) -> list[int]:
    """`/1/12/40/` → `[40, 12, 1]`."""
    return [int(part) for part in reversed(path.strip("/").split("/"))]


def completeness(filled: Mapping[str, object]) -> int:
    """How complete a file is, in per cent of its fields (CUS-2). Zero and False are answers, nothing is not."""
    if not filled:
        return 0
    present = sum(1 for value in filled.values() if value not in (None, "", []))
    return round(100 * present / len(filled))
