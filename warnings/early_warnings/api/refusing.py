"""How the API says no."""

from rest_framework.exceptions import APIException


class NotNow(APIException):
    """The rules refuse the act; the answer says why."""

    status_code = 409
    default_code = "refused"
