"""Signing in and out, the language and the theme, and the page of keys."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from config import services
from config.context import THEMES

YEAR = 365 * 24 * 3600
DAY = 24 * 3600


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The gate. django-axes counts wrong passwords and answers with `config/locked_out.html` after too many."""

    template_name = "config/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """On a device where no language was chosen yet, the person's own is taken."""
        answer = super().form_valid(form)
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.get_user().language, samesite="Lax")
        return answer


def locked_out(request: HttpRequest, _answer: HttpResponse | None, _credentials: dict[str, Any]) -> HttpResponse:
    """What stands instead of an answer after too many wrong passwords: a page, or for programs JSON; status 429."""
    patience = timedelta(hours=settings.AXES_COOLOFF_TIME)
    if request.path.startswith(reverse("api-root")):
        answer = JsonResponse({"detail": _("Locked for now: too many wrong passwords.")}, status=429)
        answer["Retry-After"] = round(patience.total_seconds())
        return answer
    context = {"failure_limit": settings.AXES_FAILURE_LIMIT, "cooloff_timedelta": patience}
    return render(request, "config/locked_out.html", context, status=429)


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language on this device, and with the person: what they are sent is written in it."""
    if request.user.is_authenticated:
        services.choose_language(by=request.user, language=request.POST.get("language", ""))
    return i18n.set_language(request)


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme on this device for a year; an empty one follows the device."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    if request.POST.get("theme") in THEMES:
        answer.set_cookie("theme", request.POST["theme"], max_age=YEAR, samesite="Lax", secure=request.is_secure())
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    """The keys as a page, for whoever opens the link without the script."""
    return render(request, "config/help.html")


@login_not_required
@require_safe
@cache_control(max_age=DAY, public=True)
def icon(_request: HttpRequest) -> HttpResponse:
    """What browsers ask for on pages that name no icon: JSON, files, the administration."""
    return redirect(static("mark.svg"))
