"""Heartbeats of the engines."""

from datetime import datetime

from duties.models import Heartbeat


def beat(name: str, *, now: datetime) -> None:
    """Note that a part of the machinery did its work now."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )
