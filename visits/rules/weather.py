"""Extreme weather (VIS-9, S0): who may warn, which stops it touches, how the debt is spread; CAP 1.2 read as values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from accounts.rules import Role

#: The on-site debt is to be gone within so many working days.
DEBT_DAYS = 5
_EARTH_KM = 6371.0
_CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
_SEVERITIES = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
#: Everybody who leads may declare an alert, for the units under their posts.
MAY_DECLARE = frozenset(
    {
        Role.GENERAL_MANAGER,
        Role.DEPUTY_GENERAL_MANAGER,
        Role.DEPUTY_MANAGER_IN_CHARGE,
        Role.REGION_MANAGER,
        Role.MARKETING_DIRECTOR,
        Role.MARKETING_MANAGER,
        Role.BRANCH_GENERAL_MANAGER,
        Role.BRANCH_SALES_MANAGER,
        Role.ADMINISTRATOR,
    }
)


class Weather(StrEnum):
    """What comes."""

    GALE = "gale"
    THUNDERSTORM = "thunder"
    SNOW = "snow"
    RAIN = "rain"
    ICE = "ice"
    FOG = "fog"
    HEAT = "heat"
    DUST = "dust"
    OTHER = "other"


#: Words in an alert's event by which its kind is known, the first that fits.
_EVENT_WORDS: Sequence[tuple[Weather, tuple[str, ...]]] = (
    (Weather.THUNDERSTORM, ("雷", "冰雹", "thunder", "hail", "lightning")),
    (Weather.SNOW, ("雪", "寒潮", "snow", "blizzard")),
    (Weather.ICE, ("结冰", "冻雨", "ice", "icing", "freezing")),
    (Weather.RAIN, ("暴雨", "洪", "rain", "flood")),
    (Weather.GALE, ("风", "台风", "gale", "wind", "storm", "typhoon")),
    (Weather.FOG, ("雾", "霾", "fog")),
    (Weather.HEAT, ("高温", "heat")),
    (Weather.DUST, ("沙", "dust", "sand")),
)


class NotCap(Exception):
    """The text is no CAP 1.2 alert; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where: polygons and circles in WGS-84 degrees and km, codes and a name."""

    name: str
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    codes: frozenset[str] = frozenset()

    def covers(self, latitude: float | None, longitude: float | None, *, code: str = "", name: str = "") -> bool:
        """Whether a unit lies there: by its position, its code, or its name in the area's."""
        if code in self.codes or (name and name in self.name):
            return True
        if latitude is None or longitude is None:
            return False
        return any(_inside(latitude, longitude, polygon) for polygon in self.polygons) or any(
            _km(latitude, longitude, at, along) <= radius for at, along, radius in self.circles
        )


@dataclass(frozen=True, slots=True)
class CapAlert:
    """One alert of a CAP 1.2 message; `replaces` are the identifiers that it updates or cancels."""

    identifier: str
    kind: Weather
    headline: str
    severity: str
    starts_at: datetime
    ends_at: datetime
    areas: tuple[Area, ...]
    cancels: bool = False
    replaces: tuple[str, ...] = ()

    def is_severe(self, least: str = "Severe") -> bool:
        return _SEVERITIES.index(self.severity) >= _SEVERITIES.index(least)


def read_cap(text: str | bytes) -> list[CapAlert]:
    """The actual alerts in a message or in a feed of them; exercises and tests are passed over.

    Raises NotCap for what is no CAP 1.2 or lacks what the standard asks for.
    """
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NotCap(f"no readable XML: {error}") from error
    found = [root] if root.tag == f"{_CAP}alert" else list(root.iter(f"{_CAP}alert"))
    if not found:
        raise NotCap("no CAP 1.2 alert in it")
    return [alert for element in found for alert in _alerts(element)]


def cap_parts(text: str | bytes) -> list[bytes]:
    """The alerts of a message or feed, each by itself: one that is faulty must not keep the others back.

    Raises NotCap for what is no XML.
    """
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NotCap(f"no readable XML: {error}") from error
    return [tostring(each) for each in root.iter(f"{_CAP}alert")]


