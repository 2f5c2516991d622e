"""The night's page: what failed is retried and named, each sees their own people, and a killed worker shows as such."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import OrgUnit, Person
from duties.calendar import WorkCalendar
from duties.kinds import VISIT_FOLLOW_UP
from duties.models import Duty
from duties.services import open_duty
from tests.factories.accounts import PostFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, DayPlanFactory, at
from visits.models import DayPlan, PlanRun
from visits.reasons import trouble_in_words
from visits.rules import ATTEMPTS_MOST
from visits.rules.progress import Tally, common_path, fold, minutes_left
from visits.services import Refused
from visits.services.drafting import Search
from visits.services.nights import make_one, may_try_again, open_run, tonight, try_again
from visits.services.planning import claim_and_plan
from visits.services.progress import state_of

SEARCH = Search(seed=1, iterations=20)


def broken(company: Company) -> None:
    """Plant a failure: a follow-up of branch B whose day is no day."""
    open_duty(
        kind=VISIT_FOLLOW_UP,
        subject_id=company.b.customer.pk,
        customer=company.b.customer,
        unit=company.b.unit,
        now=at(1),
        details={"on": "0 is no day"},
    )


def mended(company: Company) -> None:
    Duty.objects.filter(kind=VISIT_FOLLOW_UP).update(details={"on": MONDAY.isoformat()})


def work_off(minute: int) -> int:
    now, made = at(2) + timedelta(minutes=minute), 0
    for plan_id in tonight(now=now):
        made += make_one(plan_id=plan_id, now=now, search=SEARCH) is not None
    return made


@pytest.fixture
def failing(company: Company) -> DayPlan:
    """Everybody is planned but the manager of branch B, who has failed once."""
    broken(company)
    assert work_off(0) == 4
    plan: DayPlan = DayPlan.objects.get(person=company.b.account_manager, date=MONDAY)
    return plan


@pytest.mark.parametrize(
    ("paths", "above"),
    [
        ([], ""),
        (["/1/2/"], "/1/2/"),
        (["/1/2/", "/1/3/"], "/1/"),
        (["/1/", "/1/3/"], "/1/"),
        (["/1/12/", "/1/1/"], "/1/"),
    ],
)
def test_the_unit_above(paths: list[str], above: str) -> None:
    assert common_path(paths) == above


def test_units_are_added_up_below_what_they_share() -> None:
    one = Tally(people=2, planned=1, failed=1, solving_ms=500)
    assert fold([("/1/2/5/", one), ("/1/2/6/", one), ("/1/3/7/", Tally(people=1))]) == [
        ("/1/2/", Tally(people=4, planned=2, failed=2, solving_ms=1000)),
        ("/1/3/", Tally(people=1)),
    ]
    assert fold([("/1/2/5/", one)]) == [("/1/2/5/", one)]
    assert fold([("/1/2/", one), ("/1/2/5/", one)]) == [("/1/2/", one), ("/1/2/5/", one)]
    assert (one.waiting, one.share, one.seconds_each, Tally().seconds_each) == (0, 0.5, 0.5, None)


def test_the_rest_at_the_pace_so_far() -> None:
    assert minutes_left(done=10, left=30, elapsed_seconds=100) == 5
    assert minutes_left(done=0, left=30, elapsed_seconds=100) is None
    assert minutes_left(done=10, left=0, elapsed_seconds=100) == 0


@pytest.mark.parametrize("error", ["OperationalError: gone", "InterfaceError: gone"])
def test_an_error_in_words(error: str) -> None:
    assert trouble_in_words(error) == "数据库没有响应"
    assert trouble_in_words("Strange: thing") == trouble_in_words("")


def test_what_failed_is_named_retried_and_then_planned(company: Company, failing: DayPlan) -> None:
    assert (failing.state, failing.attempts, failing.error.split(":")[0]) == ("failed", 1, "ValueError")
    assert PlanRun.objects.get().finished_at is None
    assert work_off(5) == 0  # handed out less than ten minutes ago
    assert work_off(11) == 1
    failing.refresh_from_db()
    assert (failing.state, failing.attempts) == ("failed", 2)
    mended(company)
    assert work_off(22) == 1
    failing.refresh_from_db()
    assert (failing.state, failing.attempts, failing.handed_out) == ("made", 3, 3)
    run = PlanRun.objects.get()
    assert (run.made, run.failed, run.finished_at) == (4, 0, at(2, 22))
    state = state_of(run=run, viewer=company.general_manager, now=at(3), unit=None)
    assert (state.total.planned, state.total.retried, state.seconds) == (4, 1, 22 * 60)


def test_a_new_night_counts_attempts_anew(company: Company, failing: DayPlan) -> None:
    mended(company)
    work_off(11)
    open_run(on=MONDAY, now=at(4), again=True)
    failing.refresh_from_db()
    assert (failing.state, failing.attempts, failing.handed_out, failing.error) == ("waiting", 0, 0, "")


def test_one_more_attempt_by_hand_after_the_last(company: Company, failing: DayPlan) -> None:
    for minute in range(11, 11 * ATTEMPTS_MOST, 11):
        work_off(minute)
    run = PlanRun.objects.get()
    assert (run.failed, run.finished_at is not None) == (1, True)
    again = try_again(plan=failing, by=company.b.sales_manager, now=at(7), search=SEARCH)
    assert (again.state, again.attempts) == ("failed", ATTEMPTS_MOST)
    assert PlanRun.objects.get().finished_at == at(7)
    mended(company)
    again = try_again(plan=failing, by=company.b.sales_manager, now=at(8), search=SEARCH)
    assert (again.state, again.attempts) == ("made", ATTEMPTS_MOST)
    run = PlanRun.objects.get()
    assert (run.made, run.failed, run.finished_at) == (4, 0, at(8))
    with pytest.raises(Refused):
        try_again(plan=failing, by=company.b.sales_manager, now=at(8), search=SEARCH)


def test_who_may_try_again(company: Company, failing: DayPlan) -> None:
    assert may_try_again(failing, company.b.account_manager)
    assert may_try_again(failing, company.b.sales_manager)
    assert not may_try_again(failing, company.a.account_manager)


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_takes_the_same_queries(
    company: Company, failing: DayPlan, client: Client, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    run = PlanRun.objects.get()
    for _ in range(more):
        person = PostFactory(unit=company.b.unit).person
        DayPlanFactory(person=person, run=run, date=MONDAY, state="failed", error="ValueError: x", attempts=5)
    client.force_login(company.b.sales_manager)
    address = reverse("visits:night-of", args=[MONDAY])
    client.get(address)
    with django_assert_num_queries(12):
        page = client.get(address)
    assert page.context["state"].total.failed == 1 + more
    assert page.context["which"] == "failed"


def test_each_sees_their_own_people(company: Company, failing: DayPlan, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    page = client.get(reverse("visits:night"))
    assert (page.context["state"].total.failed, page.context["state"].total.people) == (0, 2)
    assert company.b.account_manager.name not in page.content.decode()
    assert client.post(reverse("visits:try-again", args=[failing.pk])).status_code == 404
    client.force_login(company.a.account_manager)
    own = DayPlan.objects.get(person=company.a.account_manager, date=MONDAY)
    assert client.get(reverse("visits:night")).context["state"].total.people == 1
    assert client.post(reverse("visits:night-again", args=[MONDAY])).status_code == 403
    assert client.post(reverse("visits:try-again", args=[own.pk]), follow=True).status_code == 200


def test_the_button_plans_at_once_and_all_hands_out(company: Company, failing: DayPlan, client: Client) -> None:
    client.force_login(company.b.sales_manager)
    page = client.post(reverse("visits:night-again", args=[MONDAY]), follow=True)
    assert page.context["state"].total.failed == 1
    failing.refresh_from_db()
    assert (failing.queued_at, failing.state) == (None, "failed")
    mended(company)
    page = client.post(reverse("visits:try-again", args=[failing.pk]), follow=True)
    assert page.context["state"].total.planned == 2
    assert (page.context["which"], 'data-night="finished"' in page.content.decode()) == ("retried", True)


def test_while_it_works_the_page_asks_again(company: Company, failing: DayPlan, client: Client) -> None:
    client.force_login(company.general_manager)
    address = reverse("visits:night-of", args=[MONDAY])
    fragment = client.get(address + "?show=failed", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="load delay:3s"' in fragment
    assert f'hx-get="{address}?show=failed"' in fragment
    assert "<html" not in fragment
    unit = OrgUnit.objects.get(pk=company.a.unit.pk)
    assert client.get(f"{address}?unit={unit.pk}").context["state"].total.people == 2


def test_a_worker_is_seen_at_work_and_a_dead_one_is_not(own_database: str) -> None:
    """The lock that says so goes with the transaction, however it ends."""
    PostFactory()
    plan_id = tonight(now=at(2))[0]
    viewer = Person.objects.create(username="root", is_superuser=True)
    holds, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                claim_and_plan(now=at(2), search=SEARCH, calendar=WorkCalendar.load(), plan_id=plan_id)
                holds.set()
                go_on.wait(20)
                transaction.set_rollback(True)
        finally:
            connection.close()

    worker = threading.Thread(target=hold)
    worker.start()
    try:
        assert holds.wait(20)
        total = state_of(run=PlanRun.objects.get(), viewer=viewer, now=at(2)).total
        assert (total.people, total.working, total.waiting) == (1, 1, 0)
    finally:
        go_on.set()
        worker.join(20)
    total = state_of(run=PlanRun.objects.get(), viewer=viewer, now=at(2)).total
    assert (total.working, total.waiting) == (0, 1)


def test_the_api_tells_and_tries_again(company: Company, failing: DayPlan, client: Client) -> None:
    client.force_login(company.b.sales_manager)
    run = client.get("/api/nights/").json()["results"][0]
    assert run["date"] == "2026-11-23"
    state = client.get(f"/api/nights/{run['id']}/").json()
    assert (state["total"]["failed"], state["total"]["people"]) == (1, 2)
    people = client.get(f"/api/nights/{run['id']}/people/").json()["results"]
    assert [(each["person"], each["attempts"]) for each in people] == [(company.b.account_manager.pk, 1)]
    assert client.post(f"/api/nights/{run['id']}/try-again/").status_code == 200
    mended(company)
    assert client.post(f"/api/plans/{failing.pk}/try-again/").json()["state"] == "made"
    assert client.post(f"/api/plans/{failing.pk}/try-again/").status_code == 409
    client.force_login(company.b.account_manager)
    assert client.post(f"/api/nights/{run['id']}/try-again/").status_code == 403


def test_without_any_night_the_page_says_so(company: Company, client: Client) -> None:
    client.force_login(company.general_manager)
    assert client.get(reverse("visits:night")).status_code == 200
    assert client.get(reverse("visits:night-of", args=[date(2026, 1, 1)])).status_code == 404
