"""The pages of complaints."""

from datetime import datetime

from django.http import HttpRequest

from accounts import clock
from accounts.models import Person


class SignedIn(HttpRequest):
    """A request of somebody who has signed in: the middleware lets nobody else reach a page that is not public."""

    user: Person
    moment: datetime


def moment_of(request: SignedIn) -> datetime:
    """The database's time of this request, asked for once: the frame of the page finds it there."""
    if not hasattr(request, "moment"):
        request.moment = clock.now()
    return request.moment
