"""What the database itself promises about duties: each test fails when its constraint is taken away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import clock
from duties import services
from duties.models import Duty, DutyEvent, EscalationRule, EscalationStep, Message, Notice
from tests.factories.company import Company
from tests.factories.duties import DutyFactory, promise_rule

Refused = Callable[[str, str], None]


@pytest.fixture
def refused(db: None) -> Refused:
    """`refused("UPDATE …", "name of the constraint")`."""

    def run(sql: str, name: str) -> None:
        with pytest.raises(DatabaseError, match=name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    return run


@pytest.fixture
def duty(company: Company) -> Duty:
    return DutyFactory(customer=company.a.customer)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("next_due_at = NULL", "open_duty_has_deadline"),
        ("state = 'closed', next_due_at = NULL", "closed_duty_says_when"),
        ("state = 'gone'", "duty_state_known"),
        ("state = 'acknowledged'", "acknowledged_duty_says_when"),
        ("acknowledged_at = now()", "acknowledgement_is_whole"),
    ],
)
def test_duties(duty: Duty, refused: Refused, change: str, name: str) -> None:
    refused(f"UPDATE duties_duty SET {change} WHERE id = {duty.pk}", name)


def test_one_open_duty_a_kind_and_subject(company: Company, duty: Duty) -> None:
    values = Duty.objects.values().get(pk=duty.pk)
    values.pop("id")
    with pytest.raises(IntegrityError, match="one_open_duty"), transaction.atomic():
        Duty.objects.create(**values)
    services.close(duty=duty, by=None, now=clock.now())
    assert Duty.objects.create(**values).pk != duty.pk


@pytest.mark.parametrize("sql", ["UPDATE duties_dutyevent SET note = 'x'", "DELETE FROM duties_dutyevent"])
def test_history_is_only_added_to(duty: Duty, refused: Refused, sql: str) -> None:
    refused(sql, "Cannot update or delete rows from duties_dutyevent")


def test_a_turn_begins_once(duty: Duty) -> None:
    event = DutyEvent.objects.get(duty=duty)
    with pytest.raises(IntegrityError, match="a_turn_begins_once"), transaction.atomic():
        DutyEvent.objects.create(
            duty=duty, act="climbed", level=2, turn=1, role=duty.role, owner=duty.owner, at=event.at, missed_at=event.at
        )


def test_climbing_says_what_was_missed(duty: Duty) -> None:
    with pytest.raises(IntegrityError, match="climbing_says_what_was_missed"), transaction.atomic():
        DutyEvent.objects.create(
            duty=duty, act="climbed", level=2, turn=2, role=duty.role, owner=duty.owner, at=clock.now()
        )


def test_a_duty_with_history_stays(duty: Duty, refused: Refused) -> None:
    refused(f"DELETE FROM duties_duty WHERE id = {duty.pk}; SET CONSTRAINTS ALL IMMEDIATE", "violates foreign key")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"limit_minutes": 0}, "step_has_a_limit"),
        ({"level": 0}, "step_levels_begin_at_one"),
        ({"role": "emperor"}, "step_role_known"),
        ({"level": 1}, "one_step_a_level"),
    ],
)
def test_steps(db: None, values: dict[str, Any], name: str) -> None:
    rule = promise_rule()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        EscalationStep.objects.create(**{"rule": rule, "level": 9, "role": "trainer", "limit_minutes": 60, **values})


def test_one_rule_a_kind_and_case(db: None) -> None:
    promise_rule()
    with pytest.raises(IntegrityError, match="one_rule_a_kind_and_case"), transaction.atomic():
        EscalationRule.objects.create(kind="test.promise")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("next_attempt_at = NULL", "message_waits_or_is_settled"),
        ("delivery = 'sent'", "message_waits_or_is_settled"),
        ("delivery = 'sent', next_attempt_at = NULL", "message_waits_or_is_settled"),
        ("delivery = 'dead', settled_at = now()", "message_waits_or_is_settled"),
        ("delivery = 'lost'", "message_waits_or_is_settled"),
        ("channel = 'pigeon'", "message_channel_known"),
    ],
)
def test_messages(company: Company, refused: Refused, change: str, name: str) -> None:
    now = clock.now()
    message = Message.objects.create(
        recipient=company.general_manager, channel="email", created_at=now, next_attempt_at=now
    )
    refused(f"UPDATE duties_message SET {change} WHERE id = {message.pk}", name)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("channel = 'email'", "inbox_row_is_the_notice"),
        ("channel = 'pigeon'", "inbox_row_is_the_notice"),
        ("matter = 'customers_came'", "notice_has_its_matter"),
        ("duty_id = NULL", "notice_has_its_matter"),
    ],
)
def test_notices(duty: Duty, refused: Refused, change: str, name: str) -> None:
    refused(f"UPDATE duties_notice SET {change} WHERE duty_id = {duty.pk}", name)


def test_told_once(duty: Duty) -> None:
    with pytest.raises(IntegrityError, match="told_once"), transaction.atomic():
        Notice.objects.create(duty=duty, recipient=duty.owner, channel="inbox", created_at=clock.now())
