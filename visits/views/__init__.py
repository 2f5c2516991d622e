"""Pages of visits: the field's (day, gate, visit) and the desk's (lists, records, team, matrix)."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from accounts import clock


def today_of(request: HttpRequest) -> date:
    """The business date in China, from the same reading of the clock as everything else in a request."""
    return timezone.localdate(clock.of(request))
