"""Who calls, what was sent, and the answer when the rules refuse."""

from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from accounts.models import Person


class NotNow(APIException):
    """The rules refuse the act; the answer says why."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


def caller(request: Request) -> Person:
    """Whoever calls; nobody but people does."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def valid(kind: type[Serializer[Any]], request: Request, data: Any = None) -> dict[str, Any]:
    """What was sent, as the serializer's values."""
    serializer = kind(data=request.data if data is None else data, context={"request": request})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
