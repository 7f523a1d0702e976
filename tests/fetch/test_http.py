"""HTTP against real servers: one that behaves, and raw sockets where a server must misbehave."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feedbot.errors import FetchError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.fetch.http import NetworkPolicy, StatusError, fetch

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
WAYS_TO_WRITE_LOOPBACK = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "localhost",
)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


def open_to(port: int) -> NetworkPolicy:
    """The policy of a demo: one pair on this machine, without TLS."""
    return NetworkPolicy(
        allow_private=(f"localhost:{port}", f"127.0.0.1:{port}"), allow_http=("localhost", "127.0.0.1")
    )


def get(server: HTTPServer, path: str = "/", **more: Any) -> Document:
    """Fetch from the server that behaves; a Document must come."""
    document = fetch(server.url_for(path), policy=open_to(server.port), now=NOW, **more)
    assert isinstance(document, Document)
    return document


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve connections by `answer`, which gets the socket once the request has been read; yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    try:
                        answer(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def failure(url: str, policy: NetworkPolicy | None = None, **more: Any) -> FetchError:
    """Fetch, and return the error that must come."""
    port = int(url.rpartition(":")[2].partition("/")[0]) if url.startswith("http://127.0.0.1:") else 0
    with pytest.raises(FetchError) as caught:
        fetch(url, policy=policy or open_to(port), now=NOW, **more)
    return caught.value


def test_a_document_arrives_with_what_was_declared(httpserver: HTTPServer) -> None:
    """Body, media type, charset and validators are kept; none is believed."""
    headers = {"ETag": '"v1"', "Last-Modified": "Wed, 01 Apr 2026 00:00:00 GMT"}
    httpserver.expect_request("/feed").respond_with_data(
        b"\x1b$B0-\x1b(B", content_type='Text/XML; charset="ISO-2022-JP"', headers=headers
    )
    document = get(httpserver, "/feed")
    assert document.body == b"\x1b$B0-\x1b(B"
    assert (document.media_type, document.charset) == ("text/xml", "iso-2022-jp")
    assert document.validators == Validators('"v1"', "Wed, 01 Apr 2026 00:00:00 GMT")
    assert document.url == httpserver.url_for("/feed")
    assert document.fetched_at == NOW


def test_validators_are_sent_and_304_is_not_modified(httpserver: HTTPServer) -> None:
    """Either validator alone makes the request conditional."""

    def answer(request: Request) -> Response:
        known = request.headers.get("If-None-Match") == '"v1"' or "If-Modified-Since" in request.headers
        return Response(status=304 if known else 200, response=b"full")

    httpserver.expect_request("/").respond_with_handler(answer)
    url, policy = httpserver.url_for("/"), open_to(httpserver.port)
    for held in (Validators(etag='"v1"'), Validators(last_modified="Wed, 01 Apr 2026 00:00:00 GMT")):
        assert fetch(url, policy=policy, now=NOW, validators=held) == NotModified(url)
    assert get(httpserver, validators=Validators()).body == b"full"
    assert get(httpserver).body == b"full"


def test_304_to_an_unconditional_request_is_an_error(httpserver: HTTPServer) -> None:
    """A server that says "not modified" to one who holds nothing does not turn a source green."""
    httpserver.expect_request("/").respond_with_data(status=304)
    assert not failure(httpserver.url_for("/"), open_to(httpserver.port)).permanent


def test_the_request_says_who_asks(httpserver: HTTPServer) -> None:
    """The User-Agent is the policy's, and gzip is the only encoding asked for."""
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(f"{request.headers['User-Agent']}|{request.headers['Accept-Encoding']}")
    )
    policy = NetworkPolicy(open_to(httpserver.port).allow_private, ("localhost",), user_agent="feedbot (+a@b.example)")
    document = fetch(httpserver.url_for("/"), policy=policy, now=NOW)
    assert isinstance(document, Document)
    assert document.body == b"feedbot (+a@b.example)|gzip"


def test_html_at_200_is_handed_on_as_what_it_is(httpserver: HTTPServer) -> None:
    """A captive page and an empty body are documents; the source judges them."""
    httpserver.expect_request("/html").respond_with_data(b"<html>login</html>", content_type="text/html")
    httpserver.expect_request("/empty").respond_with_data(b"")
    assert get(httpserver, "/html").media_type == "text/html"
    assert get(httpserver, "/empty").body == b""


