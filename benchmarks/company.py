"""A demo company in a folder of its own, with a database and a broker of its own, for benchmarks of real processes."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def servers(port: int, **surroundings: str) -> Iterator[Path]:
    """The embedded servers in a new `var` folder, which it gives; both gone afterwards. Django is not set up yet."""
    with _folder() as var:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(var),
            "PORT": str(port),
            "LOG_LEVEL": "ERROR",
            **surroundings,
        }
        sys.path[:0] = [str(ROOT), str(ROOT / "warnings")]
        from config import embedded

        embedded.ensure_running()
        try:
            yield var
        finally:
            embedded.release()


@contextmanager
def _folder() -> Iterator[Path]:
    (ROOT / "var").mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="company-", dir=ROOT / "var"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def set_up() -> None:
    """Django, and a database with everything that the migrations ship."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def load_demo(customers: int, managers: int, **options: Any) -> None:
    """The demo company without a past; `options` as the command takes them."""
    from django.core.management import call_command

    call_command("load_demo", **{"seed": 1, "past_days": 0, **options}, customers=customers, managers=managers)


def go_to_the_night() -> None:
    """Move the clock of this database to half past two of the next working day."""
    from django.utils import timezone

    from accounts import clock
    from duties.calendar import WorkCalendar

    now = clock.now()
    day = WorkCalendar.load().next_working_day(timezone.localdate(now))
    clock.shift(datetime(day.year, day.month, day.day, 2, 30, tzinfo=ZoneInfo("Asia/Shanghai")) - now)
