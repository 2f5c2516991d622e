"""Visits: once each however often they are sent, moving the clock, keeping what was promised (VIS-6)."""

import threading
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Customer, Person
from accounts.rules import Role
from accounts.services.organisation import record_absence
from duties.kinds import VISIT_FOLLOW_UP
from duties.models import Duty
from duties.services import open_duty, open_duty_of
from tests.factories.accounts import CustomerFactory, PostFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, DayPlanFactory, PlanStopFactory, PreTripCheckFactory, VisitFactory, at
from visits.models import DayPlan, PlanStop, Problem, Visit, VisitClock
from visits.services import (
    CheckMissing,
    Found,
    Log,
    Position,
    Refused,
    StillInShop,
    arrive,
    cancel,
    complete,
    log_visit,
    refresh_clocks,
)
from visits.services.visiting import end_of_work

KEY = uuid.UUID(int=1)


@pytest.fixture
def manager(company: Company) -> Person:
    """An account manager whose check of the day has passed."""
    PreTripCheckFactory(person=company.a.account_manager, unit=company.a.unit)
    return company.a.account_manager


def begun(manager: Person, customer: Customer, **fields: object) -> Visit:
    values = {"key": KEY, "person": manager, "customer": customer, "now": at(9, 30)} | fields
    return arrive(**values)  # type: ignore[arg-type]


def ended(visit: Visit, manager: Person, **log: object) -> Visit:
    return complete(visit=visit, log=Log(**log), by=manager, now=at(9, 42))  # type: ignore[arg-type]


def test_a_visit_begins_with_place_and_distance(company: Company, manager: Person) -> None:
    visit = begun(manager, company.a.customer, position=Position(30.6596, 104.0648))
    assert (visit.state, visit.role, visit.visited_on, visit.started_at, visit.distance, visit.acts, visit.counts) == (
        Visit.State.OPEN,
        Role.ACCOUNT_MANAGER,
        MONDAY,
        at(9, 30),
        111,
        ["visit"],
        False,
    )


def test_arriving_twice_is_one_visit(company: Company, manager: Person) -> None:
    first, second = begun(manager, company.a.customer), begun(manager, company.a.customer, now=at(9, 31))
    assert (second.pk, second.started_at) == (first.pk, at(9, 30))
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        VisitFactory(key=KEY, customer=company.a.customer)


def test_ending_twice_keeps_the_first(company: Company, manager: Person) -> None:
    visit = ended(begun(manager, company.a.customer), manager, acts=["visit", "inquire"], notes="缺货")
    again = complete(visit=visit, log=Log(notes="别的"), by=manager, now=at(10))
    assert (again.notes, again.ended_at, again.acts, again.minutes) == ("缺货", at(9, 42), ["visit", "inquire"], 12)


def test_the_key_of_somebody_elses_visit_is_refused(company: Company, manager: Person) -> None:
    begun(manager, company.a.customer)
    other = company.a.account_managers[1]
    with pytest.raises(Refused):
        begun(other, company.a.customers[1], mode="phone")


def test_nobody_is_in_two_shops_at_once(company: Company, manager: Person) -> None:
    visit = begun(manager, company.a.customer)
    second = CustomerFactory(account_manager=manager, unit=company.a.unit)
    with pytest.raises(StillInShop) as refused:
        begun(manager, second, key=uuid.uuid4())
    assert refused.value.visit_id == visit.pk
    with pytest.raises(IntegrityError, match="in_one_shop_at_a_time"), transaction.atomic():
        VisitFactory(open=True, customer=second, person=manager)


def test_no_ride_before_the_check(company: Company) -> None:
    """VIS-10; a call needs no vehicle, and a later check that failed takes the permission away."""
    manager = company.a.account_manager
    with pytest.raises(CheckMissing):
        begun(manager, company.a.customer)
    PreTripCheckFactory(person=manager, unit=company.a.unit)
    PreTripCheckFactory(person=manager, unit=company.a.unit, failed=["brakes"], checked_at=at(8, 40))
    with pytest.raises(CheckMissing):
        begun(manager, company.a.customer)
    assert begun(manager, company.a.customer, mode="phone").mode == "phone"


def test_the_route_starts_with_the_first_ride(company: Company, manager: Person) -> None:
    plan = DayPlanFactory(person=manager)
    begun(manager, company.a.customer)
    plan.refresh_from_db()
    assert (plan.started_at, plan.pre_trip_check) == (at(9, 30), manager.pre_trip_checks.get())
    with pytest.raises(IntegrityError, match="route_starts_after_check"), transaction.atomic():
        DayPlan.objects.update(pre_trip_check=None)


