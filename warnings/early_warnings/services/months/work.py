"""The statements of one evaluation, and their number."""

from collections.abc import Callable
from typing import Any

from django.db import connection

#: Keeps a subquery whole, so that no sum is written out twice. As a word that is still to be read it does not keep the
#: planner from working in parallel, which `OFFSET 0` does.
FENCE = "OFFSET '0'"

#: What a statement over everybody may hold before it turns to the disk.
MEMORY = "SET LOCAL work_mem = '128MB'"


class Work:
    """Runs statements with the values that they share."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.count = 0
        #: How many rows the last statement wrote.
        self.written = 0

    def tally(self, execute: Callable[..., Any], *details: Any) -> Any:
        """Counts every statement, those of other services too."""
        self.count += 1
        return execute(*details)

    def execute(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.values, **values})
            self.written = cursor.rowcount
            return cursor.fetchall() if cursor.description else []
