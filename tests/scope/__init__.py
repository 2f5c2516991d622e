"""What the scope walk knows of each route: one module an app, each with `ENTRIES` (see tests/test_scope_walk.py)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Person
from tests.factories.company import Company


@dataclass(frozen=True, slots=True)
class Object:
    """A route about one object: `of_b` makes one of branch B and gives the route's arguments.

    `by` is who of branch A tries (by default the branch's general manager, who may do most there), `owner` who of
    branch B reaches it: the walk holds that the object is really there for them. `method` and `data` for routes that
    are not read.
    """

    of_b: Callable[[Company], Mapping[str, Any]]
    method: str = "get"
    data: Mapping[str, Any] = field(default_factory=dict)
    by: Callable[[Company], Person] = lambda company: company.a.general_manager
    owner: Callable[[Company], Person] = lambda company: company.b.general_manager


@dataclass(frozen=True, slots=True)
class NoObject:
    """A route that is about no single object of a branch; `reason` says what it is instead.

    `shared` tells that it is about an object which belongs to the whole company.
    """

    reason: str
    shared: bool = False


Entry = Object | NoObject
