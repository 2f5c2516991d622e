"""What the database itself refuses, by direct SQL: CMP-2, CMP-3, CMP-4. Each test fails when its constraint is taken away."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from complaints.models import Complaint, ComplaintStep
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FEEDBACK = {"told_at": "told_at", "told_by_id": "told_by_id", "told_how": "'phone'", "customer_said": "'好。'"}


def sql(statement: str, *values: Any) -> None:
    """One statement in a savepoint of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, *values: Any) -> str:
    """The first line of the database's refusal."""
    with pytest.raises(IntegrityError) as error:
        sql(statement, *values)
    return str(error.value).splitlines()[0]


def without_triggers(statement: str, *values: Any) -> str:
    """What the constraints alone say: the triggers of the table are off, as only its owner can do."""
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE complaints_complaint DISABLE TRIGGER USER")
        cursor.execute(statement, values)
    return str(error.value).splitlines()[0]


def violates(constraint: str) -> str:
    return f'new row for relation "complaints_complaint" violates check constraint "{constraint}"'


@pytest.mark.parametrize("step", ["registered", "assigned", "investigated", "handled"])
def test_closed_is_reached_only_from_told(company: Company, step: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step, now=MONDAY)
    ComplaintStep.objects.create(complaint=complaint, act="closed", by=company.a.sales_manager, at=MONDAY)
    assert (
        refused(
            "UPDATE complaints_complaint SET step = 'closed', duty_id = NULL, told_at = %s, told_by_id = %s, told_how = 'phone',"
            " customer_said = '好。', cause = 'product', closed_at = %s WHERE id = %s",
            MONDAY,
            company.a.sales_manager.pk,
            MONDAY,
            complaint.pk,
        )
        == f"CMP-2, CMP-3: a general complaint does not go from {step} to closed"
    )


def test_a_major_one_is_not_handled_without_an_instruction(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity="major", step="investigated", now=MONDAY)
    assert (
        refused("UPDATE complaints_complaint SET step = 'handled' WHERE id = %s", complaint.pk)
        == "CMP-2, CMP-3: a major complaint does not go from investigated to handled"
    )


