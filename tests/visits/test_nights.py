"""The night's run is rows: opened twice it is one, killed it loses nothing, missed it is caught up and says so."""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts import clock
from accounts.models import Person
from accounts.services.organisation import record_absence
from duties.calendar import WorkCalendar
from duties.models import CalendarDay
from tests.factories.accounts import PostFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, at
from visits.models import DayPlan, DayRule, PlanRun, PlanStop, VisitClock
from visits.rules import ATTEMPTS_MOST, is_late, is_stale, planned_day
from visits.services.drafting import Search
from visits.services.nights import make_one, open_run, settle, tonight
from visits.services.planning import claim_and_plan

SEARCH = Search(seed=1, iterations=20)
TUESDAY = date(2026, 11, 24)
HALF_PAST_TWO = at(2, 30)


def states(on: date = MONDAY) -> list[str]:
    return sorted(DayPlan.objects.filter(date=on).values_list("state", flat=True))


def work_off(now: datetime = HALF_PAST_TWO) -> int:
    made = 0
    for plan_id in tonight(now=now):
        made += make_one(plan_id=plan_id, now=now, search=SEARCH) is not None
    return made


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(2, 0), MONDAY),
        (at(17, 29), MONDAY),
        (at(17, 30), TUESDAY),
        (at(23, 0), TUESDAY),
        (at(2, 0, date(2026, 11, 28)), date(2026, 11, 30)),  # Saturday
        (at(18, 0, date(2026, 11, 27)), date(2026, 11, 30)),  # Friday evening
        (at(2, 0, date(2026, 10, 1)), date(2026, 10, 8)),  # National Day
        (at(2, 0, date(2026, 10, 10)), date(2026, 10, 10)),  # a Saturday that is worked for it
    ],
)
def test_the_day_that_wants_its_plans(db: None, now: datetime, day: date) -> None:
    calendar = WorkCalendar.load()
    assert planned_day(now, calendar.is_working_day, calendar.next_working_day) == day


@pytest.mark.parametrize(
    ("opened", "now", "stale"),
    [
        (at(18, 0, date(2026, 11, 20)), at(2, 0), True),
        (at(2, 0), at(2, 15), False),
        (at(18, 0, date(2026, 11, 20)), at(7, 0), False),
        (at(18, 0, date(2026, 11, 20)), at(2, 0, date(2026, 11, 21)), False),
    ],
)
def test_a_run_made_before_its_night_is_made_again_in_that_night(opened: datetime, now: datetime, stale: bool) -> None:
    assert is_stale(opened, MONDAY, now) is stale


@pytest.mark.parametrize(("now", "late"), [(at(6, 59), False), (at(7, 0), True), (at(2, 0, TUESDAY), True)])
def test_a_run_opened_in_the_morning_is_late(now: datetime, late: bool) -> None:
    assert is_late(MONDAY, now) is late


def test_a_night_plans_everybody_once(company: Company) -> None:
    assert work_off() == 4
    run = PlanRun.objects.get()
    assert (run.date, run.wanted, run.made, run.failed, run.caught_up) == (MONDAY, 4, 4, 0, False)
    assert run.finished_at == at(2, 30)
    assert states() == ["made"] * 4
    assert PlanStop.objects.count() == 4
    assert VisitClock.objects.count() == 12
    assert work_off(at(2, 45)) == 0
    assert (PlanRun.objects.count(), PlanStop.objects.count()) == (1, 4)


def test_one_run_a_date(company: Company) -> None:
    open_run(on=MONDAY, now=at(2))
    with pytest.raises(IntegrityError, match="date"), transaction.atomic():
        PlanRun.objects.create(date=MONDAY, opened_at=at(2))


def test_messages_that_were_lost_are_sent_again(company: Company) -> None:
    ids = tonight(now=at(2))
    assert len(ids) == 4
    assert tonight(now=at(2, 9)) == []
    assert tonight(now=at(2, 11)) == ids


def test_a_message_that_comes_twice_plans_once(company: Company) -> None:
    plan_id = tonight(now=at(2))[0]
    assert make_one(plan_id=plan_id, now=at(2), search=SEARCH) is not None
    assert make_one(plan_id=plan_id, now=at(2), search=SEARCH) is None


def test_a_worker_killed_in_the_middle_loses_nothing(company: Company) -> None:
    """Its transaction is rolled back by the server: the row waits as before."""
    plan_id = tonight(now=at(2))[0]

    def killed() -> None:
        with transaction.atomic():
            make_one(plan_id=plan_id, now=at(2), search=SEARCH)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert states() == ["waiting"] * 4
    assert work_off(at(2, 15)) == 4


def test_a_missed_night_is_caught_up_and_says_so(company: Company) -> None:
    assert work_off(at(9, 15)) == 4
    assert PlanRun.objects.get().caught_up is True


