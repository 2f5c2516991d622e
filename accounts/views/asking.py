"""Who asks."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import Person
from accounts.rules import Deed


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