def test_a_step_needs_its_record(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert (
        refused("UPDATE complaints_complaint SET step = 'assigned' WHERE id = %s", complaint.pk)
        == "CMP-2: step assigned has no record"
    )


def test_steps_do_not_go_back(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="told", now=MONDAY)
    assert (
        refused("UPDATE complaints_complaint SET step = 'handled' WHERE id = %s", complaint.pk)
        == "CMP-2, CMP-3: a general complaint does not go from told to handled"
    )


COLUMNS = (
    "number, customer_id, channel, reported_by_name, reported_by_phone, subject, text, gravity, step, registered_by_id,"
    " registered_at, told_at, told_by_id, told_how, customer_said, cause, closed_at"
)


def insert(company: Company, **values: Any) -> tuple[str, list[Any]]:
    """An INSERT of a complaint with these columns; it is whole as far as nothing is said."""
    row = {
        "number": "TS-1",
        "customer_id": company.a.customer.pk,
        "channel": "phone",
        "reported_by_name": "何",
        "reported_by_phone": "",
        "subject": "少货",
        "text": "少一箱",
        "gravity": "general",
        "step": "registered",
        "registered_by_id": company.a.account_manager.pk,
        "registered_at": MONDAY,
        "told_at": MONDAY,
        "told_by_id": company.a.sales_manager.pk,
        "told_how": "phone",
        "customer_said": "好。",
        "cause": "product",
        "closed_at": MONDAY,
        **values,
    }
    assert ", ".join(row) == COLUMNS
    return (f"INSERT INTO complaints_complaint ({COLUMNS}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values()))


@pytest.mark.parametrize("step", ["assigned", "told", "closed"])
def test_a_complaint_begins_as_registered(company: Company, step: str) -> None:
    statement, values = insert(company, step=step)
    assert refused(statement, *values) == f"CMP-2: a complaint begins as registered, not as {step}"


@pytest.mark.parametrize(
    "lacking",
    [
        {"told_at": None},
        {"told_by_id": None},
        {"told_how": ""},
        {"told_how": "no"},
        {"customer_said": ""},
        {"customer_said": " \n"},
        {"cause": ""},
        {"cause": "no"},
        {"closed_at": None},
    ],
)
def test_closed_says_all_even_without_triggers(company: Company, lacking: dict[str, Any]) -> None:
    statement, values = insert(company, step="closed", **lacking)
    assert without_triggers(statement, *values) == violates("complaint_closed_only_after_feedback")


@pytest.mark.parametrize("lacking", [{"told_at": None}, {"told_by_id": None}, {"told_how": ""}, {"customer_said": " "}])
def test_told_says_all_even_without_triggers(company: Company, lacking: dict[str, Any]) -> None:
    statement, values = insert(company, step="told", closed_at=None, **lacking)
    assert without_triggers(statement, *values) == violates("complaint_told_says_how")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"told_at": datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Shanghai"))}, "complaint_told_after_registered"),
        ({"closed_at": datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Shanghai"))}, "complaint_closed_after_told"),
        ({"step": "lost"}, "complaint_step_known"),
        ({"gravity": "small"}, "complaint_gravity_known"),
        ({"registered_by_id": None}, "complaint_registered_by_somebody"),
        ({"channel": "smoke"}, "complaint_channel_known"),
        ({"subject": " "}, "complaint_registered_whole"),
        ({"text": ""}, "complaint_registered_whole"),
        ({"reported_by_name": ""}, "complaint_registered_whole"),
    ],
)
def test_values_that_cannot_be(company: Company, values: dict[str, Any], constraint: str) -> None:
    statement, row = insert(company, **values)
    assert without_triggers(statement, *row) == violates(constraint)


@pytest.mark.parametrize(
    "change",
    [
        "told_at = told_at - interval '1 minute'",
        "told_by_id = NULL",
        "told_how = ''",
        "customer_said = ''",
        "told_how = 'visit'",
    ],
)
def test_feedback_stays(company: Company, change: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="told", now=MONDAY)
    assert (
        refused(f"UPDATE complaints_complaint SET {change} WHERE id = %s", complaint.pk)
        == "CMP-3: what the customer was told and said stays as it was"
    )


@pytest.mark.parametrize(
    "change", ["customer_said = '不满意'", "cause = 'policy'", "handler_id = NULL", "step = 'told'"]
)
def test_a_closed_complaint_stays(company: Company, change: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="closed", now=MONDAY)
    assert (
        refused(f"UPDATE complaints_complaint SET {change} WHERE id = %s", complaint.pk)
        == "CMP-4: a closed complaint stays as it is"
    )


@pytest.mark.parametrize(
    "change",
    [
        "number = 'TS-2'",
        "customer_id = customer_id + 1",
        "channel = 'letter'",
        "reported_by_name = '李'",
        "reported_by_phone = '1'",
        "subject = '无'",
        "text = '无'",
        "registered_by_id = NULL",
        "registered_at = registered_at - interval '1 day'",
    ],
)
def test_what_was_registered_stays(company: Company, change: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert (
        refused(f"UPDATE complaints_complaint SET {change} WHERE id = %s", complaint.pk)
        == "CMP-1, CMP-4: what was registered stays as it was"
    )


@pytest.mark.parametrize("step", ["handled", "told"])
def test_gravity_is_settled_with_the_plan(company: Company, step: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step, now=MONDAY)
    assert (
        refused("UPDATE complaints_complaint SET gravity = 'major' WHERE id = %s", complaint.pk)
        == f"CMP-2: after {step} the gravity stays as it is"
    )


def test_complaints_are_kept(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="closed", now=MONDAY)
    assert (
        refused("DELETE FROM complaints_complaint WHERE id = %s", complaint.pk) == "CMP-4: complaints are kept for good"
    )
    with pytest.raises(DatabaseError, match=r"^CMP-4: complaints are kept for good\n"), transaction.atomic():
        Complaint.objects.all()._raw_delete("default")


@pytest.mark.parametrize("table", ["complaints_complaint", "complaints_complaintstep"])
def test_complaints_are_not_emptied(company: Company, table: str) -> None:
    ComplaintFactory(customer=company.a.customer, now=MONDAY)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused(f"TRUNCATE {table} CASCADE") == "CMP-4: complaints are kept for good"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE complaints_complaintstep SET text = '改'",
        "UPDATE complaints_complaintstep SET by_id = NULL",
        "UPDATE complaints_complaintstep SET at = at - interval '1 day'",
        "DELETE FROM complaints_complaintstep",
    ],
)
def test_the_history_is_only_added_to(company: Company, statement: str) -> None:
    ComplaintFactory(customer=company.a.customer, step="assigned", now=MONDAY)
    assert refused(statement) == "CMP-4: the history of a complaint is only added to"


def test_a_step_is_recorded_once(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned", now=MONDAY)
    with pytest.raises(IntegrityError, match='"complaint_step_once"'), transaction.atomic():
        ComplaintStep.objects.create(complaint=complaint, act="assigned", by=company.a.sales_manager, at=MONDAY)


def test_a_step_is_somebodys(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    with pytest.raises(IntegrityError, match='"complaint_step_by_somebody"'), transaction.atomic():
        ComplaintStep.objects.create(complaint=complaint, act="assigned", by=None, at=MONDAY)


def test_numbers_are_unique(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    statement, values = insert(company, number=complaint.number)
    with pytest.raises(IntegrityError, match='unique constraint "complaints_complaint_number_key"'):
        sql(statement, *values)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE complaints_complaint SET duty_id = NULL WHERE id = %s",
        "WITH done AS (UPDATE duties_duty SET state = 'closed', next_due_at = NULL, closed_at = opened_at)"
        + " UPDATE complaints_complaint SET handler_id = registered_by_id WHERE id = %s",
    ],
)
def test_an_open_complaint_is_always_owed_by_somebody(company: Company, change: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    with (
        pytest.raises(IntegrityError, match=f"^CMP-2: nobody owes the next step of complaint {complaint.number}\n"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change, [complaint.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_new_complaint_is_owed_by_somebody(company: Company) -> None:
    statement, values = insert(
        company, told_at=None, told_by_id=None, told_how="", customer_said="", cause="", closed_at=None
    )
    with (
        pytest.raises(IntegrityError, match=r"^CMP-2: nobody owes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_complaint_without_its_first_record(company: Company) -> None:
    duty = ComplaintFactory(customer=company.a.customer, now=MONDAY).duty
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    statement, values = insert(
        company, told_at=None, told_by_id=None, told_how="", customer_said="", cause="", closed_at=None
    )
    with (
        pytest.raises(IntegrityError, match=r"^CMP-2: step registered of complaint TS-1 has no record\n"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
        cursor.execute(
            "UPDATE duties_duty SET subject_id = (SELECT id FROM complaints_complaint WHERE number = 'TS-1') WHERE id = %s",
            [duty.pk],
        )
        cursor.execute("UPDATE complaints_complaint SET duty_id = %s WHERE number = 'TS-1'", [duty.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_audit_of_complaints_is_only_added_to(company: Company) -> None:
    ComplaintFactory(customer=company.a.customer, now=MONDAY)
    with pytest.raises(DatabaseError, match="Cannot update or delete rows from complaints_complaintevent table"):
        sql("DELETE FROM complaints_complaintevent")
