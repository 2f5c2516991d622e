"""The watchdog turns red when somebody has no plan on a working morning."""

from datetime import date, datetime

import pytest

from duties import watch
from tests.factories.company import Company
from tests.factories.visits import DayPlanFactory, at
from visits.services.watching import plans_missing


@pytest.mark.parametrize(
    ("now", "missing"),
    [(at(7, 59), 0), (at(8, 0), 3), (at(17, 0), 3), (at(9, 0, date(2026, 11, 22)), 0)],  # the last is a Sunday
)
def test_who_has_no_plan(company: Company, now: datetime, missing: int) -> None:
    DayPlanFactory(person=company.a.account_manager)
    found = plans_missing(now)
    assert (found if isinstance(found, int) else len(found)) == missing


def test_they_are_named(company: Company) -> None:
    DayPlanFactory(person=company.a.account_manager)
    for manager in company.b.account_managers:
        DayPlanFactory(person=manager)
    assert plans_missing(at(9)) == [company.a.account_managers[1].name]


def test_the_check_is_registered() -> None:
    assert "visits.plan_missing" in {check.name for check in watch.checks()}
