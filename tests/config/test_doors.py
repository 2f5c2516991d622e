"""Signing in and out, the frame of a page, language and theme, and what is said when something is wrong."""

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Person
from tests.factories.accounts import PersonFactory
from tests.factories.company import Company

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-Password-1"


@pytest.fixture
def wang() -> Person:
    return PersonFactory(username="wang", name="王丽", password=PASSWORD)


def test_everything_but_the_doors_asks_for_a_sign_in(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/")
    assert client.get("/sign-in/").status_code == 200
    assert client.get("/help/").status_code == 200
    assert client.get("/api/schema/").status_code == 401


def test_the_icon_is_there_for_pages_that_name_none(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/mark.svg")
    assert answer["Cache-Control"] == "max-age=86400, public"
    assert finders.find(answer["Location"].removeprefix(settings.STATIC_URL)) is not None
    assert client.post("/favicon.ico").status_code == 405


def test_the_gate_takes_no_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/sign-in/").status_code == 200


def test_signing_in_leads_on_and_takes_the_persons_language(client: Client, wang: Person) -> None:
    wang.language = "en"
    wang.save()
    answer = client.post("/sign-in/?next=/help/", {"username": "wang", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/help/")
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "<h1>Today</h1>" in client.get("/").content.decode()


def test_a_language_chosen_on_the_device_stays(client: Client, wang: Person) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.post("/sign-in/", {"username": "wang", "password": PASSWORD})
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_after_five_wrong_passwords_the_door_is_shut_and_says_so(client: Client, wang: Person) -> None:
    answers = [client.post("/sign-in/", {"username": "wang", "password": "wrong"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    answer = client.post("/sign-in/", {"username": "wang", "password": PASSWORD})
    assert answer.status_code == 429
    assert "输错密码 5 次。最后一次输错 15 分后可以再试。" in answer.content.decode()


def test_a_program_that_is_locked_out_is_told_in_json(client: Client, wang: Person) -> None:
    wrong = {"username": "wang", "password": "wrong"}
    assert [client.post("/api/token/", wrong).status_code for _ in range(5)] == [400, 400, 400, 400, 429]
    answer = client.post("/api/token/", {"username": "wang", "password": PASSWORD})
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert answer.json() == {"detail": "暂时锁定：输错密码次数过多。"}


def test_signing_out_ends_the_session(client: Client, wang: Person) -> None:
    client.force_login(wang)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_the_language_is_kept_on_the_device_and_with_the_person(client: Client, wang: Person) -> None:
    client.force_login(wang)
    answer = client.post("/language/", {"language": "en", "next": "/help/"})
    assert (answer.status_code, answer["Location"]) == (302, "/help/")
    wang.refresh_from_db()
    assert wang.language == "en"
    client.post("/language/", {"language": "tlh", "next": "/"})
    wang.refresh_from_db()
    assert wang.language == "en"


@pytest.mark.parametrize(
    ("back", "to"), [("/help/", "/help/"), ("https://elsewhere.example/", "/"), ("//elsewhere.example/", "/")]
)
def test_the_theme_is_a_cookie_and_leads_only_back_here(client: Client, back: str, to: str) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, to)
    assert 'data-bs-theme="dark">' in client.get("/sign-in/").content.decode()
    client.post("/theme/", {"theme": "", "next": "/"})
    assert 'data-bs-theme="light" data-theme-auto>' in client.get("/sign-in/").content.decode()


def test_the_frame_asks_five_questions(
    client: Client, company: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(company.marketing_director)
    with django_assert_num_queries(5):  # session, person, clock, posts, what is owed
        content = client.get("/help/").content.decode()
    assert company.marketing_director.name in content
    assert "营销总监" in content


def test_what_is_not_there_is_a_page_with_the_frame(client: Client, wang: Person) -> None:
    client.force_login(wang)
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "<h1>这里什么都没有</h1>" in answer.content.decode()


def test_a_stale_form_is_refused_in_words(wang: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(wang)
    answer = client.post("/sign-out/")
    assert answer.status_code == 403
    assert "<h1>表单已过期</h1>" in answer.content.decode()


def test_pages_carry_the_strict_policy(client: Client) -> None:
    policy = client.get("/sign-in/")["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"


def test_a_token_opens_the_api_and_can_be_taken_back(client: Client, wang: Person) -> None:
    cache.clear()
    assert client.post("/api/token/", {"username": "wang", "password": "wrong"}).status_code == 400
    answer = client.post("/api/token/", {"username": "wang", "password": PASSWORD})
    assert answer.status_code == 201
    headers = {"Authorization": f"Token {answer.json()['token']}"}
    assert client.get(reverse("api-schema"), headers=headers).status_code == 200
    assert client.post("/api/token/revoke/", headers=headers).status_code == 204
    assert client.get(reverse("api-schema"), headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/customers/999999/", "/no/such/page/"])
@pytest.mark.parametrize("debug", [True, False])
def test_what_is_not_there_is_said_in_words(client: Client, wang: Person, debug: bool, path: str) -> None:
    client.force_login(wang)
    with override_settings(DEBUG=debug):
        answer = client.get(path)
    assert answer.status_code == 404
    assert "config/wrong.html" in {each.name for each in answer.templates}
