"""The outbox: at least once, always under the same key, dead letters where somebody sees them (ALL-4)."""

import json
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from duties import services
from duties.models import Duty, Heartbeat, Message
from duties.rules import MOST_ATTEMPTS, Format, retry_after, webhook_body, webhook_format, webhook_refusal
from duties.services import outbox
from duties.services.outbox import LEASE, claim
from tests.factories.company import Company
from tests.factories.duties import DutyFactory, promise_rule
from tests.factories.web import serving


class Taker(BaseHTTPRequestHandler):
    """A webhook that notes what it is sent and answers as `Hook.answers` says."""

    def do_POST(self) -> None:
        hook: Hook = self.server.hook  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        hook.taken.append((self.headers["Idempotency-Key"], body))
        status, text, headers = hook.answers.pop(0) if hook.answers else (200, "{}", {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""


class Hook:
    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[int, str, dict[str, str]]] = []
        self.server = HTTPServer(("127.0.0.1", 0), Taker)
        self.server.hook = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    with serving(hook.server):
        yield hook


def reach(person: Person, **how: str) -> None:
    Person.objects.filter(pk=person.pk).update(**how)


def told_by(company: Company, **how: str) -> Message:
    """The account manager of branch A owes a new duty, and is told this way."""
    reach(company.a.account_manager, **how)
    DutyFactory(customer=company.a.customer)
    return Message.objects.get()


def test_a_webhook_gets_the_text_a_link_and_the_key(company: Company, hook: Hook, settings: Settings) -> None:
    settings.SITE_URL = "https://zhoudao.example/"
    message = told_by(company, webhook=hook.url, language="en")
    assert services.deliver() == 1
    duty = Duty.objects.get()
    [(key, body)] = hook.taken
    assert key == str(message.key)
    assert body == {
        "key": str(message.key),
        "subject": "Keep the promise to 和顺烟酒",
        "text": body["text"],
        "url": f"https://zhoudao.example/duties/{duty.pk}/",
    }
    assert body["text"].startswith("Keep the promise to 和顺烟酒 · by ")
    message.refresh_from_db()
    assert (message.delivery, message.attempts, message.next_attempt_at, message.leased_until) == (
        "sent",
        1,
        None,
        None,
    )
    assert services.deliver() == 0
    assert Heartbeat.objects.get(name="deliver").at == clock.now()


def test_an_email_has_the_key_as_its_id(company: Company, settings: Settings) -> None:
    settings.SITE_URL = "https://zhoudao.example"
    message = told_by(company, email="a@example.com")
    call_command("deliver")
    [sent] = mail.outbox
    assert sent.to == ["a@example.com"]
    assert sent.subject == "Keep the promise to 和顺烟酒"
    assert sent.extra_headers == {"Message-ID": f"<{message.key}@zhoudao.example>", "X-Zhoudao-Key": str(message.key)}
    assert f"https://zhoudao.example/duties/{Duty.objects.get().pk}/" in sent.body


@pytest.mark.parametrize(("language", "words"), [("en", "by "), ("zh-hans", "截止 ")])
def test_the_text_is_in_the_recipients_language(company: Company, language: str, words: str) -> None:
    told_by(company, email="a@example.com", language=language)
    services.deliver()
    assert words in mail.outbox[0].body


def test_a_climb_says_who_did_not_act(company: Company) -> None:
    reach(company.a.sales_manager, email="b@example.com", language="en")
    DutyFactory(customer=company.a.customer, due_at=clock.now() - timedelta(minutes=1))
    services.sweep()
    services.deliver()
    assert "城东客户经理一 did not act in time" in mail.outbox[0].body


def test_a_night_of_duties_is_one_message(company: Company) -> None:
    promise_rule((Role.MARKETING_DIRECTOR, 60))
    reach(company.marketing_director, email="d@example.com", language="en")
    openings = [services.Opening(number, company.a.unit, details={"name": f"{number}"}) for number in range(1, 24)]
    services.open_duties(kind="test.promise", openings=openings, now=clock.now())
    assert services.deliver() == 1
    [sent] = mail.outbox
    assert sent.subject == "23 matters wait for you"
    assert sent.body.count("Keep the promise to") == 20
    assert "and 3 more" in sent.body
    assert "/duties/\n" in sent.body


def test_what_was_closed_meanwhile_is_not_told(company: Company) -> None:
    told_by(company, email="a@example.com")
    services.close(duty=Duty.objects.get(), by=None, now=clock.now())
    assert services.deliver() == 0
    assert mail.outbox == []
    assert Message.objects.get().delivery == "dropped"


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_who_cannot_be_reached_any_more_is_not_written_to(company: Company, change: dict[str, Any]) -> None:
    told_by(company, email="a@example.com")
    reach(company.a.account_manager, **change)
    assert services.deliver() == 0
    assert Message.objects.get().delivery == "dropped"


def test_a_subject_takes_no_line_break(company: Company) -> None:
    reach(company.a.account_manager, email="a@example.com")
    DutyFactory(customer=company.a.customer, details={"name": "x\nBcc: all@example.com"})
    services.deliver()
    assert mail.outbox[0].subject == "Keep the promise to x Bcc: all@example.com"


def test_a_refusal_is_counted_and_tried_again_later_under_the_same_key(company: Company, hook: Hook) -> None:
    message = told_by(company, webhook=hook.url)
    hook.answers = [(500, "", {}), (503, "", {})]
    for attempt in (1, 2):
        assert services.deliver() == 0
        message.refresh_from_db()
        assert (message.delivery, message.attempts, message.error, message.leased_until) == (
            "pending", attempt, f"HTTP {500 if attempt == 1 else 503}", None,
        )  # fmt: skip
        assert message.next_attempt_at == clock.now() + retry_after(attempt)
        assert services.deliver() == 0  # it is not due yet
        clock.shift(retry_after(attempt))
    assert services.deliver() == 1
    assert [key for key, _body in hook.taken] == [str(message.key)] * 3


def test_after_the_last_attempt_it_is_a_dead_letter_and_may_be_tried_again(company: Company, hook: Hook) -> None:
    message = told_by(company, webhook=hook.url)
    hook.answers = [(404, "", {})] * MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS):
        services.deliver()
        clock.shift(timedelta(hours=3))
    message.refresh_from_db()
    assert (message.delivery, message.attempts, message.error) == ("dead", MOST_ATTEMPTS, "HTTP 404")
    assert list(Message.objects.dead()) == [message]
    assert services.send_again(messages=[message.pk], now=clock.now()) == 1
    assert services.deliver() == 1
    assert len(hook.taken) == MOST_ATTEMPTS + 1
    assert services.send_again(messages=[message.pk], now=clock.now()) == 0


