"""Listings that name listings, and files that vouch for a document."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast
from urllib.parse import urlsplit

import pytest

from feedbot.advisory import Advisory, Quarantined, Signature, Verdict
from feedbot.errors import FetchError, SourceError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.pipeline import _listings as listings
from feedbot.pipeline.collect import collect
from feedbot.pipeline.health import State, judge
from feedbot.pipeline.reread import reread
from feedbot.signature import UnsignedText
from feedbot.source import Judge, ListedItem, Source
from feedbot.store import advisories, cases, quarantine, sources
from tests.fakes import World
from tests.pipeline.publisher import HOST, INFO, LISTING, advisory_of

PAGES = {
    LISTING: b"> two.txt\n1.txt",
    f"{HOST}/two.txt": b"> three.txt\n2.txt",
    f"{HOST}/three.txt": b"3.txt",
} | {f"{HOST}/{n}.txt": f"number: CSIRT-B-{n}".encode() for n in (1, 2, 3)}


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """One item a line; `> ` before a listing, `+` behind an item that is vouched for."""
    if b"broken" in document.body:
        raise SourceError(document.url, "no listing")
    for line in document.body.decode().splitlines():
        name = line.removeprefix("> ").removesuffix("+")
        url = f"{HOST}/{name}"
        beside = {"hash_urls": (f"{url}.sha256",), "signature_url": f"{url}.asc"} if line.endswith("+") else {}
        yield ListedItem("", url, listing=line.startswith("> "), **beside)  # type: ignore[arg-type]


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """The one advisory of a page, with what the judge says."""
    yield replace(advisory_of(document), signature=judge(document.body, None).signature)


@pytest.fixture
def stage(stage: World) -> World:
    """A world with three listings, one behind the other, and an item in each."""
    stage.pages |= PAGES
    return stage


def source(stage: World, **more: object) -> ConfiguredSource:
    """Configure the publisher of these listings."""
    made = SimpleNamespace(SOURCE=INFO, listing=listing, read=read, __file__=None, **more)
    return replace(stage.source("csirt_b", "jvn", LISTING), member=cast(Source, made))


def asked(stage: World) -> dict[str, bool]:
    """Return what was asked for since the last time → whether with a validator, and forget it."""
    found = {url.removeprefix(HOST + "/"): validators is not None for url, validators in stage.asked}
    stage.asked.clear()
    return found


def wired(stage: World, one: ConfiguredSource) -> Edges:
    """Wire it."""
    return stage.edges(csirt_b=one)


def test_all_listings_are_read_and_only_the_last_is_asked_conditionally(stage: World) -> None:
    """A listing that names others is fetched whole each round, as its 304 would hide them; the last one may be 304."""
    one = source(stage)
    edges = wired(stage, one)
    assert collect(edges, one).new == ["CSIRT-B-1", "CSIRT-B-2", "CSIRT-B-3"]
    asked(stage)
    stage.pages[f"{HOST}/2.txt"] = b"number: CSIRT-B-2\ntitle: changed"
    report = collect(edges, one)
    assert (report.new, report.changed, report.whole) == ([], ["CSIRT-B-2"], True)
    conditional = asked(stage)
    assert (conditional["two.txt"], conditional["three.txt"]) == (False, True)
    assert "3.txt" not in conditional


def test_a_listing_that_fails_fails_alone_and_keeps_no_validator(stage: World) -> None:
    """One of three cannot be read: the items of the others come in, the fault is told, and no listing may be 304."""
    one = source(stage)
    edges = wired(stage, one)
    stage.pages[f"{HOST}/two.txt"] = b"broken"
    stage.pages[LISTING] = b"> two.txt\n> three.txt\n1.txt"
    report = collect(edges, one)
    assert (report.new, report.quarantined) == (["CSIRT-B-1", "CSIRT-B-3"], [f"{HOST}/two.txt"])
    asked(stage)
    stage.pages[f"{HOST}/two.txt"] = FetchError("two", "the server answered {status}", permanent=True, status=500)
    report = collect(edges, one)
    assert asked(stage)["three.txt"] is False
    assert report.unreachable == [f"{HOST}/two.txt: the server answered 500"]
    with edges.database.begin() as tx:
        state = sources.state(tx, "csirt_b")
    assert (state.last_success, state.failures) == (None, 2)


def test_a_circle_of_listings_ends(stage: World) -> None:
    """Listings that name each other are read once."""
    one = source(stage)
    stage.pages[f"{HOST}/three.txt"] = b"> two.txt\n> list.txt\n3.txt"
    report = collect(wired(stage, one), one)
    assert (len(report.new), report.whole) == (3, True)
    assert [url for url, _ in stage.asked].count(LISTING) == 1


@pytest.mark.parametrize("limit", ["DEEPEST", "MOST"])
def test_endless_listings_are_cut_and_told(stage: World, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limits nothing more is followed, the reason is told, and the round is no success."""
    monkeypatch.setattr(listings, limit, 1)
    one = source(stage)
    edges = wired(stage, one)
    report = collect(edges, one)
    assert "CSIRT-B-3" not in report.new
    assert ["not followed: more than" in one for one in report.unreachable] == [True]
    with edges.database.begin() as tx:
        assert sources.state(tx, "csirt_b").last_success is None


