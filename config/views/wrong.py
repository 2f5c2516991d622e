"""Pages that say what went wrong, in words and with a way on."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "config/wrong.html", {"status": 400}, status=400)


@login_not_required
def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "config/wrong.html", {"status": 403}, status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also what is out of the person's scope: it does not exist for them (ORG-4)."""
    return render(request, "config/wrong.html", {"status": 404}, status=404)


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """Our fault. Without the frame: whatever failed may fail again there."""
    return render(request, "500.html", status=500)


@login_not_required
def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from an old page or another site (settings.CSRF_FAILURE_VIEW)."""
    return render(request, "config/wrong.html", {"status": "csrf"}, status=403)
