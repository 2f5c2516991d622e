"""A plan that kills each worker: PostgreSQL counts, gives it up and names it, and only a person tries it again."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from duties import watch
from tests.factories.accounts import PostFactory
from tests.factories.visits import MONDAY, DayPlanFactory, at
from visits.models import DayPlan, PlanRun
from visits.rules import FORGIVEN_MOST, LOST_MOST
from visits.services.claiming import LOST, claim, give_up_lost
from visits.services.drafting import Search
from visits.services.nights import make_one, open_run, settle, tonight, try_again
from visits.services.watching import plans_given_up

SEARCH = Search(seed=1, iterations=20)
#: A worker for each argument after the first: it dies in the middle of writing a plan, in its transaction.
WORKERS = """
import os, signal, sys
from datetime import datetime

import django

django.setup()
from django.db import connection
from visits.services.drafting import Search
from visits.services.nights import make_one

def die(execute, sql, *rest):
    if "visits_planomission" in sql:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, *rest)

for plan in sys.argv[2:]:
    worker = os.fork()
    if not worker:
        with connection.execute_wrapper(die):
            now, search = datetime.fromisoformat(sys.argv[1]), Search(seed=1, iterations=20)
            os._exit(1 if make_one(plan_id=int(plan), now=now, search=search) is None else 0)
    print(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""


def deaths(database: str, now: datetime, plans: list[int]) -> list[int]:
    """Let a worker begin each of these plans; how each ended: -9 killed, 1 there was nothing for it to do."""
    done = subprocess.run(
        [sys.executable, "-c", WORKERS, now.isoformat(), *map(str, plans)],
        env={**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [int(line) for line in done.stdout.split()]


def test_what_kills_its_worker_is_given_up_and_named_until_somebody_asks(own_database: str, client: Client) -> None:
    plan_id = tonight(now=at(2))[0] if PostFactory() else 0
    assert deaths(own_database, at(2), [plan_id] * 5) == [-9, -9, -9, 1, 1]
    plan = DayPlan.objects.get(pk=plan_id)
    assert (plan.state, plan.begun, plan.attempts, plan.error) == ("failed", LOST_MOST, 0, LOST)
    run = PlanRun.objects.get()
    assert (run.failed, run.finished_at) == (1, at(2))
    assert [tonight(now=at(hour)) for hour in (3, 4, 5)] == [[], [], []]
    assert plans_given_up(at(6)) == [f"{plan.person} 2026-11-23"]

    chief = Person.objects.create(username="root", is_superuser=True)
    client.force_login(chief)
    for language, words in {
        "zh-hans": ["接手的后台进程每次都中断", "开始 3 次都没有结束", "不再自动重试"],
        "en": ["Each worker that began it was lost", "Begun 3 times without an end", "Not tried again by itself"],
    }.items():
        page = client.get(reverse("visits:night-of", args=[MONDAY]), headers={"Accept-Language": language})
        assert [word in page.content.decode() for word in words] == [True, True, True]

    # The button hands it to a worker: it must not take the web's process with it.
    said = client.post(reverse("visits:try-again", args=[plan_id]), follow=True)
    assert [str(message) for message in said.context["messages"]] == [f"{plan.person.name}：五分钟内由后台再试。"]
    plan.refresh_from_db()
    assert (plan.state, plan.begun) == ("failed", LOST_MOST - 1)
    assert PlanRun.objects.get().finished_at is None
    assert tonight(now=at(6)) == [plan_id]
    assert deaths(own_database, at(6), [plan_id] * 2) == [-9, 1]
    assert tonight(now=at(7)) == []
    assert PlanRun.objects.get().finished_at == at(7)

    assert try_again(plan=DayPlan.objects.get(pk=plan_id), by=chief, now=at(8), search=SEARCH).state == "failed"
    assert make_one(plan_id=plan_id, now=at(8), search=SEARCH) is not None
    plan.refresh_from_db()
    assert (plan.state, plan.begun, plan.attempts) == ("made", 0, 1)
    assert plans_given_up(at(8)) == 0 or plans_given_up(at(8)) == []


def test_an_attempt_that_is_going_on_is_not_lost(own_database: str) -> None:
    """Its row is locked by the attempt: nobody else takes it for lost, and its night is not over."""
    plan_id = tonight(now=at(2))[0] if PostFactory() else 0
    DayPlan.objects.filter(pk=plan_id).update(begun=LOST_MOST)

    def look() -> tuple[list[int], datetime | None, int]:
        try:
            return tonight(now=at(3)), PlanRun.objects.get().finished_at, give_up_lost(DayPlan.objects.all())
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        DayPlan.objects.select_for_update().get(pk=plan_id)
        assert other.submit(look).result(timeout=20) == ([], None, 0)
    assert tonight(now=at(4)) == []
    run = settle(run=PlanRun.objects.get(), now=at(5))
    assert (run.failed, run.finished_at) == (1, at(4))


def test_those_that_a_dead_worker_had_come_last(db: None) -> None:
    for _ in range(3):
        PostFactory()
    first, *others = tonight(now=at(2))
    assert claim(plan_id=first) == first
    assert claim(on=MONDAY) == others[0]
    assert tonight(now=at(2) + timedelta(minutes=11)) == [others[1], first, others[0]]


def test_what_went_down_with_its_machine_is_forgiven_but_not_for_ever(db: None) -> None:
    """Its message did not come back: it is handed out by the clock, with all attempts before it, for some hours."""
    plan_id = tonight(now=at(2))[0] if PostFactory() else 0
    moments = [at(2) + timedelta(minutes=11 * number) for number in range(1, FORGIVEN_MOST + LOST_MOST)]
    handed = []
    for moment in moments:
        assert claim(plan_id=plan_id) == plan_id
        handed.append(tonight(now=moment))
    times = FORGIVEN_MOST + LOST_MOST - 2
    assert handed == [[plan_id]] * times + [[]]
    assert plans_given_up(at(6)) != []


def test_the_night_before_does_not_forgive_but_a_command_does(db: None) -> None:
    person = PostFactory().person
    run = PlanRun.objects.create(date=MONDAY, opened_at=at(18) - timedelta(days=1))
    plan = DayPlanFactory(person=person, run=run, date=MONDAY, state="failed", error=LOST, begun=LOST_MOST)
    open_run(on=MONDAY, now=at(2))
    assert DayPlan.objects.get(pk=plan.pk).state == "failed"
    open_run(on=MONDAY, now=at(2), again=True)
    plan.refresh_from_db()
    assert (plan.state, plan.begun, plan.error) == ("waiting", 0, "")


@pytest.mark.parametrize(("count", "found"), [(0, []), (2, ["2026-11-23", "2026-11-23"]), (21, 21)])
def test_who_is_given_up(db: None, count: int, found: int | list[str]) -> None:
    for number in range(count):
        worn = {"attempts": 5} if number % 2 else {"begun": LOST_MOST}
        DayPlanFactory(person=PostFactory().person, date=MONDAY, state="failed", error=LOST, **worn)
    DayPlanFactory(person=PostFactory().person, date=MONDAY, state="failed", error="ValueError: x", attempts=4, begun=2)
    seen = plans_given_up(at(9))
    assert (seen if isinstance(seen, int) else [each.split()[-1] for each in seen]) == found
    later = plans_given_up(at(9) + timedelta(days=1))
    assert later in (0, [])


def test_the_check_is_registered() -> None:
    assert "visits.plan_given_up" in {check.name for check in watch.checks()}
