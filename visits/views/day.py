"""The field's day: where to next and why, what is left, what was left out (VIS-3, VIS-4)."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Customer, Person
from accounts.rules import OWN_CUSTOMERS_ONLY, Role
from accounts.views.asking import person_of
from risk.models import PreTripCheck
from risk.rules import may_ride
from visits.models import DayPlan, PlanOmission, PlanStop, Visit, VisitClock
from visits.reasons import in_words
from visits.rules import metres_between
from visits.views import today_of


def shown_stop(stop: PlanStop, last_visits: dict[int, date | None]) -> PlanStop:
    """A stop with its reasons in words and when somebody was there last."""
    stop.why = in_words(stop.reasons)  # type: ignore[attr-defined]
    if stop.note and stop.added_by_id:
        stop.why = in_words([{"code": "added", "note": stop.note}, *stop.reasons[1:]])  # type: ignore[attr-defined]
    stop.last_on = last_visits.get(stop.customer_id)  # type: ignore[attr-defined]
    return stop


@dataclass
class Day:
    """One person's day as the pages show it."""

    person: Person
    on: date
    plan: DayPlan | None
    stops: list[PlanStop] = field(default_factory=list)
    omissions: list[PlanOmission] = field(default_factory=list)

    @classmethod
    def load(cls, person: Person, on: date, viewer: Person) -> "Day":
        plan = DayPlan.objects.filter(person=person, date=on).select_related("person").first()
        if plan is None:
            return cls(person, on, None)
        return cls.of(plan, viewer)

    @classmethod
    def of(cls, plan: DayPlan, viewer: Person) -> "Day":
        """The stops and omissions that the viewer may see."""
        stops = list(
            PlanStop.objects.visible_to(viewer)
            .filter(plan=plan)
            .select_related("customer", "customer__retailer_file", "visit")
            .order_by("sequence")
        )
        clocks = VisitClock.objects.filter(role=Role.ACCOUNT_MANAGER, customer__in=[stop.customer_id for stop in stops])
        last_visits = dict(clocks.values_list("customer_id", "last_visit_on"))
        omissions = list(PlanOmission.objects.visible_to(viewer).filter(plan=plan).select_related("customer"))
        reasons = {value: capfirst(label) for value, label in PlanOmission.Reason.choices}
        for omission in omissions:
            omission.said = reasons[omission.reason]
            omission.why = in_words(omission.values.get("why", []))
            omission.later = date.fromisoformat(omission.values["on"]) if omission.values.get("on") else None
        return cls(plan.person, plan.date, plan, [shown_stop(stop, last_visits) for stop in stops], omissions)

    def _in(self, state: str) -> list[PlanStop]:
        return [stop for stop in self.stops if stop.state == state]

    @cached_property
    def left(self) -> list[PlanStop]:
        return self._in("planned")

    @cached_property
    def acted(self) -> list[PlanStop]:
        return [stop for stop in self.stops if stop.state != "planned"]

    @property
    def next(self) -> PlanStop | None:
        return self.left[0] if self.left else None

    @property
    def later(self) -> list[PlanStop]:
        return self.left[1:]

    @property
    def done(self) -> int:
        return len(self._in("done"))

    @property
    def skipped(self) -> int:
        return len(self._in("skipped"))

    @property
    def calls_left(self) -> int:
        return sum(stop.mode != "on_site" for stop in self.left)

    @property
    def rides_left(self) -> int:
        return len(self.left) - self.calls_left

    @property
    def ends_at(self) -> datetime | None:
        return self.stops[-1].leave_at if self.stops else None

    @property
    def place(self) -> tuple[float, float] | None:
        """Where the person is now, as far as the plan knows: the last shop they were in, else where the day starts."""
        for stop in reversed(self._in("done")):
            if stop.customer.latitude is not None and stop.customer.longitude is not None:
                return stop.customer.latitude, stop.customer.longitude
        person = self.person
        if person.start_latitude is None or person.start_longitude is None:
            return None
        return person.start_latitude, person.start_longitude

    def nearest_first(self) -> None:
        """Put what is left in order of its distance from here, as the crow flies."""
        here = self.place
        for stop in self.left:
            stop.away = _away(here, stop.customer)  # type: ignore[attr-defined]
        self.left.sort(key=lambda stop: (stop.mode != "on_site", stop.away is None, stop.away or 0))  # type: ignore[attr-defined]

    def map(self) -> dict[str, Any]:
        """The route as `parts/map.html` wants it."""
        following = self.next
        start = self.person
        return {
            "id": "day-map",
            "title": _("Route of the day"),
            "tiles": settings.MAP_TILES_URL,
            "route": True,
            "start": {"lat": start.start_latitude, "lng": start.start_longitude, "name": _("start")}
            if start.start_latitude is not None
            else None,
            "points": [
                {
                    "id": str(stop.pk),
                    "lat": stop.customer.latitude,
                    "lng": stop.customer.longitude,
                    "name": stop.customer.name,
                    "n": stop.sequence,
                    "call": stop.mode != "on_site",
                    "tone": _tone(stop, following),
                    "text": str(stop.why[0].text) if stop.why else "",  # type: ignore[attr-defined]
                    "url": reverse("visits:customer", args=[stop.customer_id]),
                }
                for stop in sorted(self.stops, key=lambda each: each.sequence)
            ],
        }


def _away(here: tuple[float, float] | None, customer: Customer) -> int | None:
    if here is None or customer.latitude is None or customer.longitude is None:
        return None
    return metres_between(*here, customer.latitude, customer.longitude)


def _tone(stop: PlanStop, following: PlanStop | None) -> str:
    if stop.state == "done":
        return "done"
    if stop.state == "skipped":
        return "quiet"
    return "mine" if following is not None and stop.pk == following.pk else ""


def last_check(person: Person, on: date) -> PreTripCheck | None:
    """The check that decides the person's day."""
    found: PreTripCheck | None = PreTripCheck.objects.deciding(person.pk, on).first()
    return found


def needs_check(person: Person) -> bool:
    """Account managers ride: before that comes the check. Others go by what the company drives."""
    return Role.ACCOUNT_MANAGER in person.roles


def day(request: HttpRequest, on: date | None = None) -> HttpResponse:
    """One's own day; by default today. Somebody who leads and has no day of their own is sent to the team's."""
    person, today = person_of(request), today_of(request)
    shown = Day.load(person, on or today, person)
    if shown.plan is None and on is None and not person.roles & OWN_CUSTOMERS_ONLY:
        return redirect("visits:team")
    if request.GET.get("order") == "near":
        shown.nearest_first()
    check = last_check(person, shown.on)
    context = {
        "day": shown,
        "is_today": shown.on == today,
        "is_past": shown.on < today,
        "map": shown.map(),
        "key": uuid.uuid4(),
        "by_distance": request.GET.get("order") == "near",
        "checked": check is not None,
        "may_ride": not needs_check(person) or may_ride(check.failed if check else None),
        "inside": Visit.objects.filter(person=person, state=Visit.State.OPEN).select_related("customer").first(),
        "yesterday": date.fromordinal(shown.on.toordinal() - 1),
        "tomorrow": date.fromordinal(shown.on.toordinal() + 1),
    }
    return render(request, "visits/day.html", context)
