"""The database's clock, and who may move it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import clock


def test_the_clock_moves_and_comes_back(db: None) -> None:
    real = clock.now()
    call_command("shift_clock", days=3, stdout=StringIO())
    call_command("shift_clock", days=0.5, stdout=StringIO())
    assert clock.now() - real == timedelta(days=3.5)
    assert clock.today() == timezone.localdate(real + timedelta(days=3.5))
    call_command("shift_clock", reset=True, stdout=StringIO())
    assert clock.now() == real


def test_it_stays_where_a_companys_work_is_at_stake(db: None, settings: Settings) -> None:
    settings.CLOCK_MAY_MOVE = False
    with pytest.raises(CommandError, match="CLOCK_MAY_MOVE is off"):
        call_command("shift_clock", days=1)
