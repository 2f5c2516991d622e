"""What every page's frame shows: the menu, who is signed in, what waits for them. No query for a visitor."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

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
    """How many duties the person owes: all of them as `inbox`, and by family of kinds (`complaint.handle` is a `complaint`)."""
    kinds = Duty.objects.owed_by(person).order_by().values_list("kind").annotate(count=Count("pk"))
    counts = Counter[str]()
    for kind, count in kinds:
        counts.update({"inbox": count, kind.split(".")[0]: count})
    return counts


def menu_groups(request: HttpRequest, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    groups = list(menu.visible(roles=request.user.roles, staff=request.user.is_staff))
    here = current_address(
        request.path, [menu.address(entry.url_name) for _group, entries in groups for entry in entries]
    )
    return [
        {
            "title": group.title,
            "entries": [
                {
                    "label": entry.label,
                    "icon": entry.icon,
                    "key": entry.key,
                    "url": menu.address(entry.url_name),
                    "current": menu.address(entry.url_name) == here,
                    "count": counts.get(entry.counts, 0),
                }
                for entry in entries
            ],
        }
        for group, entries in groups
    ]


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of `config/base.html` and `config/field.html`."""
    always = {"theme": theme(request), "LANGUAGE_CODE": get_language()}
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return always
    now = clock.now()
    counts = SimpleLazyObject(lambda: owed(request.user))
    return {
        **always,
        "person": request.user,
        "post": SimpleLazyObject(lambda: request.user.post.get_role_display() if request.user.post else ""),
        "now": now,
        "today": timezone.localdate(now),
        "menu": SimpleLazyObject(lambda: menu_groups(request, counts)),
        "inbox_url": menu.address("duties:inbox"),
        "inbox_count": SimpleLazyObject(lambda: counts["inbox"]),
    }
