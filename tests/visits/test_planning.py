"""Plans of a day: feasible by other people's arithmetic, made once, replaced whole, each promise kept or explained."""

import random
from datetime import date, time

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import Customer, Person
from accounts.services.facts import ensure_partitions
from accounts.services.organisation import record_absence
from duties.calendar import WorkCalendar
from duties.kinds import VISIT_FOLLOW_UP
from duties.services import open_duty
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, PlanStopFactory, VisitFactory, at
from tests.visits.feasible import complaints
from visits.models import DayPlan, DayRule, PlanOmission, PlanStop
from visits.services import refresh_clocks
from visits.services.drafting import Search
from visits.services.planning import DayIsOver, plan_day, replan

START = (30.6586, 104.0648)
SEARCH = Search(seed=1, iterations=60)
NOW = at(2, 0)


def place(person: Person) -> Person:
    person.start_latitude, person.start_longitude = START
    person.save()
    return person


def shop(manager: Person, unit: object, **fields: object) -> Customer:
    return CustomerFactory(account_manager=manager, unit=unit, **fields)


def planned(person: Person, on: date = MONDAY, **fields: object) -> DayPlan:
    refresh_clocks(on=MONDAY)
    return plan_day(person=person, on=on, now=NOW, search=SEARCH, **fields)  # type: ignore[arg-type]


def omitted(plan: DayPlan) -> dict[int, str]:
    return dict(plan.omissions.values_list("customer_id", "reason"))


@pytest.fixture
def manager(company: Company) -> Person:
    """Wang, whose only customers are those that a test makes."""
    person = place(company.a.account_manager)
    company.a.customer.__class__.objects.filter(pk=company.a.customer.pk).update(status=Customer.Status.CLOSED)
    return person


def crowd(company: Company, manager: Person, count: int, seed: int = 1) -> list[Customer]:
    dice = random.Random(seed)
    return [
        shop(
            manager,
            company.a.unit,
            tier=dice.choice([1, 2, 3, 4, 5]),
            latitude=START[0] + dice.uniform(-0.05, 0.05),
            longitude=START[1] + dice.uniform(-0.05, 0.05),
            opens_at=dice.choice([None, time(8), time(10), time(13)]),
            closes_at=dice.choice([None, time(22), time(18)]),
            closed_weekdays=dice.choice([[], [], [7], [1]]),
        )
        for _ in range(count)
    ]


def test_a_plan_can_be_ridden_and_loses_nobody(company: Company, manager: Person) -> None:
    customers = crowd(company, manager, 45)
    plan = planned(manager)
    assert plan.state == DayPlan.State.MADE
    assert complaints(plan, START) == []
    stops = set(plan.stops.values_list("customer_id", flat=True))
    assert stops | set(omitted(plan)) == {customer.pk for customer in customers}
    assert stops & set(omitted(plan)) == set()
    closed = {customer.pk for customer in customers if customer.closed_weekdays == [1]}
    assert {pk for pk, reason in omitted(plan).items() if reason == "closed_that_day"} == closed
    assert 10 <= len(stops) <= 30


def test_the_same_seed_makes_the_same_plan(company: Company, manager: Person) -> None:
    crowd(company, manager, 30)
    first = list(planned(manager).stops.values_list("customer_id", "arrive_at", "metres"))
    DayPlan.objects.all().delete()  # what people have seen would keep its place
    second = list(planned(manager).stops.values_list("customer_id", "arrive_at", "metres"))
    assert first == second


def test_planned_twice_there_is_one_plan(company: Company, manager: Person) -> None:
    shop(manager, company.a.unit)
    first, second = planned(manager), planned(manager)
    assert (first.pk, second.pk) == (second.pk, first.pk)
    assert DayPlan.objects.filter(person=manager, date=MONDAY).count() == 1
    assert second.stops.count() == 1
    with pytest.raises(IntegrityError, match="one_plan_a_person_and_day"), transaction.atomic():
        DayPlan.objects.create(person=manager, date=MONDAY)


def test_a_plan_under_way_is_left_alone(company: Company, manager: Person) -> None:
    shop(manager, company.a.unit)
    plan = planned(manager)
    DayPlan.objects.filter(pk=plan.pk).update(state=DayPlan.State.FROZEN)
    late = shop(manager, company.a.unit)
    assert planned(manager).state == DayPlan.State.FROZEN
    assert not PlanStop.objects.filter(customer=late).exists()


