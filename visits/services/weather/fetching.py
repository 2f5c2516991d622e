"""A weather service is asked for its alerts: what it answers is taken with care, wherever it comes from (VIS-9)."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import HTTPError

from visits.rules.weather import NotCap, cap_links, cap_parts

#: Seconds until a connection stands, between two pieces of an answer, for a whole answer.
CONNECT, PIECE, WHOLE = 5, 10, 30
#: The most bytes of an answer, redirects in a row, alerts followed in a feed of links, and addresses tried of a host.
BYTES_MOST, REDIRECTS_MOST, LINKS_MOST, ADDRESSES_MOST = 5_000_000, 5, 50, 3


class NotFetched(Exception):
    """An address gave nothing that one may take; the message names it and says why."""


class Hosts:
    """Where each host lies, looked up once: what was allowed is what is connected to, whatever its name says later.

    The host that was asked for may lie in a private network; any other must be public. Behind a proxy the asked host
    is left to the proxy to find.
    """

    def __init__(self, asked: str) -> None:
        self._asked = asked
        self._found: dict[str, list[str]] = {}

    def addresses(self, url: str) -> list[str]:
        """Where to connect to for `url`; raises NotFetched for what is no address of the web, or may not be asked."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise NotFetched(f"{url}: no address") from error
        host = parts.hostname
        if parts.scheme not in {"http", "https"} or not host:
            raise NotFetched(f"{url}: not an address of a weather service (http or https)")
        if host not in self._found:
            self._found[host] = self._look_up(url, host, port)
        return self._found[host]

    def _look_up(self, url: str, host: str, port: int) -> list[str]:
        if host == self._asked and select_proxy(url, get_environ_proxies(url)):
            return [host]
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotFetched(f"{url}: nobody knows this host") from error
        found = list(dict.fromkeys(str(each[4][0]) for each in answers))
        if host != self._asked and not all(ipaddress.ip_address(each.partition("%")[0]).is_global for each in found):
            raise NotFetched(f"{url}: leads into a private network")
        return found[:ADDRESSES_MOST]


def fetched(url: str) -> Iterator[str | bytes | NotFetched | NotCap]:
    """Each alert of a feed, whether it holds or links to them; what could not be had is named in its place.

    Redirects and links are followed to public addresses and to the host that was asked for, never elsewhere: whoever
    writes a feed must not make this server ask its own neighbours. Raises NotFetched or NotCap for the feed itself.
    """
    hosts = Hosts(urlsplit(url).hostname or "")
    text = fetch(url, hosts)
    if parts := cap_parts(text):
        yield from parts
        return
    links = [urljoin(url, link) for link in cap_links(text)]
    if not links:
        yield text  # whoever reads it says what it lacks
    for link in links[:LINKS_MOST]:
        try:
            yield from cap_parts(linked := fetch(link, hosts)) or [linked]
        except (NotFetched, NotCap) as trouble:
            yield trouble if isinstance(trouble, NotFetched) else NotCap(f"{link}: {trouble}")
    if len(links) > LINKS_MOST:
        yield NotFetched(f"{url}: {len(links) - LINKS_MOST} links after the first {LINKS_MOST} were not followed")


def fetch(url: str, hosts: Hosts) -> bytes:
    """What an address answers, at most REDIRECTS_MOST redirects on."""
    for _ in range(REDIRECTS_MOST + 1):
        addresses = hosts.addresses(url)
        try:
            with _answer(url, addresses) as answer:
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


class _Named(HTTPAdapter):
    """Connects to the address that a request names, and has it prove by its certificate that it is `host`."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        where, how = super().build_connection_pool_key_attributes(*args, **kwargs)
        return where, {**how, "server_hostname": self._host}


@contextmanager
def _answer(url: str, addresses: list[str]) -> Iterator[requests.Response]:
    """The answer of the first of the addresses that can be connected to; asked as the host that the URL names."""
    with requests.Session() as session:
        request = session.prepare_request(requests.Request("GET", url))
        how = session.merge_environment_settings(url, {}, True, None, None)
        named = urlsplit(str(request.url))
        user, at, place = named.netloc.rpartition("@")
        request.headers["Host"] = place
        session.mount("https://", _Named(named.hostname or ""))
        port = f":{named.port}" if named.port else ""
        for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
            where = f"[{address}]" if ":" in address else address
            request.url = named._replace(netloc=f"{user}{at}{where}{port}").geturl()
            try:
                answer = session.send(request, timeout=(CONNECT, PIECE), allow_redirects=False, **how)
            except requests.ConnectionError:
                if not left:
                    raise
                continue
            with answer:
                yield answer
            return


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
