"""Routes of the frame."""

from tests.scope import Entry, NoObject

LIST = NoObject("a page of one's own, without an object")

ENTRIES: dict[str, Entry] = {
    "home": LIST,
    "sign-in": NoObject("for visitors"),
    "sign-out": LIST,
    "set_language": NoObject("for visitors"),
    "set-theme": NoObject("for visitors"),
    "help": NoObject("for visitors"),
    "icon": NoObject("for visitors"),
    "api-root": NoObject("names the lists only"),
    "api-schema": NoObject("describes the API"),
    "api-sign-in": NoObject("for visitors"),
    "api-sign-out": NoObject("takes back the token that the request carries"),
    "admin:*": NoObject("superusers and administrators only, who see everything: tests/accounts/test_admin.py"),
}
