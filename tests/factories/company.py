"""The fixture `company`: a small distributor with two branches, every role but a region manager, and four retailers."""

from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import Customer, OrgUnit, Person
from accounts.rules import Role
from tests.factories.accounts import CustomerFactory, OrgUnitFactory, PersonFactory, PostFactory


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch and its people; each account manager has one retailer, at the same place in `customers`."""

    unit: OrgUnit
    general_manager: Person
    sales_manager: Person
    customer_officer: Person
    account_managers: tuple[Person, Person]
    customers: tuple[Customer, Customer]

    @property
    def account_manager(self) -> Person:
        return self.account_managers[0]

    @property
    def customer(self) -> Customer:
        return self.customers[0]


@dataclass(frozen=True, slots=True)
class Company:
    """The company, its region (whose manager's post is vacant), and branches `a` and `b`."""

    unit: OrgUnit
    region: OrgUnit
    a: Branch
    b: Branch
    general_manager: Person
    deputy_general_manager: Person
    deputy_in_charge: Person
    marketing_director: Person
    marketing_manager: Person


def _holder(role: Role, unit: OrgUnit, name: str) -> Person:
    return PostFactory(person=PersonFactory(name=name), role=role, unit=unit).person


def _branch(region: OrgUnit, code: str, name: str) -> Branch:
    unit = OrgUnitFactory(parent=region, kind=OrgUnit.Kind.BRANCH, code=code, name=name)
    managers = (
        _holder(Role.ACCOUNT_MANAGER, unit, f"{name}客户经理一"),
        _holder(Role.ACCOUNT_MANAGER, unit, f"{name}客户经理二"),
    )
    return Branch(
        unit=unit,
        general_manager=_holder(Role.BRANCH_GENERAL_MANAGER, unit, f"{name}总经理"),
        sales_manager=_holder(Role.BRANCH_SALES_MANAGER, unit, f"{name}销售经理"),
        customer_officer=_holder(Role.CUSTOMER_OFFICER, unit, f"{name}客户管理员"),
        account_managers=managers,
        customers=(
            CustomerFactory(code=f"{code}-1", unit=unit, account_manager=managers[0]),
            CustomerFactory(code=f"{code}-2", unit=unit, account_manager=managers[1]),
        ),
    )


@pytest.fixture
def company(db: None) -> Company:
    unit = OrgUnitFactory(kind=OrgUnit.Kind.COMPANY, code="CO", name="公司")
    region = OrgUnitFactory(parent=unit, kind=OrgUnit.Kind.REGION, code="R1", name="大区")
    return Company(
        unit=unit,
        region=region,
        a=_branch(region, "A", "城东"),
        b=_branch(region, "B", "城西"),
        general_manager=_holder(Role.GENERAL_MANAGER, unit, "总经理"),
        deputy_general_manager=_holder(Role.DEPUTY_GENERAL_MANAGER, unit, "副总经理"),
        deputy_in_charge=_holder(Role.DEPUTY_MANAGER_IN_CHARGE, unit, "主管副经理"),
        marketing_director=_holder(Role.MARKETING_DIRECTOR, unit, "营销总监"),
        marketing_manager=_holder(Role.MARKETING_MANAGER, unit, "营销经理"),
    )


def signed_in(client: Client, person: Person) -> Client:
    """The client with this person signed in, as the database has them now."""
    client.force_login(Person.objects.get(pk=person.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client
