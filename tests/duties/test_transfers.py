"""A transfer of customers moves their open work in a fixed number of statements, and tells each side once (ORG-5)."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Person
from accounts.services.organisation import record_absence
from accounts.services.transfers import transfer_customers
from duties import services
from duties.models import Duty, Message
from duties.services.transfers import settle_next
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.duties import DutyFactory


def moved(company: Company, count: int) -> tuple[Person, Person]:
    """A giver and a taker, after so many customers with a duty each changed hands; not settled yet."""
    giver, taker = company.a.account_managers
    customers = CustomerFactory.create_batch(count, unit=company.a.unit, account_manager=giver)
    for customer in customers:
        DutyFactory(customer=customer)
    transfer_customers(
        customers=[customer.pk for customer in customers], to=taker, by=company.a.sales_manager, now=clock.now()
    )
    return giver, taker


@pytest.mark.parametrize("count", [1, 3])
def test_open_work_moves_in_a_fixed_number_of_queries(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    giver, taker = moved(company, count)
    with django_assert_num_queries(13):
        assert settle_next(now=clock.now())
    assert set(Duty.objects.values_list("owner", "held_before", "came", "turn")) == {
        (taker.pk, giver.pk, "handed_over", 2)
    }


def test_a_transfer_is_one_message_to_each(company: Company) -> None:
    Person.objects.filter(pk__in=[person.pk for person in company.a.account_managers]).update(email="x@example.com")
    giver, taker = moved(company, 3)
    Message.objects.update(delivery="dropped", next_attempt_at=None, settled_at=clock.now())
    services.settle_transfers(now=clock.now())
    assert list(
        Message.objects.filter(delivery="pending").order_by("recipient").values_list("recipient", flat=True)
    ) == sorted([giver.pk, taker.pk])
    assert Message.objects.get(delivery="pending", recipient=taker).notices.count() == 4


def test_what_was_closed_or_climbed_stays(company: Company) -> None:
    customer = company.a.customer
    closed, climbed = DutyFactory(customer=customer), DutyFactory(customer=customer, due_at=clock.now())
    services.close(duty=closed, by=None, now=clock.now())
    services.sweep()
    transfer_customers(customers=[customer.pk], to=company.a.account_managers[1], by=None, now=clock.now())
    services.settle_transfers(now=clock.now())
    closed.refresh_from_db()
    climbed.refresh_from_db()
    assert (closed.owner, climbed.owner) == (company.a.account_manager, company.a.sales_manager)


def test_an_absent_takers_delegate_takes_over(company: Company) -> None:
    today = clock.today()
    taker = company.a.account_managers[1]
    record_absence(person=taker, delegate=company.b.account_manager, starts_on=today, ends_on=today)
    duty = DutyFactory(customer=company.a.customer)
    transfer_customers(customers=[company.a.customer.pk], to=taker, by=None, now=clock.now())
    services.settle_transfers(now=clock.now())
    duty.refresh_from_db()
    assert duty.owner == company.b.account_manager
