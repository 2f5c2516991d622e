"""The one clock: PostgreSQL's. Everything that decides about time reads the SQL function `zhoudao_now()`."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The database's time, aware; it stands still within a transaction, as PostgreSQL's `now()` does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zhoudao_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def of(request: Any) -> datetime:
    """The time of a request, asked for once and the same for all that it shows."""
    if not hasattr(request, "moment"):
        request.moment = now()
    moment: datetime = request.moment
    return moment


def today() -> date:
    """The business date in China."""
    return timezone.localdate(now())


def shift(by: timedelta) -> None:
    """Move the clock of this database onward, for the demo and for tests of deadlines."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_clock (id, shift) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET shift = accounts_clock.shift + EXCLUDED.shift",
            [by],  # type: ignore[list-item]  # psycopg2 takes it
        )


def reset() -> None:
    """Let the clock tell the real time again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_clock")
