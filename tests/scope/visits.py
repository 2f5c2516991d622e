"""Routes of visits and of risk control."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from risk.services import record_check
from tests.factories.company import Company
from tests.factories.visits import (
    DayPlanFactory,
    PlanStopFactory,
    PreTripCheckFactory,
    ProblemFactory,
    TerritoryFactory,
    VisitFactory,
)
from tests.scope import Entry, NoObject, Object
from visits.models import PlanChange, PlanRun
from visits.services import refresh_clocks
from visits.services.notices import announce
from visits.services.weather import declare

LIST = NoObject("a list that starts at visible_to: tests/visits/test_desk_pages.py, test_api.py")
OWN = NoObject("one's own day")
RULES = NoObject("the matrix is the company's, the same for everybody", shared=True)
TODAY = "2026-11-23"


def visit_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": VisitFactory(customer=company.b.customer).pk}


def open_visit_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": VisitFactory(customer=company.b.customer, open=True).pk}


def customer_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": company.b.customer.pk}


def plan_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": DayPlanFactory(person=company.b.account_manager).pk}


def manager_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": company.b.account_manager.pk}


def stop_of_b(company: Company) -> Mapping[str, Any]:
    plan = DayPlanFactory(person=company.b.account_manager)
    return {"pk": PlanStopFactory(plan=plan, customer=company.b.customer).pk}


def problem_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": ProblemFactory(visit=VisitFactory(customer=company.b.customer)).pk}


def clock_of_b(company: Company) -> Mapping[str, Any]:
    refresh_clocks(on=clock.today())
    return {"pk": company.b.customer.visit_clocks.get(role=Role.ACCOUNT_MANAGER).pk}


def check_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": PreTripCheckFactory(person=company.b.account_manager, unit=company.b.unit).pk}


def repair_of_b(company: Company) -> Mapping[str, Any]:
    check = record_check(key=uuid.uuid4(), person=company.b.account_manager, failed=["brakes"], now=clock.now())
    return {"pk": check.repair.pk}


def territory_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": TerritoryFactory(unit=company.b.unit, made_by=company.b.general_manager).pk}


def change_of_b(company: Company) -> Mapping[str, Any]:
    plan = DayPlanFactory(person=company.b.account_manager)
    return {"pk": PlanChange.objects.create(plan=plan, by=company.b.account_manager, at=clock.now(), reason="way").pk}


def notice_of_b(company: Company) -> Mapping[str, Any]:
    made = announce(
        kind="product",
        title="新品",
        starts_on=clock.today(),
        ends_on=clock.today(),
        unit=company.b.unit,
        by=company.b.general_manager,
        now=clock.now(),
    )
    return {"pk": made.pk}


def run_of_b(company: Company) -> Mapping[str, Any]:
    plan = DayPlanFactory(person=company.b.account_manager, date=date(2026, 11, 25))
    plan.run = PlanRun.objects.create(date="2026-11-25", opened_at=clock.now())
    plan.save()
    return {"pk": plan.run.pk}


def night_of_b(company: Company) -> Mapping[str, Any]:
    run_of_b(company)
    return {"on": "2026-11-25"}


def alert_of_b(company: Company) -> Mapping[str, Any]:
    alert = declare(
        identifier=str(uuid.uuid4()),
        source="hand",
        kind="gale",
        headline="大风",
        units=[company.b.unit],
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(hours=2),
        by=company.b.general_manager,
        now=clock.now(),
    )
    return {"pk": alert.pk}


def manager(company: Company) -> Person:
    return company.b.account_manager


def stranger(company: Company) -> Person:
    return company.a.account_manager


ENTRIES: dict[str, Entry] = {
    "visits:list": LIST,
    "visits:export": LIST,
    "visits:due": LIST,
    "visits:problems": LIST,
    "visits:team": LIST,
    "visits:day": OWN,
    "visits:day-on": OWN,
    "visits:add": OWN,
    "visits:plan-again": OWN,
    "visits:gate": OWN,
    "visits:week": OWN,
    "visits:week-of": Object(manager_of_b),
    "visits:notices": LIST,
    "visits:notice-withdraw": Object(notice_of_b, "post"),
    "visits:explained": Object(customer_of_b, "post"),
    "visits:own-card": Object(customer_of_b),
    "visits:words": Object(customer_of_b, "post"),
    "news-list": LIST,
    "news-detail": Object(notice_of_b),
    "news-withdraw": Object(notice_of_b, "post"),
    "news-explained": Object(notice_of_b, "post"),
    "stops-preparation": Object(stop_of_b),
    "stops-words": Object(stop_of_b, "post"),
    "visits:night": LIST,
    "visits:night-of": Object(night_of_b),
    "visits:night-again": Object(night_of_b, "post"),
    "visits:try-again": Object(plan_of_b, "post"),
    "nights-list": LIST,
    "nights-detail": Object(run_of_b),
    "nights-people": Object(run_of_b),
    "nights-try-again": Object(run_of_b, "post"),
    "plans-try-again": Object(plan_of_b, "post"),
    "visits:matrix": RULES,
    "visits:weather": LIST,
    "visits:weather-alert": Object(alert_of_b),
    "visits:weather-lift": Object(alert_of_b, "post"),
    "weather-alerts-list": LIST,
    "weather-alerts-detail": Object(alert_of_b),
    "weather-alerts-cap": NoObject("for those who answer for the whole company: tests/visits/test_weather.py"),
    "weather-alerts-lift": Object(alert_of_b, "post"),
    "visits:change": Object(plan_of_b, owner=manager),
    "visits:change-effect": Object(plan_of_b, "post", owner=manager),
    "visits:change-undo": Object(change_of_b, "post", owner=manager),
    "plan-changes-list": LIST,
    "plan-changes-detail": Object(change_of_b),
    "plan-changes-undo": Object(change_of_b, "post", owner=manager),
    "visits:sheet": Object(plan_of_b),
    "visits:calendar": OWN,
    "visits:calendar-feed": NoObject("opened by its secret: tests/visits/test_calendars.py"),
    "calendar-list": OWN,
    "calendar-revoke": OWN,
    "visits:promise": LIST,
    "visits:promise-mend": LIST,
    "visits:what-if": LIST,
    "visits:territories": LIST,
    "visits:territory-draw": LIST,
    "visits:territory": Object(territory_of_b),
    "visits:territory-decide": Object(territory_of_b, "post"),
    "promise-list": LIST,
    "promise-proposals": LIST,
    "territories-list": LIST,
    "territories-detail": Object(territory_of_b),
    "territories-apply": Object(territory_of_b, "post"),
    "territories-drop": Object(territory_of_b, "post"),
    "visits:add-customer": Object(lambda company: {"on": TODAY, **customer_of_b(company)}, "post", by=stranger),
    "visits:skip": Object(stop_of_b, by=stranger),
    "visits:take-back": Object(stop_of_b, "post"),
    "visits:customer": Object(customer_of_b),
    "visits:arrive": Object(customer_of_b, "post"),
    "visits:visit": Object(visit_of_b),
    "visits:cancel": Object(open_visit_of_b, "post"),
    "visits:problem": Object(problem_of_b),
    "visits:plan": Object(plan_of_b),
    "plans-list": LIST,
    "plans-detail": Object(plan_of_b),
    "plans-add": Object(plan_of_b, "post", owner=manager),
    "plans-replan": Object(plan_of_b, "post", owner=manager),
    "stops-list": LIST,
    "stops-detail": Object(stop_of_b),
    "stops-skip": Object(stop_of_b, "post"),
    "stops-take-back": Object(stop_of_b, "post"),
    "stops-done": Object(stop_of_b, "post"),
    "visits-list": LIST,
    "visits-arrive": NoObject("its customer is one of the caller's: tests/visits/test_api.py"),
    "visits-detail": Object(visit_of_b),
    "visits-leave": Object(open_visit_of_b, "post", owner=manager),
    "problems-list": LIST,
    "problems-detail": Object(problem_of_b),
    "problems-solve": Object(problem_of_b, "post"),
    "intervals-list": RULES,
    "intervals-detail": RULES,
    "intervals-set": RULES,
    "clocks-list": LIST,
    "clocks-detail": Object(clock_of_b),
    "risk:home": LIST,
    "risk:repair": Object(repair_of_b),
    "pre-trip-checks-list": LIST,
    "pre-trip-checks-detail": Object(check_of_b),
}
