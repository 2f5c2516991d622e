"""What a person changes on their own day, and what a failed check does to it (VIS-4, VIS-10)."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Person
from risk.services import record_check
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, DayPlanFactory, PlanStopFactory, PreTripCheckFactory, at
from visits.models import DayPlan, PlanOmission, PlanStop
from visits.services import Refused, add_stop, skip_stop, start_route, stop_route, take_back


@pytest.fixture
def manager(company: Company) -> Person:
    return company.a.account_manager


@pytest.fixture
def stop(company: Company, manager: Person) -> PlanStop:
    return PlanStopFactory(plan=DayPlanFactory(person=manager), customer=company.a.customer)


def test_a_stop_is_skipped_with_a_reason_and_taken_back(manager: Person, stop: PlanStop) -> None:
    skipped = skip_stop(stop=stop, reason="closed", by=manager, now=at(10))
    assert (skipped.state, skipped.skip_reason, skipped.acted_at, skipped.acted_by) == (
        "skipped",
        "closed",
        at(10),
        manager,
    )
    assert DayPlan.objects.get().state == DayPlan.State.FROZEN
    back = take_back(stop=stop, by=manager)
    assert (back.state, back.skip_reason, back.acted_at) == ("planned", "", None)


@pytest.mark.parametrize(
    ("reason", "note", "field"), [("", "", "reason"), ("tired", "", "reason"), ("other", " ", "note")]
)
def test_a_skip_without_a_reason_is_refused(
    manager: Person, stop: PlanStop, reason: str, note: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        skip_stop(stop=stop, reason=reason, note=note, by=manager, now=at(10))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "skipped", "acted_at": at(9)}, "skipped_stop_says_why"),
        ({"skip_reason": "closed"}, "skipped_stop_says_why"),
        ({"state": "skipped", "skip_reason": "other", "acted_at": at(9)}, "another_reason_is_told"),
        ({"state": "done"}, "acted_stop_says_when"),
        ({"mode": "phone"}, "changed_mode_says_why"),
        ({"leave_at": at(1)}, "stop_lasts"),
    ],
)
def test_the_database_asks_for_reasons(stop: PlanStop, fields: dict[str, object], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PlanStop.objects.filter(pk=stop.pk).update(**fields)


def test_what_is_done_is_not_skipped(manager: Person, stop: PlanStop) -> None:
    PlanStop.objects.update(state="done", acted_at=at(9))
    with pytest.raises(Refused):
        skip_stop(stop=stop, reason="closed", by=manager, now=at(10))


def test_nobody_else_changes_a_day(company: Company, stop: PlanStop) -> None:
    for person in (company.a.sales_manager, company.a.account_managers[1]):
        with pytest.raises(Refused):
            skip_stop(stop=stop, reason="closed", by=person, now=at(10))
        with pytest.raises(Refused):
            add_stop(plan=stop.plan, customer=company.a.customers[1], by=person, now=at(10))


def test_a_customer_is_added_once_at_the_end(company: Company, manager: Person, stop: PlanStop) -> None:
    wanted = CustomerFactory(account_manager=manager, unit=company.a.unit, latitude=30.6686, tier=1)
    PlanOmission.objects.create(plan=stop.plan, customer=wanted, reason="no_capacity")
    added = add_stop(plan=stop.plan, customer=wanted, by=manager, now=at(8), note="他打电话来")
    again = add_stop(plan=stop.plan, customer=wanted, by=manager, now=at(9))
    assert (added.pk, added.sequence, added.added_by, added.note) == (again.pk, 2, manager, "他打电话来")
    # 1,112 m as the crow flies × 1.3 at 20 km/h are 4.3 minutes; a tier-1 visit lasts 20
    assert (added.metres, added.arrive_at, added.leave_at) == (1446, at(9, 19), at(9, 39))
    assert PlanOmission.objects.count() == 0


def test_one_stop_a_plan_and_customer(stop: PlanStop) -> None:
    with pytest.raises(IntegrityError, match="one_stop_a_plan_and_customer"), transaction.atomic():
        PlanStopFactory(plan=stop.plan, customer=stop.customer)


def test_a_skipped_customer_who_is_added_again_is_planned_again(manager: Person, stop: PlanStop) -> None:
    skip_stop(stop=stop, reason="closed", by=manager, now=at(10))
    assert add_stop(plan=stop.plan, customer=stop.customer, by=manager, now=at(11)).state == "planned"


def test_a_failed_check_turns_rides_into_calls_until_one_passes(
    company: Company, manager: Person, stop: PlanStop
) -> None:
    done = PlanStopFactory(plan=stop.plan, state="done", acted_at=at(9))
    failed = record_check(key=uuid.uuid4(), person=manager, failed=["brakes"], now=at(8, 20))
    assert stop_route(person=manager, check=failed) == 1
    stop.refresh_from_db()
    done.refresh_from_db()
    assert (stop.mode, stop.mode_cause, done.mode) == ("phone", "check", "on_site")
    passed = record_check(key=uuid.uuid4(), person=manager, failed=[], now=at(10))
    assert start_route(person=manager, check=passed, now=at(10)) == 1
    stop.refresh_from_db()
    plan = DayPlan.objects.get()
    assert (stop.mode, stop.mode_cause, plan.started_at, plan.pre_trip_check) == ("on_site", "", at(10), passed)


def test_the_progress_of_days(company: Company, manager: Person, stop: PlanStop) -> None:
    PlanStopFactory(plan=stop.plan, state="done", acted_at=at(9))
    PlanStopFactory(plan=stop.plan, state="skipped", skip_reason="closed", acted_at=at(9))
    plan = DayPlan.objects.filter(date=MONDAY).progress().get()
    assert (plan.planned, plan.done, plan.skipped) == (3, 1, 1)
    assert PlanStop.objects.planned_done(manager, MONDAY) == {"planned": 3, "done": 1, "skipped": 1}
    PreTripCheckFactory(person=manager)
