"""How patient the outbox is, and how each messenger wants its text (ALL-4). Pure functions over plain values."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

#: After so many attempts a message is a dead letter, and an administrator's duty.
MOST_ATTEMPTS = 8

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)


class Format(StrEnum):
    """How a webhook wants its message."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    PLAIN = "plain"


_HOSTS: Mapping[str, Format] = {
    "qyapi.weixin.qq.com": Format.WECOM,
    "oapi.dingtalk.com": Format.DINGTALK,
    "api.dingtalk.com": Format.DINGTALK,
    "open.feishu.cn": Format.FEISHU,
    "open.larksuite.com": Format.FEISHU,
}

#: A text longer than this is refused by WeCom (2048 bytes, three to a Chinese character).
_LONGEST_TEXT = 600


def retry_after(attempts: int) -> timedelta:
    """The pause after so many attempts: one minute, twice as long each time, two hours at most."""
    doublings: int = 2 ** min(max(attempts, 1) - 1, 10)
    return min(_FIRST_PAUSE * doublings, _LONGEST_PAUSE)


def webhook_format(host: str) -> Format:
    """Which messenger stands behind a host; any other gets the whole message as plain JSON."""
    return _HOSTS.get(host.lower(), Format.PLAIN)


def webhook_body(kind: Format, *, key: str, subject: str, text: str, url: str) -> dict[str, Any]:
    """The JSON that a messenger takes as a text message; `key` is the same at every attempt."""
    if kind is Format.PLAIN:
        return {"key": key, "subject": subject, "text": text, "url": url}
    said = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
    # The messengers' robots may ask for a keyword in the text: the product's name is always in it.
    content = f"【周到】{said}\n{url}"
    if kind is Format.FEISHU:
        return {"msg_type": "text", "content": {"text": content}}
    return {"msgtype": "text", "text": {"content": content}}


def webhook_refusal(kind: Format, answer: object) -> str:
    """Why a messenger refused although it answered 200, or nothing: WeCom and DingTalk say `errcode`, Feishu `code`."""
    if kind is Format.PLAIN:
        return ""
    if not isinstance(answer, Mapping):
        return "the answer is no JSON object"
    code = answer.get("code", answer.get("StatusCode", 0)) if kind is Format.FEISHU else answer.get("errcode", 0)
    if code in (0, "0"):
        return ""
    return f"{code} {answer.get('msg' if kind is Format.FEISHU else 'errmsg', '')}".strip()