def test_a_server_that_is_not_there_is_a_failed_attempt(company: Company, hook: Hook) -> None:
    told_by(company, webhook="http://127.0.0.1:1/hook")
    assert services.deliver() == 0
    assert Message.objects.get().error.startswith("ConnectionError: ")


def test_a_redirect_is_not_followed(company: Company, hook: Hook) -> None:
    told_by(company, webhook=hook.url)
    hook.answers = [(302, "", {"Location": f"{hook.url}/elsewhere"})]
    assert services.deliver() == 0
    assert (len(hook.taken), Message.objects.get().error) == (1, "HTTP 302")


def test_an_address_that_is_no_web_address_is_refused(company: Company) -> None:
    told_by(company, webhook="ftp://127.0.0.1/hook")
    assert services.deliver() == 0
    assert Message.objects.get().error == "the webhook's address must begin with https:// or http://"


@pytest.mark.parametrize(
    ("answer", "delivery", "error"),
    [
        ('{"errcode": 0, "errmsg": "ok"}', "sent", ""),
        ('{"errcode": 93000, "errmsg": "invalid webhook url"}', "pending", "93000 invalid webhook url"),
        ("<html>", "pending", "the answer is no JSON"),
    ],
)
def test_a_messenger_that_answers_200_may_still_refuse(
    company: Company, hook: Hook, monkeypatch: pytest.MonkeyPatch, answer: str, delivery: str, error: str
) -> None:
    monkeypatch.setattr(outbox, "webhook_format", lambda host: Format.WECOM)
    told_by(company, webhook=hook.url)
    hook.answers = [(200, answer, {})]
    services.deliver()
    message = Message.objects.get()
    assert (message.delivery, message.error) == (delivery, error)
    [(_key, body)] = hook.taken
    assert body["msgtype"] == "text"
    assert body["text"]["content"].startswith("【周到】Keep the promise to 和顺烟酒")


def test_email_that_the_server_refuses_is_tried_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(company, email="a@example.com")

    def refuse(*_: Any) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert services.deliver() == 0
    assert Message.objects.get().error == "SMTPServerDisconnected: gone"
    clock.shift(retry_after(1))
    assert services.deliver() == 1


