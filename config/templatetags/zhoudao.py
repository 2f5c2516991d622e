"""The tags and filters of every page (a builtin library: no `{% load %}`): words by `config.rules`, and mark-up."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.addresses import record_url
from config import rules
from config.icons import ICONS

register = template.Library()

TONE_ICONS = {
    "over": "alert-triangle",
    "near": "clock",
    "mine": "user-circle",
    "done": "circle-check",
    "quiet": "circle-dot",
}


def language() -> str:
    return get_language() or "en"


@lru_cache(maxsize=1024)
def icon_markup(name: str, label: str, css: str) -> SafeString:
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"No icon {name!r}: add it to docs/vendor.py and run that")
    spoken = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="{css}" {spoken}><use href="{static("vendor/icons.svg")}#{name}"/></svg>')


@register.simple_tag
def icon(name: str, label: str = "", css: str = "icon") -> SafeString:
    """`{% icon "bell" %}`; with a label it speaks: `{% icon "bell" _("Messages") %}`. Field pages use `css="ic"`."""
    return icon_markup(name, str(label), css)


@lru_cache(maxsize=1024)
def badge_markup(tone: str, word: str, name: str) -> SafeString:
    return mark_safe(
        f'<span class="zd-state" data-s="{escape(tone)}">{icon_markup(name, "", "icon")}{escape(word)}</span>'
    )


@register.simple_tag
def badge(tone: str | Sequence[Any], word: str = "", name: str = "") -> SafeString:
    """A state: `{% badge "near" _("Near breach") "trending-down" %}`, or one value `(tone, word[, icon])`."""
    state, said, drawn = (tone, word, name) if isinstance(tone, str) else (*tone, "", "")[:3]
    return badge_markup(state, str(said), drawn or TONE_ICONS[state])


@register.simple_tag(takes_context=True)
def time_left(context: RequestContext, due: datetime | None, now: datetime | None = None) -> SafeString:
    """What is left until `due`, coloured, kept up to date by the page, with the exact time on hover."""
    if due is None:
        return mark_safe("")
    left = rules.time_left(due, now or context["now"], language())
    local = timezone.localtime(due)
    tone = f" zd-t-{left.tone}" if left.tone else ""
    return mark_safe(
        f'<time class="zd-left zd-strong{tone}" datetime="{due.isoformat()}" '
        f'title="{local:%Y-%m-%d %H:%M}" data-due="{int(due.timestamp())}">{left.words}</time>'
    )


@register.simple_tag(takes_context=True)
def days_left(context: RequestContext, due: date | None, today: date | None = None) -> SafeString:
    """The same for a due date: 超 4 天, 今天到期, 剩 2 天."""
    if due is None:
        return mark_safe("")
    left = rules.days_left(due, today or context["today"], language())
    tone = f' class="zd-t-{left.tone}"' if left.tone else ""
    return mark_safe(f'<span{tone} title="{due.isoformat()}">{left.words}</span>')


@register.filter
def day(value: date | datetime | None, today: date | None = None) -> str:
    """`{{ visit.on|day }}` → 11月23日 周一; with `today` another year is named."""
    if value is None:
        return ""
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return rules.day(on, language(), today)


@register.filter
def short_day(value: date | datetime | None, today: date | None = None) -> str:
    """Without the weekday: 11月23日 / 23 Nov."""
    if value is None:
        return ""
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return rules.day(on, language(), today, weekday=False)


@register.filter
def month(value: date | None) -> str:
    return "" if value is None else rules.month(value, language())


@register.filter
def moment(value: datetime | None, today: date | None = None) -> str:
    """`{{ log.at|moment:today }}` → 今天 12:00, 昨天 9:30, 11月20日 5:40."""
    return "" if value is None else rules.moment(timezone.localtime(value), language(), today)


@register.simple_tag(takes_context=True)
def stamp(context: RequestContext, at: datetime) -> SafeString:
    """When something happened: the day as people say it, the minute on hover."""
    local = timezone.localtime(at)
    said = rules.day(local.date(), language(), context["today"], weekday=False)
    return mark_safe(f'<time datetime="{local.isoformat("T", "seconds")}" title="{local:%Y-%m-%d %H:%M}">{said}</time>')


@register.filter
def clock(value: datetime | None) -> str:
    """10:12."""
    return "" if value is None else f"{timezone.localtime(value):%H:%M}".removeprefix("0")


@register.filter
def span(value: timedelta | None) -> str:
    """A length of time in its two largest units: 1 天 2 小时."""
    return "" if value is None else rules.span(value, language())


@register.filter
def number(value: rules.Number | None, places: int | None = None) -> str:
    """An exact number: 12,480."""
    return "" if value is None else rules.number(value, places)


@register.filter
def signed(value: rules.Number | None, places: int | None = None) -> str:
    return "" if value is None else rules.signed(value, places)


@register.filter
def percent(value: rules.Number | None, places: int = 0) -> str:
    """A share as per cent: 0.293 → 29%."""
    return "" if value is None else rules.percent(value, places)


@register.filter
def amount(value: rules.Number | None) -> str:
    """A number that need not be exact: 131.6 万 / 1.32 M."""
    if value is None:
        return ""
    short = rules.amount(value, language())
    return f"{short.number} {short.scale}".rstrip()


@register.filter
def distance(metres: int | None) -> str:
    """`{{ stop.metres|distance }}` → 120 m, 1.2 km, 31 km."""
    return "" if metres is None else rules.distance(metres)


@register.filter
def mask_phone(value: str | None) -> str:
    return rules.masked_phone(value or "")


@register.simple_tag(takes_context=True)
def url_with(context: RequestContext, **changes: Any) -> str:
    """This page's address with some parameters changed; None takes one away: `{% url_with page=2 tab=None %}`."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def url_of(url_name: str, key: int) -> str:
    """`{% url_of "visits:customer" stop.customer_id %}`: what `{% url %}` gives for a numbered record, fit for rows."""
    return record_url(url_name, key)


