"""A person's visits as a calendar that other programs subscribe to (RFC 5545), by a secret, revocable address."""

import hashlib
import secrets
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.models import Person
from visits.models import CalendarKey, DayPlan, PlanStop
from visits.models.plans import Modes
from visits.reasons import in_words

#: Days of visits in the calendar, back and ahead.
BACK, AHEAD = 14, 42


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_calendar_key(*, person: Person, now: datetime) -> str:
    """A new secret; the one before ends. It is returned this once."""
    revoke_calendar_key(person=person, now=now)
    token = secrets.token_urlsafe(32)
    CalendarKey.objects.create(person=person, digest=_digest(token), made_at=now)
    return token


@transaction.atomic
def revoke_calendar_key(*, person: Person, now: datetime) -> int:
    """Take the key back: its address is nothing from now on. Returns how many there were."""
    return CalendarKey.objects.filter(person=person, revoked_at=None).update(revoked_at=now)


def person_of_key(token: str) -> Person | None:
    """Whose calendar a secret opens; None for one that is unknown, taken back, or whose person has left."""
    key = (
        CalendarKey.objects.filter(digest=_digest(token), revoked_at=None, person__is_active=True)
        .select_related("person")
        .first()
    )
    return key.person if key is not None else None


def calendar_of(person: Person, on: date) -> bytes:
    """The visits of two weeks back to six ahead, each an event with its place and why; drafts are tentative."""
    stops = (
        PlanStop.objects.filter(
            plan__person=person,
            plan__date__gte=on - timedelta(days=BACK),
            plan__date__lte=on + timedelta(days=AHEAD),
            plan__state__in=[DayPlan.State.MADE, DayPlan.State.FROZEN, DayPlan.State.DRAFT],
        )
        .exclude(state=PlanStop.State.SKIPPED)
        .select_related("customer", "plan")
        .order_by("arrive_at", "pk")
    )
    calendar = Calendar()
    calendar.add("prodid", "-//Zhoudao//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Visits of %(person)s") % {"person": person})
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for stop in stops:
        calendar.add_component(_event(stop, person))
    return bytes(calendar.to_ical())


def _event(stop: PlanStop, person: Person) -> Event:
    customer, plan = stop.customer, stop.plan
    event = Event()
    event.add("uid", f"{plan.date:%Y%m%d}-{customer.pk}-{person.pk}@zhoudao")
    event.add("dtstamp", plan.made_at or stop.arrive_at)
    event.add("dtstart", _utc(stop.arrive_at))
    event.add("dtend", _utc(stop.leave_at))
    how = "" if stop.mode == Modes.ON_SITE else f"{stop.get_mode_display()} · "
    event.add("summary", f"{how}{customer.name}")
    if stop.mode == Modes.ON_SITE and customer.address:
        event.add("location", customer.address)
    if stop.mode == Modes.ON_SITE and customer.latitude is not None and customer.longitude is not None:
        event.add("geo", (customer.latitude, customer.longitude))
    if why := "；".join(each.text for each in in_words(stop.reasons)):
        event.add("description", why)
    event.add("url", settings.SITE_URL.rstrip("/") + reverse("visits:customer", args=[customer.pk]))
    event.add("status", "TENTATIVE" if plan.state == DayPlan.State.DRAFT else "CONFIRMED")
    return event


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
