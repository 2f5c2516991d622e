"""Units, people, posts and absences (ORG-1…3)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from pypinyin import lazy_pinyin

from accounts.models import Absence, OrgUnit, Person, Post

#: What the fields hold; the rest of a very long name is not needed to find it.
LONGEST_PINYIN, LONGEST_INITIALS = 300, 60


def pinyin_of(name: str) -> str:
    """`和顺烟酒` → `heshunyanjiu`, for search and for sorting."""
    return "".join(lazy_pinyin(name)).lower().replace(" ", "")[:LONGEST_PINYIN]


def initials_of(name: str) -> str:
    """`和顺烟酒` → `hsyj`."""
    return "".join(part[0] for part in lazy_pinyin(name) if part.strip()).lower()[:LONGEST_INITIALS]


@transaction.atomic
def create_unit(
    *,
    parent: OrgUnit | None,
    kind: str,
    code: str,
    name: str,
    latitude: float | None = None,
    longitude: float | None = None,
) -> OrgUnit:
    """Add a unit to the tree and give it its path (ORG-1)."""
    unit = OrgUnit(
        parent=parent, kind=kind, code=code, name=name, latitude=latitude, longitude=longitude, path=f"/{code}/"
    )
    unit.save()
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


@transaction.atomic
def move_unit(*, unit: OrgUnit, parent: OrgUnit) -> None:
    """Hang a unit with all below it under another parent.

    Raises ValueError if the parent lies below the unit.
    """
    if parent.path.startswith(unit.path):
        raise ValueError("a unit cannot be moved below itself")
    old, new = unit.path, f"{parent.path}{unit.pk}/"
    OrgUnit.objects.filter(path__startswith=old).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    OrgUnit.objects.filter(pk=unit.pk).update(parent=parent)
    unit.refresh_from_db()


@transaction.atomic
def create_person(*, username: str, name: str, password: str | None = None, **fields: object) -> Person:
    """Add somebody who can sign in; without a password they cannot until one is set."""
    person = Person(username=username, name=name, pinyin=pinyin_of(name)[:120], **fields)
    person.set_password(password)
    person.save()
    return person


@transaction.atomic
def give_post(*, person: Person, role: str, unit: OrgUnit, starts_on: date, ends_on: date | None = None) -> Post:
    """Let a person hold a role in a unit (ORG-2)."""
    return Post.objects.create(person=person, role=role, unit=unit, starts_on=starts_on, ends_on=ends_on)


@transaction.atomic
def record_absence(
    *, person: Person, starts_on: date, ends_on: date, delegate: Person | None = None, reason: str = ""
) -> Absence:
    """Note days away and who stands in (ORG-3)."""
    return Absence.objects.create(person=person, starts_on=starts_on, ends_on=ends_on, delegate=delegate, reason=reason)


@transaction.atomic
def end_absence(*, absence: Absence, today: date) -> None:
    """Somebody is back: the absence ends yesterday, and one that has not begun is taken back."""
    locked = Absence.objects.select_for_update().get(pk=absence.pk)
    if locked.starts_on >= today:
        locked.delete()
    elif locked.ends_on >= today:
        locked.ends_on = today - timedelta(days=1)
        locked.save(update_fields=["ends_on"])
