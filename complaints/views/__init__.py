"""The pages of complaints."""

from django.http import HttpRequest

from accounts.models import Person


class SignedIn(HttpRequest):
    """A request of somebody who has signed in: the middleware lets nobody else reach a page that is not public."""

    user: Person
