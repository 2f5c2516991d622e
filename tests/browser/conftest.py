"""A real Chromium against a real server on the test database. Run with `make browser`."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import Person

# Playwright keeps an event loop in this thread; Django would refuse the database next to it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

DESK = {"width": 1440, "height": 900}
TABLET = {"width": 1180, "height": 820}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """A fresh profile in Chinese at a desk; every console error and failed script fails the test that caused it."""
    context = chromium.new_context(viewport=DESK, base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    wrong: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    def note_error(error: Error) -> None:
        wrong.append(str(error))

    def watch(page: Page) -> None:
        page.on("console", note_message)
        page.on("pageerror", note_error)

    context.on("page", watch)
    context.set_default_timeout(5000)
    context.set_default_navigation_timeout(30000)  # the first page of a run compiles every template
    yield context
    context.close()
    assert wrong == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> Callable[[Person], None]:
    """`sign_in(person)` gives the browser that person's session; the gate itself has its own test."""

    def give_session(person: Person) -> None:
        client = Client()
        client.force_login(person)
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return give_session


@pytest.fixture
def complaints_let_go(transactional_db: None) -> Iterator[None]:
    """These tests end with a TRUNCATE, which complaints refuse (CMP-4), so their owner empties them first."""
    yield
    with connection.cursor() as cursor:
        for table in ("complaints_complaint", "complaints_complaintstep"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE complaints_complaint, complaints_complaintstep CASCADE")
        for table in ("complaints_complaint", "complaints_complaintstep"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