def test_the_most_urgent_go_first_when_the_day_is_full(company: Company, manager: Person) -> None:
    DayRule.objects.update(stops_most=2)
    low, high, late = (shop(manager, company.a.unit, tier=tier) for tier in (5, 1, 5))
    VisitFactory(customer=late, visited_on=date(2026, 6, 1))
    refresh_clocks(on=date(2026, 11, 1))
    plan = planned(manager)
    assert set(plan.stops.values_list("customer_id", flat=True)) == {high.pk, late.pk}
    assert omitted(plan) == {low.pk: "later"}


def test_why_somebody_is_left_out(company: Company, manager: Person) -> None:
    far = shop(manager, company.a.unit, latitude=32.5)
    night = shop(manager, company.a.unit, opens_at=time(19), closes_at=time(23))
    shut = shop(manager, company.a.unit, closed_weekdays=[1])
    nowhere = shop(manager, company.a.unit, latitude=None, longitude=None, phone="")
    plan = planned(manager)
    assert omitted(plan) == {
        far.pk: "too_far",
        night.pk: "outside_hours",
        shut.pk: "closed_that_day",
        nowhere.pk: "no_position",
    }
    assert plan.omissions.get(customer=far).values == {"tier": 5, "why": [{"code": "never", "tier": 5}]}


def test_a_shop_nowhere_on_the_map_is_called_after_the_ride(company: Company, manager: Person) -> None:
    DayRule.objects.update(calls_most=2)
    ridden = shop(manager, company.a.unit)
    called = [shop(manager, company.a.unit, latitude=None, longitude=None) for _ in range(3)]
    plan = planned(manager)
    stops = list(plan.stops.values_list("customer_id", "mode", "metres"))
    assert [(pk, mode) for pk, mode, _ in stops] == [
        (ridden.pk, "on_site"),
        (called[0].pk, "phone"),
        (called[1].pk, "phone"),
    ]
    assert omitted(plan) == {called[2].pk: "later"}
    assert plan.omissions.get().values["on"] == "2026-11-24"
    assert complaints(plan, START) == []


def test_a_visit_ahead_of_its_time_is_made_only_on_the_way(company: Company, manager: Person) -> None:
    """Both are due on Thursday; one lies beside the shop that is due today."""
    due = shop(manager, company.a.unit, tier=4, latitude=START[0] + 0.03)
    beside = shop(manager, company.a.unit, tier=4, latitude=START[0] + 0.0301)
    apart = shop(manager, company.a.unit, tier=4, latitude=START[0] - 0.05)
    for customer in (beside, apart):
        VisitFactory(customer=customer, visited_on=date(2026, 10, 26))
    plan = planned(manager)
    assert set(plan.stops.values_list("customer_id", flat=True)) == {due.pk, beside.pk}
    assert omitted(plan) == {}  # nothing was promised for today
    assert plan.stops.get(customer=beside).reasons == [{"code": "due_soon", "tier": 4, "due_on": "2026-11-26"}]


def test_fridays_plan_takes_what_falls_due_at_the_weekend(company: Company, manager: Person) -> None:
    friday = date(2026, 11, 27)
    customer = shop(manager, company.a.unit, tier=2)
    VisitFactory(customer=customer, visited_on=date(2026, 11, 22))
    plan = planned(manager, friday)
    assert plan.stops.get().reasons == [{"code": "due", "tier": 2, "due_on": "2026-11-29"}]


def test_a_follow_up_is_planned_from_its_day_on(company: Company, manager: Person) -> None:
    customer = shop(manager, company.a.unit, tier=4)
    VisitFactory(customer=customer, visited_on=date(2026, 11, 20))
    details = {"reason": "带价签 20 张", "on": "2026-11-24"}
    open_duty(
        kind=VISIT_FOLLOW_UP, subject_id=customer.pk, unit=company.a.unit, customer=customer, now=at(9), details=details
    )
    assert planned(manager).stops.count() == 0
    plan = planned(manager, date(2026, 11, 24))
    assert plan.stops.get().reasons[0] == {"code": "promised", **details}


