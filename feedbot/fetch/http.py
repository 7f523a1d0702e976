"""Get one document by HTTP, with a cap on everything a server could do to us.

    url → scheme allowed? → admitted? → connect (guarded) → GET, conditional → 304: NotModified
                                                          → 30x: judged again, at most 5 times
                                                          → 200: read up to the cap → Document

What the answer means (a captive page, HTML where a feed should be, an empty feed) is the source's to judge.
"""

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

import httpcore2
import httpx2

from feedbot.errors import FetchError
from feedbot.fetch._addresses import addresses, refuse_private
from feedbot.fetch._answer import document, pieces, retry_after
from feedbot.fetch._document import Document, NotModified, Validators

LIMIT = 16 * 2**20
"""Bytes of a body after decompression, unless the source declares more."""
DEADLINE_SECONDS = 60.0
CONNECT_SECONDS = 10.0
"""How long one address may take to answer before the next is tried: a dead IPv6 route must not eat the deadline."""
LARGEST = 2**30
"""Bytes of a body after decompression, whatever a source declares."""
MOST_REDIRECTS = 5
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_REDIRECTS = (301, 302, 303, 307, 308)
# 408, 425 and 429 ask for another try (RFC 9110, RFC 8470, RFC 6585); the other 4xx say what will stay so.
_PASSING = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Where the operator lets us go: `allow_private` host:port pairs within, `allow_http` hosts without TLS (both as
    the address writes them), the User-Agent, and a proxy (empty: none; the environment is not asked)."""

    allow_private: tuple[str, ...] = ()
    allow_http: tuple[str, ...] = ()
    user_agent: str = "feedbot"
    proxy: str = ""


class StatusError(FetchError):
    """The server answered with a status that is no document. `retry_after` is what it asked for, None where nothing."""

    def __init__(self, url: str, status: int, retry_after: timedelta | None, now: datetime | None = None) -> None:
        until = now + retry_after if now and retry_after else None
        super().__init__(
            url,
            "the server answered {status}, to be asked again at {until}" if until else "the server answered {status}",
            permanent=400 <= status < 500 and status not in _PASSING,
            hint="open the address in a browser; the publisher may have moved it, or may be down",
            status=status,
            until=f"{until:%Y-%m-%d %H:%M:%S} UTC" if until else "",
        )
        self.status = status
        self.retry_after = retry_after


class Deadline:
    """One span of time for a whole request: the HTTP client's own limits start again with each byte."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left, negative when it is over."""
        return self._end - time.monotonic()

    def left(self) -> float:
        """Return the seconds that are left; raises TimeoutError when none are."""
        left = self.remaining()
        if left <= 0:
            raise TimeoutError
        return left


Admit = Callable[[str, float], None]
"""`admit(url, seconds)`: called before each hop is asked, with the time that is left; waits, or raises FetchError."""


def fetch(
    url: str,
    *,
    policy: NetworkPolicy,
    now: datetime,
    validators: Validators | None = None,
    limit: int = LIMIT,
    seconds: float = DEADLINE_SECONDS,
    admit: Admit = lambda url, seconds: None,
) -> Document | NotModified:
    """Get `url`, asking only for what is newer than `validators`; at most `limit` bytes, and never over 1 GiB.

    `seconds` is for all of it: DNS, redirects, body. Redirects are judged afresh and gain nothing from `allow_private`.
    Raises FetchError (StatusError where a status says it), always with the address that failed.
    """
    deadline, address = Deadline(seconds), parse_url(url)
    for _ in range(MOST_REDIRECTS + 1):
        check_scheme(address, policy)
        with translated(str(address), deadline):
            admit(str(address), deadline.left())
        with translated(str(address), deadline), answered(address, validators, policy, deadline) as response:
            headers = httpx2.Headers(response.headers)
            if response.status in _REDIRECTS and "location" in headers:
                address = _next(address, headers["location"])
                policy = replace(policy, allow_private=())
                continue
            if response.status == 304 and validators not in (None, Validators()):
                return NotModified(str(address))
            if response.status != 200:
                wait = retry_after(headers.get("retry-after", ""), now)
                raise StatusError(str(address), response.status, wait, now)
            body = b"".join(pieces(str(address), headers, response.iter_stream(), min(limit, LARGEST)))
            return document(str(address), headers, body, now)
    raise FetchError(url, "more than {most} redirects", permanent=True, most=MOST_REDIRECTS)


def parse_url(url: str) -> httpx2.URL:
    """Read an address. Raises FetchError where it is none, has no host or carries a user name."""
    try:
        address = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise FetchError(url, "not an address: {detail}", permanent=True, detail=error) from error
    if not address.host:
        raise FetchError(url, "not an address: {detail}", permanent=True, detail="no host")
    if address.userinfo:
        raise FetchError(url, "the address carries a user name", permanent=True, hint="leave out what stands before @")
    return address


