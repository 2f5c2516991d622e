"""What every page's frame shows: the menu, who is signed in, what waits for them. No query for a visitor."""

import functools
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override

from accounts import clock
from accounts.models import Person
from config import menu
from duties.models import Duty

THEMES = ("light", "dark")


def theme(request: HttpRequest) -> str:
    """The theme chosen on this device; empty follows the device's own."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


def current_address(path: str, addresses: list[str]) -> str:
    """The menu's address under which this path lies: the longest one that begins it."""
    return max((address for address in addresses if path.startswith(address)), key=len, default="")


def owed(person: Person) -> dict[str, int]:
    """How many duties the person owes: all as `inbox`, and by family of kinds (`complaint.handle` is a `complaint`)."""
    kinds = Duty.objects.owed_by(person).order_by().values_list("kind").annotate(count=Count("pk"))
    counts = Counter[str]()
    for kind, count in kinds:
        counts.update({"inbox": count, kind.split(".")[0]: count})
    return counts


@functools.lru_cache(maxsize=4096)
def menu_markup(
    *, language: str, roles: frozenset[str], staff: bool, here: str, counts: tuple[tuple[str, int], ...]
) -> dict[str, SafeString]:
    """The side menu and the list of keys: drawn once for all who have these roles and owe as much."""
    groups = [
        {
            "title": group.title,
            "entries": [
                {
                    "label": entry.label,
                    "icon": entry.icon,
                    "key": entry.key,
                    "url": menu.address(entry.url_name),
                    "current": menu.address(entry.url_name) == here,
                    "count": dict(counts).get(entry.counts, 0),
                }
                for entry in entries
            ],
        }
        for group, entries in menu.visible(roles=roles, staff=staff)
    ]
    with override(language):
        return {name: render_to_string(f"parts/{name}.html", {"groups": groups}) for name in ("side", "keys")}


def menu_of(path: str, person: Person, counts: Mapping[str, int]) -> dict[str, SafeString]:
    groups = menu.visible(roles=person.roles, staff=person.is_staff)
    seen = [entry for _group, entries in groups for entry in entries]
    return menu_markup(
        language=get_language() or "",
        roles=person.roles,
        staff=person.is_staff,
        here=current_address(path, [menu.address(entry.url_name) for entry in seen]),
        counts=tuple((entry.counts, counts[entry.counts]) for entry in seen if counts.get(entry.counts)),
    )


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of `config/base.html` and `config/field.html`."""
    always = {"theme": theme(request), "LANGUAGE_CODE": get_language()}
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return always
    now = clock.of(request)
    counts = functools.cache(lambda: owed(person))
    return {
        **always,
        "person": person,
        "post": SimpleLazyObject(lambda: person.post.get_role_display() if person.post else ""),
        "now": now,
        "today": timezone.localdate(now),
        "menu": SimpleLazyObject(lambda: menu_of(request.path, person, counts())),
        "inbox_url": menu.address("duties:inbox"),
        "inbox_count": SimpleLazyObject(lambda: counts()["inbox"]),
    }
