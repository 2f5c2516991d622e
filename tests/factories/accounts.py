"""Units, people, posts, customers and facts for tests, made through the services that the application uses."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import (
    Contact,
    Contract,
    Customer,
    MonthlyFact,
    MonthlyProductFact,
    OrderDay,
    OrgUnit,
    Person,
    Post,
)
from accounts.services import customers, facts, organisation

LONG_AGO = date(2020, 1, 1)


class OrgUnitFactory(DjangoModelFactory):
    """A unit of the tree; `parent=None` makes a company."""

    class Meta:
        model = OrgUnit

    parent = None
    kind = factory.LazyAttribute(lambda unit: OrgUnit.Kind.BRANCH if unit.parent else OrgUnit.Kind.COMPANY)
    code = factory.Sequence(lambda number: f"U{number:03}")
    name = factory.Sequence(lambda number: f"单位{number}")

    @classmethod
    def _create(cls, model_class: type[OrgUnit], *args: Any, **fields: Any) -> OrgUnit:
        return organisation.create_unit(**fields)


class PersonFactory(DjangoModelFactory):
    """Somebody without a password (use `client.force_login`); `password="…"` sets one, which takes time."""

    class Meta:
        model = Person

    username = factory.Sequence(lambda number: f"person{number}")
    name = factory.Sequence(lambda number: f"人{number}")

    @classmethod
    def _create(cls, model_class: type[Person], *args: Any, **fields: Any) -> Person:
        return organisation.create_person(**fields)


class PostFactory(DjangoModelFactory):
    """A post held since 2020."""

    class Meta:
        model = Post

    person = factory.SubFactory(PersonFactory)
    unit = factory.SubFactory(OrgUnitFactory)
    role = Post.Role.ACCOUNT_MANAGER
    starts_on = LONG_AGO
    ends_on = None

    @classmethod
    def _create(cls, model_class: type[Post], *args: Any, **fields: Any) -> Post:
        return organisation.give_post(**fields)


class CustomerFactory(DjangoModelFactory):
    """A retailer with its file; `file={…}` gives values of the file."""

    class Meta:
        model = Customer

    kind = Customer.Kind.RETAILER
    code = factory.Sequence(lambda number: f"C{number:05}")
    name = factory.Sequence(lambda number: f"和顺烟酒{number}店")
    unit = factory.SubFactory(OrgUnitFactory)
    phone = factory.Sequence(lambda number: f"138{number:08}")
    latitude = 30.6586
    longitude = 104.0648

    @classmethod
    def _create(cls, model_class: type[Customer], *args: Any, **fields: Any) -> Customer:
        return customers.create_customer(**fields)


class GroupClientFactory(CustomerFactory):
    """A group client with its file."""

    kind = Customer.Kind.GROUP
    code = factory.Sequence(lambda number: f"G{number:05}")
    name = factory.Sequence(lambda number: f"第{number}中学")


class ContactFactory(DjangoModelFactory):
    """Somebody in a group client's decision chain."""

    class Meta:
        model = Contact

    customer = factory.SubFactory(GroupClientFactory)
    name = factory.Sequence(lambda number: f"联系人{number}")
    part = Contact.Part.DECIDES


class ContractFactory(DjangoModelFactory):
    """A contract of a group client over the year 2026."""

    class Meta:
        model = Contract

    customer = factory.SubFactory(GroupClientFactory)
    number = factory.Sequence(lambda number: f"HT-{number:04}")
    subject = "专线接入"
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 12, 31)
    amount = Decimal("120000.00")


class MonthlyFactFactory(DjangoModelFactory):
    """One month of a customer; makes the month's partition if it is missing."""

    class Meta:
        model = MonthlyFact

    customer = factory.SubFactory(CustomerFactory)
    month = date(2026, 10, 1)
    quantity = Decimal("130.00")
    amount = Decimal("26000.00")
    orders = 4

    @classmethod
    def _create(cls, model_class: type[MonthlyFact], *args: Any, **fields: Any) -> MonthlyFact:
        facts.ensure_partitions(months=[fields["month"]])
        return super()._create(model_class, *args, **fields)


class MonthlyProductFactFactory(DjangoModelFactory):
    """One month of a customer in one brand; makes the month's partition if it is missing."""

    class Meta:
        model = MonthlyProductFact

    customer = factory.SubFactory(CustomerFactory)
    month = date(2026, 10, 1)
    product = "云烟"
    quantity = Decimal("40.00")
    amount = Decimal("8000.00")

    @classmethod
    def _create(cls, model_class: type[MonthlyProductFact], *args: Any, **fields: Any) -> MonthlyProductFact:
        facts.ensure_partitions(months=[fields["month"]])
        return super()._create(model_class, *args, **fields)


class OrderDayFactory(DjangoModelFactory):
    """What a customer ordered on one day; makes the month's partition if it is missing."""

    class Meta:
        model = OrderDay

    customer = factory.SubFactory(CustomerFactory)
    day = date(2026, 10, 27)
    amount = Decimal("6500.00")
    items = 12

    @classmethod
    def _create(cls, model_class: type[OrderDay], *args: Any, **fields: Any) -> OrderDay:
        facts.ensure_partitions(months=[fields["day"]], tables=facts.ORDERS)
        return super()._create(model_class, *args, **fields)