def test_a_finished_visit_moves_the_clock(company: Company, manager: Person) -> None:
    refresh_clocks(on=MONDAY)
    ended(begun(manager, company.a.customer), manager)
    clocks = dict(VisitClock.objects.filter(customer=company.a.customer).values_list("role", "due_on"))
    assert clocks == {
        Role.ACCOUNT_MANAGER: date(2026, 12, 23),
        Role.BRANCH_SALES_MANAGER: MONDAY,
        Role.BRANCH_GENERAL_MANAGER: MONDAY,
    }


def test_a_call_instead_of_a_ride_leaves_the_debt(company: Company, manager: Person) -> None:
    refresh_clocks(on=MONDAY)
    stop = PlanStopFactory(plan=DayPlanFactory(person=manager), customer=company.a.customer)
    visit = ended(begun(manager, company.a.customer, mode="phone"), manager)
    assert (visit.stop, visit.counts) == (stop, False)
    stop.refresh_from_db()
    assert (stop.state, stop.mode, stop.planned_mode, stop.mode_cause) == ("done", "phone", "on_site", "person")
    clock = VisitClock.objects.get(customer=company.a.customer, role=Role.ACCOUNT_MANAGER)
    assert (clock.last_visit_on, clock.due_on) == (None, MONDAY)


def test_a_stop_is_done_with_its_visit(company: Company, manager: Person) -> None:
    plan = DayPlanFactory(person=manager)
    stop = PlanStopFactory(plan=plan, customer=company.a.customer)
    ended(begun(manager, company.a.customer), manager)
    stop.refresh_from_db()
    plan.refresh_from_db()
    assert (stop.state, stop.acted_at, stop.acted_by, plan.state) == ("done", at(9, 42), manager, "frozen")
    assert PlanStop.objects.planned_done(manager, MONDAY) == {"planned": 1, "done": 1, "skipped": 0}


