"""The outbox: messages leave by e-mail and webhook at least once, always under the same key (ALL-4).

A message is claimed in a short transaction that only writes a lease; it is sent outside any transaction, and settled
if the lease is still one's own. A sender that dies leaves a lease that runs out; another sends under the same key.
"""

import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, QuerySet

from accounts import clock
from duties.models import Message, Notice
from duties.rules import MOST_ATTEMPTS, Format, retry_after, webhook_body, webhook_format, webhook_refusal
from duties.services.heart import beat
from duties.services.wording import Wording, word

logger = logging.getLogger(__name__)

#: Claimed at once, and for how long: every one of them has time to fail by time-out within it.
BATCH, LEASE = 10, timedelta(minutes=3)

#: Seconds to reach a webhook, and to wait for its answer.
_PATIENCE = (3, 8)
#: A messenger's answer is a line; whoever sends more has nothing to say.
_LONGEST_ANSWER = 20_000


class Undeliverable(Exception):
    """The other side did not take it, and why."""


def deliver() -> int:
    """Send what waits and is due; returns how many messages were taken by the other side."""
    sent = 0
    while claimed := claim():
        sent += _send_all(claimed)
    beat("deliver", now=clock.now())
    return sent


@transaction.atomic
def claim() -> list[Message]:
    """Take a lease on up to ten messages; each claim is an attempt, also one that a kill cuts short."""
    now = clock.now()
    found = list(
        Message.objects.to_send(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient")[:BATCH]
    )
    worn_out = [message.pk for message in found if message.attempts >= MOST_ATTEMPTS]
    if worn_out:  # its sender was killed at every attempt, perhaps by this very message
        _settle(worn_out, Message.Delivery.DEAD, now, "every attempt was interrupted")
    claimed = [message for message in found if message.attempts < MOST_ATTEMPTS]
    Message.objects.filter(pk__in=[message.pk for message in claimed]).update(
        leased_until=now + LEASE, attempts=F("attempts") + 1
    )
    for message in claimed:
        message.leased_until, message.attempts = now + LEASE, message.attempts + 1
    return claimed or (claim() if worn_out else [])


def send_again(*, messages: Sequence[int], now: datetime) -> int:
    """Give dead letters another round of attempts; returns how many."""
    return Message.objects.filter(pk__in=messages, delivery=Message.Delivery.DEAD).update(
        delivery=Message.Delivery.PENDING, attempts=0, next_attempt_at=now, settled_at=None, error=""
    )


def _send_all(claimed: list[Message]) -> int:
    """Send each and settle it; what there was no time for within the lease is given back."""
    ends = time.monotonic() + LEASE.total_seconds() - 2 * sum(_PATIENCE)
    carried: dict[int, list[Notice]] = defaultdict(list)
    notices = (
        Notice.objects.filter(message__in=claimed)
        .select_related("duty__held_before", "duty__owner")
        .order_by("duty__next_due_at", "pk")
    )
    for notice in notices:
        carried[notice.message_id].append(notice)
    sent = 0
    mail = get_connection()
    try:
        for message in claimed:
            if time.monotonic() > ends:
                _held(message).update(leased_until=None, attempts=F("attempts") - 1)
                continue
            sent += _send(message, carried[message.pk], mail)
    finally:
        with contextlib.suppress(SMTPException, OSError):
            mail.close()
    return sent


def _send(message: Message, notices: list[Notice], mail: BaseEmailBackend) -> bool:
    wording = word(notices, message.recipient)
    address = message.recipient.email if message.channel == Message.Channel.EMAIL else message.recipient.webhook
    if wording is None or not address or not message.recipient.is_active:
        _settle_held(message, Message.Delivery.DROPPED)
        return False
    try:
        if message.channel == Message.Channel.EMAIL:
            _send_email(address, wording, str(message.key), mail)
        else:
            _send_webhook(address, wording, str(message.key))
    except (Undeliverable, SMTPException, OSError, ValueError) as error:  # requests' and sockets' errors are OSErrors
        _failed(message, f"{type(error).__name__}: {error}" if not isinstance(error, Undeliverable) else str(error))
        return False
    _settle_held(message, Message.Delivery.SENT)
    return True


def _send_email(address: str, wording: Wording, key: str, mail: BaseEmailBackend) -> None:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    try:
        mail.open()
        EmailMessage(
            subject=wording.subject,
            body=f"{wording.text}\n\n{wording.url}\n",
            to=[address],
            headers={"Message-ID": f"<{key}@{host}>", "X-Zhoudao-Key": key},
            connection=mail,
        ).send()
    except Exception:
        with contextlib.suppress(SMTPException, OSError):
            mail.close()  # whatever state it is in: the next message begins anew
        raise


def _send_webhook(address: str, wording: Wording, key: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        raise Undeliverable("the webhook's address must begin with https:// or http://")
    kind = webhook_format(parts.hostname or "")
    body = webhook_body(kind, key=key, subject=wording.subject, text=wording.text, url=wording.url)
    with requests.post(
        address,
        json=body,
        headers={"Idempotency-Key": key, "User-Agent": "Zhoudao"},
        timeout=_PATIENCE,
        allow_redirects=False,  # a message goes where its owner said, and nowhere else
        stream=True,
    ) as answer:
        if not 200 <= answer.status_code < 300:
            raise Undeliverable(f"HTTP {answer.status_code}")
        if kind is not Format.PLAIN:
            _read_answer(kind, answer)


def _read_answer(kind: Format, answer: requests.Response) -> None:
    """Messengers answer 200 and say in the body that they refuse."""
    said = answer.raw.read(_LONGEST_ANSWER, decode_content=True)
    try:
        refusal = webhook_refusal(kind, json.loads(said))
    except ValueError:
        refusal = "the answer is no JSON"
    if refusal:
        raise Undeliverable(refusal)


def _held(message: Message) -> QuerySet[Message]:
    """The message, if the lease on it is still this sender's."""
    return Message.objects.filter(pk=message.pk, delivery=Message.Delivery.PENDING, leased_until=message.leased_until)


def _failed(message: Message, why: str) -> None:
    logger.warning("message %s was not taken at attempt %s: %s", message.key, message.attempts, why)
    if message.attempts >= MOST_ATTEMPTS:
        _settle_held(message, Message.Delivery.DEAD, why)
    else:
        later = clock.now() + retry_after(message.attempts)
        _held(message).update(leased_until=None, next_attempt_at=later, error=why[:300])


def _settle_held(message: Message, how: str, error: str = "") -> None:
    _held(message).update(
        delivery=how, next_attempt_at=None, leased_until=None, settled_at=clock.now(), error=error[:300]
    )


def _settle(messages: Sequence[int], how: str, now: datetime, error: str) -> None:
    Message.objects.filter(pk__in=messages).update(
        delivery=how, next_attempt_at=None, leased_until=None, settled_at=now, error=error
    )
