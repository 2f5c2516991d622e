"""Real processes of the engines, killed with SIGKILL at any line: nothing is lost, nothing happens twice (HOUSE §3)."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from config import embedded
from duties import services
from duties.models import Duty, DutyEvent, Message, Notice
from duties.services import engine, outbox
from tests.factories.accounts import CustomerFactory, OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.duties import promise_rule

DUTIES = 500
ANSWER = 0.02  # seconds: long enough for a kill to come in between on the fastest machine


def worker(work: Callable[[], Any]) -> int:
    """A process of its own that does this work, with its own connection; returns its id."""
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def killed(children: list[int], after: float) -> int:
    """Wait so long, kill the processes, and say how many were still at work."""
    time.sleep(after)
    for child in children:
        os.kill(child, signal.SIGKILL)
    return sum(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children)


class Taker(BaseHTTPRequestHandler):
    """A webhook that notes keys and takes its time to answer; while `hold` is set it never answers."""

    def do_POST(self) -> None:
        hook: Hook = self.server.hook  # type: ignore[attr-defined]
        json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        hook.taken[self.headers["Idempotency-Key"]] += 1
        hook.arrived.set()
        if hook.hold.is_set():
            hook.over.wait(20)
            return
        time.sleep(ANSWER)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the sender was killed
            super().handle()


class Hook:
    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.hold, self.arrived, self.over = threading.Event(), threading.Event(), threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        self.server.hook = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    thread = threading.Thread(target=hook.server.serve_forever, args=(0.01,))
    thread.start()
    yield hook
    hook.over.set()
    hook.server.shutdown()
    thread.join()
    hook.server.server_close()


@pytest.fixture
def managers(own_database: str) -> list[Person]:
    """The account manager and the sales manager of a small company, committed."""
    unit = OrgUnitFactory(code="CO")
    roles = (Role.ACCOUNT_MANAGER, Role.BRANCH_SALES_MANAGER, Role.GENERAL_MANAGER)
    people = [PostFactory(person=PersonFactory(), unit=unit, role=role).person for role in roles]
    promise_rule()
    return people[:2]


def test_sweeps_killed_at_any_line_climb_each_duty_once(
    managers: list[Person], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)  # more transactions, more places to be killed at
    chance = random.Random(20261122)
    customer = CustomerFactory(account_manager=managers[0], unit=managers[0].posts.get().unit)
    due = clock.now() - timedelta(minutes=1)
    openings = [services.Opening(number, customer.unit, customer, due_at=due) for number in range(1, DUTIES + 1)]
    services.open_duties(kind="test.promise", openings=openings, now=due)
    kills, left, patience = 0, DUTIES, 0.02
    while left:
        kills += killed([worker(services.sweep), worker(services.sweep)], chance.uniform(0, patience))
        before, left = left, Duty.objects.overdue(clock.now()).count()
        if left == before:
            patience *= 1.2  # a slow machine: they died before their first batch
    lost = Duty.objects.exclude(level=2, turn=2, owner=managers[1]).count()
    climbed = list(DutyEvent.objects.filter(act="climbed").values_list("duty", flat=True))
    told = list(Notice.objects.filter(turn=2).values_list("duty", "recipient"))
    with capsys.disabled():
        print(  # noqa: T201 the figures are what one runs it for
            f" {kills} kills: {DUTIES} due, {len(climbed)} climbed, {len(told)} told, {lost} lost ", end=""
        )
    assert kills >= 5
    assert lost == 0
    assert (len(climbed), len(set(climbed))) == (DUTIES, DUTIES)
    assert (len(told), set(told)) == (DUTIES, {(duty, managers[1].pk) for duty in climbed})


def test_senders_killed_at_any_line_lose_nothing_and_keep_each_key(
    managers: list[Person], hook: Hook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 3)
    chance = random.Random(20261123)
    Person.objects.filter(pk=managers[0].pk).update(webhook=hook.url)
    unit = managers[0].posts.get().unit
    for number in range(1, 61):
        services.open_duty(kind="test.promise", subject_id=number, unit=unit, owner=managers[0], now=clock.now())
    keys = {str(key) for key in Message.objects.values_list("key", flat=True)}
    assert len(keys) == 60
    kills = 0
    for _ in range(6):  # fewer than make a dead letter
        kills += killed([worker(services.deliver), worker(services.deliver)], chance.uniform(0.05, 0.3))
        if not Message.objects.filter(delivery="pending").exists():
            break
        clock.shift(outbox.LEASE)
    services.deliver()
    attempts = dict(Message.objects.values_list("key", "attempts"))
    again = sum(hook.taken.values()) - len(hook.taken)
    with capsys.disabled():
        print(  # noqa: T201 the figures are what one runs it for
            f" {kills} kills: {len(keys)} messages, {len(hook.taken)} arrived, {again} again under their key ", end=""
        )
    assert kills >= 2  # two senders need 60 × ANSWER / 2 = 0.6 s, the first kill comes within 0.3 s
    assert set(Message.objects.values_list("delivery", flat=True)) == {"sent"}
    assert set(hook.taken) == keys
    assert all(1 <= hook.taken[str(key)] <= count for key, count in attempts.items())


def test_a_sender_killed_in_the_middle_sends_again_under_the_same_key(
    managers: list[Person], hook: Hook, own_database: str
) -> None:
    Person.objects.filter(pk=managers[0].pk).update(webhook=hook.url)
    unit = managers[0].posts.get().unit
    services.open_duty(kind="test.promise", subject_id=1, unit=unit, owner=managers[0], now=clock.now())
    message = Message.objects.get()
    hook.hold.set()
    connection.close()
    command = (sys.executable, "manage.py", "deliver")
    environment = {**os.environ, "DATABASE_URL": own_database}
    first = subprocess.Popen(command, cwd=embedded.BASE_DIR, env=environment, stdout=subprocess.DEVNULL)
    assert hook.arrived.wait(30), "the first sender never sent"
    first.kill()
    first.wait()
    hook.hold.clear()
    message.refresh_from_db()
    assert (message.delivery, message.attempts) == ("pending", 1)
    assert services.deliver() == 0  # the dead sender's lease still runs
    clock.shift(outbox.LEASE)
    assert services.deliver() == 1
    message.refresh_from_db()
    assert (message.delivery, message.attempts) == ("sent", 2)
    assert dict(hook.taken) == {str(message.key): 2}
