"""Fields of forms, and the words that the page's script says (a builtin library, like `zhoudao`)."""

import json
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from config.templatetags.zhoudao import language

register = template.Library()


def widget_css(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return ""
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.simple_tag
def field(bound: BoundField, unit: str = "", note: str = "") -> SafeString:
    """A form's field: label above, unit inside, help below, the error next to it in words."""
    widget, name = bound.field.widget, bound.id_for_label or bound.auto_id
    errors = [str(error) for error in bound.errors]
    if bound.is_hidden:
        return bound.as_widget()
    described = [f"{name}-help"] * bool(bound.help_text) + [f"{name}-error"] * bool(errors)
    css = " ".join(filter(None, [widget_css(bound), "is-invalid" if errors else "", widget.attrs.get("class", "")]))
    attributes: dict[str, Any] = {"class": css} if css else {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if errors:
        attributes["aria-invalid"] = "true"
    control = bound.as_widget(attrs=attributes)
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        control = format_html('<div class="zd-checks">{}</div>', control)
    elif unit:
        control = format_html(
            '<div class="input-group">{}<span class="input-group-text">{}</span></div>', control, unit
        )
    aside = note or ("" if bound.field.required else _("optional"))
    label = (
        format_html('{}<span class="zd-meta">{}</span>', bound.label, aside)
        if aside
        else conditional_escape(bound.label)
    )
    if isinstance(widget, CheckboxInput):
        head = format_html('<label class="zd-check" for="{}">{} {}</label>', name, control, bound.label)
    else:
        head = format_html('<label class="form-label" for="{}">{}</label>{}', name, label, control)
    below = format_html('<p class="zd-help" id="{}-help">{}</p>', name, bound.help_text) if bound.help_text else ""
    wrong = (
        format_html('<div class="invalid-feedback" id="{}-error">{}</div>', name, " ".join(errors)) if errors else ""
    )
    return format_html('<div class="zd-field">{}{}{}</div>', head, wrong, below)


@register.simple_tag
def page_words() -> SafeString:
    """What `zhoudao.js` says, as JSON for an attribute."""
    return words_markup(language())


@lru_cache(maxsize=8)
def words_markup(_language: str) -> SafeString:
    words = {
        "failed": _("That did not work, and nothing was changed. Please try again."),
        "offline": _("No connection. What you typed is kept on this device."),
        "denied": _("You may not do this."),
        "gone": _("This no longer exists, or it is not yours to see."),
        "signedout": _("You were signed out. Sign in again; what you typed is kept on this device."),
        "draft": _("Draft of %s kept on this device"),
        "drop": _("Discard"),
        "chosen": _("%s chosen"),
        "viewname": _("A name for this view"),
        "save": _("Save"),
        "removeview": _("Remove this view"),
        "close": _("Close"),
        "undo": _("Undo"),
        "period": _("Period"),
        "numbers": _("See the numbers"),
        "picture": _("See the chart"),
        "nopoints": _("No place is on record."),
        "nomatch": _("Nothing found."),
        "nearer": _("Zoom in"),
        "farther": _("Zoom out"),
    }
    return mark_safe(escape(json.dumps(words, ensure_ascii=False)))
