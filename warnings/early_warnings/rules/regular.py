"""Regular reports: whose months they tell of, and in which order they are made, commented and signed (WRN-6)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from early_warnings.rules.indicators import months_back


class Period(StrEnum):
    """How often."""

    MONTH = "month"
    QUARTER = "quarter"


class Step(StrEnum):
    """How far a report has come."""

    MADE = "made"
    COMMENTED = "commented"
    SIGNED = "signed"


def last_period(period: Period, on: date) -> tuple[date, date]:
    """The first and the last day of the last whole month or quarter before a day."""
    month = on.replace(day=1)
    if period is Period.QUARTER:
        first = months_back(month.replace(month=(month.month - 1) // 3 * 3 + 1), 3)
        return first, months_back(first, -3) - timedelta(days=1)
    first = months_back(month, 1)
    return first, month - timedelta(days=1)


def period_before(period: Period, first: date) -> tuple[date, date]:
    """The month or quarter before one that begins on `first`."""
    return months_back(first, 3 if period is Period.QUARTER else 1), first - timedelta(days=1)


def fingerprint(said: Mapping[str, Any]) -> str:
    """SHA-256 of what is signed, the same for the same content whatever its order."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
