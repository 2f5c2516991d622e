"""Indicators made and changed as data: a draft, its lines, put live from a day on, ended (WRN-1, WRN-8)."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.rules import Role
from early_warnings.models import Indicator, Threshold, Trial
from early_warnings.services.refusing import Refused

#: What a copy takes over from the indicator that it is to replace.
_MADE_OF = (
    "name_zh", "name_en", "family", "customer_kind", "measure", "comparison", "base_measure", "period", "base_period",
    "least_base", "against_market", "falling", "of_indicator_id", "of_tiers", "fresh_days", "remeasure_days",
    "position",
)  # fmt: skip


def may_set_lines(person: Person) -> bool:
    """Administrators, and those who answer for the whole company."""
    return person.is_superuser or bool(person.roles & {Role.ADMINISTRATOR, Role.GENERAL_MANAGER})


@transaction.atomic
def make_draft(*, indicator: Indicator, by: Person, now: datetime) -> Indicator:
    """Keep a new indicator as a draft; it raises nothing yet (WRN-1)."""
    indicator.state, indicator.made_by, indicator.made_at = Indicator.State.DRAFT, by, now
    indicator.key = _free_key()
    indicator.save(force_insert=True)
    return indicator


@transaction.atomic
def change_draft(*, indicator: Indicator, by: Person, now: datetime) -> Indicator:
    """Keep a draft's changes. A live one stays what it is: reports rest on it. Raises Refused."""
    _locked_draft(indicator)
    indicator.save()
    return indicator


@transaction.atomic
def propose_change(*, indicator: Indicator, by: Person, now: datetime) -> Indicator:
    """A draft that is to replace a live indicator, with the same lines to begin with; the one there is, if any."""
    found = Indicator.objects.filter(replaces=indicator, state=Indicator.State.DRAFT).first()
    if found is not None:
        return found
    values = {name: getattr(indicator, name) for name in _MADE_OF}
    draft = make_draft(indicator=Indicator(**values, replaces=indicator), by=by, now=now)
    same = ("importance", "tier", "service_class", "unit_id", "breach", "near")
    for line in indicator.thresholds.order_by("pk"):
        Threshold.objects.create(indicator=draft, **{name: getattr(line, name) for name in same})
    return draft


@transaction.atomic
def set_line(*, line: Threshold, by: Person, now: datetime) -> Threshold:
    """Keep a line, new or changed. Raises Refused if the same customers have one already."""
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as twice:
        raise Refused(_("There is a line for exactly these customers already; change that one (WRN-1).")) from twice
    return line


@transaction.atomic
def remove_line(*, line: Threshold, by: Person, now: datetime) -> None:
    """Take a line of a draft away; a live indicator keeps at least one. Raises Refused."""
    indicator = Indicator.objects.select_for_update().get(pk=line.indicator_id)
    if indicator.state == Indicator.State.LIVE and indicator.thresholds.count() == 1:
        raise Refused(_("A live indicator needs a line; end the indicator instead."))
    line.delete()


@transaction.atomic
def put_live(*, indicator: Indicator, from_day: date, by: Person, now: datetime) -> Indicator:
    """From a day on the draft raises reports; the one it replaces ends the day before (WRN-8). Raises Refused."""
    fresh = _locked_draft(indicator)
    if from_day < timezone.localdate(now):
        raise Refused(_("It cannot be live since a day in the past."), "valid_from")
    if not fresh.thresholds.exists():
        raise Refused(_("It has no line yet: without one nobody can cross it (WRN-1)."))
    fresh.state, fresh.valid_from, fresh.live_by, fresh.live_at = Indicator.State.LIVE, from_day, by, now
    fresh.save(update_fields=["state", "valid_from", "live_by", "live_at"])
    if fresh.replaces_id is not None:
        old = Indicator.objects.select_for_update().get(pk=fresh.replaces_id)
        eve = from_day - timedelta(days=1)
        if old.valid_until is None or old.valid_until > eve:
            old.valid_until = max(eve, old.valid_from) if old.valid_from else eve
            old.save(update_fields=["valid_until"])
        Indicator.objects.filter(of_indicator=old).update(of_indicator=fresh)
    return fresh


@transaction.atomic
def end(*, indicator: Indicator, last_day: date, by: Person, now: datetime) -> Indicator:
    """Let a live indicator raise nothing after a day; its reports go on. Raises Refused."""
    fresh = Indicator.objects.select_for_update().get(pk=indicator.pk)
    if fresh.state != Indicator.State.LIVE:
        raise Refused(_("Only a live indicator ends; a draft is thrown away."))
    if last_day < timezone.localdate(now) - timedelta(days=1):
        raise Refused(_("The last day cannot lie in the past."), "valid_until")
    if fresh.valid_from is not None and last_day < fresh.valid_from:
        raise Refused(_("It would end before it begins."), "valid_until")
    counting = Indicator.objects.filter(of_indicator=fresh, state=Indicator.State.LIVE, valid_until=None)
    if counting.exists():
        names = "、".join(each.name for each in counting)
        raise Refused(_("Others count its breaches: %(names)s. End those first.") % {"names": names}, "valid_until")
    fresh.valid_until = last_day
    fresh.save(update_fields=["valid_until"])
    return fresh


@transaction.atomic
def throw_away(*, indicator: Indicator, by: Person, now: datetime) -> None:
    """Remove a draft with its lines and trials. Raises Refused for one that was ever live."""
    fresh = _locked_draft(indicator)
    Trial.objects.filter(indicator=fresh).delete()
    fresh.delete()


def _locked_draft(indicator: Indicator) -> Indicator:
    fresh = Indicator.objects.select_for_update().get(pk=indicator.pk)
    if fresh.state != Indicator.State.DRAFT:
        raise Refused(_("It is live: reports rest on what it says. Propose a change of it instead."))
    return fresh


def _free_key() -> str:
    """`own-12`: what users make has a number for a key."""
    last = Indicator.objects.filter(key__regex=r"^own-\d+$").order_by("-pk").values_list("key", flat=True).first()
    return f"own-{int(last.split('-')[1]) + 1 if last else 1}"
