"""Controls drawn in Python say what Django's templates say (config/controls.py)."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from accounts.forms.moments import Clock, Day, Moment
from config import controls

ODD = '<b>"R&D"</b> 烟\'酒'
GROUPS = [("", "---"), ("近", [(1, "一"), (2, ODD)]), (ODD, [("x", gettext_lazy("Save"))]), (1500, 1500)]

WIDGETS: list[tuple[forms.Widget, Any]] = [
    (forms.TextInput(attrs={"class": "form-control", "required": True, "autofocus": False, "data-x": ODD}), ODD),
    (forms.TextInput(), None),
    (forms.TextInput(), mark_safe("<i>")),
    (forms.NumberInput(attrs={"min": 0, "step": "0.5"}), Decimal("1234.50")),
    (forms.EmailInput(), "a@b.cn"),
    (forms.URLInput(), "https://例.cn/?a=1&b=2"),
    (forms.PasswordInput(), "secret"),
    (forms.HiddenInput(), 7),
    (forms.ColorInput(), "#336699"),
    (forms.SearchInput(), ODD),
    (forms.TelInput(), "138"),
    (Day({"min": "2026-11-01"}), date(2026, 11, 23)),
    (Clock(), time(8, 30)),
    (Moment(), datetime(2026, 11, 23, 8, 30)),  # noqa: DTZ001 as forms hand it to the widget
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), "yes"),
    (forms.Textarea(attrs={"rows": 3}), f"{ODD}\n2"),
    (forms.Textarea(), None),
    (forms.Select(choices=GROUPS), 2),
    (forms.Select(choices=GROUPS), None),
    (forms.SelectMultiple(choices=GROUPS), [1, "x"]),
    (forms.NullBooleanSelect(), True),
    (forms.RadioSelect(choices=GROUPS), "x"),
    (forms.CheckboxSelectMultiple(choices=GROUPS), [1]),
]


def same(markup: str) -> str:
    """Without the blanks between tags, which no browser shows in these controls."""
    return re.sub(r">\s+<", "><", markup)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("widget", "value"), WIDGETS, ids=lambda each: type(each).__name__)
def test_a_control_says_what_djangos_template_says(widget: forms.Widget, value: Any, language: str) -> None:
    attrs = {"id": "id_a", "aria-describedby": "id_a-help"}
    with translation.override(language):
        ours = widget.render("a-0-名", value, attrs, renderer=controls.Renderer())
        theirs = widget.render("a-0-名", value, attrs, renderer=DjangoTemplates())
    assert same(ours) == same(theirs)


def test_each_drawn_control_is_compared() -> None:
    compared = {widget.template_name for widget, _value in WIDGETS}
    assert set(controls.DRAWN) <= compared


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_picker_reads_its_value_in_any_language(language: str) -> None:
    with translation.override(language):
        assert 'value="2026-11-23"' in Day().render("on", date(2026, 11, 23))


def test_forms_of_the_house_are_drawn_so() -> None:
    assert isinstance(forms.Form().renderer, controls.Renderer)
