"""A thunderstorm is announced for the afternoon of the day that was planned last, in one country branch (VIS-9)."""

from datetime import date

from accounts.models import OrgUnit, Person
from config.demo.shape import Shape
from visits.models import WeatherAlert
from visits.services import weather

BEGINS, ENDS = 13 * 60, 18 * 60


def announce_thunder(shape: Shape, day: date) -> None:
    """Declare it by the service that people use; nothing if that afternoon has begun."""
    branch = OrgUnit.objects.filter(kind=OrgUnit.Kind.BRANCH).order_by("-code").first()
    if branch is None or shape.at(day, BEGINS) <= shape.now:
        return
    weather.declare(
        identifier=f"demo-{day}",
        source=WeatherAlert.Source.HAND,
        kind=WeatherAlert.Kind.THUNDERSTORM,
        headline="雷暴大风黄色预警",
        units=[branch],
        starts_at=shape.at(day, BEGINS),
        ends_at=shape.at(day, ENDS),
        by=Person.objects.filter(posts__unit=branch, posts__role="branch_general_manager").first(),
        now=shape.now,
    )