def test_an_agreed_call_is_a_call(company: Company, manager: Person) -> None:
    customer = shop(manager, company.a.unit, tier=4)
    VisitFactory(customer=customer, visited_on=date(2026, 11, 20))
    details = {"reason": "催订", "on": "2026-11-23", "mode": "phone"}
    open_duty(
        kind=VISIT_FOLLOW_UP, subject_id=customer.pk, unit=company.a.unit, customer=customer, now=at(9), details=details
    )
    assert planned(manager).stops.get().mode == "phone"


def test_the_eve_of_the_order_day_and_the_licence(company: Company, manager: Person) -> None:
    """Both were visited within the month; one orders on Tuesday and is due in a week, the other's licence runs out."""
    orders = shop(manager, company.a.unit, tier=4, file={"order_weekday": 2})
    licence = shop(manager, company.a.unit, tier=4, file={"licence_expires_on": date(2026, 12, 8)})
    VisitFactory(customer=orders, visited_on=date(2026, 10, 30))
    VisitFactory(customer=licence, visited_on=date(2026, 11, 5))
    plan = planned(manager)
    assert {stop.customer_id: [why["code"] for why in stop.reasons] for stop in plan.stops.all()} == {
        orders.pk: ["order_tomorrow", "due_soon"],
        licence.pk: ["licence", "due_soon"],
    }


def test_falling_sales_and_stock_are_said(company: Company, manager: Person) -> None:
    customer = shop(manager, company.a.unit)
    ensure_partitions(months=[date(2026, 10, 1)])
    for month, quantity in ((8, 90), (9, 60), (10, 30)):
        MonthlyFactFactory(
            customer=customer, month=date(2026, month, 1), quantity=quantity, stock=240 if month == 10 else 10
        )
        MonthlyFactFactory(customer=customer, month=date(2025, month, 1), quantity=100)
    assert planned(manager).stops.get().reasons == [
        {"code": "never", "tier": 5},
        {"code": "falling", "ratio": 0.6},
        {"code": "overstocked", "ratio": 4.0},
    ]


def test_somebody_away_is_stood_in_for(company: Company, manager: Person) -> None:
    delegate = place(company.a.account_managers[1])
    customer = shop(manager, company.a.unit)
    record_absence(person=manager, delegate=delegate, starts_on=MONDAY, ends_on=MONDAY)
    away, there = planned(manager), planned(delegate)
    assert (away.absent, away.stops.count()) == (True, 0)
    omission = away.omissions.get()
    assert (omission.customer_id, omission.reason, omission.values["name"]) == (customer.pk, "delegate", delegate.name)
    assert {stop.customer_id: stop.reasons for stop in there.stops.all()} == {
        customer.pk: [{"code": "never", "tier": 5}, {"code": "stand_in", "name": manager.name}],
        company.a.customers[1].pk: [{"code": "never", "tier": 5}],
    }


def test_somebody_away_without_a_delegate_is_named(company: Company, manager: Person) -> None:
    customer = shop(manager, company.a.unit)
    record_absence(person=manager, starts_on=MONDAY, ends_on=MONDAY)
    assert omitted(planned(manager)) == {customer.pk: "nobody"}


def test_the_unit_is_where_a_day_starts_without_a_place_of_ones_own(company: Company, manager: Person) -> None:
    manager.start_latitude = manager.start_longitude = None
    manager.save()
    company.a.unit.latitude, company.a.unit.longitude = 30.70, 104.10
    company.a.unit.save()
    shop(manager, company.a.unit)
    plan = planned(manager)
    assert complaints(plan, (30.70, 104.10)) == []


def test_planning_again_keeps_what_was_done_and_goes_on_from_there(company: Company, manager: Person) -> None:
    customers = crowd(company, manager, 30)
    plan = planned(manager)
    done, skipped = plan.stops.all()[:2]
    PlanStop.objects.filter(pk=done.pk).update(state="done", acted_at=at(9))
    PlanStop.objects.filter(pk=skipped.pk).update(state="skipped", skip_reason="closed", acted_at=at(9, 20))
    DayPlan.objects.filter(pk=plan.pk).update(state=DayPlan.State.FROZEN)
    again = replan(plan=plan, by=manager, now=at(14, 0), search=SEARCH)
    stops = list(again.stops.all())
    assert again.state == DayPlan.State.FROZEN
    assert [(stop.customer_id, stop.sequence, stop.state) for stop in stops[:2]] == [
        (done.customer_id, 1, "done"),
        (skipped.customer_id, 2, "skipped"),
    ]
    assert [stop.sequence for stop in stops] == list(range(1, len(stops) + 1))
    assert all(stop.arrive_at >= at(14, 0) for stop in stops[2:])
    assert len({stop.customer_id for stop in stops}) == len(stops) > 3
    assert {customer.pk for customer in customers} >= {stop.customer_id for stop in stops}


