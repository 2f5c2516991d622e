"""Thousands of duties opened at once are those that would be opened one by one."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from duties import services
from duties.models import Duty, DutyEvent, Notice
from duties.services import opening
from tests.factories.company import Company

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
KIND = "warning.report"


def opened(company: Company) -> list[list[Any]]:
    openings = [
        services.Opening(subject, company.a.unit, company.a.customer, details={"number": "1", "customer": "店\t'\\"})
        for subject in (3, 1, 2)
    ]
    services.open_duties(kind=KIND, openings=openings[:1], now=NOW)
    assert services.open_duties(kind=KIND, openings=openings, now=NOW) == 2
    own = ("id", "duty_id", "message_id")
    return [
        [
            {name: value for name, value in row.items() if name not in own}
            for row in model.objects.order_by("pk").values()
        ]
        for model in (Duty, DutyEvent, Notice)
    ]


def test_many_come_by_another_way_to_the_same(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    few = opened(company)
    assert [len(rows) for rows in few] == [3, 3, 3]
    Notice.objects.all().delete()
    Duty.objects.update(state=Duty.State.CLOSED, next_due_at=None, closed_at=NOW, kind="warning.unit")
    monkeypatch.setattr(opening, "FEW", 1)
    many = opened(company)
    assert [many[0][3:], many[1][3:], many[2]] == few
