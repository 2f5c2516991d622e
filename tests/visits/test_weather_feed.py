"""A feed of alerts from a real server: what it holds, links to or sends on to, and all that may go wrong with it."""

import gzip
import time
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from tests.factories.company import Company
from tests.visits.feeds import Answer, Feed, Service, alert, known, ok, to
from visits.services.weather import fetching


def test_a_message_by_its_address(mapped: Company, feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    feed.pages["/one.cap"] = ok(alert("A"))
    for _ in range(2):  # by cron, again and again
        call_command("weather", url=f"{feed.url}/one.cap")
    assert (known(), capsys.readouterr().out) == (["A"], "大风橙色预警: 1 units, 0 visits put off\n" * 2)


def test_a_feed_that_holds_its_alerts_loses_none_for_a_faulty_one(mapped: Company, feed: Feed) -> None:
    feed.pages["/"] = ok(f"<feed>{alert('A')}{alert('', area='?')}{alert('B')}</feed>")
    with pytest.raises(CommandError, match=r"^an alert needs an identifier"):
        call_command("weather", url=f"{feed.url}/")
    assert known() == ["A", "B"]


@pytest.mark.parametrize(
    "kind",
    [
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2">{}</feed>',
        "<rss><channel>{}</channel></rss>",
    ],
)
def test_a_feed_of_links_loses_none_for_one_that_is_gone(mapped: Company, feed: Feed, kind: str) -> None:
    atom, rss = '<entry><link type="application/cap+xml" href="{}"/></entry>', "<item><link>{}</link></item>"
    entry = atom if "Atom" in kind else rss
    links = ["/a.cap", "gone.cap", f"{feed.url}/words.cap", f"{feed.url}/b.cap"]
    feed.pages |= {
        "/feeds/all": ok(kind.format("".join(entry.format(each) for each in links))),
        "/a.cap": ok(alert("A")),
        "/words.cap": ok("no xml"),
        "/b.cap": ok(alert("B")),
    }
    with pytest.raises(CommandError) as told:
        call_command("weather", url=f"{feed.url}/feeds/all")
    assert str(told.value).splitlines() == [
        f"{feed.url}/feeds/gone.cap: HTTP 404",
        f"{feed.url}/words.cap: no readable XML: syntax error: line 1, column 0",
    ]
    assert known() == ["A", "B"]


def test_a_feed_of_too_many_links_says_so(mapped: Company, feed: Feed) -> None:
    feed.pages["/"] = ok("<rss>" + "<item><link>/a.cap</link></item>" * (fetching.LINKS_MOST + 2) + "</rss>")
    feed.pages["/a.cap"] = ok(alert("A"))
    with pytest.raises(CommandError, match="2 links after the first 50 were not followed"):
        call_command("weather", url=f"{feed.url}/")
    assert (known(), len(feed.asked)) == (["A"], 51)


def test_it_follows_a_redirect_on_the_same_host(mapped: Company, feed: Feed) -> None:
    feed.pages |= {"/old": to("/new"), "/new": ok(alert("A"))}
    call_command("weather", url=f"{feed.url}/old")
    assert known() == ["A"]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("file:///etc/passwd", "not an address of a weather service"),
        ("ftp://127.0.0.1/a.cap", "not an address of a weather service"),
        ("http://10.0.0.7/a.cap", "leads into a private network"),
        ("http://169.254.169.254/latest/meta-data", "leads into a private network"),
        ("http://[::1]:{port}/a.cap", "leads into a private network"),
        ("http://[::ffff:127.0.0.1]:{port}/a.cap", "leads into a private network"),
        ("http://127.0.0.2:{port}/a.cap", "leads into a private network"),
        ("http://localhost:{port}/a.cap", "leads into a private network"),
        ("http://2130706433:{port}/a.cap", "leads into a private network"),
        ("http://127.0.0.1:99999/a.cap", "no address"),
        ("/again", "more than 5 redirects"),
    ],
)
@pytest.mark.parametrize("linked", [False, True])
def test_nobody_sends_it_where_it_must_not_go(
    mapped: Company, feed: Feed, address: str, why: str, linked: bool
) -> None:
    address = address.replace("{port}", str(feed.port))
    feed.pages |= {"/again": to("/again"), "/a.cap": ok(alert("A"))}
    feed.pages["/"] = ok(f"<rss><item><link>{address}</link></item></rss>") if linked else to(address)
    with pytest.raises(CommandError, match=why):
        call_command("weather", url=f"{feed.url}/")
    assert (known(), "/a.cap" in feed.asked) == ([], False)


@pytest.mark.parametrize("packed", [False, True])
def test_a_huge_answer_is_refused(mapped: Company, feed: Feed, packed: bool) -> None:
    body = b"<feed>" + b" " * fetching.BYTES_MOST + alert("A").encode() + b"</feed>"
    feed.pages["/"] = (200, gzip.compress(body), {"Content-Encoding": "gzip"}) if packed else (200, body, {})
    with pytest.raises(CommandError, match=r": longer than 5 MB$"):
        call_command("weather", url=f"{feed.url}/")
    assert known() == []


def drip(service: Service) -> None:
    """A byte now and then: never silent for long, never done."""
    service.send_response(200)
    service.end_headers()
    for _ in range(60):
        try:
            service.wfile.write(b" ")
            service.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def mute(service: Service) -> None:
    time.sleep(1.5)


def break_off(service: Service) -> None:
    service.send_response(200)
    service.send_header("Content-Length", "5000")
    service.end_headers()
    service.wfile.write(b"<feed>")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (drip, "not complete after 0.4 s"),
        (mute, "no answer within 0.6 s"),
        (break_off, r"broke off \(ProtocolError\)"),
    ],
)
def test_a_slow_answer_is_not_waited_for(
    mapped: Company, feed: Feed, monkeypatch: pytest.MonkeyPatch, how: Callable[[Service], None], why: str
) -> None:
    monkeypatch.setattr(fetching, "WHOLE", 0.4)
    monkeypatch.setattr(fetching, "PIECE", 0.6)
    feed.pages["/"] = how
    began = time.monotonic()
    with pytest.raises(CommandError, match=why):
        call_command("weather", url=f"{feed.url}/")
    assert time.monotonic() - began < 1.4
    feed.pages["/"] = ok(alert("A"))  # the next time, nothing is lost
    call_command("weather", url=f"{feed.url}/")
    assert known() == ["A"]


def test_a_server_that_is_not_there(mapped: Company, feed: Feed) -> None:
    with pytest.raises(CommandError, match=r"^http://127.0.0.1:1/: ConnectionError$"):
        call_command("weather", url="http://127.0.0.1:1/")
    with pytest.raises(CommandError, match="not an address of a weather service"):
        call_command("weather", url="file:///etc/passwd")


@pytest.mark.parametrize("answer", [(500, b"", {}), (204, b"", {}), (200, b"<html><body>Login</body></html>", {})])
def test_what_is_no_feed_is_an_error(mapped: Company, feed: Feed, answer: Answer) -> None:
    feed.pages["/"] = answer
    with pytest.raises(CommandError, match=r"HTTP|no CAP 1.2 alert in it"):
        call_command("weather", url=f"{feed.url}/")