@pytest.mark.parametrize(("status", "permanent"), [(404, True), (410, True), (403, True), (429, False), (500, False)])
def test_a_status_that_is_no_document(httpserver: HTTPServer, status: int, permanent: bool) -> None:
    """4xx stays so, 5xx and "too many" pass."""
    httpserver.expect_request("/").respond_with_data(status=status)
    error = failure(httpserver.url_for("/"), open_to(httpserver.port))
    assert isinstance(error, StatusError)
    assert (error.status, error.permanent, error.retry_after) == (status, permanent, None)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Wed, 01 Apr 2026 09:05:00 GMT", timedelta(minutes=5)),
        ("Wed, 01 Apr 2020 09:05:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_kept_on_the_error(httpserver: HTTPServer, header: str, wait: timedelta | None) -> None:
    """Seconds and dates both become a span from now."""
    httpserver.expect_request("/").respond_with_data(status=503, headers={"Retry-After": header})
    error = failure(httpserver.url_for("/"), open_to(httpserver.port))
    assert isinstance(error, StatusError)
    assert error.retry_after == wait


def test_a_redirect_from_a_listed_pair_may_not_go_within(httpserver: HTTPServer) -> None:
    """Redirects never inherit allow_private, not even to the pair that was listed."""
    httpserver.expect_request("/").respond_with_data(status=302, headers={"Location": "/secret"})
    httpserver.expect_request("/secret").respond_with_data(b"secret")
    error = failure(httpserver.url_for("/"), open_to(httpserver.port))
    assert "open Internet" in str(error)
    assert error.permanent


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take loopback for the open Internet, so that redirects can be followed at all."""
    monkeypatch.setattr("feedbot.fetch._addresses.is_public", lambda address: True)


@pytest.mark.usefixtures("outside")
def test_redirects_are_followed_and_the_last_address_is_kept(httpserver: HTTPServer) -> None:
    """Five hops are followed, relative and absolute."""
    for hop in range(5):
        httpserver.expect_request(f"/{hop}").respond_with_data(status=301, headers={"Location": f"/{hop + 1}"})
    httpserver.expect_request("/5").respond_with_data(b"here")
    document = get(httpserver, "/0")
    assert (document.body, document.url) == (b"here", httpserver.url_for("/5"))


@pytest.mark.usefixtures("outside")
def test_a_redirect_loop_ends(httpserver: HTTPServer) -> None:
    """The sixth redirect is not followed."""
    httpserver.expect_request("/").respond_with_data(status=302, headers={"Location": "/"})
    error = failure(httpserver.url_for("/"), open_to(httpserver.port))
    assert "more than 5 redirects" in str(error)
    assert len(httpserver.log) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://[broken/", "ftp://a.example/", "http://x@localhost/"])
def test_a_redirect_to_what_is_not_allowed(target: str) -> None:
    """Every hop is judged like the first."""
    answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    with raw_server(lambda connection: connection.sendall(answer)) as url:
        assert failure(url).permanent


def test_https_is_not_given_up_by_a_redirect() -> None:
    """A downgrade is refused even where http is listed for the host."""
    from feedbot.fetch.http import _next, parse_url

    with pytest.raises(FetchError, match="from https to http"):
        _next(parse_url("https://a.example/feed"), "http://a.example/feed")
    assert str(_next(parse_url("https://a.example/x/feed"), "../y")) == "https://a.example/y"


@pytest.mark.parametrize("url", ["http://a.example/", "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/"])
def test_only_https_unless_listed(url: str) -> None:
    """Other schemes are refused before anything is connected."""
    error = failure(url, NetworkPolicy())
    assert error.permanent


@pytest.mark.parametrize("url", ["https:///x", "https://[::1/", "not an address", "https://user@a.example/", ""])
def test_what_is_no_address(url: str) -> None:
    """A broken address is a permanent FetchError."""
    assert failure(url, NetworkPolicy()).permanent


@pytest.mark.parametrize("host", WAYS_TO_WRITE_LOOPBACK)
def test_an_inward_address_is_never_connected(host: str) -> None:
    """However it is written, a listening port on this machine sees no connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        port = listener.getsockname()[1]
        assert "open Internet" in str(failure(f"https://{host}:{port}/", NetworkPolicy()))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_another_port_of_a_listed_host_is_refused(httpserver: HTTPServer) -> None:
    """A pair is a pair, not a host."""
    error = failure(httpserver.url_for("/"), NetworkPolicy((f"localhost:{httpserver.port + 1}",), ("localhost",)))
    assert "open Internet" in str(error)


def test_a_literal_within_is_refused_through_a_proxy_too(httpserver: HTTPServer) -> None:
    """The proxy resolves names, but what needs no DNS we judge ourselves; the proxy itself may stand within."""
    httpserver.expect_request("/feed").respond_with_data(b"by proxy")
    policy = NetworkPolicy(allow_http=("a.example", "10.0.0.1"), proxy=httpserver.url_for("").rstrip("/"))
    document = fetch("http://a.example/feed", policy=policy, now=NOW)
    assert isinstance(document, Document)
    assert document.body == b"by proxy"
    assert "open Internet" in str(failure("http://10.0.0.1/feed", policy))


def test_the_environment_names_no_proxy(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """http_proxy and the like are not asked."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    httpserver.expect_request("/").respond_with_data(b"direct")
    assert get(httpserver).body == b"direct"


def test_a_body_over_the_limit_is_refused(httpserver: HTTPServer) -> None:
    """The limit itself passes, one byte more does not."""
    httpserver.expect_request("/").respond_with_data(b"x" * 1000)
    assert len(get(httpserver, limit=1000).body) == 1000
    assert failure(httpserver.url_for("/"), open_to(httpserver.port), limit=999).permanent


def test_gzip_is_read(httpserver: HTTPServer) -> None:
    """Several members and pieces larger than a step come out whole."""
    text = b"advisory " * 50_000
    body = gzip.compress(text) + gzip.compress(b"end")
    httpserver.expect_request("/").respond_with_data(body, headers={"Content-Encoding": "gzip"})
    assert get(httpserver).body == text + b"end"


def test_a_gzip_bomb_stops_at_the_limit(httpserver: HTTPServer) -> None:
    """64 MiB in 64 kB is given up at the limit, by the bytes that come out."""
    httpserver.expect_request("/").respond_with_data(gzip.compress(bytes(2**26)), headers={"Content-Encoding": "gzip"})
    started = time.monotonic()
    error = failure(httpserver.url_for("/"), open_to(httpserver.port), limit=2**20)
    assert "larger than 1048576 bytes" in str(error)
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_an_encoding_nobody_asked_for(httpserver: HTTPServer, encoding: str) -> None:
    """Bytes that we cannot read are not taken for the text."""
    httpserver.expect_request("/").respond_with_data(b"?", headers={"Content-Encoding": encoding})
    assert "encoding" in str(failure(httpserver.url_for("/"), open_to(httpserver.port)))


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 100\r\n\r\n<rdf",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rdf>\r\n",
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rdf></rdf>", mtime=0)[:-4],
        HEAD + b"Content-Encoding: gzip\r\n\r\nnot gzip",
        HEAD[:20],
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_a_broken_answer_is_not_a_document(answer: bytes) -> None:
    """Cut by length, by chunk, inside gzip, in the head, or no HTTP at all: an error that passes."""
    with raw_server(lambda connection: connection.sendall(answer)) as url:
        error = failure(url)
    assert "broken" in str(error)
    assert not error.permanent


@pytest.mark.parametrize("head", [HEAD + b"\r\n", b"HTTP/1.1 200 OK\r\n"])
def test_a_trickle_ends_at_the_deadline(head: bytes) -> None:
    """A byte now and then, in the body or in the headers, does not keep us."""

    def trickle(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(1200):
            connection.sendall(b"x")
            time.sleep(0.05)

    with raw_server(trickle) as url:
        started = time.monotonic()
        error = failure(url, seconds=0.3)
        assert time.monotonic() - started < 30
    assert "no complete answer within" in str(error)
    assert not error.permanent


def test_a_server_that_says_nothing_ends_at_the_deadline() -> None:
    """Silence after the connection is the same failure."""
    with raw_server(lambda connection: time.sleep(0.6)) as url:
        assert "no complete answer" in str(failure(url, seconds=0.2))


def test_a_closed_port_passes() -> None:
    """Nobody listening is an error that passes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(f"http://127.0.0.1:{port}/")
    assert "no connection" in str(error)
    assert not error.permanent


def test_a_server_that_speaks_no_tls() -> None:
    """https to a plain port names the secure connection as the fault."""
    with raw_server(lambda connection: connection.sendall(b"HTTP/1.1 400 no\r\n\r\n")) as url:
        assert "no secure connection" in str(failure(url.replace("http:", "https:"), open_to(int(url[17:-1]))))
