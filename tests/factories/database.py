"""A copy of the test database in which a test may commit, from threads and processes; functions run all at once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

NAME = "test_zhoudao_own"


def _admin(sql: str) -> None:
    """Run a statement outside any transaction, from the maintenance database."""
    settings = connections.settings["default"]
    name, settings["NAME"] = settings["NAME"], "postgres"
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()
    finally:
        settings["NAME"] = name


def _drop(name: str) -> None:
    """`WITH (FORCE)` would need the right to end an autovacuum worker too; without it the server does that itself."""
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND datname"
    _admin(f"{ended} = '{name}'")
    _admin(f"DROP DATABASE IF EXISTS {name}")


def url_of(name: str) -> str:
    """The address of a database of the test server, as `DATABASE_URL` wants it."""
    settings = connections.settings["default"]
    host = settings["HOST"]
    where = f"?{urlencode({'host': host}, quote_via=quote)}" if host.startswith("/") else ""
    address = "" if where else host
    return f"postgresql://{quote(settings['USER'])}:{quote(settings['PASSWORD'])}@{address}:{settings['PORT']}/{name}{where}"


@pytest.fixture(scope="session")
def migrated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the migrated test database; pytest-django makes it only if a test of the run asks for `db`."""
    settings = connections.settings["default"]
    plain = settings["NAME"]
    if plain == settings["TEST"]["NAME"]:
        yield plain
        return
    with django_db_blocker.unblock():
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        yield settings["NAME"]
        connection.creation.destroy_test_db(plain, verbosity=0)


@pytest.fixture
def own_database(migrated: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Everything that the migrations ship is in it; what a test commits goes away with it. Gives its DATABASE_URL."""
    settings = connections.settings["default"]
    shared = migrated
    with django_db_blocker.unblock():
        _drop(NAME)
        _admin(f"CREATE DATABASE {NAME} TEMPLATE {shared}")
        settings["NAME"] = NAME
        try:
            yield url_of(NAME)
        finally:
            connection.close()
            settings["NAME"] = shared
            _drop(NAME)


@pytest.fixture
def at_once() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Run functions in threads of their own, each with its own connection, all let go at the same moment."""

    def run(functions: list[Callable[[], Any]]) -> list[Any]:
        gate = threading.Barrier(len(functions))

        def one(function: Callable[[], Any]) -> Any:
            try:
                gate.wait()
                return function()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return [future.result(timeout=20) for future in [pool.submit(one, function) for function in functions]]

    return run
