"""The feed cases of RELIABILITY.md, one by one, against a real server: collect() with the real fetch, from the wire to
the database. Whatever a server does, the round ends, says what happened, and loses nothing that it held."""

import gzip
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpcore2
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feedbot.advisory import Status
from feedbot.errors import FetchError, SourceError
from feedbot.fetch import Document, NotModified, Validators, http
from feedbot.fetch.polite import Courtesy, Patience, Web
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport
from feedbot.pipeline.collect import collect
from feedbot.source import Source
from feedbot.store import advisories, cases, documents, quarantine, sources
from tests.conftest import need_program
from tests.fakes import World, world

XMLNS = (
    'xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:sec="http://jvn.jp/rss/mod_sec/"'
)
DAY = "2026-11-20T13:00+09:00"


def entry(count: int, title: str = "", words: str = "説明", date: str = DAY, cve: str = "", more: str = "") -> str:
    """Write one entry of JVN iPedia's form."""
    number = f"JVNDB-2026-{count:06d}"
    url = f"https://jvndb.example/ja/contents/2026/{number}.html"
    cve = (
        f'<sec:references source="CVE" id="{cve}">https://www.cve.org/CVERecord?id={cve}</sec:references>'
        if cve
        else ""
    )
    return (
        f'<item rdf:about="{url}"><title>{title or f"製品 {count} の脆弱性"}</title><link>{url}</link>'
        f"<description>{words}</description>{more}<sec:identifier>{number}</sec:identifier>{cve}"
        f"<dc:date>{date}</dc:date><dcterms:issued>{DAY}</dcterms:issued><dcterms:modified>{date}</dcterms:modified></item>"
    )


def feed(*entries: str, date: str = DAY, before: str = "") -> bytes:
    """Write a feed of entries."""
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<rdf:RDF {XMLNS}><channel rdf:about="https://jvndb.example/">'
    )
    channel = f"<title>見本</title><link>https://jvndb.example/</link><dc:date>{date}</dc:date></channel>"
    return f"{head}{channel}{''.join(entries)}</rdf:RDF>".encode()


