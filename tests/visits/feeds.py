"""A weather service of a test's own: what it holds, links to or sends on to, and how an alert on it reads."""

from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from accounts import clock
from tests.factories.visits import CHINA
from tests.visits.test_cap import cap
from visits.models import WeatherAlert

Answer = tuple[int, bytes, dict[str, str]]


class Service(BaseHTTPRequestHandler):
    """A weather service: `pages` says what it answers, or does the answering itself."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.server.hosts.append(self.headers["Host"])  # type: ignore[attr-defined]
        page = self.server.pages.get(self.path, (404, b"", {}))  # type: ignore[attr-defined]
        if callable(page):
            page(self)
            return
        status, body, headers = page
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""


class Feed:
    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.server.daemon_threads = True
        self.pages: dict[str, Answer | Callable[[Service], None]] = {}
        self.asked: list[str] = []
        self.hosts: list[str] = []
        self.server.pages, self.server.asked = self.pages, self.asked  # type: ignore[attr-defined]
        self.server.hosts = self.hosts  # type: ignore[attr-defined]
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"


def alert(identifier: str, **fields: str) -> str:
    """An alert for the hours after this one, wherever the clock stands."""
    soon = clock.now().astimezone(CHINA) + timedelta(days=1)
    text = cap(identifier=identifier, **fields).partition("?>")[2]
    text = text.replace("2026-11-23T18:00:00", f"{soon + timedelta(hours=8):%Y-%m-%dT%H:%M:%S}")
    return text.replace("2026-11-23T10:00:00", f"{soon:%Y-%m-%dT%H:%M:%S}")


def ok(text: str, **headers: str) -> Answer:
    return 200, text.encode(), headers


def to(address: str) -> Answer:
    return 302, b"", {"Location": address}


def known() -> list[str]:
    return sorted(WeatherAlert.objects.values_list("identifier", flat=True))
