"""Whether promises are kept: in words for administrators, as JSON for machines."""

from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import clock
from duties import rules, services, watch
from duties.models import Finding, Heartbeat, Message
from duties.views.requests import Request

#: Dead letters on the page; the rest is a number.
LETTERS = 50


def _watchers_only(request: Request) -> None:
    if not (request.user.is_superuser or rules.may_watch(request.user.roles)):
        raise Http404


def health(request: Request) -> HttpResponse:
    """Every check in words, the heartbeats, and the dead letters with "try again"."""
    _watchers_only(request)
    now = clock.of(request)
    since = dict(Finding.objects.values_list("name", "red_since"))
    results = [watch.run(check, now) for check in watch.checks()]
    beats = [
        {"label": watch.NAMES.get(beat.name, beat.name), "at": beat.at} for beat in Heartbeat.objects.order_by("name")
    ]
    dead = Message.objects.dead().select_related("recipient")
    results.sort(key=lambda result: not result.red)
    context = {
        "results": [{"result": result, "since": since.get(result.check.name)} for result in results],
        "red": sum(result.red for result in results),
        "beats": beats,
        "letters": list(dead[:LETTERS]),
        "broker": broker_fault(),
    }
    return render(request, "duties/health.html", context)


def check(request: Request, pk: int) -> HttpResponse:
    """Where the duty about a red check leads."""
    _watchers_only(request)
    finding = get_object_or_404(Finding, pk=pk)
    return redirect(f"{reverse('duties:health')}#{finding.name}")


@require_POST
def send_again(request: Request) -> HttpResponse:
    """Give dead letters another round: one, or all."""
    _watchers_only(request)
    chosen = request.POST.get("message", "")
    dead = Message.objects.dead()
    wanted = [int(chosen)] if chosen.isdigit() else list(dead.values_list("pk", flat=True))
    count = services.send_again(messages=wanted, now=clock.now())
    words = ngettext("%(count)d message is tried again.", "%(count)d messages are tried again.", count)
    messages.success(request, words % {"count": count})
    return redirect("duties:health")


@never_cache
@login_not_required
def machines(request: Request) -> JsonResponse:
    """For a monitor: 200 if every promise is kept, else 503 with the reasons. No names, no figures about people."""
    try:
        now = clock.now()
        reasons = [*_red(now), *_watchdog(now)]
    except DatabaseError:
        return JsonResponse({"ok": False, "reasons": [{"check": "database", "count": 1}]}, status=503)
    if broker_fault():
        reasons.append({"check": "broker", "count": 1})
    return JsonResponse({"ok": not reasons, "at": now, "reasons": reasons}, status=503 if reasons else 200)


def broker_fault() -> str:
    """Why the broker does not answer within a second; empty if it does."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as server:
            server.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return type(error).__name__
    return ""


def _red(now: datetime) -> list[dict[str, Any]]:
    results = (watch.run(check, now) for check in watch.checks())
    return [{"check": result.check.name, "count": result.count} for result in results if result.red]


def _watchdog(now: datetime) -> list[dict[str, Any]]:
    """The watchdog itself, which cannot say that it is not running."""
    last = Heartbeat.objects.filter(name="watch").first()
    silent = last is None or last.at < now - watch.WATCH_LATE
    return [{"check": "duties.watch_silent", "count": 1}] if silent else []
