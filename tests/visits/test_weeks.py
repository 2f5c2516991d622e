"""The week: later days are drafts, planned again with few moves, and left alone once somebody acted on them."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Customer, Person
from accounts.services.organisation import record_absence
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, DayPlanFactory, PlanStopFactory, VisitFactory, at
from visits.models import DayPlan, DayRule, PlanRun, PlanStop
from visits.rules import Promise, demand_prices, promise_prices, weeks_ahead
from visits.services import refresh_clocks
from visits.services.days import skip_stop
from visits.services.drafting import Search
from visits.services.nights import make_one, tonight
from visits.services.planning import plan_day

SEARCH = Search(seed=1, iterations=300)
NOW = at(2, 0)
WEEK = [MONDAY + timedelta(number) for number in range(5)]
TUESDAY, THURSDAY = WEEK[1], WEEK[3]


@pytest.fixture
def manager(company: Company) -> Person:
    """A manager in town, whose only customers are those that a test makes."""
    person = company.a.account_manager
    person.start_latitude, person.start_longitude = 30.6586, 104.0648
    person.save()
    Customer.objects.all().update(status=Customer.Status.CLOSED)
    return person


def shop(manager: Person, company: Company, *, last: date | None = None, **fields: object) -> Customer:
    number = Customer.objects.count()
    values = {"latitude": 30.66 + 0.002 * (number % 7), "longitude": 104.06 + 0.003 * (number % 5), "tier": 4}
    customer: Customer = CustomerFactory(account_manager=manager, unit=company.a.unit, **(values | fields))
    if last is not None:
        VisitFactory(customer=customer, visited_on=last)
    return customer


def planned(person: Person, on: date = MONDAY) -> DayPlan:
    refresh_clocks(on=MONDAY)
    return plan_day(person=person, on=on, now=NOW, search=SEARCH)


def week(person: Person) -> dict[date, set[int]]:
    plans = DayPlan.objects.week(person, MONDAY, WEEK[-1])
    return {plan.date: set(plan.stops.values_list("customer_id", flat=True)) for plan in plans}


def test_the_days_after_the_first_are_drafts(company: Company, manager: Person) -> None:
    DayRule.objects.update(stops_most=2)
    shops = {shop(manager, company).pk for _ in range(9)}
    planned(manager)
    plans = DayPlan.objects.week(manager, MONDAY, MONDAY + timedelta(30))
    assert list(plans.values_list("date", "state")) == [(MONDAY, "made"), *((day, "draft") for day in WEEK[1:])]
    assert [len(stops) for stops in week(manager).values()] == [2, 2, 2, 2, 1]
    assert set.union(*week(manager).values()) == shops


def test_a_draft_is_no_plan_that_was_made(company: Company, manager: Person) -> None:
    planned(manager)
    assert manager in DayPlan.objects.missing(TUESDAY)
    assert manager not in DayPlan.objects.missing(MONDAY)
    with pytest.raises(IntegrityError, match="made_plan_says_when"), transaction.atomic():
        DayPlan.objects.filter(date=TUESDAY).update(made_at=None)


def test_a_shop_of_three_days_is_visited_twice_and_in_time(company: Company, manager: Person) -> None:
    pair = shop(manager, company, tier=1, last=date(2026, 11, 20))  # due on Monday
    planned(manager)
    visits = [day for day, stops in week(manager).items() if pair.pk in stops]
    assert visits[0] == MONDAY
    assert all((later - earlier).days <= 3 for earlier, later in zip(visits, [*visits[1:], WEEK[-1]], strict=True))
    stop = PlanStop.objects.get(plan__date=visits[1], customer=pair)
    assert stop.reasons[0]["code"] in {"due", "due_soon"}


def test_planned_again_the_week_stays_where_it_was_seen(company: Company, manager: Person) -> None:
    DayRule.objects.update(stops_most=3)
    for _ in range(12):
        shop(manager, company)
    planned(manager)
    before = week(manager)
    PlanStop.objects.filter(plan__date=MONDAY).delete()
    plan_day(person=manager, on=MONDAY, now=NOW, search=Search(seed=77, iterations=300))
    moved = sum(len(before[day] - week(manager)[day]) for day in WEEK[1:])
    assert moved <= 2


def test_tonight_makes_the_draft_of_tomorrow(company: Company, manager: Person) -> None:
    shop(manager, company)
    planned(manager)
    draft = DayPlan.objects.get(person=manager, date=TUESDAY)
    assert (draft.state, draft.run) == ("draft", None)
    evening = at(18, 0)
    for plan_id in tonight(now=evening):
        make_one(plan_id=plan_id, now=evening, search=SEARCH)
    draft.refresh_from_db()
    assert (draft.state, draft.run) == ("made", PlanRun.objects.get(date=TUESDAY))
    assert DayPlan.objects.filter(person=manager, date=TUESDAY).count() == 1


def test_a_stop_put_on_a_later_day_stays_there_at_its_time(company: Company, manager: Person) -> None:
    customer, by_hand = shop(manager, company), shop(manager, company, last=date(2026, 11, 22))
    planned(manager)
    thursday = DayPlan.objects.get(person=manager, date=THURSDAY)
    PlanStopFactory(
        plan=thursday, customer=by_hand, added_by=manager, appointed_at=time(15, 0), note="约好了", sequence=40
    )
    planned(manager)
    stop = PlanStop.objects.get(customer=by_hand, plan__date=THURSDAY)
    assert (stop.added_by, stop.note, stop.appointed_at) == (manager, "约好了", time(15, 0))
    assert at(15, 0, THURSDAY) <= stop.arrive_at <= at(15, 10, THURSDAY)
    assert stop.reasons[0] == {"code": "added"}
    assert customer.pk in week(manager)[MONDAY]


def test_a_stop_skipped_on_a_draft_is_not_put_there_again(company: Company, manager: Person) -> None:
    DayRule.objects.update(stops_most=1)
    shops = [shop(manager, company) for _ in range(3)]
    planned(manager)
    stop = PlanStop.objects.get(plan__date=TUESDAY)
    skip_stop(stop=stop, reason="owner_out", by=manager, now=NOW)
    planned(manager)
    assert list(
        PlanStop.objects.filter(plan__date=TUESDAY, customer=stop.customer).values_list("state", flat=True)
    ) == ["skipped"]
    assert PlanStop.objects.filter(state="planned").count() == len(shops)


def test_a_later_day_under_way_is_left_alone(company: Company, manager: Person) -> None:
    visited = shop(manager, company)
    tuesday = DayPlanFactory(person=manager, date=TUESDAY, state="frozen")
    kept = PlanStopFactory(plan=tuesday, customer=visited)
    planned(manager)
    assert list(tuesday.stops.values_list("pk", flat=True)) == [kept.pk]
    assert week(manager)[MONDAY] == set()


def test_leave_within_the_week(company: Company, manager: Person) -> None:
    """Tuesday and Wednesday off: what falls due then is the delegate's, all else is planned around it."""
    other = company.a.account_managers[1]
    mine = shop(manager, company, last=date(2026, 10, 27))  # due on Friday
    theirs = shop(manager, company, last=date(2026, 10, 25))  # due on Wednesday
    record_absence(person=manager, starts_on=TUESDAY, ends_on=WEEK[2], delegate=other)
    planned(manager)
    planned(other)
    assert [plan.absent for plan in DayPlan.objects.week(manager, MONDAY, WEEK[-1])] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert mine.pk in set.union(*week(manager).values())
    assert theirs.pk not in set.union(*week(manager).values())
    assert next(day for day, stops in week(other).items() if theirs.pk in stops) in (TUESDAY, WEEK[2])
    omission = DayPlan.objects.get(person=manager, date=WEEK[2]).omissions.get()
    assert (omission.customer, omission.reason, omission.values["name"]) == (theirs, "delegate", str(other))


