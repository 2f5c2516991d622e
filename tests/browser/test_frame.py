"""The frame in a browser: the gate, keys, language, theme, and a policy that nothing on the page breaks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person
from tests.factories.accounts import PersonFactory
from tests.factories.company import Company

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_the_gate_lets_in_and_out(page: Page) -> None:
    PersonFactory(username="wang", name="王丽", password="a-long-Password-1")
    page.goto("/")
    page.fill("#id_username", "wang")
    page.fill("#id_password", "a-long-Password-1")
    page.click("button.btn-primary")
    expect(page.locator("h1")).to_have_text("今天")
    page.click(".zd-bar .zd-pop > summary")
    page.click("text=退出登录")
    expect(page.locator("#id_username")).to_be_focused()


def test_keys_open_the_help_and_close_it(page: Page, sign_in: Callable[[Person], None], company: Company) -> None:
    sign_in(company.marketing_director)
    page.goto("/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.goto("/help/")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url("/")


def test_the_theme_changes_at_once_and_stays(page: Page, sign_in: Callable[[Person], None], company: Company) -> None:
    sign_in(company.marketing_director)
    page.goto("/")
    page.click(".zd-bar .zd-pop > summary")
    page.click("text=深色")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_language_changes_on_the_spot(page: Page, sign_in: Callable[[Person], None], company: Company) -> None:
    sign_in(company.marketing_director)
    page.goto("/")
    page.click(".zd-bar .zd-pop > summary")
    page.click("text=English")
    expect(page.locator("h1")).to_have_text("Today")
    expect(page.locator("html")).to_have_attribute("lang", "en")
