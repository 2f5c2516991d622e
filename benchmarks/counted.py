"""The application as gunicorn serves it, with the number and time of its queries as headers, for `pages.py`."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.db import connection

from config.wsgi import application as _django  # what is served for real, made ready as there


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's answer; `X-Queries` counts what it asked the database, `X-Database-ms` how long it waited for that."""
    queries, waited = 0, 0.0

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal queries, waited
        queries += 1
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            waited += time.perf_counter() - began

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        counted = [("X-Queries", str(queries)), ("X-Database-ms", f"{waited * 1000:.1f}")]
        return start_response(status, [*headers, *counted], *rest)

    with connection.execute_wrapper(count):
        return _django(environ, start)
