"""Who is responsible (ORG-3) and who sees whom (ORG-4), in a small company."""

from collections.abc import Callable
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Customer, OrgUnit, Person
from accounts.rules import Role
from accounts.services.organisation import record_absence
from accounts.services.responsibility import ResponsibilityMap, responsible, responsible_in_unit
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory, PersonFactory, PostFactory
from tests.factories.company import Company

TODAY = date(2026, 11, 23)


def test_the_nearest_holder_answers(company: Company) -> None:
    found = responsible(company.a.customer, Role.BRANCH_SALES_MANAGER, TODAY)
    assert found is not None
    assert (found.person_id, found.vacant, found.delegated) == (company.a.sales_manager.pk, False, False)


def test_a_holder_above_the_branch_answers(company: Company) -> None:
    found = responsible_in_unit(company.b.unit, Role.MARKETING_DIRECTOR, TODAY)
    assert found is not None
    assert (found.person_id, found.vacant) == (company.marketing_director.pk, False)


def test_a_vacant_role_goes_to_the_next_higher_one(company: Company) -> None:
    found = responsible(company.a.customer, Role.REGION_MANAGER, TODAY)
    assert found is not None
    assert (found.person_id, found.role, found.vacant) == (
        company.deputy_general_manager.pk,
        Role.DEPUTY_GENERAL_MANAGER,
        True,
    )


def test_an_absent_manager_is_stood_in_for(company: Company) -> None:
    away, delegate = company.a.account_managers
    record_absence(person=away, delegate=delegate, starts_on=TODAY, ends_on=TODAY)
    found = responsible(company.a.customer, Role.ACCOUNT_MANAGER, TODAY)
    assert found is not None
    assert (found.person_id, found.delegated) == (delegate.pk, True)


def test_an_unassigned_customer_is_a_vacancy(company: Company) -> None:
    unassigned = CustomerFactory(unit=company.a.unit)
    found = responsible(unassigned, Role.ACCOUNT_MANAGER, TODAY)
    assert found is not None
    assert (found.person_id, found.vacant) == (company.a.sales_manager.pk, True)


def test_the_map_answers_without_further_queries(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        known = ResponsibilityMap.load(TODAY)
        for customer in (*company.a.customers, *company.b.customers):
            assert known.for_customer(customer.unit.path, Role.ACCOUNT_MANAGER, customer.account_manager_id) is not None


SeenBy = Callable[[Person], list[str]]


@pytest.fixture
def seen_by() -> SeenBy:
    """The codes of the customers that a person sees."""
    return lambda person: list(
        Customer.objects.visible_to(Person.objects.get(pk=person.pk)).order_by("code").values_list("code", flat=True)
    )


def test_scope_follows_the_posts(company: Company, seen_by: SeenBy) -> None:
    assert seen_by(company.a.account_manager) == ["A-1"]
    assert seen_by(company.a.sales_manager) == ["A-1", "A-2"]
    assert seen_by(company.marketing_director) == ["A-1", "A-2", "B-1", "B-2"]
    assert seen_by(PersonFactory()) == []
    assert seen_by(PersonFactory(is_superuser=True)) == ["A-1", "A-2", "B-1", "B-2"]


def test_a_delegate_sees_the_customers_of_the_absent(company: Company, seen_by: SeenBy) -> None:
    away, delegate = company.a.account_managers
    today = clock.today()
    record_absence(person=away, delegate=delegate, starts_on=today, ends_on=today)
    assert seen_by(delegate) == ["A-1", "A-2"]


def test_a_post_that_ended_shows_nothing(company: Company, seen_by: SeenBy) -> None:
    former = PostFactory(
        role=Role.BRANCH_SALES_MANAGER,
        unit=OrgUnit.objects.get(code="B"),
        starts_on=date(2020, 1, 1),
        ends_on=date(2021, 1, 1),
    ).person
    assert seen_by(former) == []


def test_facts_of_months_in_any_order_find_their_partition(company: Company) -> None:
    for month in (date(2026, 10, 1), date(2024, 1, 1), date(2026, 9, 1)):
        MonthlyFactFactory(customer=company.a.customer, month=month)
    assert company.a.customer.facts.count() == 3