def test_a_message_in_somebodys_hands_is_left_alone_until_the_lease_runs_out(company: Company) -> None:
    told_by(company, email="a@example.com")
    assert len(claim()) == 1
    assert claim() == []
    clock.shift(LEASE)
    [again] = claim()
    assert again.attempts == 2


def test_whose_lease_ran_out_settles_nothing(company: Company) -> None:
    told_by(company, email="a@example.com")
    [slow] = claim()
    clock.shift(LEASE)
    [fast] = claim()
    outbox._settle_held(slow, Message.Delivery.SENT)
    assert Message.objects.get().delivery == "pending"
    outbox._settle_held(fast, Message.Delivery.SENT)
    assert Message.objects.get().delivery == "sent"


def test_a_message_that_kills_every_sender_is_a_dead_letter_in_the_end(company: Company) -> None:
    told_by(company, email="a@example.com")
    for _ in range(MOST_ATTEMPTS):
        assert len(claim()) == 1
        clock.shift(LEASE)
    assert services.deliver() == 0
    message = Message.objects.get()
    assert (message.delivery, message.error) == ("dead", "every attempt was interrupted")


def test_nothing_is_sent_inside_the_claims_transaction(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a test everything is in one transaction: what counts is that the claim's own savepoint is over."""
    told_by(company, email="a@example.com")
    depth = len(connection.savepoint_ids)
    depths: list[int] = []
    monkeypatch.setattr(outbox, "_send_email", lambda *_: depths.append(len(connection.savepoint_ids)))
    services.deliver()
    assert depths == [depth]


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_reads_in_a_fixed_number_of_queries(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    people = [company.a.account_manager, company.a.sales_manager, company.a.general_manager][:count]
    for number, person in enumerate(people):
        reach(person, email=f"{number}@example.com")
        DutyFactory(customer=company.a.customer, owner=person)
    # claim: savepoint, clock, messages, lease, release; notices; each settles with the clock and an update; claim
    # again: savepoint, clock, messages, an update of nothing, release; clock and heartbeat
    with django_assert_num_queries(13 + 2 * count - 1):
        assert services.deliver() == count


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 64), (8, 120), (99, 120)]
)
def test_pauses_grow_to_two_hours(attempts: int, minutes: int) -> None:
    assert retry_after(attempts) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("qyapi.weixin.qq.com", Format.WECOM),
        ("oapi.dingtalk.com", Format.DINGTALK),
        ("open.feishu.cn", Format.FEISHU),
        ("open.larksuite.com", Format.FEISHU),
        ("OPEN.FEISHU.CN", Format.FEISHU),
        ("example.com", Format.PLAIN),
        ("feishu.cn.example.com", Format.PLAIN),
    ],
)
def test_the_host_says_which_messenger_it_is(host: str, kind: Format) -> None:
    assert webhook_format(host) is kind


def test_each_messenger_gets_its_own_json() -> None:
    said = {"key": "k", "subject": "s", "text": "t", "url": "https://z/"}
    assert webhook_body(Format.PLAIN, **said) == said
    robot = {"msgtype": "text", "text": {"content": "【周到】t\nhttps://z/"}}
    assert webhook_body(Format.WECOM, **said) == webhook_body(Format.DINGTALK, **said) == robot
    assert webhook_body(Format.FEISHU, **said) == {"msg_type": "text", "content": {"text": "【周到】t\nhttps://z/"}}
    long = webhook_body(Format.WECOM, **{**said, "text": "长" * 2000})["text"]["content"]
    assert (len(long.encode()) < 2048, long.endswith("…\nhttps://z/")) == (True, True)


@pytest.mark.parametrize(
    ("kind", "answer", "refusal"),
    [
        (Format.PLAIN, None, ""),
        (Format.WECOM, {"errcode": 0, "errmsg": "ok"}, ""),
        (Format.DINGTALK, {"errcode": 310000, "errmsg": "keywords not in content"}, "310000 keywords not in content"),
        (Format.FEISHU, {"code": 0, "msg": "success"}, ""),
        (Format.FEISHU, {"StatusCode": 0}, ""),
        (Format.FEISHU, {"code": 19001, "msg": "param invalid"}, "19001 param invalid"),
        (Format.WECOM, [], "the answer is no JSON object"),
    ],
)
def test_what_messengers_answer(kind: Format, answer: object, refusal: str) -> None:
    assert webhook_refusal(kind, answer) == refusal
