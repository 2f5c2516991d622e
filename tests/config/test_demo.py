"""The demo company: the same from the same seed, whole, and in the proportions of the trade."""

import hashlib
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts import clock
from accounts.models import Customer, MonthlyFact, OrgUnit, Person, Post
from accounts.rules import Role
from accounts.services.responsibility import ResponsibilityMap
from config.demo import DEMO_LOGINS, DEMO_PASSWORD, geography
from config.demo.customers import classes
from config.demo.shape import Shape, split
from config.demo.stories import season
from visits.models import DayPlan, PlanStop, Visit
from visits.services import refresh_clocks

TODAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
OF_CUSTOMER = " JOIN accounts_customer c ON c.id = customer_id"
#: What two loads must share. Identifiers are left out: sequences go on where they were.
SAME = (
    (
        "SELECT code, name, address, latitude, longitude, phone, opens_at, tier, importance, status, since"
        " FROM accounts_customer"
    ),
    (
        "SELECT code, owner_name, licence_number, birth_date, needs, supply_grade, temper FROM accounts_retailerfile f"
        " JOIN accounts_customer c ON c.id = f.customer_id"
    ),
    (
        "SELECT code, month, quantity, amount, receivable, overdue, stock, agreed, last_order_on, late_deliveries"
        " FROM accounts_monthlyfact f JOIN accounts_customer c ON c.id = f.customer_id"
    ),
    "SELECT code, day, amount, items FROM accounts_orderday d JOIN accounts_customer c ON c.id = d.customer_id",
    (
        "SELECT code, month, product, f.quantity, f.amount FROM accounts_monthlyproductfact f"
        " JOIN accounts_customer c ON c.id = f.customer_id"
    ),
    (
        "SELECT u.code, u.name, username, p.name, role, starts_on, ends_on FROM accounts_post o"
        " JOIN accounts_person p ON p.id = o.person_id JOIN accounts_orgunit u ON u.id = o.unit_id"
    ),
    "SELECT number, subject, starts_on, ends_on, amount FROM accounts_contract",
    "SELECT name, title, phone, part, influence, stance FROM accounts_contact",
    f"SELECT code, role, started_at, ended_at, acts, notes FROM visits_visit v{OF_CUSTOMER}",
    f"SELECT code, subject, step, registered_at FROM complaints_complaint o{OF_CUSTOMER}",
    "SELECT kind, state, level, opened_at, username FROM duties_duty JOIN accounts_person p ON p.id = owner_id",
    f"SELECT code, state, level, opened_on, outcome FROM warnings_earlywarning w{OF_CUSTOMER}",
    "SELECT username, starts_on, ends_on, reason FROM accounts_absence a JOIN accounts_person p ON p.id = a.person_id",
)


def load(**options: object) -> str:
    said = StringIO()
    small = {
        "customers": 120,
        "managers": 6,
        "seed": 1,
        "months": 14,
        "past_days": 0,
        "today": TODAY,
        "plan_seconds": 0,
    }
    call_command("load_demo", stdout=said, **{**small, **options})
    return said.getvalue()


def fingerprint() -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for query in SAME:
            cursor.execute(f"SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ({query}) t")
            found.append(hashlib.sha256((cursor.fetchone()[0] or "").encode()).hexdigest())
    return found


def loaded_and_forgotten(**options: object) -> list[str]:
    mark = transaction.savepoint()
    load(**options)
    found = fingerprint()
    transaction.savepoint_rollback(mark)
    return found


@pytest.mark.django_db
def test_the_same_seed_and_day_give_the_same_company() -> None:
    first = loaded_and_forgotten(past_days=12)
    assert loaded_and_forgotten(past_days=12) == first
    other = loaded_and_forgotten(seed=2, past_days=12)
    # But for the absences: in a company this small they are only those that are there on purpose.
    assert [same for same, ours in zip(first[:-1], other[:-1], strict=True) if same == ours] == []


@pytest.mark.django_db
def test_a_database_with_a_company_is_left_alone() -> None:
    OrgUnit.objects.create(kind="company", code="X", name="X", path="/1/")
    with pytest.raises(CommandError, match="holds a company already"):
        load()
    assert Customer.objects.count() == 0


