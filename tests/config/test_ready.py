"""What is in place before a worker is forked (config/wsgi.py)."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.template import engines

from config import wsgi


@pytest.fixture
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_everything_is_read_and_no_database_asked(
    db: None, thawed: None, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(0):
        wsgi.make_ready()
    [partials] = engines["django"].engine.template_loaders  # type: ignore[attr-defined]
    [cached] = partials.loaders
    assert {"config/base.html", "early_warnings/report.html"} <= set(cached.get_template_cache)
    assert gc.get_freeze_count() > 100_000