def test_the_evenings_plan_is_made_again_in_the_night(company: Company) -> None:
    assert work_off(at(18, 0)) == 4  # on Monday evening, for Tuesday
    started = DayPlan.objects.filter(date=TUESDAY).first()
    assert started is not None
    DayPlan.objects.filter(pk=started.pk).update(state=DayPlan.State.FROZEN)
    assert work_off(at(2, 0, TUESDAY)) == 3
    assert states(TUESDAY) == ["frozen", "made", "made", "made"]
    assert work_off(at(2, 15, TUESDAY)) == 0


def test_the_old_plan_stays_until_the_new_one_is_written(company: Company) -> None:
    work_off()
    open_run(on=MONDAY, now=at(3), again=True)
    assert states() == ["waiting"] * 4
    assert PlanStop.objects.count() == 4


def test_what_fails_is_tried_again_and_then_named(company: Company) -> None:
    rule = DayRule.objects.get()
    DayRule.objects.all().delete()
    moments = [at(2) + timedelta(minutes=15 * number) for number in range(ATTEMPTS_MOST + 1)]
    assert [work_off(moment) for moment in moments] == [4] * ATTEMPTS_MOST + [0]
    run = PlanRun.objects.get()
    assert (run.wanted, run.made, run.failed, run.finished_at is not None) == (4, 0, 4, True)
    assert set(DayPlan.objects.values_list("error", flat=True)) == {
        "DoesNotExist: DayRule matching query does not exist."
    }
    assert DayPlan.objects.missing(MONDAY).count() == 4
    rule.save(force_insert=True)
    open_run(on=MONDAY, now=at(6), again=True)
    assert work_off(at(6)) == 4


def test_a_failed_plan_must_say_why(company: Company) -> None:
    open_run(on=MONDAY, now=at(2))
    with pytest.raises(IntegrityError, match="failed_plan_says_why"), transaction.atomic():
        DayPlan.objects.update(state=DayPlan.State.FAILED)


def test_somebody_new_gets_a_plan_during_the_day(company: Company) -> None:
    work_off()
    company.a.sales_manager.posts.update(role="account_manager")
    assert work_off(at(10)) == 1
    run = PlanRun.objects.get()
    assert (run.wanted, run.made, run.finished_at) == (5, 5, at(10))


def test_missing_plans_are_counted(company: Company) -> None:
    assert DayPlan.objects.missing(MONDAY).count() == 4
    record_absence(person=company.a.account_manager, starts_on=MONDAY, ends_on=MONDAY)
    Person.objects.filter(pk=company.b.account_manager.pk).update(is_active=False)
    open_run(on=MONDAY, now=at(2))
    assert DayPlan.objects.missing(MONDAY).count() == 3
    assert work_off() == 3  # one of them only says that the person is away
    assert DayPlan.objects.missing(MONDAY).count() == 0


def test_a_company_holiday_is_not_planned(company: Company) -> None:
    CalendarDay.objects.create(day=MONDAY, works=False)
    work_off(at(2))
    assert list(PlanRun.objects.values_list("date", flat=True)) == [TUESDAY]


def test_the_command_plans_without_celery(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    clock.shift(HALF_PAST_TWO - clock.now())
    call_command("plan_visits", date=MONDAY, iterations=20, processes=1)
    call_command("plan_visits", date=MONDAY, iterations=20, processes=1)
    assert capsys.readouterr().out.splitlines()[-1].startswith("2026-11-23: 4 plans, 4 stops, ")
    assert PlanStop.objects.count() == 4
    call_command("plan_visits", date=MONDAY, iterations=20, person=company.a.account_manager.username)
    assert capsys.readouterr().out.splitlines()[0].startswith(f"{company.a.account_manager.username:20}   1 stops")


def test_two_workers_never_take_the_same_plan(own_database: str) -> None:
    """While one holds a row, the other finds it taken and goes on (SKIP LOCKED); without that it would wait for it."""
    for _ in range(4):
        PostFactory()
    ids = tonight(now=at(2))
    holds, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                claim_and_plan(now=at(2), search=SEARCH, calendar=WorkCalendar.load(), plan_id=ids[0])
                holds.set()
                go_on.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert holds.wait(20)
        assert make_one(plan_id=ids[0], now=at(2), search=SEARCH) is None
        taken = claim_and_plan(now=at(2), search=SEARCH, calendar=WorkCalendar.load(), on=MONDAY)
        assert taken is not None
        assert taken.pk != ids[0]
    finally:
        go_on.set()
        other.join(20)
    run = settle(run=PlanRun.objects.get(), now=at(3))
    assert (run.wanted, run.made, run.finished_at) == (4, 2, None)
