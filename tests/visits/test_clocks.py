"""Clocks follow the matrix, the tiers and the visits, in one statement."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from accounts.models import Customer
from accounts.rules import Role
from accounts.services.customers import change_class
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, VisitFactory, at
from visits.models import VisitClock, VisitInterval
from visits.rules import Unit, due_date, shipped_matrix
from visits.services import refresh_clocks


class TestDueDates(TestCase):
    @settings(max_examples=100, deadline=None)
    @given(
        st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        st.integers(1, 24),
        st.sampled_from([str(unit) for unit in Unit]),
    )
    def test_python_and_sql_agree(self, last: date, number: int, unit: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT visits_due_on(%s, %s, %s)", [last, number, unit])
            assert cursor.fetchone()[0] == due_date(last, number, unit)


def test_the_matrix_is_shipped(db: None) -> None:
    rows = {(row.tier, row.role): row.interval for row in VisitInterval.objects.all()}
    assert rows == {(tier, str(role)): interval for (tier, role), interval in shipped_matrix().items()}


def test_every_role_of_the_tier_gets_a_clock(company: Company) -> None:
    customer = CustomerFactory(unit=company.a.unit, tier=4)
    refresh_clocks(on=MONDAY, customers=[customer.pk])
    assert {(clock.role, clock.due_on, clock.last_visit_on) for clock in VisitClock.objects.all()} == {
        (role, MONDAY, None)
        for role in (
            Role.MARKETING_DIRECTOR,
            Role.BRANCH_GENERAL_MANAGER,
            Role.BRANCH_SALES_MANAGER,
            Role.ACCOUNT_MANAGER,
        )
    }


def test_a_visit_that_counts_moves_its_roles_clock_only(company: Company) -> None:
    customer = company.a.customer  # tier 5
    VisitFactory(customer=customer, visited_on=date(2026, 11, 2))
    VisitFactory(customer=customer, visited_on=date(2026, 11, 9))
    VisitFactory(customer=customer, visited_on=date(2026, 11, 16), counts=False, mode="phone")
    refresh_clocks(on=MONDAY, customers=[customer.pk])
    due = dict(VisitClock.objects.values_list("role", "due_on"))
    assert due == {
        Role.ACCOUNT_MANAGER: date(2026, 12, 9),
        Role.BRANCH_SALES_MANAGER: MONDAY,
        Role.BRANCH_GENERAL_MANAGER: MONDAY,
    }


def test_a_second_run_changes_nothing(company: Company) -> None:
    assert refresh_clocks(on=MONDAY) == 12  # four customers of tier 5 × three roles
    assert refresh_clocks(on=MONDAY + timedelta(5)) == 0
    assert set(VisitClock.objects.values_list("due_on", "started_on")) == {(MONDAY, MONDAY)}


def test_a_changed_tier_moves_the_clocks(company: Company) -> None:
    customer = company.a.customer
    VisitFactory(customer=customer, visited_on=date(2026, 11, 20))
    refresh_clocks(on=MONDAY, customers=[customer.pk])
    change_class(
        customer=customer,
        kind="tier",
        value=1,
        approval_reference="A-204",
        evidence="销量",
        by=company.general_manager,
        now=at(9),
    )
    refresh_clocks(on=MONDAY, customers=[customer.pk])
    clocks = VisitClock.objects.filter(customer=customer)
    assert clocks.count() == 5
    assert clocks.get(role=Role.ACCOUNT_MANAGER).due_on == date(2026, 11, 23)


def test_a_closed_customer_and_a_removed_interval_have_no_clock(company: Company) -> None:
    refresh_clocks(on=MONDAY)
    Customer.objects.filter(pk=company.a.customer.pk).update(status=Customer.Status.CLOSED)
    VisitInterval.objects.filter(role=Role.BRANCH_GENERAL_MANAGER, tier=5).delete()
    assert refresh_clocks(on=MONDAY) == 3 + 3
    assert VisitClock.objects.count() == 6


def test_one_statement_whatever_the_size(company: Company, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(3):  # savepoint, statement, release
        refresh_clocks(on=MONDAY)


def test_one_clock_a_customer_and_role(company: Company) -> None:
    refresh_clocks(on=MONDAY)
    with pytest.raises(IntegrityError, match="one_clock_a_customer_and_role"), transaction.atomic():
        VisitClock.objects.create(
            customer=company.a.customer, role=Role.ACCOUNT_MANAGER, started_on=MONDAY, due_on=MONDAY
        )


def test_due_and_overdue(company: Company) -> None:
    refresh_clocks(on=MONDAY)
    clocks = VisitClock.objects.filter(role=Role.ACCOUNT_MANAGER)
    counted = [
        (clocks.due(day).count(), clocks.overdue(day).count())
        for day in (date(2026, 11, 22), MONDAY, date(2026, 11, 24))
    ]
    assert counted == [(0, 0), (4, 0), (4, 4)]


def test_clocks_are_seen_with_their_customers(company: Company) -> None:
    refresh_clocks(on=MONDAY)
    seen = VisitClock.objects.visible_to(company.a.account_manager)
    assert set(seen.values_list("customer_id", flat=True)) == {company.a.customer.pk}
