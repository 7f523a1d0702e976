"""Good manners against a real server: turns, robots.txt, Retry-After, tries that may help and tries that may not."""

import gzip
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feedbot.errors import FetchError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.fetch.http import NetworkPolicy, StatusError
from feedbot.fetch.polite import Courtesy, Patience, Web

START = datetime(2026, 4, 1, 9, tzinfo=UTC)
QUICK = Patience(first=0.001, most=0.002, jitter=0)
FAST = Courtesy(per_second=1000)


@dataclass
class Clock:
    """A clock that a test turns."""

    now: datetime = field(default=START)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The time of a test."""
    return Clock()


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take loopback for the open Internet: a publisher's server, not the operator's own."""
    monkeypatch.setattr("feedbot.fetch._addresses.is_public", lambda address: True)


def web(clock: Clock, courtesy: Courtesy = FAST, patience: Patience = QUICK) -> Web:
    """Make a web in which loopback is spoken to without TLS."""
    return Web(NetworkPolicy(allow_http=("localhost",)), clock, courtesy, patience)


def asked(server: HTTPServer) -> list[str]:
    """Return the paths that a server was asked for."""
    return [request.path for request, _ in server.log]


def body(answer: Document | NotModified) -> bytes:
    """Return the bytes of what must be a document."""
    assert isinstance(answer, Document)
    return answer.body


def serve(server: HTTPServer, path: str, *statuses: int, **headers: str) -> None:
    """Answer with these statuses in turn, then with a page."""
    left = list(statuses)

    def answer(request: Request) -> Response:
        status = left.pop(0) if left else 200
        return Response(b"page", status, {} if status == 200 else {k.replace("_", "-"): v for k, v in headers.items()})

    server.expect_request(path).respond_with_handler(answer)


def failure(get: Callable[[], object]) -> FetchError:
    """Return the error that must come."""
    with pytest.raises(FetchError) as caught:
        get()
    return caught.value


@pytest.mark.usefixtures("outside")
def test_robots_is_asked_once_a_day(httpserver: HTTPServer, clock: Clock) -> None:
    """One request more for a host's first document, none for the others; after a day it is read anew."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /private/")
    httpserver.expect_request("/a").respond_with_data(b"a")
    made = web(clock)
    assert [body(made.fetch(httpserver.url_for("/a"))) for _ in range(3)] == [b"a"] * 3
    assert asked(httpserver) == ["/robots.txt", "/a", "/a", "/a"]
    clock.now += timedelta(days=1)
    made.fetch(httpserver.url_for("/a"))
    assert asked(httpserver).count("/robots.txt") == 2


@pytest.mark.usefixtures("outside")
def test_a_disallowed_address_is_not_asked(httpserver: HTTPServer, clock: Clock) -> None:
    """A permanent error with the way out; the server sees only the question for robots.txt."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: feedbot\nDisallow: /")
    error = failure(lambda: web(clock).fetch(httpserver.url_for("/a")))
    assert error.permanent
    assert "robots = false" in error.hint()
    assert asked(httpserver) == ["/robots.txt"]


