"""Pages of a list that may have millions of rows."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

#: Rows are counted and paged through up to here; whoever needs the rest filters.
MOST = 50_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that counts at most so many rows: of `counted`, where `rows` carry what only the display needs."""

    def __init__(self, rows: Any, per_page: int, *, counted: QuerySet[Any] | None = None, most: int = MOST) -> None:
        super().__init__(rows, per_page)
        self._counted = rows if counted is None else counted
        self._most = most

    @cached_property
    def count(self) -> int:
        return bounded_count(self._counted, self._most)

    @property
    def is_cut(self) -> bool:
        """Whether there are, or may be, more rows than counted."""
        return self.count >= self._most


def bounded_count(rows: QuerySet[Any], most: int) -> int:
    """How many rows, up to `most`; the database stops counting there."""
    count: int = rows.order_by().values("pk")[:most].count()
    return count