def check_scheme(address: httpx2.URL, policy: NetworkPolicy) -> None:
    """Let https pass, and http where the operator lists the host. Raises FetchError."""
    if address.scheme == "https" or (address.scheme == "http" and address.host in policy.allow_http):
        return
    raise FetchError(
        str(address),
        "{scheme} is not allowed, only https",
        permanent=True,
        hint="if http must do, list {host} under network.allow_http",
        scheme=address.scheme,
        host=address.host,
    )


def _next(address: httpx2.URL, location: str) -> httpx2.URL:
    """Follow one redirect. From https to http never: it would undo the reader's choice of https."""
    try:
        target = parse_url(str(address.join(location)))
    except httpx2.InvalidURL as error:
        raise FetchError(str(address), "not an address: {detail}", permanent=True, detail=error) from error
    if address.scheme == "https" and target.scheme == "http":
        raise FetchError(str(address), "redirects from https to http: {target}", permanent=True, target=target)
    return target


@contextmanager
def answered(
    address: httpx2.URL,
    validators: Validators | None,
    policy: NetworkPolicy,
    deadline: Deadline,
    posted: bytes | None = None,
    further: Mapping[str, str] = NO_HEADERS,
) -> Iterator[httpcore2.Response]:
    """Send one GET (or a POST, of JSON unless `further` headers say otherwise) on a connection of its own; the answer's
    body is still on the wire."""
    port = address.port or (443 if address.scheme == "https" else 80)
    open_to = policy.allow_private
    if policy.proxy:
        # The proxy is configuration and may stand within; it resolves names itself, so only what needs no DNS is
        # judged here.
        if f"{address.host}:{port}" not in open_to:
            refuse_private(address.host, port, addresses(address.host, port, numeric=True))
        proxy = httpx2.URL(policy.proxy)
        open_to = (f"{proxy.host}:{proxy.port or (443 if proxy.scheme == 'https' else 80)}",)
    request = {
        "Host": address.netloc.decode("ascii"),
        "User-Agent": policy.user_agent,
        "Accept-Encoding": "gzip",
        "If-None-Match": validators.etag if validators else "",
        "If-Modified-Since": validators.last_modified if validators else "",
        "Content-Type": "" if posted is None else "application/json",
        **further,
    }
    with (
        httpcore2.ConnectionPool(
            ssl_context=_tls(),
            proxy=_proxy(policy.proxy),
            network_backend=_GuardedNetwork(deadline, open_to),
        ) as pool,
        pool.stream(
            "GET" if posted is None else "POST",
            httpcore2.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path),
            headers=[(name, value) for name, value in request.items() if value],
            content=posted,
        ) as response,
    ):
        yield response


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _proxy(url: str) -> httpcore2.Proxy | None:
    if not url:
        return None
    address = httpx2.URL(url)
    auth = (address.username, address.password) if address.userinfo else None
    return httpcore2.Proxy(str(address.copy_with(username=None, password=None)), auth=auth)


@contextmanager
def translated(url: str, deadline: Deadline) -> Iterator[None]:
    """Turn the HTTP client's failures into ours."""
    try:
        yield
    except (TimeoutError, httpcore2.TimeoutException) as error:
        raise FetchError(
            url, "no complete answer within {seconds} seconds", permanent=False, seconds=round(deadline.seconds)
        ) from error
    except httpcore2.ConnectError as error:
        if isinstance(error.args[0], ssl.SSLError):
            raise FetchError(
                url,
                "no secure connection: {detail}",
                permanent=False,
                hint="look at the server's certificate and this machine's clock",
                detail=error,
            ) from error
        raise FetchError(url, "no connection: {detail}", permanent=False, detail=error) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, zlib.error) as error:
        raise FetchError(url, "the answer is broken: {detail}", permanent=False, detail=error) from error


class _GuardedNetwork(httpcore2.NetworkBackend):
    """A network that ends at the deadline and, unless `open_to` names the pair, refuses addresses within."""

    def __init__(self, deadline: Deadline, open_to: tuple[str, ...]) -> None:
        self._deadline = deadline
        self._open_to = open_to
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve once, judge every address, connect to the first that answers."""
        found = addresses(host, port)
        if f"{host}:{port}" not in self._open_to:
            refuse_private(host, port, found)
        last = httpcore2.ConnectError(host)
        for address in found:
            seconds = min(self._deadline.left(), CONNECT_SECONDS)
            try:
                stream = self._inner.connect_tcp(str(address), port, seconds, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = httpcore2.ConnectError(str(error))
            else:
                return _TimedStream(stream, self._deadline)
        raise last


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every operation ends at the deadline, so that one byte in ten seconds gains nothing."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