@dataclass
class Site:
    """A publisher's server and the one who collects it."""

    server: HTTPServer
    stage: World
    seconds: float = 20.0
    member: str = "jvn_ipedia"
    url: str = ""
    limit: int = 0
    policy: http.NetworkPolicy | None = None

    def serve(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Serve this from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer(lambda request: Response(body, status, named))

    def answer(self, answer: Callable[[Request], Response]) -> None:
        """Answer so from now on."""
        self.server.clear_all_handlers()
        self.server.expect_request("/feed").respond_with_handler(answer)

    @property
    def edges(self) -> Edges:
        """The world, with the real fetch in it."""
        policy = self.policy or http.NetworkPolicy((f"localhost:{self.server.port}",), ("localhost", "127.0.0.1"))
        web = Web(policy, lambda: self.stage.now, Courtesy(robots=False, per_second=1000), Patience(tries=1))

        def fetch(url: str, validators: Validators | None, limit: int = http.LIMIT) -> Document | NotModified:
            return web.fetch(url, validators, limit, self.seconds)

        return replace(self.stage.edges(), fetch=fetch)

    @property
    def source(self) -> ConfiguredSource:
        """The publisher as configured, with another cap where `limit` says so."""
        made = self.stage.source("a", self.member, self.url or self.server.url_for("/feed"))
        member = made.member
        if not self.limit:
            return made
        capped = SimpleNamespace(
            SOURCE=replace(member.SOURCE, limit=self.limit), listing=member.listing, read=member.read
        )
        return replace(made, member=cast(Source, capped))

    def round(self) -> CollectReport:
        """Collect once."""
        return collect(self.edges, self.source)

    def failed(self, kind: type[Exception] = SourceError) -> str:
        """Collect once; the source must fail, take nothing in, and forget its validators where it was unreadable."""
        report = self.round()
        assert isinstance(report.error, kind), report
        assert (report.new, report.changed) == ([], [])
        state = self.state
        assert state.failures > 0
        if kind is SourceError:
            assert (state.parsed_ok, state.validators) == (False, Validators())
        return str(report.error)

    @property
    def state(self) -> sources.SourceState:
        """How the source fares."""
        with self.stage.database.begin() as tx:
            return sources.state(tx, "a")

    @property
    def held(self) -> dict[str, str]:
        """Number → title of what is current."""
        with self.stage.database.begin() as tx:
            return {one.advisory.number: one.advisory.title for one in advisories.listing(tx, limit=1000)}

    def revisions(self, number: str) -> int:
        """Return how many documents an advisory's revisions were read from."""
        with self.stage.database.begin() as tx:
            return len(documents.of_item(tx, "a", number))


@pytest.fixture
def site(httpserver: HTTPServer, tmp_path: Path) -> Site:
    """A server that serves what a test says."""
    return Site(httpserver, world(tmp_path))


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take loopback for the open Internet, so that redirects can be followed at all."""
    monkeypatch.setattr("feedbot.fetch._addresses.is_public", lambda address: True)


@contextmanager
def raw_server(answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve connections by `answer`, over TLS where a context is given; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                try:
                    with tls.wrap_socket(plain, server_side=True) if tls else plain as connection:
                        connection.recv(65536)
                        answer(connection)
                except OSError:
                    continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is done here takes no longer, generously: a blow-up takes minutes."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


XML_MEMBERS = ("jvn_ipedia", "jvn", "jpcert", "rss")
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize("member", XML_MEMBERS)
def test_entity_bomb(site: Site, member: str) -> None:
    """A billion laughs in a kilobyte: refused for its DOCTYPE, nothing expanded."""
    site.member = member
    site.serve(feed(entry(1, title="&l9;"), before=f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]>'))
    with within(60):
        assert "DOCTYPE" in site.failed()


@pytest.mark.parametrize("member", XML_MEMBERS)
@pytest.mark.parametrize("place", ["file:///etc/passwd", "http://localhost:{port}/evil.dtd"])
def test_external_dtd(site: Site, member: str, place: str) -> None:
    """Neither a file nor an address that the document names is opened."""
    site.member = member
    where = place.format(port=site.server.port)
    site.serve(feed(entry(1, title="&x;"), before=f'<!DOCTYPE a SYSTEM "{where}" [<!ENTITY x SYSTEM "{where}">]>'))
    assert "root:" not in site.failed()
    assert [request.path for request, _ in site.server.log] == ["/feed"]


@pytest.mark.parametrize("member", XML_MEMBERS)
def test_200_000_nested_tags(site: Site, member: str) -> None:
    """Depth kills no parser: the listing is unreadable, and the round ends."""
    site.member = member
    site.serve(feed(entry(1, more="<a>" * 200_000 + "</a>" * 200_000)))
    with within(60):
        site.round()
    assert (site.held, site.state.parsed_ok, site.state.failures) == ({}, False, 1)


@pytest.mark.parametrize("limit", [0, 2**20])
def test_gzip_bomb(site: Site, limit: int) -> None:
    """1 GiB in 1 MB stops at the source's cap: 16 MiB, or what its member declares."""
    site.limit, site.member = limit, "rss"
    bomb = gzip.compress(bytes(2**26)) * 16
    site.serve(bomb, Content_Encoding="gzip")
    with within(60):
        assert f"larger than {limit or 2**24} bytes" in site.failed(FetchError)


def test_one_byte_in_ten_seconds(site: Site) -> None:
    """A trickle ends at the deadline (shrunk here), however often a byte comes."""

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for byte in feed(entry(1)):
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with raw_server(trickle) as port, within(60):
        site.policy = http.NetworkPolicy((f"127.0.0.1:{port}",), ("127.0.0.1",))
        site.url, site.seconds = f"http://127.0.0.1:{port}/feed", 0.3
        assert "no complete answer within" in site.failed(FetchError)


@pytest.mark.usefixtures("outside")
def test_redirect_loop(site: Site) -> None:
    """Six requests, then an error."""
    site.serve(b"", 302, Location="/feed")
    assert "more than 5 redirects" in site.failed(FetchError)
    assert len(site.server.log) == 6


@pytest.mark.usefixtures("outside")
def test_downgrade(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """https that redirects to http is refused even where http is listed; the http server sees nothing."""
    openssl = need_program("openssl", "openssl")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr("feedbot.fetch.http._tls", lambda: trusting)
    site.serve(feed(entry(1)))
    answer = f"HTTP/1.1 301 Moved\r\nLocation: {site.server.url_for('/feed')}\r\nContent-Length: 0\r\n\r\n".encode()
    with raw_server(lambda connection: connection.sendall(answer), tls) as port:
        site.url = f"https://localhost:{port}/feed"
        assert "redirects from https to http" in site.failed(FetchError)
    assert site.server.log == []


@pytest.mark.usefixtures("outside")
def test_file_address(site: Site) -> None:
    """Neither configured nor by a redirect."""
    site.serve(b"", 302, Location="file:///etc/passwd")
    assert "root:" not in site.failed(FetchError)
    site.url = "file:///etc/passwd"
    assert "root:" not in site.failed(FetchError)


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:10.0.0.1]", "2130706433", "localhost"])
def test_forbidden_address(site: Site, host: str) -> None:
    """An inward address is refused before a connection (all forty: tests/fetch/test_addresses.py)."""
    site.policy = http.NetworkPolicy()
    site.url = f"https://{host}/feed"
    assert "not on the open Internet" in site.failed(FetchError)


def test_an_item_that_points_inward(site: Site) -> None:
    """A feed may name any address: what it names within is not fetched, and said to be missing."""
    site.member = "jvn"
    inward = f"http://127.0.0.1:{site.server.port}/secret"
    site.serve(feed(entry(1).replace("https://jvndb.example/ja/contents/2026/JVNDB-2026-000001.html", inward)))
    report = site.round()
    assert ["open Internet" in one for one in report.unreachable] == [True]
    assert [request.path for request, _ in site.server.log] == ["/feed"]


def test_dns_rebinding(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is judged and inward a moment later: it is looked up once, and what was judged is
    what is connected to."""
    answers = [("93.184.215.14", 443), ("127.0.0.1", 443)]
    connected: list[str] = []

    def resolve(*given: Any, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", answers.pop(0))]

    def connect(self: object, host: str, *given: Any, **more: Any) -> None:
        connected.append(host)
        raise httpcore2.ConnectError("not in a test")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    site.policy, site.url = http.NetworkPolicy(), "https://rebind.example/feed"
    site.failed(FetchError)
    assert connected == ["93.184.215.14"]
    assert len(answers) == 1


def test_poisoned_validators(site: Site) -> None:
    """A server that answers 304 to every condition hides a change for a day; then all is fetched anew."""

    def answer(request: Request) -> Response:
        conditional = "If-None-Match" in request.headers
        return Response(status=304) if conditional else Response(body[0], headers={"ETag": '"for ever"'})

    body = [feed(entry(1))]
    site.answer(answer)
    assert site.round().new == ["JVNDB-2026-000001"]
    body[0] = feed(entry(2), entry(1))
    assert site.round().new == []
    site.stage.now += timedelta(days=1, minutes=1)
    assert site.round().new == ["JVNDB-2026-000002"]


CAPTIVE = b"<!DOCTYPE html><html><head><title>Login</title></head><body><a href='/login'>Log in</a></body></html>"


@pytest.mark.parametrize("member", XML_MEMBERS)
@pytest.mark.parametrize(
    ("body", "kind"), [(CAPTIVE, "captive"), (b"", "empty"), (b" \n", "blank"), (feed(), "no item")]
)
def test_captive_portal_and_empty_200(site: Site, member: str, body: bytes, kind: str) -> None:
    """A 200 that is no feed, or a feed of nothing, is a failure with its bytes kept; what is held stays held."""
    site.serve(feed(entry(1)), ETag='"good"')
    site.round()
    before = site.held
    site.member = member
    site.serve(body, ETag='"bad"', Content_Type="text/html")
    site.failed()
    assert site.held == before
    with site.stage.database.begin() as tx:
        assert quarantine.listing(tx)[0].raw == body


def test_half_a_feed_by_length(site: Site) -> None:
    """Cut on the wire: not a document, and not a success."""
    whole = feed(*(entry(count) for count in range(1, 11)))
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole)
    with raw_server(lambda connection: connection.sendall(head + whole[: len(whole) // 2])) as port:
        site.policy = http.NetworkPolicy((f"127.0.0.1:{port}",), ("127.0.0.1",))
        site.url = f"http://127.0.0.1:{port}/feed"
        assert "broken" in site.failed(FetchError)


def test_half_a_feed_served_whole(site: Site) -> None:
    """Cut at the publisher's: the whole items of the half are kept, the round is no success, and what is missing from
    it is neither withdrawn nor forgotten."""
    whole = feed(*(entry(count) for count in range(1, 11)))
    site.serve(whole, ETag='"v1"')
    assert len(site.round().new) == 10
    site.serve(whole.replace("説明".encode(), "改めた説明".encode(), 3)[: len(whole) // 2], ETag='"v2"')
    report = site.round()
    assert not report.whole
    assert len(site.held) == 10
    assert (site.state.parsed_ok, site.state.validators) == (False, Validators())
    site.serve(whole, ETag='"v3"')
    assert site.round().error is None
    assert site.state.failures == 0


def test_304_after_a_failed_parse(site: Site) -> None:
    """A server that goes on to say "not modified" of what could not be read never turns the source green."""
    site.answer(
        lambda request: (
            Response(status=304) if "If-None-Match" in request.headers else Response(CAPTIVE, headers={"ETag": '"bad"'})
        )
    )
    site.failed()
    site.failed()
    assert [request.headers.get("If-None-Match") for request, _ in site.server.log] == [None, None]
    site.serve(b"", 304)
    site.failed(FetchError)
    assert site.state.last_success is None


def test_burst_of_500(site: Site) -> None:
    """All of them, each once; the second round finds the same."""
    site.serve(feed(*(entry(count) for count in range(1, 501))))
    assert len(set(site.round().new)) == 500
    again = site.round()
    assert (again.new, again.changed, len(site.held)) == ([], [], 500)


def test_same_id_with_changed_text(site: Site) -> None:
    """An edit without a new date is a revision."""
    site.serve(feed(entry(1), entry(2)))
    site.round()
    site.serve(feed(entry(1, words="影響を受けるバージョンを追加"), entry(2)))
    report = site.round()
    assert (report.new, report.changed) == ([], ["JVNDB-2026-000001"])
    assert (site.revisions("JVNDB-2026-000001"), site.revisions("JVNDB-2026-000002")) == (2, 1)


def test_author_and_build_date_jitter(site: Site) -> None:
    """Another author, build date, order or counter is no revision."""
    site.serve(feed(entry(1, more="<dc:creator>a</dc:creator>"), entry(2)))
    site.round()
    for round_of in range(3):
        jitter = f"<dc:creator>b{round_of}</dc:creator><dc:publisher>{round_of}</dc:publisher>"
        site.serve(feed(entry(2), entry(1, more=jitter), date=f"2026-11-2{round_of}T00:00+09:00"))
        report = site.round()
        assert (report.new, report.changed, report.whole) == ([], [], True)
    assert site.revisions("JVNDB-2026-000001") == 1


def test_iso_2022_jp_escapes_that_hide_markup(site: Site) -> None:
    """Kanji whose bytes are `<` and `>` are no markup, and escapes within a tag's name do not smuggle a tag past:
    what is stored is text."""
    kanji = "純樹"  # the bytes 3D 63 3C 79 between the escapes
    assert b"<" in kanji.encode("iso-2022-jp")
    text = feed(entry(1, title=f"{kanji} の脆弱性", words="@HIDDEN@")).decode().replace("UTF-8", "ISO-2022-JP")
    hidden = b"&lt;scr\x1b(Bipt&gt;alert(1)&lt;/script&gt;after"
    site.serve(text.encode("iso-2022-jp").replace(b"@HIDDEN@", hidden))
    assert site.round().new == ["JVNDB-2026-000001"]
    with site.stage.database.begin() as tx:
        found = advisories.current(tx, "a", "JVNDB-2026-000001")
    assert found is not None
    assert kanji in found.title
    assert "\x1b" not in f"{found.title}{found.summary}"
    assert "<scr" not in found.title


@pytest.mark.parametrize(
    "words",
    [
        "バージョン " + "1." * 50_000,
        "(" * 50_000 + ")" * 50_000,
        "CVE-" * 50_000,
        "JVNVU#" + "9" * 100_000,
        " \t" * 50_000 + "x",
        "https://" * 20_000,
        "CVSS:3.1/" + "AV:N/" * 20_000,
        "1.0 から 2.0 " * 10_000,
        "。" * 100_000,
        "AV:" + "A" * 100_000,
    ],
    ids=lambda words: words[:8].strip(),
)
@pytest.mark.parametrize("member", ["jvn_ipedia", "rss"])
def test_regex_blow_up(site: Site, member: str, words: str) -> None:
    """Words made to keep a regular expression busy: the round ends, and the neighbour is taken in."""
    site.member = member
    site.serve(feed(entry(1, title=words[:20_000], words=words), entry(2)))
    with within(60):
        site.round()
    assert any("2" in title for title in site.held.values())


def test_cve_2026_123_against_1234(site: Site) -> None:
    """A shorter name within a longer one is neither an alias nor a reason to join two matters."""
    site.serve(feed(entry(1, cve="CVE-2026-1234"), entry(2, cve="CVE-2026-12345"), entry(3, words="CVE-2026-123 と別")))
    site.round()
    with site.stage.database.begin() as tx:
        by_name = {
            name: {one.number for case in cases.candidates(tx, [name]) for one in case.advisories}
            for name in ("CVE-2026-1234", "CVE-2026-12345", "CVE-2026-123")
        }
        count = len({case.id for name in by_name for case in cases.candidates(tx, [name])})
    assert by_name["CVE-2026-1234"] == {"JVNDB-2026-000001"}
    assert by_name["CVE-2026-12345"] == {"JVNDB-2026-000002"}
    assert by_name["CVE-2026-123"] <= {"JVNDB-2026-000003"}
    assert count >= 2


@pytest.mark.parametrize("bad", [entry(2).replace("JVNDB-2026-000002", ""), entry(2, date="soon"), entry(2, title=" ")])
def test_one_bad_item(site: Site, bad: str) -> None:
    """It is quarantined with its bytes; the others are taken in; no condition is sent until it is read."""
    site.serve(feed(entry(1), bad, entry(3)), ETag='"v1"')
    report = site.round()
    assert report.new == ["JVNDB-2026-000001", "JVNDB-2026-000003"]
    assert len(report.quarantined) == 1
    with site.stage.database.begin() as tx:
        (item,) = quarantine.listing(tx)
    assert b"<item" in item.raw
    assert site.state.validators == Validators()
    site.serve(feed(entry(1), entry(2), entry(3)), ETag='"v2"')
    assert site.round().new == ["JVNDB-2026-000002"]


@pytest.mark.parametrize("mark", ["** 削除 **", "** REJECT **"])
def test_in_place_withdrawal(site: Site, mark: str) -> None:
    """The same number comes back marked: a revision that is withdrawn, not a new advisory and not silence."""
    site.serve(feed(entry(1)))
    site.round()
    site.serve(feed(entry(1, title=f"{mark} 製品 1 の脆弱性", words=f"{mark} 本件は取り下げられました。")))
    report = site.round()
    assert (report.new, report.changed) == ([], ["JVNDB-2026-000001"])
    with site.stage.database.begin() as tx:
        found = advisories.current(tx, "a", "JVNDB-2026-000001")
    assert found is not None
    assert found.status is Status.WITHDRAWN
