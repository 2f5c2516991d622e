"""How the controls of forms are drawn: Django's own markup, written by Python instead of by a dozen small templates.

A record's page with a form of some fields spent half of its time in those templates. What is not named here (pickers of
several parts, whatever the admin adds) Django draws as ever.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.safestring import SafeData, SafeString

Widget = Mapping[str, Any]


def _said(value: Any) -> str:
    """What `conditional_escape` gives, without its laziness."""
    said = str(value)
    return said if isinstance(said, SafeData) else escape(said)


def _attributes(widget: Widget) -> str:
    """` name="value"` for each; one that is true stands alone, one that is false is left out."""
    return "".join(
        f" {name}" if value is True else f' {name}="{_said(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_said(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_said(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    said = _said(widget["value"] or "")
    return f'<textarea name="{_said(widget["name"])}"{_attributes(widget)}>\n{said}</textarea>'


def _option(option: Widget) -> str:
    value, label = _said(option["value"]), _said(localize(option["label"]))
    return f'<option value="{value}"{_attributes(option)}>{label}</option>'


def _select(widget: Widget) -> str:
    drawn = []
    for title, options, _place in widget["optgroups"]:
        inside = "".join(map(_option, options))
        drawn.append(f'<optgroup label="{_said(title)}">{inside}</optgroup>' if title else inside)
    return f'<select name="{_said(widget["name"])}"{_attributes(widget)}>{"".join(drawn)}</select>'


_INPUTS = ("checkbox", "color", "date", "datetime", "email", "hidden", "number", "password", "search", "tel", "text")

DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in (*_INPUTS, "time", "url")},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}


class Renderer(DjangoTemplates):
    """Django's renderer of forms with the plain controls drawn in Python; `FORM_RENDERER` names it."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        draw = DRAWN.get(template_name)
        if draw is None:
            return SafeString(super().render(template_name, context, request))
        return SafeString(draw(context["widget"]))
