"""The calendar subscription: its address made and taken back by its person, read by calendar programs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.views.asking import person_of
from visits.models import CalendarKey
from visits.services.calendars import calendar_of, make_calendar_key, person_of_key, revoke_calendar_key
from visits.views import today_of


def calendar(request: HttpRequest) -> HttpResponse:
    """One's own subscription; a new address is shown once."""
    person, now = person_of(request), clock.of(request)
    address = ""
    if request.method == "POST":
        if "revoke" in request.POST:
            revoke_calendar_key(person=person, now=now)
            messages.success(request, _("The address is taken back: nobody reads your calendar by it any more."))
            return redirect("visits:calendar")
        token = make_calendar_key(person=person, now=now)
        address = request.build_absolute_uri(reverse("visits:calendar-feed", args=[token]))
    key = CalendarKey.objects.filter(person=person, revoked_at=None).first()
    return render(request, "visits/calendar.html", {"key": key, "address": address})


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for whoever has the secret."""
    person = person_of_key(token)
    if person is None:
        raise Http404
    with translation.override(person.language):
        body = calendar_of(person, today_of(request))
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="visits.ics"'
    answer["Cache-Control"] = "private, max-age=600"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
