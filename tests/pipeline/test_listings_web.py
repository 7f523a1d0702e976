"""Listings of listings from a real server: a CSAF provider with hashes and a real key, and MyJVN page by page."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feedbot.advisory import Trust
from feedbot.fetch import Document, NotModified, Validators, http
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.pipeline.collect import collect
from feedbot.signature import detached_judge_for
from feedbot.store import advisories
from tests.fakes import World, world
from tests.pipeline.test_feed_cases import entry, feed
from tests.providerkey import key_home
from tests.source.reading import fixture

WHOLE = json.loads(fixture("csaf/advisory.json").body)


def wired(stage: World, server: HTTPServer) -> Edges:
    """The world with the real fetch in it."""
    policy = http.NetworkPolicy((f"localhost:{server.port}",), ("localhost",))

    def fetch(url: str, validators: Validators | None, limit: int = http.LIMIT) -> Document | NotModified:
        return http.fetch(url, policy=policy, now=stage.now, validators=validators, limit=limit)

    return replace(stage.edges(), fetch=fetch)


def csaf_document(number: str) -> bytes:
    """Write a document in one line of more than 8 KiB, as tools do."""
    tracking = WHOLE["document"]["tracking"] | {"id": number}
    notes = [{"category": "description", "text": "影 " * 5000}]
    return json.dumps(WHOLE | {"document": WHOLE["document"] | {"tracking": tracking, "notes": notes}}).encode()


def provide(server: HTTPServer, documents: dict[str, bytes], signatures: dict[str, bytes]) -> str:
    """Serve a provider: its metadata, a feed, each document with hash and signature; return its address."""
    entries = []
    for number, body in documents.items():
        url = server.url_for(f"/csaf/{number}.json")
        links = [("self", url), ("hash", f"{url}.sha512"), ("signature", f"{url}.asc")]
        entries.append({"id": number, "link": [{"rel": rel, "href": href} for rel, href in links]})
        server.expect_request(f"/csaf/{number}.json").respond_with_data(body)
        digest = hashlib.sha512(body).hexdigest()
        server.expect_request(f"/csaf/{number}.json.sha512").respond_with_data(f"{digest}  {number}.json\n")
        server.expect_request(f"/csaf/{number}.json.asc").respond_with_data(signatures[number])
    server.expect_request("/feed.json").respond_with_json({"feed": {"entry": entries}})
    feeds = [{"tlp_label": "WHITE", "url": server.url_for("/feed.json")}]
    metadata = {"metadata_version": "2.0", "canonical_url": "x", "distributions": [{"rolie": {"feeds": feeds}}]}
    server.expect_request("/provider-metadata.json").respond_with_json(metadata)
    return server.url_for("/provider-metadata.json")


def test_a_csaf_provider_with_hashes_and_signatures(tmp_path: Path, httpserver: HTTPServer) -> None:
    """From its metadata over its feed to documents: one is signed, one altered under its signature is held."""
    stage = world(tmp_path)
    documents = {number: csaf_document(number) for number in ("CSIRT-A-2026-1", "CSIRT-A-2026-2")}
    with key_home() as home:
        key = home.key("provider")
        signatures = {
            number: home.gpg("-u", key, "--armor", "--detach-sign", stdin=body) for number, body in documents.items()
        }
        keyring = home.keyring(key)
    documents["CSIRT-A-2026-2"] = documents["CSIRT-A-2026-2"].replace(b"CVE-", b"CVE-1")
    url = provide(httpserver, documents, signatures)
    edges, made = wired(stage, httpserver), stage.source("provider", "csaf", url)

    def judge_by(transport: str, signature: bytes) -> object:
        return detached_judge_for(keyring, (key,), stage.now, transport, signature)

    source: ConfiguredSource = replace(made, detached_for=judge_by)
    report = collect(edges, source)
    assert (report.new, report.unvouched, report.quarantined) == (["CSIRT-A-2026-1"], [], [])
    assert [one.partition(":")[0] for one in report.held] == ["CSIRT-A-2026-2"]
    with edges.database.begin() as tx:
        current = advisories.current(tx, "provider", "CSIRT-A-2026-1")
    assert current is not None
    assert current.trust is Trust.SIGNED


def test_myjvn_is_read_page_by_page(tmp_path: Path, httpserver: HTTPServer) -> None:
    """120 advisories in pages of 50: all come in, each page is asked for once."""
    stage, asked = world(tmp_path), []

    def page(request: Request) -> Response:
        start = int(request.args.get("startItem", "1"))
        asked.append(start)
        numbers = range(start, min(start + 50, 121))
        status = f'retCd="0" totalRes="120" totalResRet="{len(numbers)}" firstRes="{start}"'
        told = f'<status:Status xmlns:status="http://jvndb.jvn.jp/myjvn/Status" {status}/></rdf:RDF>'
        body = feed(*(entry(number) for number in numbers)).decode()
        return Response(body.replace("</rdf:RDF>", told))

    httpserver.expect_request("/myjvn").respond_with_handler(page)
    url = httpserver.url_for("/myjvn") + "?method=getVulnOverviewList&feed=hnd"
    report = collect(wired(stage, httpserver), stage.source("jvn_ipedia", "jvn_ipedia", url))
    assert (len(report.new), report.whole, asked) == (120, True, [1, 51, 101])
