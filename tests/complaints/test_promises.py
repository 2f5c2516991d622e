"""What the database itself refuses, by direct SQL (CMP-2…4). Each test fails when its constraint is taken away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from complaints.models import ComplaintStep
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


Statement = tuple[str, Sequence[Any]]


def run(statements: Sequence[Statement]) -> None:
    """Statements in one savepoint, at whose end the deferred triggers have their say."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refused(*statements: Statement | str, by: type[DatabaseError] = IntegrityError) -> str:
    """The first line of the database's refusal."""
    run([])  # what is pending from before
    with pytest.raises(by) as error:
        run([(each, ()) if isinstance(each, str) else each for each in statements])
    return str(error.value).splitlines()[0]


def without_triggers(statement: Statement) -> str:
    """What the constraints alone say: the triggers of the table are off, as only its owner can do."""
    return refused("ALTER TABLE complaints_complaint DISABLE TRIGGER USER", statement)


def violates(constraint: str) -> str:
    return f'new row for relation "complaints_complaint" violates check constraint "{constraint}"'


CLOSE = (
    "UPDATE complaints_complaint SET step = 'closed', duty_id = NULL, told_at = %s, told_by_id = %s,"
    " told_how = 'phone', customer_said = '好。', cause = 'product', closed_at = %s WHERE id = %s"
)


@pytest.mark.parametrize("step", ["registered", "assigned", "investigated", "handled"])
def test_closed_is_reached_only_from_told(company: Company, step: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step, now=MONDAY)
    ComplaintStep.objects.create(complaint=complaint, act="closed", by=company.a.sales_manager, at=MONDAY)
    assert (
        refused((CLOSE, [MONDAY, company.a.sales_manager.pk, MONDAY, complaint.pk]))
        == f"CMP-2, CMP-3: a general complaint does not go from {step} to closed"
    )


def test_a_major_one_is_not_handled_without_an_instruction(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity="major", step="investigated", now=MONDAY)
    assert (
        refused(("UPDATE complaints_complaint SET step = 'handled' WHERE id = %s", [complaint.pk]))
        == "CMP-2, CMP-3: a major complaint does not go from investigated to handled"
    )


def test_a_step_needs_its_record(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert (
        refused(("UPDATE complaints_complaint SET step = 'assigned' WHERE id = %s", [complaint.pk]))
        == "CMP-2: step assigned has no record"
    )


def test_steps_do_not_go_back(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="told", now=MONDAY)
    assert (
        refused(("UPDATE complaints_complaint SET step = 'handled' WHERE id = %s", [complaint.pk]))
        == "CMP-2, CMP-3: a general complaint does not go from told to handled"
    )


COLUMNS = (
    "number, customer_id, channel, reported_by_name, reported_by_phone, subject, text, gravity, step, registered_by_id,"
    " registered_at, told_at, told_by_id, told_how, customer_said, cause, closed_at"
)


def insert(company: Company, **values: Any) -> Statement:
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
    assert refused(insert(company, step=step)) == f"CMP-2: a complaint begins as registered, not as {step}"


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
    assert without_triggers(insert(company, step="closed", **lacking)) == violates(
        "complaint_closed_only_after_feedback"
    )


@pytest.mark.parametrize("lacking", [{"told_at": None}, {"told_by_id": None}, {"told_how": ""}, {"customer_said": " "}])
def test_told_says_all_even_without_triggers(company: Company, lacking: dict[str, Any]) -> None:
    assert without_triggers(insert(company, step="told", closed_at=None, **lacking)) == violates(
        "complaint_told_says_how"
    )


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
    assert without_triggers(insert(company, **values)) == violates(constraint)


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
        refused((f"UPDATE complaints_complaint SET {change} WHERE id = %s", [complaint.pk]))
        == "CMP-3: what the customer was told and said stays as it was"
    )