def test_what_finds_no_place_is_named_on_its_day(company: Company, manager: Person) -> None:
    DayRule.objects.update(stops_most=1, horizon_days=2)
    shops = [shop(manager, company, last=date(2026, 10, 24)) for _ in range(3)]  # due on Tuesday
    planned(manager)
    left = DayPlan.objects.get(person=manager, date=TUESDAY).omissions.get()
    planned_ones = set.union(*week(manager).values())
    assert {left.customer_id} | planned_ones == {customer.pk for customer in shops}
    assert (left.reason, len(planned_ones)) == ("no_capacity", 2)


def test_prices_of_a_clock() -> None:
    """Worth 1000, a week, due on Wednesday: in time nothing, later more each day, before its time a little."""
    promise = Promise(
        worth=1000.0,
        interval_days=7,
        dues=[WEEK[2], *(day + timedelta(7) for day in WEEK)],
        last_visit_on=date(2026, 11, 18),
        ahead=[2] * 5,
        order_eve=[False, True, False, False, False],
    )
    prices = promise_prices(WEEK, date(2026, 11, 30), promise)
    assert list(prices[0, :3]) == [pytest.approx(1000 * 0.2 * 2 / 7), -2000, 0]
    assert 300 < prices[0, 3] < prices[0, 4]
    assert prices[1, 2] == pytest.approx(5000 + 1000 * 0.2 * 5 / 7)  # two visits within two days
    assert prices[5, 5] == pytest.approx(1000 * 0.01 * 3 / 7)