def test_guidance_is_an_act(company: Company, manager: Person) -> None:
    visit = ended(begun(manager, company.a.customer), manager, acts=["visit"], guidance=["stock", "price"])
    assert (visit.acts, visit.guidance) == (["visit", "guide"], ["stock", "price"])
    for fields, constraint in (
        ({"acts": ["visit"]}, "guidance_is_an_act"),
        ({"acts": []}, "finished_visit_has_an_act|guidance_is_an_act"),
        ({"acts": ["visit", "guide", "sing"]}, "visit_acts_known"),
        ({"guidance": ["luck"]}, "visit_guidance_known"),
        ({"ended_at": None}, "finished_visit_says_when"),
        ({"ended_at": at(8)}, "visit_ends_after_start"),
        ({"next_step": "come"}, "agreed_visit_has_a_day"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**fields)


def test_an_unfinished_visit_does_not_count(company: Company, manager: Person) -> None:
    visit = begun(manager, company.a.customer)
    with pytest.raises(IntegrityError, match="only_a_finished_visit_counts"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(counts=True)


def follow_up(company: Company, **details: object) -> Duty:
    return open_duty(
        kind=VISIT_FOLLOW_UP,
        subject_id=company.a.customer.pk,
        unit=company.a.unit,
        customer=company.a.customer,
        now=at(8),
        details={"reason": "回访", **details},
    )


@pytest.mark.parametrize(
    ("details", "mode", "state"),
    [
        ({}, "on_site", "closed"),
        ({}, "phone", "open"),
        ({"mode": "phone"}, "phone", "closed"),
        ({"on": "2026-11-23"}, "on_site", "closed"),
        ({"on": "2026-11-24"}, "on_site", "open"),
    ],
)
def test_the_visit_that_was_promised_ends_the_promise(
    company: Company, manager: Person, details: dict[str, str], mode: str, state: str
) -> None:
    duty = follow_up(company, **details)
    ended(begun(manager, company.a.customer, mode=mode), manager)
    duty.refresh_from_db()
    assert duty.state == state


def test_what_was_agreed_is_owed_and_replaces_what_was_agreed_before(company: Company, manager: Person) -> None:
    old = follow_up(company, on="2026-12-20")
    ended(
        begun(manager, company.a.customer),
        manager,
        next_step="call",
        next_on=date(2026, 11, 25),
        next_note="催订",
    )
    old.refresh_from_db()
    duty = open_duty_of(VISIT_FOLLOW_UP, company.a.customer.pk)
    assert old.state == "closed"
    assert duty is not None
    assert (duty.owner, duty.next_due_at, duty.details) == (
        manager,
        end_of_work(date(2026, 11, 25)),
        {"reason": "催订", "on": "2026-11-25", "mode": "phone"},
    )


@pytest.mark.parametrize(
    ("log", "field"),
    [
        ({"next_step": "come"}, "next_on"),
        ({"next_step": "come", "next_on": date(2026, 11, 22)}, "next_on"),
        ({"acts": []}, "acts"),
    ],
)
def test_what_is_incomplete_is_refused(company: Company, manager: Person, log: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        ended(begun(manager, company.a.customer), manager, **log)
    assert refused.value.field == field


def test_problems_come_with_the_visit_once(company: Company, manager: Person) -> None:
    found = Found(uuid.UUID(int=9), "后仓受潮", company.a.sales_manager, date(2026, 11, 25))
    visit = ended(begun(manager, company.a.customer), manager, problems=[found])
    ended(visit, manager, problems=[found])
    problem = Problem.objects.get()
    duty = open_duty_of("visit.problem", problem.pk)
    assert duty is not None
    assert (duty.owner, duty.next_due_at, duty.customer) == (
        company.a.sales_manager,
        end_of_work(date(2026, 11, 25)),
        company.a.customer,
    )


def test_a_whole_visit_sent_later_twice_is_one(company: Company, manager: Person) -> None:
    values = {
        "key": KEY,
        "person": manager,
        "customer": company.a.customer,
        "started_at": at(9, 30),
        "ended_at": at(9, 45),
        "now": at(16),
        "log": Log(acts=["visit", "care"]),
    }
    first, second = log_visit(**values), log_visit(**values)  # type: ignore[arg-type]
    assert first.pk == second.pk
    assert (Visit.objects.count(), first.ended_at, first.counts) == (1, at(9, 45), True)


def test_a_visit_in_the_future_is_refused(company: Company, manager: Person) -> None:
    with pytest.raises(Refused):
        log_visit(
            key=KEY,
            person=manager,
            customer=company.a.customer,
            started_at=at(9),
            ended_at=at(17),
            now=at(16),
            log=Log(),
        )


def test_whose_visit_it_is(company: Company) -> None:
    """A delegate visits as the account manager, a sales manager as such, somebody without a role not at all."""
    customer, delegate = company.a.customer, company.a.account_managers[1]
    record_absence(person=company.a.account_manager, delegate=delegate, starts_on=MONDAY, ends_on=date(2030, 1, 1))
    delegate = Person.objects.get(pk=delegate.pk)
    roles = [
        arrive(key=uuid.uuid4(), person=person, customer=customer, now=at(9), mode="phone").role
        for person in (delegate, company.a.sales_manager, company.general_manager)
    ]
    assert roles == [Role.ACCOUNT_MANAGER, Role.BRANCH_SALES_MANAGER, Role.GENERAL_MANAGER]
    with pytest.raises(Refused):
        arrive(key=uuid.uuid4(), person=company.b.account_manager, customer=customer, now=at(9))


def test_an_arrival_by_mistake_can_be_undone_until_it_is_finished(company: Company, manager: Person) -> None:
    cancel(visit=begun(manager, company.a.customer), by=manager)
    assert Visit.objects.count() == 0
    visit = ended(begun(manager, company.a.customer), manager)
    with pytest.raises(Refused):
        cancel(visit=visit, by=manager)


def _at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of these gives or raises when all run at the same time."""
    results: list[object] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            ready.wait(20)
            results[number] = act()
        except Exception as error:  # noqa: BLE001  the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_taps_at_the_same_moment_are_one_visit(own_database: str) -> None:
    post = PostFactory()
    customer = CustomerFactory(unit=post.unit, account_manager=post.person)

    def tap() -> int:
        person = Person.objects.get(pk=post.person_id)
        return arrive(key=KEY, person=person, customer=customer, now=at(9), mode="phone").pk

    first, *others = _at_once(tap, tap, tap)
    assert others == [first, first]
    assert Visit.objects.count() == 1


def test_the_last_visits_of_a_customer_in_one_query(
    company: Company, django_assert_num_queries: Callable[[int], object]
) -> None:
    for number in range(3):
        VisitFactory(customer=company.a.customer, started_at=at(9) + timedelta(hours=number), visited_on=MONDAY)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        latest = [(visit.started_at, visit.person.name) for visit in Visit.objects.latest_of(company.a.customer, 2)]
    assert [moment for moment, _ in latest] == [at(11), at(10)]
