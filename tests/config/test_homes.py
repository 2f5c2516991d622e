"""The homes: what each person sees first, what it adds up to, and at most twelve questions whatever the size."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from early_warnings.models import EarlyWarning
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Absence, Customer, OrgUnit, Person
from accounts.rules import Role
from accounts.services import totals
from config.overview import days, months, owed, units, warned
from config.overview.days import Progress
from config.overview.months import Change, Months
from duties.services import sweep
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory, OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.company import Company
from tests.factories.duties import DutyFactory
from tests.factories.visits import MONDAY, DayPlanFactory, PlanStopFactory, at
from visits.models import PlanStop, VisitClock

pytestmark = pytest.mark.django_db
NOW = at(10, 12)


@pytest.fixture(autouse=True)
def _monday_morning(db: None) -> None:
    clock.shift(NOW - clock.now())


def stop_done(stop: PlanStop) -> PlanStop:
    PlanStop.objects.filter(pk=stop.pk).update(state="done", acted_at=stop.leave_at, acted_by=stop.plan.person)
    return stop


def report(customer: Customer, level: str = "breach") -> EarlyWarning:
    return EarlyWarning.objects.create(
        customer=customer, importance=customer.importance, level=level, opened_on=MONDAY - timedelta(days=1)
    )


def fill(company: Company, count: int) -> None:
    """So many of everything in branch A: duties, stops, waiting customers, reports, facts."""
    for number in range(count):
        person = PersonFactory()
        PostFactory(person=person, unit=company.a.unit, role=Role.ACCOUNT_MANAGER)
        customer = CustomerFactory(unit=company.a.unit, account_manager=person)
        for owner in (company.marketing_director, company.a.sales_manager, company.a.account_manager, person):
            DutyFactory(customer=customer, owner=owner, due_at=NOW - timedelta(minutes=number + 1))
        for plan_of in (person, company.a.account_manager):
            plan = plan_of.day_plans.first() or DayPlanFactory(person=plan_of)
            stop_done(PlanStopFactory(plan=plan, customer=customer))
        VisitClock.objects.create(
            customer=customer, role=Role.ACCOUNT_MANAGER, started_on=date(2026, 1, 1), due_on=date(2026, 11, 1)
        )
        report(customer)
        for month in (date(2025, 10, 1), date(2026, 10, 1)):
            MonthlyFactFactory(customer=customer, month=month, quantity=100, amount=2000)
    totals.add_up(months=[date(2025, 10, 1), date(2026, 10, 1)])


@pytest.mark.parametrize(
    ("who", "queries"), [("marketing_director", 12), ("a.sales_manager", 12), ("a.account_manager", 11)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_home_asks_as_much_for_three_as_for_one(
    client: Client,
    company: Company,
    django_assert_num_queries: DjangoAssertNumQueries,
    who: str,
    queries: int,
    count: int,
) -> None:
    fill(company, count)
    person: object = company
    for name in who.split("."):
        person = getattr(person, name)
    assert isinstance(person, Person)
    client.force_login(person)
    with django_assert_num_queries(queries):
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("who", "template"),
    [
        ("general_manager", "director"),
        ("deputy_in_charge", "director"),
        ("marketing_manager", "director"),
        ("branch", "supervisor"),
        ("officer", "supervisor"),
        ("manager", "manager"),
        ("nobody", "nobody"),
    ],
)
def test_the_widest_post_decides_which_home_it_is(client: Client, company: Company, who: str, template: str) -> None:
    people = {
        "branch": company.a.general_manager,
        "officer": company.a.customer_officer,
        "manager": company.a.account_manager,
        "nobody": PersonFactory(),
    }
    client.force_login(people.get(who) or getattr(company, who))
    answer = client.get("/")
    assert answer.templates[0].name == f"config/homes/{template}.html"


def test_what_one_owes_says_how_it_came_and_where_it_goes(company: Company) -> None:
    duty = DutyFactory(customer=company.a.customer, due_at=NOW - timedelta(minutes=72))
    assert sweep() == 1
    (row,) = owed.owed(company.a.sales_manager)
    assert (row.title, row.sentence, row.missed_by, row.climbs_to, row.holder) == (
        company.a.customer.name,
        "Keep the promise to 和顺烟酒",
        company.a.account_manager.name,
        "分支机构总经理",
        company.a.sales_manager.name,
    )
    assert row.duty.pk == duty.pk
    assert row.came_at == clock.now()
    assert owed.owed(company.a.account_manager) == []


def test_what_came_directly_was_missed_by_nobody(company: Company) -> None:
    duty = DutyFactory(customer=company.a.customer)
    (row,) = owed.owed(company.a.account_manager)
    assert (row.missed_by, row.came_at, row.over) == ("", duty.opened_at, False)


def test_late_elsewhere_is_what_others_in_scope_let_lapse(company: Company) -> None:
    late = DutyFactory(customer=company.a.customer, due_at=NOW - timedelta(minutes=1))
    DutyFactory(customer=company.a.customer, due_at=NOW + timedelta(hours=1))
    DutyFactory(customer=company.a.customer, owner=company.a.sales_manager, due_at=NOW - timedelta(minutes=1))
    DutyFactory(customer=company.b.customer, due_at=NOW - timedelta(minutes=1))
    assert [row.duty.pk for row in owed.late_elsewhere(company.a.sales_manager, NOW)] == [late.pk]


def test_a_kept_promise_closed_where_it_was_opened(company: Company) -> None:
    for level, days_ago in ((1, 1), (1, 29), (2, 2), (1, 31), (1, 61)):
        duty = DutyFactory(customer=company.a.customer)
        closed_at = NOW - timedelta(days=days_ago)
        type(duty).objects.filter(pk=duty.pk).update(state="closed", level=level, closed_at=closed_at)
    found = owed.promises(company.a.sales_manager, NOW)
    assert (found.kept, found.closed, found.kept_before, found.closed_before) == (2, 3, 1, 1)
    assert (found.share, found.share_before) == (2 / 3, 1)
    assert owed.promises(company.b.sales_manager, NOW).share is None


@pytest.mark.parametrize(
    ("progress", "behind", "tone"),
    [
        (Progress(planned=20, done=5, skipped=1, expected=6), 0, ""),
        (Progress(planned=20, done=3, skipped=0, expected=6), -3, "near"),
        (Progress(planned=40, done=3, skipped=0, expected=6), -3, ""),
        (Progress(planned=10, done=4, skipped=0, expected=6), -2, ""),
        (Progress(planned=0, done=0, skipped=0, expected=0), 0, ""),
    ],
)
def test_behind_turns_amber_at_a_tenth_and_more_than_two(progress: Progress, behind: int, tone: str) -> None:
    assert (progress.behind, progress.tone) == (behind, tone)


def test_the_branches_rows_hold_the_days_stops_of_their_customers(company: Company) -> None:
    plan = DayPlanFactory(person=company.a.account_manager)
    for hour in (9, 9, 14):
        PlanStopFactory(
            plan=plan,
            customer=CustomerFactory(unit=OrgUnitFactory(parent=company.a.unit, kind=OrgUnit.Kind.STATION)),
            arrive_at=at(hour),
            leave_at=at(hour, 15),
        )
    stop_done(plan.stops.first())
    shown = units.Units.load(company.marketing_director, MONDAY, date(2026, 10, 1))
    shown.add(days.by_unit(company.marketing_director, MONDAY, NOW), "customer__unit_id")
    assert [(row.unit, row.figures["planned"], row.figures["done"], row.figures["expected"]) for row in shown.rows] == [
        (company.a.unit, 3, 1, 2),
        (company.b.unit, 0, 0, 0),
    ]


def test_a_smaller_scope_shows_what_stands_below_it(company: Company) -> None:
    station = OrgUnitFactory(parent=company.a.unit, kind=OrgUnit.Kind.STATION)
    month = date(2026, 10, 1)
    assert [row.unit for row in units.Units.load(company.a.general_manager, MONDAY, month).rows] == [station]
    assert [row.unit for row in units.Units.load(company.b.general_manager, MONDAY, month).rows] == [company.b.unit]


def test_vacancies_are_the_needed_posts_that_nobody_holds_today(company: Company) -> None:
    company.a.sales_manager.posts.update(ends_on=MONDAY - timedelta(days=1))
    company.b.sales_manager.posts.update(ends_on=MONDAY)
    found = units.Units.load(company.marketing_director, MONDAY, date(2026, 10, 1)).vacancies
    assert [(vacancy.unit, vacancy.role) for vacancy in found] == [
        (company.region, "大区经理"),
        (company.a.unit, "分支机构销售经理"),
    ]


def test_my_people_are_sorted_by_how_far_they_are_behind(company: Company) -> None:
    first, second = company.a.account_managers
    plan = DayPlanFactory(person=second)
    PlanStopFactory(plan=plan, customer=company.a.customers[1], arrive_at=at(9), leave_at=at(9, 15))
    DayPlanFactory(person=second, date=date(2026, 11, 20))
    Absence.objects.create(person=first, starts_on=MONDAY, ends_on=MONDAY)
    for customer, due in ((company.a.customers[0], date(2026, 11, 22)), (company.a.customers[1], MONDAY)):
        VisitClock.objects.create(customer=customer, role=Role.ACCOUNT_MANAGER, started_on=date(2026, 1, 1), due_on=due)
    found = days.by_person(company.a.sales_manager, MONDAY, NOW)
    assert [(each.person, each.progress.behind, each.overdue, each.away, each.has_plan) for each in found] == [
        (second, -1, 0, False, True),
        (first, 0, 1, True, False),
    ]


def test_a_managers_overdue_customers_are_the_list_that_the_number_leads_to(client: Client, company: Company) -> None:
    fill(company, 3)
    client.force_login(company.a.sales_manager)
    home = client.get("/")
    links = re.findall(r'href="(/customers/\?view=visit_overdue&amp;manager=[^"]*)">(\d+)<', home.content.decode())
    assert [int(number) for _link, number in links] == [1, 1, 1]
    assert [len(client.get(unescape(link)).context["rows"]) for link, _number in links] == [1, 1, 1]
    assert len(client.get("/customers/?view=visit_overdue").context["rows"]) == len(home.context["waiting"]) == 3


def test_ones_own_day_is_todays_or_the_next_one_planned(company: Company) -> None:
    person = company.a.account_manager
    assert days.own(person, MONDAY, NOW) is None
    later = DayPlanFactory(person=person, date=MONDAY + timedelta(days=1))
    DayPlanFactory(person=person, date=MONDAY - timedelta(days=3))
    found = days.own(person, MONDAY, NOW)
    assert found is not None
    assert (found.plan, found.stops) == (later, [])


def test_waiting_longest_is_beyond_the_matrix_and_in_scope(company: Company) -> None:
    for customer, due in (
        (company.a.customers[0], date(2026, 11, 20)),
        (company.a.customers[1], MONDAY),
        (company.b.customers[0], date(2026, 11, 1)),
    ):
        VisitClock.objects.create(customer=customer, role=Role.ACCOUNT_MANAGER, started_on=date(2026, 1, 1), due_on=due)
    assert [row.customer for row in days.longest_waiting(company.a.sales_manager, MONDAY)] == [company.a.customers[0]]


def test_months_stand_against_the_year_before(company: Company) -> None:
    for month, quantity in ((date(2025, 10, 1), 80), (date(2026, 9, 1), 110), (date(2026, 10, 1), 100)):
        MonthlyFactFactory(customer=company.a.customer, month=month, quantity=quantity, amount=1)
    totals.add_up_recent(today=MONDAY)
    for found in (
        months.of_units(company.a.sales_manager, MONDAY),
        months.of_own_customers(company.a.account_manager, MONDAY),
    ):
        assert found.against_last_year("quantity") == Change(Decimal(100), Decimal(80))
        assert found.against_month_before("quantity").share == pytest.approx(-1 / 11)
        assert found.year("quantity")[-2:] == [Decimal(110), Decimal(100)]
        assert found.year("quantity", back=1) == [None] * 11 + [Decimal(80)]
        assert found.labels()[0] == date(2025, 11, 1)
    assert not months.of_units(company.b.sales_manager, MONDAY).known


def test_a_share_of_nothing_is_none() -> None:
    empty = Months(last=date(2026, 10, 1), sums={})
    assert empty.against_last_year("quantity").share is None


def test_open_reports_are_counted_and_placed_in_scope(company: Company) -> None:
    report(company.a.customers[0])
    report(company.a.customers[1], level="near")
    report(company.b.customers[0])
    shown = units.Units.load(company.a.sales_manager, MONDAY, date(2026, 10, 1))
    warned.add_to(shown, company.a.sales_manager)
    assert (shown.total("breach"), shown.total("near")) == (1, 1)
    assert [(point["name"], point["tone"]) for point in warned.on_map(company.a.sales_manager)["points"]] == [
        (company.a.customers[0].name, "over"),
        (company.a.customers[1].name, "near"),
    ]
    assert [(row.warning.customer, row.tone) for row in warned.latest(company.a.account_manager, "zh-hans")] == [
        (company.a.customers[0], "over")
    ]


def test_the_moment_of_a_page_is_the_databases(client: Client, company: Company) -> None:
    client.force_login(company.a.account_manager)
    shown = client.get("/").context["now"]
    assert abs(shown - NOW) < timedelta(minutes=1)
    assert isinstance(shown, datetime)