@pytest.mark.usefixtures("outside")
def test_a_redirect_to_a_disallowed_address_is_not_followed(httpserver: HTTPServer, clock: Clock) -> None:
    """Every hop is judged like the first."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /private/")
    httpserver.expect_request("/a").respond_with_data(status=302, headers={"Location": "/private/b"})
    assert "robots.txt" in str(failure(lambda: web(clock).fetch(httpserver.url_for("/a"))))
    assert asked(httpserver) == ["/robots.txt", "/a"]


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    "courtesy",
    [Courtesy(robots=False, per_second=1000), Courtesy(robots_of={"localhost": False}, per_second=1000)],
)
def test_with_permission_robots_is_left_aside(httpserver: HTTPServer, clock: Clock, courtesy: Courtesy) -> None:
    """For all, or for one host: robots.txt is not even asked for."""
    httpserver.expect_request("/a").respond_with_data(b"a")
    assert body(web(clock, courtesy).fetch(httpserver.url_for("/a"))) == b"a"
    assert asked(httpserver) == ["/a"]


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_without_robots_everything_is_allowed(httpserver: HTTPServer, clock: Clock, status: int) -> None:
    """RFC 9309, 2.3.1.3: a status of 400 to 499 means that there is none."""
    httpserver.expect_request("/robots.txt").respond_with_data(status=status)
    httpserver.expect_request("/a").respond_with_data(b"a")
    assert body(web(clock).fetch(httpserver.url_for("/a"))) == b"a"


@pytest.mark.usefixtures("outside")
def test_unknown_robots_allow_nothing_for_now(httpserver: HTTPServer, clock: Clock) -> None:
    """RFC 9309, 2.3.1.4: a server error means that nothing may be asked. robots.txt is tried as often as a document,
    then left alone for a minute, whatever else is asked for."""
    serve(httpserver, "/robots.txt", 500, 500, 503)
    httpserver.expect_request("/a").respond_with_data(b"a")
    made = web(clock)
    error = failure(lambda: made.fetch(httpserver.url_for("/a")))
    assert not error.permanent
    assert not failure(lambda: made.fetch(httpserver.url_for("/b"))).permanent
    assert asked(httpserver) == ["/robots.txt"] * 3
    clock.now += timedelta(minutes=1)
    assert body(made.fetch(httpserver.url_for("/a"))) == b"a"


@pytest.mark.usefixtures("outside")
def test_known_robots_outlive_an_outage(httpserver: HTTPServer, clock: Clock) -> None:
    """RFC 9309, 2.4: an old robots.txt is used on where a new one cannot be had."""
    answers = [Response("User-agent: *\nDisallow: /b"), *(Response(status=500) for _ in range(9))]
    httpserver.expect_request("/robots.txt").respond_with_handler(lambda request: answers.pop(0))
    httpserver.expect_request("/a").respond_with_data(b"a")
    made = web(clock)
    made.fetch(httpserver.url_for("/a"))
    clock.now += timedelta(days=2)
    assert body(made.fetch(httpserver.url_for("/a"))) == b"a"
    assert failure(lambda: made.fetch(httpserver.url_for("/b"))).permanent


def test_the_operators_own_server_is_asked_at_once(httpserver: HTTPServer, clock: Clock) -> None:
    """A pair under allow_private has no robots.txt to ask and no turn to wait for."""
    httpserver.expect_request("/a").respond_with_data(b"a")
    pair = f"localhost:{httpserver.port}"
    made = Web(NetworkPolicy((pair,), ("localhost",)), clock, Courtesy(per_second=0.01), QUICK)
    for _ in range(3):
        made.fetch(httpserver.url_for("/a"), seconds=2)
    assert asked(httpserver) == ["/a"] * 3


@pytest.mark.usefixtures("outside")
def test_threads_share_a_hosts_turns(httpserver: HTTPServer, clock: Clock) -> None:
    """Thirteen requests at five a second, robots.txt once among them, leave in three turns: two seconds at least.

    Their distances at the server say nothing on a busy machine: a request that had its turn may arrive late."""
    httpserver.expect_request("/robots.txt").respond_with_data(b"a")
    httpserver.expect_request("/a").respond_with_data(b"a")
    made = web(clock, Courtesy(rates={"localhost": 5}, per_second=1000))
    url = httpserver.url_for("/a")
    threads = [threading.Thread(target=lambda: [made.fetch(url) for _ in range(3)]) for _ in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert time.monotonic() - started >= 2
    assert sorted(asked(httpserver)) == ["/a"] * 12 + ["/robots.txt"]


@pytest.mark.usefixtures("outside")
def test_a_turn_that_does_not_come_is_an_error_that_passes(httpserver: HTTPServer, clock: Clock) -> None:
    """The wait is bounded by the request's own time."""
    httpserver.expect_request("/a").respond_with_data(b"a")
    made = web(clock, Courtesy(robots=False, per_second=0.01))
    made.fetch(httpserver.url_for("/a"))
    error = failure(lambda: made.fetch(httpserver.url_for("/a"), seconds=0.05))
    assert "no turn" in str(error)
    assert not error.permanent


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("statuses", [(500,), (503, 429), (502, 408)])
def test_what_passes_is_tried_again(httpserver: HTTPServer, clock: Clock, statuses: tuple[int, ...]) -> None:
    """5xx, 408 and 429 are tried up to three times in all."""
    serve(httpserver, "/a", *statuses)
    assert body(web(clock, Courtesy(robots=False, per_second=1000)).fetch(httpserver.url_for("/a"))) == b"page"
    assert len(httpserver.log) == len(statuses) + 1


