"""`sweep()`: every overdue duty climbs once, whoever runs it and however often (CMP-3, WRN-5)."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from accounts.services.organisation import record_absence
from duties import services
from duties.models import Duty, DutyEvent, EscalationStep, Heartbeat, Notice
from duties.services.engine import sweep_batch
from duties.tasks import sweep as sweep_task
from tests.factories.accounts import CustomerFactory, PersonFactory, PostFactory
from tests.factories.company import Company
from tests.factories.duties import LADDER, DutyFactory, promise_rule


def overdue(company: Company, **fields: object) -> Duty:
    """A duty whose deadline passed a minute ago."""
    return DutyFactory(**{"customer": company.a.customer, "due_at": clock.now() - timedelta(minutes=1), **fields})


def test_an_overdue_duty_climbs(company: Company) -> None:
    duty, now = overdue(company), clock.now()
    missed = duty.next_due_at
    assert services.sweep() == 1
    duty.refresh_from_db()
    assert (duty.owner, duty.level, duty.role, duty.turn) == (
        company.a.sales_manager, 2, Role.BRANCH_SALES_MANAGER, 2,
    )  # fmt: skip
    assert (duty.came, duty.held_before, duty.held_since) == ("climbed", company.a.account_manager, now)
    assert duty.next_due_at > now
    event = duty.events.get(act="climbed")
    assert (event.level, event.turn, event.owner, event.missed_at, event.due_at, event.at, event.by) == (
        2, 2, company.a.sales_manager, missed, duty.next_due_at, now, None,
    )  # fmt: skip
    assert list(duty.notices.order_by("turn").values_list("recipient", "turn", "level")) == [
        (company.a.account_manager.pk, 1, 1),
        (company.a.sales_manager.pk, 2, 2),
    ]


def test_what_is_not_overdue_stays(company: Company) -> None:
    DutyFactory(customer=company.a.customer)
    services.close(duty=overdue(company), by=None, now=clock.now())
    assert services.sweep() == 0


def test_climbing_takes_the_acknowledgement_away(company: Company) -> None:
    duty = overdue(company)
    services.acknowledge(duty=duty, by=duty.owner, now=clock.now())
    services.sweep()
    duty.refresh_from_db()
    assert (duty.state, duty.acknowledged_at, duty.acknowledged_by) == ("open", None, None)


def test_an_agreed_deadline_keeps_it_down(company: Company) -> None:
    duty = overdue(company)
    services.acknowledge(duty=duty, by=duty.owner, now=clock.now(), due_at=clock.now() + timedelta(days=1))
    assert services.sweep() == 0


@pytest.mark.parametrize(("delegate", "owner"), [(True, "general_manager_of_b"), (False, "branch_general_manager")])
def test_absence_at_the_next_level(company: Company, delegate: bool, owner: str) -> None:
    today = clock.today()
    record_absence(
        person=company.a.sales_manager,
        delegate=company.b.general_manager if delegate else None,
        starts_on=today,
        ends_on=today,
    )
    duty = overdue(company)
    services.sweep()
    duty.refresh_from_db()
    expected = {"general_manager_of_b": company.b.general_manager, "branch_general_manager": company.a.general_manager}
    assert (duty.owner, duty.level, duty.vacant) == (expected[owner], 2, not delegate)


def test_a_vacant_next_level_goes_up(company: Company) -> None:
    company.a.sales_manager.posts.all().delete()
    duty = overdue(company)
    services.sweep()
    duty.refresh_from_db()
    assert (duty.owner, duty.level, duty.role, duty.vacant) == (
        company.a.general_manager, 2, Role.BRANCH_GENERAL_MANAGER, True,
    )  # fmt: skip


def test_one_person_at_two_levels_is_asked_once(company: Company) -> None:
    company.a.sales_manager.posts.all().delete()
    PostFactory(person=company.a.account_manager, role=Role.BRANCH_SALES_MANAGER, unit=company.a.unit)
    duty = overdue(company)
    services.sweep()
    duty.refresh_from_db()
    assert (duty.owner, duty.level) == (company.a.general_manager, 3)


def test_the_top_is_asked_again_and_told_again(company: Company) -> None:
    promise_rule((Role.GENERAL_MANAGER, 60))
    duty = overdue(company)
    for turn in (2, 3):
        services.sweep()
        duty.refresh_from_db()
        assert (duty.owner, duty.turn) == (company.general_manager, turn)
        services.set_deadline(duty=duty, due_at=clock.now() - timedelta(minutes=1), by=None, now=clock.now())
    assert list(duty.notices.order_by("turn").values_list("recipient", "turn")) == [
        (company.general_manager.pk, turn) for turn in (1, 2, 3)
    ]


def test_one_that_cannot_climb_does_not_stop_the_others(company: Company) -> None:
    stuck = overdue(company, unit=company.a.unit, customer=None)
    EscalationStep.objects.all().delete()
    for person in Person.objects.exclude(pk=stuck.owner_id):
        person.posts.all().delete()
    other = overdue(company, owner=PersonFactory()) if promise_rule() else None
    EscalationStep.objects.all().delete()
    assert services.sweep() == 2
    assert Duty.objects.overdue(clock.now()).count() == 0
    assert other is not None


@pytest.mark.parametrize("count", [1, 50])
def test_a_batch_takes_a_fixed_number_of_queries(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        overdue(company)
    # savepoint twice, the clock, claim, 4 of the ladder, duties, events, who can be reached, notices
    with django_assert_num_queries(12):
        assert sweep_batch() == count


def test_more_than_a_batch(company: Company) -> None:
    for _ in range(51):
        overdue(company)
    assert services.sweep() == 51
    assert Notice.objects.filter(recipient=company.a.sales_manager).count() == 51


def test_both_drivers_leave_a_heartbeat(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    overdue(company)
    call_command("sweep")
    assert capsys.readouterr().out == "1 climbed\n"
    assert Heartbeat.objects.get(name="sweep").at == clock.now()
    sweep_task()
    assert sorted(Heartbeat.objects.values_list("name", flat=True)) == ["beat", "sweep"]


def test_a_year_of_deadlines(company: Company) -> None:
    """400 days, 120 duties, some closed on the way: each deadline climbed exactly once, at the right level."""
    day = 450
    promise_rule(*zip(LADDER, (2 * day, 5 * day, 15 * day), strict=True))
    start = clock.now()
    duties = []
    for number in range(120):
        branch = (company.a, company.b)[number % 2]
        customer = CustomerFactory(unit=branch.unit, account_manager=branch.account_managers[number % 2])
        duties.append(DutyFactory(customer=customer, due_at=start + timedelta(days=3 * number, hours=number % 24)))
    for duty in duties[::10]:
        services.close(duty=duty, by=duty.owner, now=clock.now())
    climbed = 0
    for _ in range(50):
        clock.shift(timedelta(days=8))
        climbed += services.sweep()
        assert services.sweep() == 0
    assert Duty.objects.overdue(clock.now()).count() == 0
    events = DutyEvent.objects.filter(act="climbed")
    assert events.count() == climbed
    for number, duty in enumerate(duties):
        branch = (company.a, company.b)[number % 2]
        history = list(duty.events.order_by("turn", "pk").exclude(act="closed"))
        if number % 10 == 0:
            assert [event.act for event in history] == ["opened"]
            continue
        assert len(history) > 2
        # The deadline that each event set is the one that the next event found missed: none twice, none left out.
        assert [event.due_at for event in history[:-1]] == [event.missed_at for event in history[1:]]
        assert all(event.at >= event.missed_at for event in history[1:])
        assert [event.turn for event in history] == list(range(1, len(history) + 1))
        expected = [
            branch.account_managers[number % 2],
            branch.sales_manager,
            branch.general_manager,
            company.marketing_director,
            company.deputy_general_manager,
            company.general_manager,
        ]
        assert [event.owner for event in history] == [expected[min(at, 5)] for at in range(len(history))]
        assert [event.level for event in history] == [1, 2, 3, 4, 5, 6, *range(7, len(history) + 1)][: len(history)]
        duty.refresh_from_db()
        assert (duty.owner_id, duty.turn, duty.next_due_at) == (history[-1].owner_id, len(history), history[-1].due_at)
        assert duty.notices.count() == len(history)
