"""Open urgent reports: by unit, on the map, and those of one's own customers."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _
from early_warnings.models import EarlyWarning, Sign

from accounts.addresses import record_url
from accounts.models import Person
from config import rules
from config.overview.units import Units

#: The colour of each level, everywhere.
TONES = {"breach": "over", "near": "near"}


def add_to(shown: Units, person: Person) -> None:
    """Count open reports into the rows of the home: `breach` and `near`."""
    found = EarlyWarning.objects.visible_to(person).count_by_unit()
    shown.add(
        ({"unit": row["customer__unit_id"], "breach": row["breach"], "near": row["near"]} for row in found), "unit"
    )


def on_map(person: Person, most: int = 300) -> dict[str, Any]:
    """The places of open reports, breaches first, for the map and the list beside it."""
    words = {"breach": _("breach"), "near": _("near breach")}
    points = [
        {
            "id": row["pk"],
            "lat": row["latitude"],
            "lng": row["longitude"],
            "name": row["customer__name"],
            "tone": TONES[row["level"]],
            "text": words[row["level"]],
            "url": record_url("warnings:warning", row["pk"]),
        }
        for row in EarlyWarning.objects.visible_to(person).on_map(most)
    ]
    return {"id": "warnings-map", "title": _("Open warnings"), "tiles": settings.MAP_TILES_URL, "points": points}


@dataclass(frozen=True, slots=True)
class Report:
    """A row of a home's list of reports."""

    warning: EarlyWarning
    tone: str
    signs: str
    url: str


def latest(person: Person, language: str, most: int = 6) -> list[Report]:
    """Open reports in scope, breaches first, the newest first, with the names of their signs."""
    name = "name_zh" if rules.is_chinese(language) else "name_en"
    signs = Sign.objects.filter(warning=OuterRef("pk")).values(f"indicator__{name}")
    found = (
        EarlyWarning.objects.visible_to(person)
        .open()
        .select_related("customer", "duty__owner")
        .annotate(names=ArraySubquery(signs))
        .order_by("level", "-opened_on", "-pk")[:most]
    )
    between = "、" if rules.is_chinese(language) else ", "
    return [
        Report(
            warning=each,
            tone=TONES[each.level],
            signs=between.join(each.names),
            url=record_url("warnings:warning", each.pk),
        )
        for each in found
    ]
