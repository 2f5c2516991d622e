"""What the page of a warning shows of a rising cause: its months, the test, the complaints behind it (CMP-6)."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import Person
from complaints.models import Complaint
from early_warnings.measures import MEASURES
from early_warnings.models import UnitWarning
from early_warnings.rules import rising
from early_warnings.services import reading

#: So many complaints stand on the page; the list has them all.
MOST = 10


def shown(warning: UnitWarning, person: Person) -> dict[str, Any]:
    """What is shown beside the course; nothing for a total or a ratio. Complaints only as far as one may see them."""
    if warning.expected is None:
        return {}
    first, last = reading.period_of(warning)
    cause = MEASURES[warning.indicator.measure].sql
    query: dict[str, str | int] = {
        "view": "all",
        "cause": cause,
        "unit": warning.unit_id,
        "closed_from": first.isoformat(),
        "closed_until": last.isoformat(),
    }
    visible = Complaint.objects.visible_to(person).closed().closed_between(first, last)
    visible = visible.filter(cause=cause, customer__unit__path__startswith=warning.unit.path)
    return {
        "chart": _chart(warning, last),
        "cause": Complaint.Cause(cause).label,
        "first": first,
        "last": last,
        "before": rising.days_of(warning.indicator.base_period),
        "least": round(warning.indicator.least_base),
        "seldom": round(1 / rising.CHANCE),
        "complaints": list(visible.select_related("customer__unit").order_by("-closed_at", "-pk")[:MOST]),
        "complaints_url": f"{reverse('complaints:list')}?{urlencode(query)}",
    }


def _chart(warning: UnitWarning, last: date) -> dict[str, Any]:
    found = reading.months_of_cause(warning, until=last)
    return {
        "id": "cause-months",
        "title": _("Complaints closed a month"),
        "x": [f"{month:%Y-%m}" for month in found.months],
        "min": 0,
        "lines": [
            {"name": _("closed with this cause"), "values": found.values, "kind": "main", "bars": True},
            {"name": _("Expected"), "values": [round(found.expected, 1)] * len(found.months), "kind": "ref"},
        ],
    }
