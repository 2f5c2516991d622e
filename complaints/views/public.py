"""The pages open to everybody: filing a complaint with a customer code, and asking how one stands (CMP-1)."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import clock
from complaints import services
from complaints.forms import FollowForm, PublicForm
from complaints.models import PublicUse


@login_not_required
def file(request: HttpRequest) -> HttpResponse:
    """File a complaint; the answer is the number to follow it by."""
    form = PublicForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            services.count_use(purpose=PublicUse.Purpose.FILE, address=address_of(request), on=timezone.localdate(now))
            complaint = services.register_publicly(now=now, **form.cleaned_data)
        except services.Refused as refused:
            return _refuse(request, "complaints/public.html", form, refused)
        return render(request, "complaints/filed.html", {"complaint": complaint})
    return render(request, "complaints/public.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
def follow(request: HttpRequest) -> HttpResponse:
    """How a complaint stands, for whoever knows its number and the end of the phone; what was found is not shown."""
    form = FollowForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        today = timezone.localdate(now)
        try:
            services.count_use(purpose=PublicUse.Purpose.FOLLOW, address=address_of(request), on=today)
            complaint = services.follow(**form.cleaned_data)
        except services.Refused as refused:
            return _refuse(request, "complaints/follow.html", form, refused)
        return render(request, "complaints/followed.html", {"complaint": complaint, "today": today})
    return render(request, "complaints/follow.html", {"form": form}, status=422 if form.errors else 200)


def address_of(request: HttpRequest) -> str:
    """Where the request comes from: behind the company's proxy, the last address that it added."""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.BEHIND_TLS else ""
    return forwarded or str(request.META["REMOTE_ADDR"])


def _refuse(request: HttpRequest, template: str, form: Form, refused: services.Refused) -> HttpResponse:
    form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return render(request, template, {"form": form}, status=429 if isinstance(refused, services.UsedUp) else 422)
