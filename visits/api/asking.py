"""What a program sent."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def valid(kind: type[Serializer[Any]], request: Request, data: Any = None) -> dict[str, Any]:
    """What was sent, as the serializer's values."""
    serializer = kind(data=request.data if data is None else data, context={"request": request})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
