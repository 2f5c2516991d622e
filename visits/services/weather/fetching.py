"""A weather service is asked for its alerts: what it answers is taken with care, wherever it comes from (VIS-9)."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from visits.rules.weather import NotCap, cap_links, cap_parts

#: Seconds until a connection stands, between two pieces of an answer, for a whole answer.
CONNECT, PIECE, WHOLE = 5, 10, 30
#: The most bytes of an answer, redirects in a row, and alerts followed in a feed of links.
BYTES_MOST, REDIRECTS_MOST, LINKS_MOST = 5_000_000, 5, 50


class NotFetched(Exception):
    """An address gave nothing that one may take; the message names it and says why."""


def fetched(url: str) -> Iterator[str | bytes | NotFetched | NotCap]:
    """Each alert of a feed, whether it holds or links to them; what could not be had is named in its place.

    Redirects and links are followed to public addresses and to the host that was asked for, never elsewhere: whoever
    writes a feed must not make this server ask its own neighbours. Raises NotFetched or NotCap for the feed itself.
    """
    host = urlsplit(url).hostname or ""
    text = fetch(url, host)
    if parts := cap_parts(text):
        yield from parts
        return
    links = [urljoin(url, link) for link in cap_links(text)]
    if not links:
        yield text  # whoever reads it says what it lacks
    for link in links[:LINKS_MOST]:
        try:
            yield from cap_parts(linked := fetch(link, host)) or [linked]
        except (NotFetched, NotCap) as trouble:
            yield trouble if isinstance(trouble, NotFetched) else NotCap(f"{link}: {trouble}")
    if len(links) > LINKS_MOST:
        yield NotFetched(f"{url}: {len(links) - LINKS_MOST} links after the first {LINKS_MOST} were not followed")


def fetch(url: str, host: str) -> bytes:
    """What an address answers, at most REDIRECTS_MOST redirects on; `host` may lie in a private network."""
    for _ in range(REDIRECTS_MOST + 1):
        _refuse(url, host)
        try:
            with requests.get(url, timeout=(CONNECT, PIECE), stream=True, allow_redirects=False) as answer:
                if not answer.is_redirect:
                    return _read(url, answer)
                onward = urljoin(url, answer.headers["location"])
        except requests.Timeout as error:
            raise NotFetched(f"{url}: no answer within {PIECE} s") from error
        except requests.RequestException as error:
            raise NotFetched(f"{url}: {type(error).__name__}") from error
        if urlsplit(url).scheme == "https" and urlsplit(onward).scheme == "http":
            raise NotFetched(f"{url}: sends on to {onward}, which is not encrypted")
        url = onward
    raise NotFetched(f"{url}: more than {REDIRECTS_MOST} redirects")


def _refuse(url: str, host: str) -> None:
    """Raise NotFetched for what is no address of the web, or leads into a private network."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotFetched(f"{url}: no address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotFetched(f"{url}: not an address of a weather service (http or https)")
    if parts.hostname == host:
        return
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise NotFetched(f"{url}: nobody knows this host") from error
    if not all(ipaddress.ip_address(each.partition("%")[0]).is_global for each in found):
        raise NotFetched(f"{url}: leads into a private network")


def _read(url: str, answer: requests.Response) -> bytes:
    """The body, unless it is too long or comes too slowly."""
    if answer.status_code != requests.codes.ok:
        raise NotFetched(f"{url}: HTTP {answer.status_code}")
    until, text = time.monotonic() + WHOLE, b""
    try:
        while piece := answer.raw.read1(65_536, decode_content=True):
            text += piece
            if len(text) > BYTES_MOST:
                raise NotFetched(f"{url}: longer than {BYTES_MOST // 1_000_000} MB")
            if time.monotonic() > until:
                raise NotFetched(f"{url}: not complete after {WHOLE} s")
    except HTTPError as error:
        raise NotFetched(f"{url}: broke off ({type(error).__name__})") from error
    return text
