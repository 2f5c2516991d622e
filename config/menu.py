"""The side menu as data. An entry whose address does not resolve yet is not shown."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rules import MAY, Deed
from duties.rules import SETTERS, WATCHERS
from visits.rules.weather import MAY_DECLARE


@dataclass(frozen=True)
class Entry:
    """`key` goes there after `g`; `counts` is what one owes there: all (`inbox`) or one family of kinds of duty."""

    label: str | Promise
    icon: str
    url_name: str
    key: str = ""
    counts: str = ""
    roles: AbstractSet[str] = frozenset()
    staff: bool = False


@dataclass(frozen=True)
class Group:
    title: str | Promise
    entries: tuple[Entry, ...]


MENU: tuple[Group, ...] = (
    Group(
        "",
        (
            Entry(_("Today"), "home", "home", key="h"),
            Entry(_("Inbox"), "inbox", "duties:inbox", key="i", counts="inbox"),
            Entry(_("Warnings"), "alert-triangle", "warnings:list", key="w", counts="warning"),
            Entry(_("Complaints"), "message-circle", "complaints:list", key="c", counts="complaint"),
        ),
    ),
    Group(
        _("Customers"),
        (
            Entry(_("Customers"), "users", "accounts:customers", key="k"),
            Entry(_("Visits"), "route", "visits:list", key="v"),
            Entry(_("My day"), "map-2", "visits:day", key="d"),
            Entry(_("Import"), "upload", "accounts:import", roles=MAY[Deed.IMPORT]),
        ),
    ),
    Group(
        _("Management"),
        (
            Entry(_("Can we keep it?"), "scale", "visits:promise", roles=MAY_DECLARE),
            Entry(_("The night's plans"), "moon", "visits:night", roles=MAY_DECLARE),
            Entry(_("To explain"), "speakerphone", "visits:notices", roles=MAY_DECLARE),
            Entry(_("Extreme weather"), "wind", "visits:weather", roles=MAY_DECLARE),
            Entry(_("Risk control"), "shield", "risk:home"),
            Entry(_("Organisation"), "sitemap", "accounts:organisation", key="o"),
            Entry(_("Escalation rules"), "arrows-up-down", "duties:rules", roles=SETTERS),
            Entry(_("Promises kept"), "shield-check", "duties:health", roles=WATCHERS),
            Entry(_("Rules and settings"), "settings", "admin:index", staff=True),
        ),
    ),
)


@cache
def address(url_name: str) -> str:
    """The entry's path, or nothing while no page has that name."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def visible(*, roles: frozenset[str], staff: bool) -> Iterator[tuple[Group, list[Entry]]]:
    """The groups with the entries that someone with these roles sees."""
    for group in MENU:
        entries = [
            entry
            for entry in group.entries
            if address(entry.url_name) and (staff or not entry.staff) and (not entry.roles or entry.roles & roles)
        ]
        if entries:
            yield group, entries
