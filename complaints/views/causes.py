"""Error analysis 失误分析: is the old problem solved, is a new one rising (CMP-6, S4)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import clock
from accounts.models import Person
from accounts.services.facts import next_month
from complaints.models import Complaint
from complaints.rules import months_up_to, trend
from complaints.views import SignedIn
from duties import kinds
from duties.models import Duty

MONTHS = 12
#: So many warnings stand under the table.
MOST_WARNED = 50


def causes(request: SignedIn) -> HttpResponse:
    """Complaints closed by cause and month, over twelve months; the latest three against the three before."""
    now = clock.of(request)
    months = months_up_to(timezone.localdate(now), MONTHS)
    visible = Complaint.objects.visible_to(request.user)
    rows = visible.causes_by_month(_start(months[0]), _start(next_month(months[-1])))
    counted = {(row["month"], row["cause"]): row["number"] for row in rows}
    by_cause = {cause: [counted.get((month, cause), 0) for month in months] for cause in Complaint.Cause.values}
    labels = dict(Complaint.Cause.choices)
    warned = _warned(request.user, _start(months[0]))
    context = {
        "months": months,
        "rows": [
            _row(cause, labels[cause], numbers, months)
            | {"warned": [each for each in warned if each.cause == cause and each.state != Duty.State.CLOSED]}
            for cause, numbers in by_cause.items()
        ],
        "warned": warned,
        "total": _row("", "", [sum(column) for column in zip(*by_cause.values(), strict=True)], months),
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "complaints/causes.html", context)


def _warned(person: Person, since: datetime) -> list[Any]:
    """The warnings about rising causes, open ones first, those that ended as far back as the months go (CMP-6).

    They stand a floor above; what is known of them here is the duty that each has laid on somebody.
    """
    kind = kinds.get(kinds.RISING_CAUSE)
    lasting = ~Q(state=Duty.State.CLOSED) | Q(closed_at__gte=since)
    found: list[Any] = list(
        Duty.objects.visible_to(person)
        .filter(lasting, kind=kind.key)
        .select_related("unit", "owner")
        .order_by(F("closed_at").desc(nulls_first=True), "-pk")[:MOST_WARNED]
    )
    for each in found:
        each.cause = each.details["cause"]
        each.url = kind.url(each.subject_id)
        each.cause_said = kind.said("cause", each.cause)
        each.outcome_said = kind.said("outcome", each.outcome)
    return found


def _row(cause: str, label: object, numbers: Sequence[int], months: Sequence[date]) -> dict[str, object]:
    """A row in which every number opens the list that makes it up."""
    return {
        "cause": cause,
        "label": label,
        "trend": trend(numbers),
        "cells": [(number, _address(cause, month, month)) for month, number in zip(months, numbers, strict=True)],
        "latest_url": _address(cause, months[-3], months[-1]),
        "before_url": _address(cause, months[-6], months[-4]),
        "all_url": _address(cause, months[0], months[-1]),
    }


def _address(cause: str, first: date, last: date) -> str:
    """The list of the complaints closed for a cause, or for any, from the first to the last month."""
    until = next_month(last) - timedelta(days=1)
    query = {"view": "all", "closed_from": first.isoformat(), "closed_until": until.isoformat()}
    if cause:
        query["cause"] = cause
    return f"{reverse('complaints:list')}?{urlencode(query)}"


def _start(month: date) -> datetime:
    return timezone.make_aware(datetime(month.year, month.month, 1))  # noqa: DTZ001 made aware at once