@pytest.mark.parametrize(
    "change", ["customer_said = '不满意'", "cause = 'policy'", "handler_id = NULL", "step = 'told'"]
)
def test_a_closed_complaint_stays(company: Company, change: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="closed", now=MONDAY)
    assert (
        refused((f"UPDATE complaints_complaint SET {change} WHERE id = %s", [complaint.pk]))
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
        refused((f"UPDATE complaints_complaint SET {change} WHERE id = %s", [complaint.pk]))
        == "CMP-1, CMP-4: what was registered stays as it was"
    )


@pytest.mark.parametrize("step", ["handled", "told"])
def test_gravity_is_settled_with_the_plan(company: Company, step: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step, now=MONDAY)
    assert (
        refused(("UPDATE complaints_complaint SET gravity = 'major' WHERE id = %s", [complaint.pk]))
        == f"CMP-2: after {step} the gravity stays as it is"
    )


def test_complaints_are_kept(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="closed", now=MONDAY)
    deletion = ("DELETE FROM complaints_complaint WHERE id = %s", [complaint.pk])
    assert refused(deletion) == "CMP-4: complaints are kept for good"


@pytest.mark.parametrize("table", ["complaints_complaint", "complaints_complaintstep"])
def test_complaints_are_not_emptied(company: Company, table: str) -> None:
    ComplaintFactory(customer=company.a.customer, now=MONDAY)
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


RECORD = "INSERT INTO complaints_complaintstep (complaint_id, act, by_id, at, text) VALUES (%s, 'assigned', %s, %s, '')"


def test_a_step_is_recorded_once(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned", now=MONDAY)
    assert (
        refused((RECORD, [complaint.pk, company.a.sales_manager.pk, MONDAY]))
        == 'duplicate key value violates unique constraint "complaint_step_once"'
    )


def test_a_step_is_somebodys(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert refused((RECORD, [complaint.pk, None, MONDAY])) == (
        'new row for relation "complaints_complaintstep" violates check constraint "complaint_step_by_somebody"'
    )


def test_numbers_are_unique(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert (
        refused(insert(company, number=complaint.number))
        == 'duplicate key value violates unique constraint "complaints_complaint_number_key"'
    )


CLOSE_DUTY = "UPDATE duties_duty SET state = 'closed', next_due_at = NULL, closed_at = opened_at"


@pytest.mark.parametrize(
    "change",
    [
        ["UPDATE complaints_complaint SET duty_id = NULL"],
        [CLOSE_DUTY, "UPDATE complaints_complaint SET handler_id = registered_by_id"],
        ["UPDATE duties_duty SET subject_id = 0", "UPDATE complaints_complaint SET handler_id = registered_by_id"],
    ],
)
def test_an_open_complaint_is_always_owed_by_somebody(company: Company, change: list[str]) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert refused(*change) == f"CMP-2: nobody owes the next step of complaint {complaint.number}"


NEW = {"told_at": None, "told_by_id": None, "told_how": "", "customer_said": "", "cause": "", "closed_at": None}


def test_a_new_complaint_is_owed_by_somebody(company: Company) -> None:
    assert refused(insert(company, **NEW)) == "CMP-2: nobody owes the next step of complaint TS-1"


def test_a_new_complaint_has_its_record(company: Company) -> None:
    """Another complaint's duty is bent to the new one, so that only its record is missing."""
    duty = ComplaintFactory(customer=company.a.customer, now=MONDAY).duty
    own = "(SELECT id FROM complaints_complaint WHERE number = 'TS-1')"
    assert (
        refused(
            insert(company, **NEW),
            (f"UPDATE duties_duty SET subject_id = {own} WHERE id = %s", [duty.pk]),
            ("UPDATE complaints_complaint SET duty_id = %s WHERE number = 'TS-1'", [duty.pk]),
        )
        == "CMP-2: step registered of complaint TS-1 has no record"
    )


def test_the_audit_of_complaints_is_only_added_to(company: Company) -> None:
    ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert (
        refused("DELETE FROM complaints_complaintevent", by=DatabaseError)
        == "pgtrigger: Cannot update or delete rows from complaints_complaintevent table"
    )