def test_a_shop_still_owed_at_the_end_weighs_the_same_in_every_tier_on_top_of_its_worth() -> None:
    def at_the_end(worth: float) -> float:
        promise = Promise(
            worth=worth,
            interval_days=30,
            dues=[WEEK[2], *(day + timedelta(30) for day in WEEK)],
            last_visit_on=date(2026, 10, 26),
            ahead=[3] * 5,
            order_eve=[False] * 5,
        )
        return float(promise_prices(WEEK, date(2026, 11, 30), promise)[0, 5])

    assert at_the_end(0.0) == 60_000
    assert at_the_end(600.0) - 60_000 == pytest.approx(2 * (at_the_end(300.0) - 60_000))


def test_prices_of_a_follow_up() -> None:
    prices = demand_prices(WEEK, WEEK[1], 1000.0)
    assert prices[0].round().tolist() == [0, 0, 100, 200, 300, 1500]
    assert prices[1].round().tolist() == [0, 0, 100, 200, 300, 1500]
    assert prices[2].tolist() == [0, 0, 0, 0, 0, 0]
    assert demand_prices(WEEK, date(2027, 1, 1), 1000.0).max() == 0


def test_the_month_roughly() -> None:
    clocks = [(date(2026, 11, 1), 1, "month"), (MONDAY, 3, "day"), (date(2026, 12, 2), 1, "week")]
    weeks = weeks_ahead(MONDAY, WEEK, clocks, count=2, room_a_day=1)
    assert [(each.begins, each.working_days, each.due, each.late, each.room, each.over) for each in weeks] == [
        (MONDAY, 5, 4, 1, 5, 0),
        (date(2026, 11, 30), 0, 3, 0, 0, 3),
    ]


def test_the_week_page(
    company: Company, client: Client, today: date, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    person = Person.objects.get(pk=company.a.account_manager.pk)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    empty = client.get(reverse("visits:week"))
    assert (empty.status_code, empty.context["columns"]) == (200, [])
    for number in range(3):
        plan = DayPlanFactory(person=person, date=today + timedelta(number), state="draft" if number else "made")
        for _ in range(3):
            PlanStopFactory(plan=plan, customer=CustomerFactory(account_manager=person, unit=company.a.unit))
        plan.omissions.create(customer=company.a.customer, reason="no_capacity")
    refresh_clocks(on=today)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("visits:week"))
    assert [len(column.stops) for column in page.context["columns"]] == [3, 3, 3]
    assert page.context["left_out"] == 3
    assert page.context["weeks"][0].due >= 10
    client.force_login(company.a.sales_manager, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("visits:week-of", args=[person.pk])).context["own"] is False
    assert client.get(reverse("visits:week")).status_code == 302
