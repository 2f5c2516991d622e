"""What not everybody may do on this floor."""

from collections.abc import Iterable

from accounts.rules import Role

#: Those who see what the watchdog found: the administrators, and those to whom it climbs.
WATCHERS = frozenset({Role.ADMINISTRATOR, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})
#: Those who change escalation rules and the calendar.
SETTERS = frozenset({Role.ADMINISTRATOR})


def may_set_rules(roles: Iterable[str]) -> bool:
    """Who may change escalation rules and the calendar."""
    return not SETTERS.isdisjoint(roles)


def may_watch(roles: Iterable[str]) -> bool:
    """Who sees what the watchdog found: the administrators, and those to whom it climbs."""
    return not WATCHERS.isdisjoint(roles)
