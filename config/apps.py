from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery  # noqa: F401 so that tasks published by a page go to this project's broker
        from config.columns import register_columns

        register_columns()


@register(Tags.database)
def check_locale(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """A database in the C locale silently finds nothing when it searches Chinese names by trigrams."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
            )
            ctype, encoding = cursor.fetchone()
        if ctype in {"C", "POSIX"} or encoding != "UTF8":
            text = f"The database has lc_ctype {ctype} and encoding {encoding}: search in Chinese would find nothing"
            found.append(Error(text, hint="Create it with LC_CTYPE 'C.UTF-8' and ENCODING 'UTF8'", id="zhoudao.E001"))
    return found
