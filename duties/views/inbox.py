"""The inbox: what I owe, by when; and what I was told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from duties import services
from duties.services.inbox import inbox as read_inbox
from duties.views.requests import Request


def inbox(request: Request) -> HttpResponse:
    """`?kind=` one kind, `&unit=` what one gathered line holds, `&page=`; htmx gets the rows alone."""
    now = clock.of(request)
    kind, unit = request.GET.get("kind", ""), request.GET.get("unit", "")
    number = request.GET.get("page", "1")
    page = int(number) if number.isdigit() and int(number) > 0 else 1
    found = read_inbox(
        person=request.user, now=now, kind=kind, unit_id=int(unit) if unit.isdigit() else None, page=page
    )
    context = {"inbox": found, "kind": kind, "unit": unit, "page": page, "next_page": page + 1}
    rows_only = request.htmx and not request.htmx.boosted and request.GET.get("rows")
    return render(request, "duties/inbox_rows.html" if rows_only else "duties/inbox.html", context)


@require_POST
def read(request: Request) -> HttpResponse:
    """What one was told has been seen: one notice, or all."""
    chosen = request.POST.get("notice", "")
    services.read_notices(person=request.user, notices=[int(chosen)] if chosen.isdigit() else None, now=clock.now())
    return redirect("duties:inbox")
