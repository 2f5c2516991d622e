"""Several connections at once: the row in PostgreSQL decides, nobody waits for nobody, nothing happens twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts import clock
from accounts.rules import Role
from duties import services
from duties.models import Duty, DutyEvent, Notice
from duties.services.engine import sweep_batch
from tests.factories.accounts import OrgUnitFactory
from tests.factories.company import Branch, _branch, _holder
from tests.factories.duties import DutyFactory, promise_rule

Both = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def branch(own_database: str) -> Branch:
    """A branch in a database of its own, committed."""
    unit = OrgUnitFactory(code="CO")
    _holder(Role.GENERAL_MANAGER, unit, "总经理")
    promise_rule()
    return _branch(unit, "A", "城东")


def test_opened_by_two_at_once_it_is_one(branch: Branch, at_once: Both) -> None:
    now = clock.now()

    def open_them() -> int:
        openings = [services.Opening(number, branch.unit, branch.customer) for number in range(1, 201)]
        return services.open_duties(kind="test.promise", openings=openings, now=now)

    assert sum(at_once([open_them, open_them, open_them])) == 200
    assert (Duty.objects.count(), DutyEvent.objects.count(), Notice.objects.count()) == (200, 200, 200)


def test_opening_waits_for_a_rival_and_takes_its_duty(branch: Branch, at_once: Both) -> None:
    now = clock.now()
    fields = {"kind": "test.promise", "subject_id": 1, "unit": branch.unit, "customer": branch.customer, "now": now}
    opened, may_end = threading.Event(), threading.Event()

    def rival() -> int:
        with transaction.atomic():
            duty = services.open_duty(**fields)
            opened.set()
            may_end.wait(5)
        return duty.pk

    def other() -> int:
        opened.wait(5)
        threading.Timer(0.3, may_end.set).start()
        return services.open_duty(**fields).pk

    first, second = at_once([rival, other])
    assert first == second
    assert DutyEvent.objects.count() == 1


def test_two_kinds_in_opposite_order_do_not_wait_in_a_circle(branch: Branch, at_once: Both) -> None:
    now = clock.now()
    gate = threading.Barrier(2)

    def one(kinds: list[str]) -> None:
        with transaction.atomic():
            for subject, kind in enumerate(kinds):
                services.open_duty(kind=kind, subject_id=len(kinds[0]) * 10 + subject, unit=branch.unit, now=now)
                if subject == 0:
                    gate.wait(5)

    at_once([lambda: one(["test.promise", "visit.follow_up"]), lambda: one(["visit.follow_up", "test.promise"])])
    assert Duty.objects.count() == 4


def test_a_second_sweep_passes_over_what_the_first_holds(branch: Branch, at_once: Both) -> None:
    due = clock.now() - timedelta(minutes=1)
    held = DutyFactory(customer=branch.customer, due_at=due)
    free = DutyFactory(customer=branch.customer, due_at=due + timedelta(seconds=1))
    locked, swept = threading.Event(), threading.Event()

    def holder() -> None:
        with transaction.atomic():
            Duty.objects.select_for_update().get(pk=held.pk)
            locked.set()
            assert swept.wait(10), "the sweep waited for a locked row"

    def sweeper() -> int:
        locked.wait(5)
        climbed = sweep_batch()
        swept.set()
        return climbed

    assert at_once([holder, sweeper]) == [None, 1]
    assert list(DutyEvent.objects.filter(act="climbed").values_list("duty", flat=True)) == [free.pk]


def test_sweeps_at_once_climb_each_duty_once(branch: Branch, at_once: Both) -> None:
    due = clock.now() - timedelta(minutes=1)
    openings = [services.Opening(number, branch.unit, branch.customer, due_at=due) for number in range(1, 301)]
    services.open_duties(kind="test.promise", openings=openings, now=due)
    assert sum(at_once([services.sweep] * 4)) == 300
    assert set(Duty.objects.values_list("level", "turn")) == {(2, 2)}
    assert DutyEvent.objects.filter(act="climbed").count() == 300
    assert Notice.objects.filter(turn=2).count() == 300


def test_an_acknowledgement_first_makes_the_sweep_pass_over(branch: Branch, at_once: Both) -> None:
    """The deadline agreed with the acknowledgement counts, though the sweep ran while it was not committed yet."""
    duty = DutyFactory(customer=branch.customer, due_at=clock.now() - timedelta(minutes=1))
    agreed = clock.now() + timedelta(days=1)
    acknowledged, swept = threading.Event(), threading.Event()

    def person() -> None:
        with transaction.atomic():
            services.acknowledge(duty=duty, by=duty.owner, now=clock.now(), due_at=agreed)
            acknowledged.set()
            swept.wait(5)

    def sweeper() -> int:
        acknowledged.wait(5)
        climbed = services.sweep()
        swept.set()
        return climbed

    assert at_once([person, sweeper]) == [None, 0]
    assert services.sweep() == 0
    duty.refresh_from_db()
    assert (duty.state, duty.level, duty.next_due_at) == ("acknowledged", 1, agreed)


def test_a_sweep_first_makes_the_acknowledgement_wait(branch: Branch, at_once: Both) -> None:
    """It is then an acknowledgement of the level that the duty climbed to; both stand in the history."""
    duty = DutyFactory(customer=branch.customer, due_at=clock.now() - timedelta(minutes=1))
    climbed = threading.Event()

    def sweeper() -> None:
        with transaction.atomic():
            sweep_batch()
            climbed.set()
            threading.Event().wait(0.3)

    def person() -> tuple[str, int]:
        climbed.wait(5)
        known = services.acknowledge(duty=duty, by=duty.owner, now=clock.now())
        return known.state, known.level

    assert at_once([sweeper, person]) == [None, ("acknowledged", 2)]
    assert list(duty.events.order_by("pk").values_list("act", "level")) == [
        ("opened", 1),
        ("climbed", 2),
        ("acknowledged", 2),
    ]


def test_closed_by_two_at_once_one_is_told(branch: Branch, at_once: Both) -> None:
    duty = DutyFactory(customer=branch.customer)

    def close() -> str:
        try:
            services.close(duty=duty, by=duty.owner, now=clock.now())
        except services.AlreadyClosed:
            return "late"
        return "closed"

    assert sorted(at_once([close, close])) == ["closed", "late"]
    assert duty.events.filter(act="closed").count() == 1
