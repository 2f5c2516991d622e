"""A field's day for the tests of pages."""

from datetime import date
from typing import Any

from accounts.models import Person
from risk.models import PreTripCheck
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import (
    DayPlanFactory,
    PlanStopFactory,
    PreTripCheckFactory,
    at,
)
from visits.models import DayPlan


def day_of(manager: Person, today: date, stops: int, unit: Any) -> DayPlan:
    """A day with so many stops, each at a shop of its own."""
    plan = DayPlanFactory(person=manager, date=today, metres=5300, minutes=296)
    for _ in range(stops):
        customer = CustomerFactory(
            account_manager=manager, unit=unit, file={"owner_name": "周顺达", "supply_grade": 18}
        )
        PlanStopFactory(plan=plan, customer=customer)
    return plan


def passed(manager: Person, company: Company, today: date) -> PreTripCheck:
    """The check of that morning, without a fault."""
    return PreTripCheckFactory(person=manager, unit=company.a.unit, day=today, checked_at=at(8, 22, today))
