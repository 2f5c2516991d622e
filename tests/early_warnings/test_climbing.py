"""Four hundred days on which nobody acts: each deadline is climbed once, at the right level (WRN-4, WRN-5)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from accounts import clock
from duties import services as duties
from duties.models import Duty, DutyEvent, EscalationStep, Notice
from tests.early_warnings.cases import MONDAY
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.early_warnings import EarlyWarningFactory, RegularReportFactory, StormFactory, UnitWarningFactory

DAYS = 400
#: Through which roles each report passes until the top, where it is asked again and again.
LADDERS = {
    "core": ["deputy_general_manager", "general_manager"],
    "important": ["marketing_director", "deputy_general_manager", "general_manager"],
    "large": ["marketing_manager", "marketing_director", "deputy_general_manager", "general_manager"],
    "general": ["customer_officer", "branch_sales_manager", "branch_general_manager", "marketing_director"],
    # Nobody is region manager here: that level is passed over.
    "unit": ["branch_general_manager", "deputy_general_manager", "general_manager"],
    "storm": ["branch_sales_manager", "branch_general_manager"],
    "regular": ["branch_general_manager", "deputy_general_manager", "general_manager"],
}
IMPORTANCES = ("core", "important", "large", "general")


@pytest.fixture
def reports(company: Company) -> dict[str, Duty]:
    clock.shift(MONDAY - clock.now())
    found = {
        importance: EarlyWarningFactory(customer=CustomerFactory(unit=company.a.unit, importance=importance)).duty
        for importance in IMPORTANCES
    }
    found["unit"] = UnitWarningFactory(unit=company.a.unit).duty
    found["storm"] = StormFactory(unit=company.a.unit).duty
    found["regular"] = RegularReportFactory(unit=company.a.unit).duty
    return found


def test_four_hundred_days_of_deadlines(reports: dict[str, Duty]) -> None:
    climbed = 0
    for day in range(DAYS):
        clock.shift(timedelta(days=1))
        climbed += duties.sweep()
        assert day % 20 or duties.sweep() == 0  # what climbed has a new deadline ahead
    assert clock.today() == MONDAY.date() + timedelta(days=DAYS) == date(2027, 12, 28)
    assert not Duty.objects.overdue(clock.now()).exists()
    total = 0
    for name, duty in reports.items():
        events = list(DutyEvent.objects.filter(duty=duty).order_by("pk"))
        assert events[0].act == "opened"
        for before, after in pairwise(events):
            # The deadline that was missed is the one that was set: none is passed over, none climbed twice.
            assert (after.act, after.missed_at, after.turn) == ("climbed", before.due_at, before.turn + 1)
            assert after.at >= after.missed_at
            assert after.level >= before.level
        missed = [event.missed_at for event in events[1:]]
        assert len(set(missed)) == len(missed)
        assert Notice.objects.filter(duty=duty, channel="inbox").count() == len(events)  # told once a turn
        total += len(missed)
        assert [event.role for event in events][: len(LADDERS[name])] == LADDERS[name]
        steps = dict(EscalationStep.objects.filter(rule=duty.rule).values_list("level", "role"))
        assert all(steps.get(event.level) in {event.role, "region_manager", None} for event in events)
        assert events[-1].role == "general_manager"
    assert total == climbed > 7 * 200
