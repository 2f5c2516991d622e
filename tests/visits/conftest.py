"""What the tests of visits share."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client

from accounts import clock
from accounts.models import Person
from tests.factories.company import Company, signed_in
from tests.factories.web import serving
from tests.visits.feeds import Feed


@pytest.fixture
def today(db: None) -> date:
    return clock.today()


@pytest.fixture
def manager(company: Company, client: Client) -> Person:
    """The account manager of branch A, signed in."""
    person = Person.objects.get(pk=company.a.account_manager.pk)
    signed_in(client, person)
    return person


@pytest.fixture
def feed() -> Iterator[Feed]:
    feed = Feed()
    with serving(feed.server):
        yield feed


@pytest.fixture
def mapped(company: Company) -> Company:
    """Branch A lies where the alerts are."""
    company.a.unit.latitude, company.a.unit.longitude = 30.65, 104.06
    company.a.unit.save()
    return company
