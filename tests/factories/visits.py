"""Visits, plans and checks for tests."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts.models import Post
from risk.models import PreTripCheck
from tests.factories.accounts import CustomerFactory, OrgUnitFactory, PersonFactory
from visits.models import DayPlan, PlanStop, Problem, Territory, Visit

CHINA = ZoneInfo("Asia/Shanghai")
#: A Monday, worked.
MONDAY = date(2026, 11, 23)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    """A moment in China's time."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


class VisitFactory(DjangoModelFactory):
    """A finished visit on site by the customer's account manager that counts; `state="open"` makes one that lasts."""

    class Meta:
        model = Visit

    class Params:
        open = factory.Trait(state=Visit.State.OPEN, ended_at=None, counts=False, acts=[])

    key = factory.LazyFunction(uuid.uuid4)
    customer = factory.SubFactory(CustomerFactory)
    person = factory.LazyAttribute(lambda visit: visit.customer.account_manager or PersonFactory())
    role = Post.Role.ACCOUNT_MANAGER
    state = Visit.State.DONE
    visited_on = MONDAY
    started_at = factory.LazyAttribute(lambda visit: at(9, 0, visit.visited_on))
    ended_at = factory.LazyAttribute(lambda visit: visit.started_at + timedelta(minutes=12))
    acts = factory.LazyFunction(lambda: ["visit", "inquire"])
    counts = True


class DayPlanFactory(DjangoModelFactory):
    """A made plan without stops."""

    class Meta:
        model = DayPlan

    person = factory.SubFactory(PersonFactory)
    date = MONDAY
    state = DayPlan.State.MADE
    made_at = factory.LazyAttribute(lambda plan: at(2, 0, plan.date))


class PlanStopFactory(DjangoModelFactory):
    """A planned stop on site; stops of a plan follow each other every half hour from 9:00."""

    class Meta:
        model = PlanStop

    plan = factory.SubFactory(DayPlanFactory)
    customer = factory.SubFactory(CustomerFactory)
    sequence = factory.LazyAttribute(lambda stop: stop.plan.stops.count() + 1)
    arrive_at = factory.LazyAttribute(lambda stop: at(8, 30, stop.plan.date) + timedelta(minutes=30 * stop.sequence))
    leave_at = factory.LazyAttribute(lambda stop: stop.arrive_at + timedelta(minutes=15))
    metres = 1200
    ride_minutes = 4
    reasons = factory.LazyFunction(lambda: [{"code": "overdue", "tier": 3, "days": 2}])


class ProblemFactory(DjangoModelFactory):
    """A problem found on a visit, open; its duty is not opened here."""

    class Meta:
        model = Problem

    key = factory.LazyFunction(uuid.uuid4)
    visit = factory.SubFactory(VisitFactory)
    customer = factory.SelfAttribute("visit.customer")
    what = "后仓受潮"
    owner = factory.SelfAttribute("visit.person")
    due_on = date(2026, 11, 25)
    created_at = factory.LazyAttribute(lambda problem: problem.visit.ended_at)


class PreTripCheckFactory(DjangoModelFactory):
    """A check that passed; `failed=["brakes"]` makes one that did not."""

    class Meta:
        model = PreTripCheck

    key = factory.LazyFunction(uuid.uuid4)
    person = factory.SubFactory(PersonFactory)
    unit = factory.SubFactory(OrgUnitFactory)
    day = MONDAY
    checked_at = factory.LazyAttribute(lambda check: at(8, 22, check.day))
    failed = factory.LazyFunction(list)


class TerritoryFactory(DjangoModelFactory):
    """A proposal without moves, still open."""

    class Meta:
        model = Territory

    unit = factory.SubFactory(OrgUnitFactory)
    aim = Territory.Aim.FAIR
    month = date(2026, 12, 1)
    made_by = factory.SubFactory(PersonFactory)
    made_at = factory.LazyFunction(lambda: at(9))
