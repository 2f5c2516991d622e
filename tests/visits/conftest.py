"""What the tests of visits share."""

from datetime import date

import pytest
from django.test import Client

from accounts import clock
from accounts.models import Person
from tests.factories.company import Company, signed_in


@pytest.fixture
def today(db: None) -> date:
    return clock.today()


@pytest.fixture
def manager(company: Company, client: Client) -> Person:
    """The account manager of branch A, signed in."""
    person = Person.objects.get(pk=company.a.account_manager.pk)
    signed_in(client, person)
    return person
