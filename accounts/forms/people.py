"""Naming a person by typing: no select ever holds thousands of them."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Person

_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")


def person_text(person: Person) -> str:
    """How a person is written in a field: `王丽 (manager01)`."""
    return f"{person.name} ({person.username})"


class PersonInput(forms.TextInput):
    """A text field that suggests people while one types."""

    def __init__(self, role: str = "") -> None:
        super().__init__({"autocomplete": "off"})
        self.role = role

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        people = f"{name}-people"
        asks = {
            "list": people,
            "hx-get": f"{reverse('accounts:people')}?role={self.role}&field={name}",
            "hx-params": name,
            "hx-trigger": "input changed delay:200ms",
            "hx-target": f"#{people}",
            "hx-swap": "innerHTML",
        }
        field = super().render(name, value, {**(attrs or {}), **asks}, renderer)
        return format_html('{}<datalist id="{}"></datalist>', field, people)


class PersonField(forms.CharField):
    """A person named by sign-in name, or by a name that only one of the people in question has."""

    default_error_messages = {
        "unknown": _("Nobody in question has this name or sign-in name."),
        "several": _("Several people have this name: choose one from the list."),
    }

    def __init__(self, *, role: str = "", **options: Any) -> None:
        super().__init__(widget=PersonInput(role), **options)
        #: Set by the form: whom one may name.
        self.people: QuerySet[Person] = Person.objects.none()

    def prepare_value(self, value: Any) -> Any:
        return person_text(value) if isinstance(value, Person) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Person | None:
        text = super().clean(value)
        if not text:
            return None
        bracketed = _IN_BRACKETS.search(text)
        username = bracketed[1] if bracketed else text
        found = list(self.people.filter(username=username)[:1]) or list(self.people.filter(name=text)[:2])
        if not found:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        if len(found) > 1:
            raise forms.ValidationError(self.error_messages["several"], code="several")
        return found[0]