def test_a_source_that_was_away_is_asked_by_what_it_missed(stage: World) -> None:
    """In an ordinary round `since` is None; after three days without an answer it is the last success."""
    seen: list[datetime | None] = []

    def addresses(url: str, since: datetime | None, now: datetime) -> tuple[str, ...]:
        seen.append(since)
        return (url,) if since is None else (f"{HOST}/three.txt", url)

    one = source(stage, addresses=addresses)
    edges = wired(stage, one)
    collect(edges, one)
    last = stage.now
    stage.now += timedelta(hours=1)
    collect(edges, one)
    assert set(seen) == {None}
    stage.now += timedelta(days=3)
    stage.asked.clear()
    assert collect(edges, one).whole
    assert set(seen) == {None, last + timedelta(hours=1)}
    assert stage.asked[0][0] == f"{HOST}/three.txt"


def test_what_was_missed_is_asked_for_again_by_back_off(stage: World) -> None:
    """One item of the long answer stays out of reach: the answer is asked for ever more rarely, at least once a day,
    and no ordinary round that goes well ends the matter before it was had."""

    def addresses(url: str, since: datetime | None, now: datetime) -> tuple[str, ...]:
        return (url,) if since is None else (f"{HOST}/all.txt",)

    one = source(stage, addresses=addresses)
    edges = wired(stage, one)
    collect(edges, one)
    stage.pages[f"{HOST}/all.txt"] = b"1.txt\n4.txt"
    stage.now += timedelta(days=3)
    rounds = []
    for _ in range(4 * 48):
        stage.asked.clear()
        collect(edges, one)
        rounds.append(any(url.endswith("/all.txt") for url, _ in stage.asked))
        stage.now += one.interval
    assert [number for number, asked in enumerate(rounds) if asked] == [0, 2, 6, 14, 30, 62, 110, 158]
    stage.pages[f"{HOST}/4.txt"] = b"number: CSIRT-B-4"
    stage.now += timedelta(days=1)
    assert collect(edges, one).new == ["CSIRT-B-4"]
    with edges.database.begin() as tx:
        state = sources.state(tx, "csirt_b")
    assert (state.last_success, state.catch_ups, state.failures) == (stage.now, 0, 0)


def test_a_listing_that_another_host_answers_is_told(stage: World) -> None:
    """What comes is read, but the operator hears of it, until a person says that it is right; www. is no other host."""
    one = source(stage)

    def answered_by(host: str) -> Edges:
        def fetch(url: str, validators: Validators | None, limit: int = 2**24) -> Document | NotModified:
            got = stage.fetch(url, validators, limit)
            return replace(got, url=url.replace(urlsplit(HOST).netloc, host))

        return replace(wired(stage, one), fetch=fetch)

    def health_after(host: str) -> State:
        stage.now += timedelta(days=1, hours=1)
        collect(answered_by(host), one)
        with stage.database.begin() as tx:
            return judge(tx, one, stage.now).state

    assert health_after(f"www.{urlsplit(HOST).netloc}") is State.OK
    assert health_after("new.example") is State.MOVED
    with stage.database.begin() as tx:
        sources.accept(tx, one.name, ())
        assert judge(tx, one, stage.now).state is State.OK
    assert health_after("new.example") is State.OK
    assert health_after("another.example") is State.MOVED