def test_a_visit_begun_from_a_stop_that_is_planned_anew_stays(company: Company, manager: Person) -> None:
    customer = shop(manager, company.a.unit)
    plan = planned(manager)
    visit = VisitFactory(customer=customer, person=manager, open=True, stop=plan.stops.get())
    replan(plan=plan, by=manager, now=NOW, search=SEARCH)
    visit.refresh_from_db()
    assert (visit.state, visit.stop) == ("open", None)
    assert plan.stops.count() == 1


def test_words_with_tabs_and_backslashes_are_written_as_they_are(company: Company, manager: Person) -> None:
    """COPY's text format has its own escapes."""
    first = planned(manager)
    customer, note = shop(manager, company.a.unit), "上午\t到\\N\n“好”"
    PlanStopFactory(plan=first, customer=customer, added_by=manager, note=note)
    plan = planned(manager)
    assert [(stop.customer_id, stop.note, stop.added_by_id) for stop in plan.stops.all()] == [
        (customer.pk, note, manager.pk)
    ]


def test_a_day_that_is_over_cannot_be_planned_again(company: Company, manager: Person) -> None:
    shop(manager, company.a.unit)
    plan = planned(manager)
    with pytest.raises(DayIsOver):
        replan(plan=plan, by=manager, now=at(17, 30), search=SEARCH)
    assert plan.stops.count() == 1


def test_a_stop_put_on_by_hand_survives_planning_again(company: Company, manager: Person) -> None:
    DayRule.objects.update(stops_most=2)
    crowd(company, manager, 12)
    plan = planned(manager)
    wanted = company.b.customer  # somebody else's, even
    PlanStopFactory(plan=plan, customer=wanted, sequence=9, added_by=manager, note="顺路看看")
    again = replan(plan=plan, by=manager, now=NOW, search=SEARCH)
    stop = again.stops.get(customer=wanted)
    assert (stop.added_by, stop.note, stop.reasons[0]) == (manager, "顺路看看", {"code": "added"})


def test_what_fails_is_named_and_the_old_plan_stays(company: Company, manager: Person) -> None:
    shop(manager, company.a.unit)
    plan = planned(manager)
    DayRule.objects.all().delete()
    failed = planned(manager)
    assert (failed.pk, failed.state, failed.error, failed.attempts) == (
        plan.pk,
        "failed",
        "DoesNotExist: DayRule matching query does not exist.",
        1,
    )
    assert failed.stops.count() == 1


def test_planning_takes_the_same_number_of_queries_whatever_the_size(
    company: Company, manager: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    calendar = WorkCalendar.load()
    ensure_partitions(months=[date(2026, 10, 1)])
    for customers in (1, 3):
        for number in range(customers):
            shop(manager, company.a.unit, latitude=START[0] + 0.001 * number)
        shop(manager, company.a.unit, closed_weekdays=[1])
        refresh_clocks(on=MONDAY)
        DayPlan.objects.all().delete()
        manager.refresh_from_db()
        with django_assert_num_queries(19):  # COPY is not counted: one for stops, one for what was left out
            plan_day(person=manager, on=MONDAY, now=NOW, search=SEARCH, calendar=calendar)


def test_plans_are_seen_by_those_above_and_nobody_beside(company: Company, manager: Person) -> None:
    shop(manager, company.a.unit)
    planned(manager)
    seen = {
        who.pk: DayPlan.objects.visible_to(who).filter(date=MONDAY).count()
        for who in (manager, company.a.sales_manager, company.a.account_managers[1], company.b.sales_manager)
    }
    assert list(seen.values()) == [1, 1, 0, 0]
    assert PlanOmission.objects.visible_to(company.b.sales_manager).count() == 0
