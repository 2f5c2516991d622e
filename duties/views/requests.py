"""The request of somebody who signed in: the login middleware lets no other one through."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Person


class Request(HttpRequest):
    """Django's request, with what the middlewares add."""

    user: Person
    htmx: HtmxDetails
