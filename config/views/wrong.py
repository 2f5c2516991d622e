"""Pages that say what went wrong, in words and with a way on."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
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


def known_not_found(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: with DEBUG too, what is not there is said in words, where Django would list its addresses."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        return not_found(request) if isinstance(response, HttpResponseNotFound) else response

    return answer
