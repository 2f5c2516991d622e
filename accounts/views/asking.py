"""Who asks, and when."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import clock
from accounts.models import Person
from accounts.rules import Deed


def now_of(request: HttpRequest) -> datetime:
    """The database's time, asked for once a request: the frame around the page needs it too."""
    now: datetime | None = getattr(request, "moment", None)
    if now is None:
        now = request.moment = clock.now()  # type: ignore[attr-defined]
    return now


def person_of(request: HttpRequest) -> Person:
    """The person signed in; the middleware lets nobody else in."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def person_who_may(request: HttpRequest, deed: Deed) -> Person:
    """The same if their posts allow the deed; 403 else."""
    person = person_of(request)
    if not person.may(deed):
        raise PermissionDenied
    return person