def test_a_weekly_report_opens_no_case(stage: World) -> None:
    """It is stored and shown, and nothing is drafted for it."""
    stage.pages[LISTING] = b"1.txt\n2.txt"
    stage.pages[f"{HOST}/1.txt"] = b"number: CSIRT-B-1\ntitle: CSIRT-B Weekly Report 2026-11-25"
    one = source(stage)
    edges = wired(stage, one)
    assert collect(edges, one).new == ["CSIRT-B-1", "CSIRT-B-2"]
    with edges.database.begin() as tx:
        assert cases.of_advisory(tx, "csirt_b", "CSIRT-B-1") is None
        assert cases.of_advisory(tx, "csirt_b", "CSIRT-B-2") is not None


def vouch(stage: World, body: bytes, digest: str = "", signature: bytes | None = None) -> None:
    """Serve item 1 with the files beside it."""
    stage.pages[LISTING] = b"1.txt+" + b"\n" * (1 + len(stage.asked))
    stage.pages[f"{HOST}/1.txt"] = body
    stage.pages[f"{HOST}/1.txt.sha256"] = f"{digest or hashlib.sha256(body).hexdigest()}  1.txt\n".encode()
    if signature is not None:
        stage.pages[f"{HOST}/1.txt.asc"] = signature


def judging(stage: World) -> ConfiguredSource:
    """Configure the publisher with a judge that takes the signature `good`."""

    def judge_by(transport: str, signature: bytes) -> Judge:
        verdict = Verdict.VERIFIED if signature == b"good" else Verdict.BAD
        return lambda data, claims: UnsignedText("", Signature(verdict, "", transport))

    return replace(source(stage), detached_for=judge_by)


def test_a_document_is_judged_by_the_signature_beside_it(stage: World) -> None:
    """A good one makes it signed; a bad one holds it, also when the stored document is read again later."""
    one = judging(stage)
    edges = wired(stage, one)
    vouch(stage, b"number: CSIRT-B-1", signature=b"good")
    assert collect(edges, one).new == ["CSIRT-B-1"]
    vouch(stage, b"number: CSIRT-B-1\ntitle: forged", signature=b"forged")
    report = collect(edges, one)
    assert [line.partition(":")[0] for line in report.held] == ["CSIRT-B-1"]
    assert reread(edges, one).new == []
    with edges.database.begin() as tx:
        current = advisories.current(tx, "csirt_b", "CSIRT-B-1")
    assert current is not None
    assert (current.title, current.signature.verdict) == ("見本の件", Verdict.VERIFIED)


def test_a_wrong_hash_quarantines_a_document_for_good(stage: World) -> None:
    """What its hash does not vouch for is not read, neither now nor when it is read again."""
    one = source(stage)
    edges = wired(stage, one)
    vouch(stage, b"number: CSIRT-B-1", digest="0" * 64)
    assert collect(edges, one).quarantined == [f"{HOST}/1.txt"]
    assert reread(edges, one).new == []
    with edges.database.begin() as tx:
        (item,) = quarantine.listing(tx)
    assert item.reason.startswith(f"{HOST}/1.txt: its bytes are not those that its sha256 file vouches for")


def test_a_missing_hash_or_signature_is_a_warning(stage: World) -> None:
    """The document is taken in as unsigned, and what was not had is told."""
    one = judging(stage)
    vouch(stage, b"number: CSIRT-B-1")
    stage.pages[f"{HOST}/1.txt.sha256"] = b"<html>not here</html>"
    report = collect(wired(stage, one), one)
    assert (report.new, report.whole) == (["CSIRT-B-1"], True)
    assert report.unvouched == [
        f"{HOST}/1.txt.sha256: neither a SHA-256 nor a SHA-512",
        f"{HOST}/1.txt.asc: the server answered 404",
    ]
