"""What another matrix, a transfer or a tier change would do to people's hours, before it goes live."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Customer, Person, Post
from accounts.rules import Role
from accounts.views.asking import person_of
from duties.calendar import WorkCalendar
from visits.models import DayRule, VisitInterval
from visits.rules import Ground
from visits.services import promise
from visits.services.promise.proposing import place
from visits.views import today_of
from visits.views.picture import ROLES, Picture, Row, row_of

_READ = ("account_manager_id", "tier", "importance", "latitude", "longitude")
#: Customers of one transfer that are reckoned: a whole territory and more.
MOST = 2000


def what_if(request: HttpRequest) -> HttpResponse:
    """A fragment: hours before and after a transfer (`to`), or after a change of tier (`change=tier:3`).

    The customers are named, or all of a manager's, as in the forms that it stands in.
    """
    viewer, asked = person_of(request), request.GET
    ids = [int(pk) for pk in asked.getlist("customer") if pk.isdigit()]
    manager = asked.get("manager", "")
    customers = Customer.objects.visible_to(viewer).filter(status=Customer.Status.ACTIVE)
    customers = customers.filter(account_manager=int(manager)) if manager.isdigit() else customers.filter(pk__in=ids)
    taker = _named(viewer, asked.get("to", ""))
    kind, _colon, value = asked.get("change", "").partition(":")
    tier = int(value) if kind == "tier" and value in {"1", "2", "3", "4", "5"} else None
    changes = _changes(viewer, today_of(request), list(customers.values(*_READ)[:MOST]), taker=taker, tier=tier)
    return render(request, "visits/what_if.html", {"changes": changes})


def _named(viewer: Person, text: str) -> Person | None:
    """`王丽 (manager01)`, as the field of a form suggests it."""
    username = text.rpartition("(")[2].rstrip(") ")
    found: Person | None = Person.objects.visible_to(viewer).filter(username=username).first() if username else None
    return found


def _changes(
    viewer: Person, on: date, rows: Sequence[dict[str, Any]], *, taker: Person | None, tier: int | None
) -> list[tuple[Row, Row]]:
    """Everybody concerned, before and after; nothing without customers or without a change."""
    if not rows or (taker is None and tier is None):
        return []
    shown = Picture(viewer, None, Role.ACCOUNT_MANAGER, promise.Month.after(on, WorkCalendar.load()), on)
    concerned = {row["account_manager_id"] for row in rows} | ({taker.pk} if taker else set())
    people = Person.objects.visible_to(viewer).filter(pk__in=concerned - {None})
    before = {
        load.person_id: load
        for load in promise.loads(people, role=shown.role, month=shown.month, on=on, terms=shown.terms)
    }
    after = dict(before)
    for row in rows:
        x, y = place(row["latitude"], row["longitude"])
        ground = None if x is None or y is None else Ground.at(x, y)
        giver = row["account_manager_id"]
        takes = taker.pk if taker else giver
        if giver in after:
            after[giver] = after[giver].with_customer(row["tier"], row["importance"], ground, by=-1)
        if takes in after:
            after[takes] = after[takes].with_customer(tier or row["tier"], row["importance"], ground, by=1)
    return [
        (row_of(load, shown.terms, shown.month), row_of(after[pk], shown.terms, shown.month))
        for pk, load in before.items()
    ]


def tried(viewer: Person, on: date, cells: Sequence[VisitInterval], rule: DayRule) -> dict[str, Any]:
    """What another matrix would do: who is over before and after, for the roles whose cells differ (what-if)."""
    shown = Picture(viewer, None, Role.ACCOUNT_MANAGER, promise.Month.after(on, WorkCalendar.load()), on)
    then = promise.Terms.of(cells, rule)
    found = []
    for role in reversed(ROLES):
        view = Picture(viewer, None, str(role), shown.month, on)
        if view.too_many or not view.loads:
            continue
        before = [row_of(load, shown.terms, shown.month) for load in view.loads]
        after = [row_of(load, then, shown.month) for load in view.loads]
        found.append(
            {
                "role": dict(Post.Role.choices)[str(role)],
                "people": len(before),
                "hours": (sum(row.asked for row in before), sum(row.asked for row in after)),
                "there_are": (sum(row.there_are for row in before), sum(row.there_are for row in after)),
                "over": (sum(row.tone == "over" for row in before), sum(row.tone == "over" for row in after)),
                "newly": [
                    row for was, row in zip(before, after, strict=True) if row.tone == "over" and was.tone != "over"
                ][:12],
            }
        )
    return {"roles": found, "month": shown.month}