@register.simple_tag
def page_numbers(page: Any) -> list[int]:
    """1, the pages around this one and the last; 0 stands for a gap."""
    return rules.page_numbers(page.number, page.paginator.num_pages)


@register.simple_tag(takes_context=True)
def sort_head(context: RequestContext, name: str, title: str, css: str = "", *, off: bool = False) -> SafeString:
    """A table head that sorts by `name` through `?sort=`, up at the first click and down at the second.

    A column that is `off` is hidden until somebody chooses it.
    """
    now = context["request"].GET.get("sort") or context.get("sort", "")
    up, down = now == name, now == f"-{name}"
    arrow = icon_markup("arrow-up" if up else "arrow-down", "", "icon") if up or down else ""
    return format_html(
        '<th scope="col" data-col="{}" class="{}"{}{}><a href="{}">{}</a>{}</th>',
        name,
        css,
        mark_safe(" data-off") if off else "",
        mark_safe(f' aria-sort="{"ascending" if up else "descending"}"') if up or down else "",
        url_with(context, sort=f"-{name}" if up else name, page=None),
        title,
        mark_safe(f" {arrow}") if arrow else "",
    )


@register.simple_tag
def sparkline(
    values: Sequence[rules.Number | None], reference: rules.Number | None = None, label: str = "", width: int = 84
) -> SafeString:
    """A line the height of a row, with the dashed line to compare with; inline SVG, no script."""
    points, line, last = rules.sparkline(values, width, 20, reference)
    if last is None:
        return mark_safe("")
    dashed = (
        f'<path d="M0 {line:g}H{width - 4}" stroke="var(--zd-chart-ref)" stroke-dasharray="2 2"/>'
        if line is not None
        else ""
    )
    spoken = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(
        f'<svg class="zd-spark" width="{width}" height="20" viewBox="0 0 {width} 20" {spoken}>{dashed}'
        f'<polyline fill="none" stroke="var(--zd-chart-line)" stroke-width="1.5" points="{points}"/>'
        f'<circle cx="{last[0]:g}" cy="{last[1]:g}" r="2" fill="var(--zd-chart-line)"/></svg>'
    )


@register.simple_tag
def meter(share: rules.Number | None, tick: rules.Number | None = None, tone: str = "") -> SafeString:
    """Done against planned as a bar; `share` and `tick` (what was to be expected by now) run from 0 to 1."""
    value = min(max(float(share or 0), 0), 1) * 100
    mark = "" if tick is None else f'<b style="--t:{min(max(float(tick), 0), 1) * 100:.3g}"></b>'
    state = f' data-s="{escape(tone)}"' if tone else ""
    return mark_safe(f'<div class="zd-meter"{state} style="--v:{value:.3g}"><i></i>{mark}</div>')


@register.simple_tag
def stacked_meter(over: float, near: float, mark: float) -> SafeString:
    """Breaches, then near breaches, and a mark to compare with, all in per cent of the bar."""
    return mark_safe(
        f'<div class="zd-meter" style="--v:{over:.3g};--o:{over:.3g};--t:{mark:.3g}"><i class="is-over"></i>'
        f'<i class="is-near" style="--v:{near:.3g}"></i><b></b></div>'
    )
