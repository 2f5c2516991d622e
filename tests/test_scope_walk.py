"""What is out of scope does not exist (ORG-4): a person of branch A gets 404 for every address of branch B's objects.

The walk takes every route of the whole URLconf, pages and API. Each needs an entry in `tests/scope/APP.py`: an `Object`
that makes something of branch B, or `NoObject` with its reason. A route without an entry fails, as does an entry
without a route.
"""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Person
from tests import scope
from tests.factories.company import Company
from tests.scope import Entry, NoObject, Object


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern of the URLconf; `name` with its namespaces, or the pattern itself where it has no name."""

    name: str
    pattern: str
    has_format: bool


def routes(resolver: URLResolver, namespaces: tuple[str, ...] = (), before: str = "") -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from routes(pattern, inside, address)
        elif isinstance(pattern, URLPattern):
            yield Route(":".join([*namespaces, pattern.name or address]), address, "format" in address)


def entries() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for module in pkgutil.iter_modules(scope.__path__):
        for name, entry in import_module(f"{scope.__name__}.{module.name}").ENTRIES.items():
            assert name not in found, f"two entries for {name}"
            found[name] = entry
    return found


ENTRIES = entries()
ROUTES = sorted(set(routes(get_resolver())), key=lambda route: (route.name, route.pattern))


def entry_of(route: Route) -> Entry | None:
    """The route's entry, by its name, else that of a whole namespace (`admin:*`)."""
    return ENTRIES.get(route.name) or ENTRIES.get(f"{route.name.partition(':')[0]}:*")


def answer(client: Client, route: Route, entry: Object, arguments: Any, person: Person) -> int:
    kwargs = {**arguments, **({"format": "json"} if route.has_format else {})}
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    send = getattr(client, entry.method)
    sent = {"content_type": "application/json"} if entry.method in {"put", "patch"} else {}
    status: int = send(reverse(route.name, kwargs=kwargs), dict(entry.data), **sent).status_code
    return status


def test_every_route_has_an_entry_and_every_entry_a_route() -> None:
    assert [route.name for route in ROUTES if entry_of(route) is None] == []
    names = {route.name for route in ROUTES}
    unused = [name for name in ENTRIES if name not in names and not any(each.startswith(name[:-1]) for each in names)]
    assert unused == []


def test_an_entry_without_an_object_says_why_and_its_route_takes_none() -> None:
    for route in ROUTES:
        entry = entry_of(route)
        if isinstance(entry, NoObject):
            assert entry.reason
            assert entry.shared or route.name not in ENTRIES or "pk" not in route.pattern, route


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if isinstance(entry_of(route), Object)], ids=lambda route: route.pattern
)
def test_another_branchs_objects_do_not_exist(route: Route, company: Company, client: Client) -> None:
    entry = entry_of(route)
    assert isinstance(entry, Object)
    arguments = entry.of_b(company)
    assert answer(client, route, entry, arguments, entry.by(company)) == 404
    reached = answer(client, route, entry, arguments, entry.owner(company))
    assert reached not in {404, 405}, f"the entry is empty: its owner gets {reached}"