@pytest.mark.usefixtures("outside")
def test_three_tries_and_no_more(httpserver: HTTPServer, clock: Clock) -> None:
    """The last error is the one that is told."""
    serve(httpserver, "/a", 500, 502, 503, 504)
    made = web(clock, Courtesy(robots=False, per_second=1000))
    assert "503" in str(failure(lambda: made.fetch(httpserver.url_for("/a"))))
    assert len(httpserver.log) == 3


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("status", [404, 403, 410])
def test_what_stays_is_not_tried_again(httpserver: HTTPServer, clock: Clock, status: int) -> None:
    """A permanent error costs one request."""
    serve(httpserver, "/a", status)
    made = web(clock, Courtesy(robots=False, per_second=1000))
    assert failure(lambda: made.fetch(httpserver.url_for("/a"))).permanent
    assert len(httpserver.log) == 1


@pytest.mark.usefixtures("outside")
def test_a_short_retry_after_is_waited_for(httpserver: HTTPServer, clock: Clock) -> None:
    """The server's own word replaces our back-off."""
    serve(httpserver, "/a", 503, Retry_After="1")
    made = web(clock, Courtesy(robots=False, per_second=1000))
    started = time.monotonic()
    assert body(made.fetch(httpserver.url_for("/a"))) == b"page"
    assert time.monotonic() - started >= 1


@pytest.mark.usefixtures("outside")
def test_a_long_retry_after_ends_the_try_and_is_kept(httpserver: HTTPServer, clock: Clock) -> None:
    """The error says when; until then the host sees no request, afterwards it does."""
    serve(httpserver, "/a", 429, Retry_After="1800")
    made = web(clock, Courtesy(robots=False, per_second=1000))
    error = failure(lambda: made.fetch(httpserver.url_for("/a")))
    assert isinstance(error, StatusError)
    assert "2026-04-01 09:30:00 UTC" in str(error)
    clock.now += timedelta(minutes=29)
    assert "09:30:00" in str(failure(lambda: made.fetch(httpserver.url_for("/b"))))
    assert len(httpserver.log) == 1
    clock.now += timedelta(minutes=1)
    assert body(made.fetch(httpserver.url_for("/a"))) == b"page"


@pytest.mark.usefixtures("outside")
def test_a_retry_after_of_years_is_believed_for_a_day(httpserver: HTTPServer, clock: Clock) -> None:
    """Neither a mistake nor malice silences a publisher."""
    serve(httpserver, "/a", 503, Retry_After="9" * 5000)
    made = web(clock, Courtesy(robots=False, per_second=1000))
    assert isinstance(failure(lambda: made.fetch(httpserver.url_for("/a"))), StatusError)
    clock.now += timedelta(days=1)
    assert body(made.fetch(httpserver.url_for("/a"))) == b"page"


@pytest.mark.usefixtures("outside")
def test_the_condition_and_the_cap_reach_the_server_and_the_reader(httpserver: HTTPServer, clock: Clock) -> None:
    """Validators and the source's own limit go through."""
    httpserver.expect_request("/a", headers={"If-None-Match": '"v1"'}).respond_with_data(status=304)
    httpserver.expect_request("/big").respond_with_data(b"x" * 1000)
    made = web(clock, Courtesy(robots=False, per_second=1000))
    url = httpserver.url_for("/a")
    assert made.fetch(url, Validators('"v1"')) == NotModified(url)
    assert len(body(made.fetch(httpserver.url_for("/big"), limit=1000))) == 1000
    assert failure(lambda: made.fetch(httpserver.url_for("/big"), limit=999)).permanent


@pytest.mark.usefixtures("outside")
def test_no_source_may_declare_more_than_the_largest(
    httpserver: HTTPServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bomb stops at 1 GiB (shrunk here) whatever the source declares."""
    monkeypatch.setattr("feedbot.fetch.http.LARGEST", 2**20)
    httpserver.expect_request("/a").respond_with_data(gzip.compress(bytes(2**24)), headers={"Content-Encoding": "gzip"})
    made = web(clock, Courtesy(robots=False, per_second=1000))
    assert "larger than 1048576 bytes" in str(failure(lambda: made.fetch(httpserver.url_for("/a"), limit=2**40)))
