"""Reasons put into words: a code and its values become a sentence, an icon and a tone (VIS-3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Customer


@dataclass(frozen=True, slots=True)
class Why:
    """One reason as it is read: `tone` is `over`, `near`, `mine` or empty."""

    text: str
    icon: str
    tone: str


def _short(value: str) -> str:
    return date_format(date.fromisoformat(value), "MONTH_DAY_FORMAT")


def _tier(values: Mapping[str, Any]) -> str:
    return str(Customer.Tier(values["tier"]).label)


def _overdue(values: Mapping[str, Any]) -> str:
    said = ngettext("%(tier)s, %(days)d day overdue", "%(tier)s, %(days)d days overdue", values["days"])
    return said % {"tier": _tier(values), "days": values["days"]}


def _added(values: Mapping[str, Any]) -> str:
    return _("added by hand: %(note)s") % {"note": values["note"]} if values.get("note") else _("added by hand")


#: The kinds of weather, as `WeatherAlert.Kind` says them.
_WEATHER: Mapping[str, Any] = {
    "gale": gettext_lazy("gale"),
    "thunder": gettext_lazy("thunderstorm"),
    "snow": gettext_lazy("heavy snow"),
    "rain": gettext_lazy("rainstorm"),
    "ice": gettext_lazy("icy roads"),
    "fog": gettext_lazy("dense fog"),
    "heat": gettext_lazy("extreme heat"),
    "dust": gettext_lazy("sandstorm"),
    "other": gettext_lazy("other weather"),
}


def _promised(values: Mapping[str, Any]) -> str:
    if values.get("weather"):
        return _("put off by the weather: %(kind)s") % {"kind": _WEATHER.get(values["weather"], "–")}
    return _("promised: %(reason)s") % {"reason": values.get("reason", "–")}


_WORDS: Mapping[str, tuple[Callable[[Mapping[str, Any]], str], str, str]] = {
    "promised": (_promised, "tag", "mine"),
    "overdue": (_overdue, "alert-circle", "over"),
    "never": (lambda v: _("%(tier)s, not visited yet") % {"tier": _tier(v)}, "alert-circle", "over"),
    "due": (lambda v: _("%(tier)s, due %(day)s") % {"tier": _tier(v), "day": _short(v["due_on"])}, "calendar-due", ""),
    "due_soon": (
        lambda v: _("%(tier)s, due %(day)s, on the way") % {"tier": _tier(v), "day": _short(v["due_on"])},
        "route",
        "",
    ),
    "licence": (
        lambda v: _("licence runs out on %(day)s") % {"day": _short(v["expires_on"])},
        "certificate",
        "near",
    ),
    "order_tomorrow": (lambda _v: _("orders on the next working day"), "clock", "near"),
    "falling": (
        lambda v: _("sales at %(share)d%% of last year") % {"share": round(v["ratio"] * 100)},
        "chart-line",
        "near",
    ),
    "overstocked": (lambda v: _("stock for %(ratio)s months") % {"ratio": v["ratio"]}, "packages", "near"),
    "stand_in": (lambda v: _("standing in for %(name)s") % {"name": v["name"]}, "user-circle", "mine"),
    "added": (_added, "plus", "mine"),
}
#: What a visit with that strongest reason is for (VIS-5).
_GOALS: Mapping[str, Callable[[], str]] = {
    "promised": lambda: _("Keep what was promised"),
    "overdue": lambda: _("Catch up: ask how business has been, look at stock and prices"),
    "never": lambda: _("Get to know the shop and complete its file"),
    "due": lambda: _("Look at stock, prices and display; hear what is wanted"),
    "due_soon": lambda: _("Look in on the way"),
    "licence": lambda: _("Help to renew the licence in time"),
    "order_tomorrow": lambda: _("Help to prepare the next order"),
    "falling": lambda: _("Find out why less is ordered"),
    "overstocked": lambda: _("Find out what does not sell, and advise on stock"),
}
_GOALS_FIRST = (
    "promised",
    "falling",
    "overstocked",
    "licence",
    "order_tomorrow",
    "never",
    "overdue",
    "due",
    "due_soon",
)


def in_words(reasons: Sequence[Mapping[str, Any]]) -> list[Why]:
    """The reasons of a stop or an omission; a code from a newer release is passed over."""
    return [
        Why(say(reason), icon, tone)
        for reason in reasons
        if (found := _WORDS.get(reason["code"])) is not None
        for say, icon, tone in [found]
    ]


def goal_of(reasons: Sequence[Mapping[str, Any]]) -> str:
    """What the visit is for, from what stands out most (VIS-5)."""
    codes = {reason["code"] for reason in reasons}
    for code in _GOALS_FIRST:
        if code in codes:
            return _GOALS[code]()
    return _GOALS["due"]()


#: Why planning failed, by the kind of error that was kept.
_TROUBLE: Mapping[str, Any] = {
    "SoftTimeLimitExceeded": gettext_lazy("it took too long and was stopped"),
    "OperationalError": gettext_lazy("the database did not answer"),
    "InterfaceError": gettext_lazy("the database did not answer"),
    "IntegrityError": gettext_lazy("what was to be written broke a rule of the database"),
    "DoesNotExist": gettext_lazy("a setting or record that planning needs is missing"),
    "MemoryError": gettext_lazy("the worker had no memory left"),
    "WorkerLost": gettext_lazy("each worker that began it was lost: it may need more memory than there is"),
    **dict.fromkeys(
        ("ValueError", "TypeError", "KeyError", "IndexError", "ZeroDivisionError", "DataError"),
        gettext_lazy("something in the data of this person or their customers makes no sense"),
    ),
}


def trouble_in_words(error: str) -> str:
    """Why planning failed, from the error as it was kept, such as `OperationalError: server closed`."""
    return str(_TROUBLE.get(error.split(":", maxsplit=1)[0], _("something unexpected went wrong")))


#: What one should have along, by reason (VIS-3: what to bring).
_BRINGS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "promised": lambda v: _("what was promised: %(reason)s") % {"reason": v["reason"]} if v.get("reason") else "",
    "licence": lambda _v: _("papers for renewing the licence"),
    "order_tomorrow": lambda _v: _("supply and price list of this order cycle"),
    "overstocked": lambda _v: _("stock-count sheet"),
    "falling": lambda _v: _("sales of like shops, to compare"),
    "never": lambda _v: _("form of the customer's file"),
}


def to_bring(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """What to take along to a stop, from why it is on the plan."""
    found = [_BRINGS[reason["code"]](reason) for reason in reasons if reason["code"] in _BRINGS]
    return [each for each in found if each]