@pytest.mark.django_db
def test_the_company_is_whole() -> None:
    said = load()
    assert all(login.username in said for login in DEMO_LOGINS)
    assert Customer.objects.count() == 120
    assert Person.objects.filter(customers__isnull=False).distinct().count() == 6
    assert Customer.objects.filter(account_manager=None).count() == 0
    assert Customer.objects.filter(latitude=None).count() == 0
    assert Customer.objects.filter(kind="retailer", retailer_file=None).count() == 0
    assert Customer.objects.filter(kind="group", group_file=None).count() == 0
    assert Customer.objects.filter(kind="group", contacts=None).count() == 0
    months = sorted(set(MonthlyFact.objects.values_list("month", flat=True)))
    assert (len(months), months[0], months[-1]) == (15, date(2025, 9, 1), date(2026, 11, 1))
    assert MonthlyFact.objects.filter(last_order_on__gte=TODAY).count() == 0
    # Order days come to the months: as many as orders, their amounts, the last of them.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(d.month), count(*) FILTER (WHERE f.amount <> d.amount OR f.orders <> d.orders"
            " OR f.last_order_on <> d.last OR d.least <= 0 OR d.items > f.items) FROM accounts_monthlyfact f"
            " FULL JOIN (SELECT customer_id, date_trunc('month', day)::date AS month, sum(amount) AS amount,"
            "  count(*) AS orders, max(day) AS last, min(amount) AS least, max(items) AS items"
            "  FROM accounts_orderday GROUP BY 1, 2) d ON d.customer_id = f.customer_id AND d.month = f.month"
            " WHERE f.orders > 0 OR f.month IS NULL"
        )
        months_with_orders, with_days, wrong = cursor.fetchone()
        assert (months_with_orders > 1000, with_days, wrong) == (True, months_with_orders, 0)
    # Brands add up to the month.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM accounts_monthlyfact f JOIN"
            " (SELECT customer_id, month, sum(quantity) quantity, sum(amount) amount FROM accounts_monthlyproductfact"
            "  GROUP BY 1, 2) b USING (customer_id, month) WHERE f.quantity <> b.quantity OR f.amount <> b.amount"
        )
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db
def test_posts_are_held_but_for_the_vacancies_on_purpose() -> None:
    load()
    map_of_today = ResponsibilityMap.load(TODAY)
    branches = OrgUnit.objects.filter(kind="branch").order_by("code")
    vacant = [
        (branch.code, role)
        for branch in branches
        for role in (Role.BRANCH_GENERAL_MANAGER, Role.BRANCH_SALES_MANAGER, Role.CUSTOMER_OFFICER)
        if not map_of_today.holders.get((branch.pk, role))
    ]
    last = branches.last()
    assert last is not None
    assert vacant == [("B02", Role.CUSTOMER_OFFICER), (last.code, Role.BRANCH_SALES_MANAGER)]
    assert sorted(delegate is None for delegate in map_of_today.absent.values()) == [False, True]
    assert Customer.objects.without_relationship_manager().filter(importance="core").count() <= 1


@pytest.mark.django_db
def test_the_logins_are_those_that_make_run_shows() -> None:
    load()
    for login in DEMO_LOGINS:
        person = Person.objects.get(username=login.username)
        assert person.name == login.name
        assert check_password(DEMO_PASSWORD, person.password)
        assert Post.objects.filter(person=person).values_list("role", flat=True).get() == login.role
    assert Person.objects.filter(is_superuser=True).values_list("username", flat=True).get() == "admin"
    validate_password(DEMO_PASSWORD)


@pytest.mark.parametrize(("customers", "managers"), [(20, 4), (120, 6), (2000, 12), (40_000, 150), (5_500_000, 20_000)])
def test_the_shape_adds_up(customers: int, managers: int) -> None:
    shape = Shape(customers, managers, 1, NOW)
    urban, rural = shape.branch_sizes()
    assert sum(urban) + sum(rural) + shape.group_managers == managers
    assert min(urban + rural) >= 1
    assert shape.retailers + shape.group_clients == customers
    assert len(shape.month_starts) == 25


@pytest.mark.parametrize(
    "wrong", [{"managers": 3}, {"customers": 10}, {"months": 0}, {"months": 61}, {"past_days": -1}]
)
def test_an_impossible_shape_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"must be|needs at least"):
        Shape(**{"customers": 100, "managers": 4, "seed": 1, "now": NOW, **wrong})  # type: ignore[arg-type]


def test_classes_follow_what_a_customer_sells() -> None:
    base = np.exp(np.random.default_rng(5).normal(0, 1, 4000))
    tier, _, importance = classes(np.random.default_rng(6), base)
    shares = {name: importance.count(name) / 4000 for name in ("core", "important", "large", "general")}
    assert shares == {"core": 0.01, "important": 0.04, "large": 0.15, "general": 0.8}
    assert [round(float((tier == value).mean()), 2) for value in (1, 2, 3, 4, 5)] == [0.03, 0.1, 0.22, 0.4, 0.25]
    core = base[[name == "core" for name in importance]]
    assert core.min() > np.quantile(base, 0.98)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (date(2025, 1, 1), 1.42),  # the festival is on 29 January: all four weeks before it are in the month
        (date(2025, 2, 1), 0.69),
        (date(2026, 1, 1), 1.21),  # 17 February: twelve of the days before it are in January
        (date(2026, 9, 1), 1.06),
    ],
)
def test_the_month_before_the_spring_festival_is_the_best(month: date, expected: float) -> None:
    assert round(season(month), 2) == expected


def test_territories_are_equal_and_compact() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 4000, 400), rng.uniform(0, 2000, 400)
    territory = geography.territories(x, y, 4)
    assert np.bincount(territory).tolist() == [100, 100, 100, 100]
    assert max(float(np.ptp(x[territory == each])) for each in range(4)) < 2200


def test_split_is_fair() -> None:
    assert split(7, 3) == [3, 2, 2]


@pytest.mark.django_db
def test_this_morning_is_planned_by_the_planner_and_walked() -> None:
    clock.shift(NOW - clock.now())
    load(customers=240, today=None, past_days=5, plan_seconds=0.02, processes=1)
    stops = PlanStop.objects.filter(plan__date=TODAY)
    assert stops.filter(state="done").count() == Visit.objects.filter(visited_on=TODAY, stop__isnull=False).count() > 0
    assert stops.filter(state="planned").count() > 0
    assert stops.filter(acted_at__gt=clock.now()).count() == 0
    assert DayPlan.objects.filter(date=TODAY, state="frozen", pre_trip_check=None).count() == 0
    assert refresh_clocks(on=TODAY) == 0
