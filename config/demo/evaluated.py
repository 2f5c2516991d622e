"""On which days of the past the real evaluation ran, and what it would say today."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from early_warnings.models import EarlyWarning
from early_warnings.services import evaluate, score_customers

from config.demo.book import Book

#: Each month's evaluations that are told: facts of a month are whole once it is over.
DAYS_OF_MONTH = (2, 5)


def look_at_tables() -> None:
    """In one transaction PostgreSQL would take these tables for as empty as they were in the beginning."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE warnings_earlywarning, warnings_sign, warnings_measure, duties_duty, duties_notice")


def check_at_once() -> None:
    """Check references with each statement.

    Left to the end of the transaction they wait in a queue, and each caught exception inside a trigger (the history's
    have some) walks the whole queue: the load would take time by the square of its rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def evaluate_on(day: date, now: datetime) -> None:
    """Score and evaluate as on a day. An evaluation leaves the checks to the end: here they go on at once."""
    score_customers(on=day, now=now)
    evaluate(on=day, now=now)
    check_at_once()


def evaluation_days(book: Book) -> list[date]:
    """The first working days of each month in the past that is told, and the last one before today.

    Not those between: what was ordered in the running month is known as it stands today only.
    """
    shape = book.shape
    first = shape.today - timedelta(days=2 * shape.past_days + 31)
    days = []
    for month in shape.month_starts:
        for number in DAYS_OF_MONTH:
            day = book.calendar.next_working_day(month + timedelta(days=number - 2))
            if first <= day < shape.today:
                days.append(day)
    days.append(book.calendar.previous_working_day(shape.today))
    return sorted({day for day in days if day >= first})


def stand_today(book: Book) -> dict[int, str]:
    """Which customers an evaluation of today would find in trouble, or silent: asked for, and taken back."""
    mark = transaction.savepoint()
    score_customers(on=book.shape.today, now=book.shape.now, months_before=0)
    evaluate(on=book.shape.today, now=book.shape.now)
    found = dict.fromkeys(EarlyWarning.objects.values_list("customer_id", flat=True), "troubled")
    silent = EarlyWarning.objects.filter(signs__indicator__key="silence")
    found |= dict.fromkeys(silent.values_list("customer_id", flat=True), "silent")
    transaction.savepoint_rollback(mark)
    return found
