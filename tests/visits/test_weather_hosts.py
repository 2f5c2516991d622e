"""A weather service is asked where its host was found, and under its own name, whatever a name says later."""

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories.company import Company
from tests.visits.feeds import Feed, alert, known, ok, to

#: An address that is public, and which no test can reach.
PUBLIC = "93.184.216.34"
#: A key and a certificate for the host alerts.example, made for these tests alone.
CERTIFICATE = Path(__file__).with_name("alerts.example.pem")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Hosts by name: the addresses of each look-up in turn, the last again and again."""
    known: dict[str, list[list[str]]] = {}
    really = socket.getaddrinfo

    def look_up(host: str, *args: Any, **how: Any) -> list[Any]:
        if not (turns := known.get(host)):
            return really(host, *args, **how)
        found = turns.pop(0) if len(turns) > 1 else turns[0]
        return [each for address in found for each in really(address, *args, **how)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("linked", [False, True])
def test_a_name_that_changes_its_address_leads_nowhere_else(
    mapped: Company, feed: Feed, names: dict[str, list[list[str]]], linked: bool
) -> None:
    """Public when it is looked at, private when it is connected to: the connection goes where was looked."""
    names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    address = f"http://rebinding.example:{feed.port}/a.cap"
    feed.pages["/a.cap"] = ok(alert("A"))
    feed.pages["/"] = ok(f"<rss><item><link>{address}</link></item></rss>") if linked else to(address)
    with pytest.raises(UserWarning, match=rf'connect\(\) with host "{PUBLIC}"'):  # the guard of the tests
        call_command("weather", url=f"{feed.url}/")
    assert feed.asked == ["/"]


def test_nor_does_the_name_that_was_asked(mapped: Company, feed: Feed, names: dict[str, list[list[str]]]) -> None:
    names["alerts.example"] = [["127.0.0.1"], [PUBLIC]]
    feed.pages |= {"/": ok("<rss><item><link>/b.cap</link></item></rss>"), "/b.cap": to("/a.cap")}
    feed.pages["/a.cap"] = ok(alert("A"))
    call_command("weather", url=f"http://alerts.example:{feed.port}/")
    assert (known(), feed.asked) == (["A"], ["/", "/b.cap", "/a.cap"])
    assert feed.hosts == [f"alerts.example:{feed.port}"] * 3


def test_one_private_address_among_public_ones_is_too_many(
    mapped: Company, feed: Feed, names: dict[str, list[list[str]]]
) -> None:
    names["half.example"] = [[PUBLIC, "127.0.0.1"]]
    feed.pages["/"] = to(f"http://half.example:{feed.port}/a.cap")
    with pytest.raises(CommandError, match="leads into a private network"):
        call_command("weather", url=f"{feed.url}/")


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_the_next_address_of_a_host_is_tried_if_nobody_answers_at_the_first(
    mapped: Company, names: dict[str, list[list[str]]], feed: Feed
) -> None:
    names["alerts.example"] = [["::1", "127.0.0.1"]]  # the feed listens at the second only
    feed.pages["/"] = ok(alert("A"))
    call_command("weather", url=f"http://alerts.example:{feed.port}/")
    assert known() == ["A"]


@pytest.fixture
def encrypted(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> Feed:
    """The feed by TLS, as alerts.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    feed.server.socket = context.wrap_socket(feed.server.socket, server_side=True)
    feed.pages["/"] = ok(alert("A"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    return feed


def test_the_host_proves_its_name_although_its_address_is_connected_to(
    mapped: Company, encrypted: Feed, names: dict[str, list[list[str]]]
) -> None:
    names["alerts.example"] = [["127.0.0.1"]]
    call_command("weather", url=f"https://alerts.example:{encrypted.port}/")
    assert (known(), encrypted.hosts) == (["A"], [f"alerts.example:{encrypted.port}"])


def test_who_cannot_prove_the_name_is_not_listened_to(
    mapped: Company, encrypted: Feed, names: dict[str, list[list[str]]]
) -> None:
    names["other.example"] = [["127.0.0.1"]]
    with pytest.raises(CommandError, match="SSLError"):
        call_command("weather", url=f"https://other.example:{encrypted.port}/")
    assert (known(), encrypted.asked) == ([], [])


def test_behind_a_proxy_the_asked_host_is_the_proxys_to_find(
    mapped: Company, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", feed.url)
    feed.pages["http://unknown.invalid/"] = ok(alert("A"))
    call_command("weather", url="http://unknown.invalid/")
    assert (known(), feed.hosts) == (["A"], ["unknown.invalid"])