def cap_links(text: str | bytes) -> list[str]:
    """Addresses of alerts in an Atom or RSS feed that only links to them."""
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NotCap(f"no readable XML: {error}") from error
    atom = "{http://www.w3.org/2005/Atom}"
    links = [
        link.get("href", "")
        for entry in root.iter(f"{atom}entry")
        for link in entry.iter(f"{atom}link")
        if "cap" in link.get("type", "") or link.get("href", "").endswith((".cap", ".xml"))
    ]
    links += [(item.findtext("link") or "").strip() for item in root.iter("item")]
    return [link for link in links if link]


def _alerts(element: Element) -> Iterable[CapAlert]:
    if _text(element, "status") != "Actual":
        return
    identifier, message = _text(element, "identifier"), _text(element, "msgType")
    if not identifier or message not in {"Alert", "Update", "Cancel"}:
        raise NotCap("an alert needs an identifier and a msgType of Alert, Update or Cancel")
    references = _text(element, "references").split()
    replaces = tuple(parts[1] for each in references if len(parts := each.split(",")) == 3)
    infos = element.findall(f"{_CAP}info")
    if message == "Cancel":
        moment = _moment(_text(element, "sent"))
        yield CapAlert(identifier, Weather.OTHER, "", "Unknown", moment, moment, (), cancels=True, replaces=replaces)
        return
    info = next(
        (each for each in infos if _text(each, "language").lower().startswith("zh")), infos[0] if infos else None
    )
    if info is None:
        raise NotCap(f"alert {identifier} says nothing")
    event = _text(info, "event")
    starts = _text(info, "onset") or _text(info, "effective") or _text(element, "sent")
    severity = _text(info, "severity")
    yield CapAlert(
        identifier=identifier,
        kind=kind_of(event),
        headline=(_text(info, "headline") or event)[:200],
        severity=severity if severity in _SEVERITIES else "Unknown",
        starts_at=_moment(starts),
        ends_at=_moment(_text(info, "expires")),
        areas=tuple(_area(each) for each in info.findall(f"{_CAP}area")),
        replaces=replaces if message == "Update" else (),
    )


def kind_of(event: str) -> Weather:
    """`大风蓝色预警` → gale."""
    lower = event.lower()
    return next((kind for kind, words in _EVENT_WORDS if any(word in lower for word in words)), Weather.OTHER)


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{_CAP}{name}") or "").strip()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotCap(f"no time: {text!r}") from error
    if moment.tzinfo is None:
        raise NotCap(f"a time without its zone: {text!r}")
    return moment


def _area(element: Element) -> Area:
    try:
        polygons = tuple(
            tuple(_pair(point) for point in (polygon.text or "").split())
            for polygon in element.findall(f"{_CAP}polygon")
        )
        circles = []
        for circle in element.findall(f"{_CAP}circle"):
            centre, radius = (circle.text or "").split()
            circles.append((*_pair(centre), float(radius)))
    except ValueError as error:
        raise NotCap(f"an area that cannot be read: {error}") from error
    codes = ((code.findtext(f"{_CAP}value") or "").strip() for code in element.findall(f"{_CAP}geocode"))
    return Area(_text(element, "areaDesc"), polygons, tuple(circles), frozenset(code for code in codes if code))


def _pair(text: str) -> tuple[float, float]:
    latitude, longitude = text.split(",")
    return float(latitude), float(longitude)


def _inside(latitude: float, longitude: float, polygon: Sequence[tuple[float, float]]) -> bool:
    """Even-odd rule."""
    inside = False
    for (lat1, lng1), (lat2, lng2) in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        crosses = (lng1 > longitude) != (lng2 > longitude)
        if crosses and latitude < (lat2 - lat1) * (longitude - lng1) / (lng2 - lng1) + lat1:
            inside = not inside
    return inside


def _km(latitude: float, longitude: float, other: float, along: float) -> float:
    north, east = radians(other - latitude), radians(along - longitude)
    half = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def spread(debts: Sequence[Any], days: Sequence[date]) -> Mapping[Any, date]:
    """On which day each put-off visit is to be made: evenly, what matters most first, none later than the last day.

    `debts` come in the order of their worth; with fewer than one a day they take the first days.
    """
    if not days:
        return {}
    each = -(-len(debts) // len(days))
    return {debt: days[place // each] for place, debt in enumerate(debts)}
