"""A round over a source: what is new, what is held, what cannot be read, and that nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from feedbot import messages
from feedbot.advisory import Advisory, Quarantined, Signature, Trust, Verdict
from feedbot.errors import FetchError, StoreError
from feedbot.fetch import Document
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport
from feedbot.pipeline.collect import collect
from feedbot.pipeline.reread import accept, reread
from feedbot.signature import judge_for
from feedbot.source import Judge
from feedbot.store import advisories, audit, cases, documents, quarantine, sources
from tests.fakes import World
from tests.pipeline.conftest import BASE, DATA, FIRST, LISTING, pages

NEW = ["CSIRT-A-AT-2026-0003", "CSIRT-A-AT-2026-0002", "CSIRT-A-AT-2026-0001"]


def round_of(edges: Edges, name: str = "csirt_a") -> CollectReport:
    """Collect one source."""
    return collect(edges, edges.sources[name])


def failing(url: str) -> FetchError:
    """Make a passing failure of an address."""
    return FetchError(url, "the server answered {status}", permanent=False, status=503)


def test_a_round_takes_in_what_is_signed_and_holds_the_forgery(edges: Edges) -> None:
    """Three alerts verify and become current; the altered one is held with its reason and never becomes current."""
    report = round_of(edges)
    assert report.new == NEW
    assert [one.partition(":")[0] for one in report.held] == ["CSIRT-A-AT-2026-0004"]
    with edges.database.begin() as tx:
        current = [one.advisory for one in advisories.listing(tx)]
        held = advisories.held_texts(tx)
        assert advisories.current(tx, "csirt_a", "CSIRT-A-AT-2026-0004") is None
    assert {one.trust for one in current} == {Trust.SIGNED}
    assert [one.advisory.number for one in held] == ["CSIRT-A-AT-2026-0004"]


def test_an_unchanged_source_is_not_read_again(stage: World, edges: Edges) -> None:
    """The second round asks with the validator and finds nothing new."""
    round_of(edges, "jvn")
    stage.asked.clear()
    report = round_of(edges, "jvn")
    assert (report.new, report.changed, report.error) == ([], [], None)
    assert [url for url, _ in stage.asked] == [f"{BASE}/rss/jvn.rdf"]


def test_what_is_held_is_asked_for_again(stage: World, edges: Edges) -> None:
    """A held text is fetched whole each round: the honest one may take its place; then the hold ends."""
    round_of(edges)
    held = f"{BASE}/at/2026/at260004.txt"
    stage.asked.clear()
    assert len(round_of(edges).held) == 1
    assert (held, None) in stage.asked
    honest = stage.pages[held].replace("OpenSSH 9.9 より前".encode(), "OpenSSH 8.0 より前".encode())
    stage.pages[held] = honest
    assert round_of(edges).new == ["CSIRT-A-AT-2026-0004"]
    with edges.database.begin() as tx:
        assert advisories.held_texts(tx) == ()


def test_a_key_that_is_pinned_later_frees_what_was_held(edges: Edges) -> None:
    """With another pin all is held; with the right one the stored documents are read again and are current."""
    source = edges.sources["csirt_a"]
    stranger = replace(source, judge_for=lambda transport: judge_for(None, (), edges.clock(), transport))
    assert len(collect(edges, stranger).held) == 4
    report = reread(edges, source)
    assert (sorted(report.new), len(report.held)) == (sorted(NEW), 1)


def test_a_poisoned_item_is_fetched_whole_after_a_day(stage: World, edges: Edges) -> None:
    """A server that answers 304 for ever hides a revision for a day, no longer."""
    round_of(edges)
    stage.now += timedelta(days=1, minutes=1)
    stage.asked.clear()
    round_of(edges)
    assert {validators for _, validators in stage.asked} == {None}


def test_one_broken_document_of_two_stays_quarantined(stage: World, edges: Edges) -> None:
    """Two unreadable documents of one address: reading again closes neither."""
    round_of(edges)
    for body in (b"-----BEGIN one", b"-----BEGIN two"):
        stage.pages[FIRST] = body
        stage.pages[LISTING] += b"\n"
        round_of(edges)
    reread(edges, edges.sources["csirt_a"])
    with edges.database.begin() as tx:
        assert {one.raw for one in quarantine.listing(tx)} == {b"-----BEGIN one", b"-----BEGIN two"}


def test_a_crash_in_a_listing_stops_no_other_source(edges: Edges) -> None:
    """An exception of ours while listing is a quarantined listing and a failed source, not the end of the round."""
    source = edges.sources["csirt_a"]

    def listing(document: Document) -> Iterator[object]:
        raise RecursionError("made up")

    member = SimpleNamespace(SOURCE=source.member.SOURCE, listing=listing, read=source.member.read)
    report = collect(edges, replace(source, member=member))
    assert "RecursionError" in str(report.error)


def test_a_stop_ends_a_round_between_items(edges: Edges) -> None:
    """Told to stop, it takes no further item; the next round takes the rest in."""
    assert collect(edges, edges.sources["csirt_a"], lambda: True).new == []
    assert round_of(edges).new == NEW


def test_after_a_day_everything_is_asked_anew(stage: World, edges: Edges) -> None:
    """A poisoned validator cannot hide changes for longer than a day."""
    round_of(edges)
    stage.now += timedelta(days=1, minutes=1)
    stage.asked.clear()
    round_of(edges)
    assert stage.asked[0] == (LISTING, None)


def test_publishers_of_one_matter_make_one_case(edges: Edges) -> None:
    """CSIRT-A, JVN and JVN iPedia speak of CVE-2024-38476: one case holds the three."""
    for name in edges.sources:
        round_of(edges, name)
    with edges.database.begin() as tx:
        (case,) = cases.candidates(tx, ["CVE-2024-38476"])
    assert {one.number for one in case.advisories} == {"CSIRT-A-AT-2026-0001", "JVNVU#99000001", "JVNDB-2026-990001"}


def test_one_bad_item_is_quarantined_and_the_rest_kept(edges: Edges) -> None:
    """The feed's entry without a number is kept with its bytes; its neighbour is taken in; no 304 hides it."""
    report = round_of(edges, "jvn_ipedia")
    assert (report.new, len(report.quarantined)) == (["JVNDB-2026-990001"], 1)
    with edges.database.begin() as tx:
        (item,) = quarantine.listing(tx)
        state = sources.state(tx, "jvn_ipedia")
    assert b"unnumbered" in item.raw
    assert (state.parsed_ok, state.validators.etag, state.failures) == (False, "", 1)


def test_a_source_that_cannot_be_had_is_told_and_recovers(stage: World, edges: Edges) -> None:
    """A failure is in the report and the source's row; the next round takes everything in."""
    page = stage.pages[LISTING]
    stage.pages[LISTING] = failing(LISTING)
    assert round_of(edges).error is not None
    with edges.database.begin() as tx:
        assert sources.state(tx, "csirt_a").failures == 1
    stage.pages[LISTING] = page
    assert round_of(edges).new == NEW
    with edges.database.begin() as tx:
        assert sources.state(tx, "csirt_a").failures == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body><form action='/login'>Wi-Fi</form></body></html>",
        b"not xml",
        b"<rdf:RDF",
        b"\xff\xfe\x00\x01",
        b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        b' xmlns="http://purl.org/rss/1.0/"><channel/></rdf:RDF>',
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    ],
    ids=["empty", "captive page", "not xml", "cut", "no text", "no items", "doctype"],
)
def test_a_listing_that_is_none_is_kept_and_told(stage: World, edges: Edges, body: bytes) -> None:
    """What comes instead of a feed is stored, quarantined and reported; the validators are forgotten."""
    round_of(edges)
    stage.pages[LISTING] = body
    report = round_of(edges)
    assert not report.whole
    with edges.database.begin() as tx:
        kept = quarantine.listing(tx, source="csirt_a")
        assert documents.load(tx, kept[0].document).body == body
        assert sources.state(tx, "csirt_a").validators.etag == ""
        assert len(advisories.listing(tx)) == 3


def test_an_item_that_cannot_be_had_is_fetched_next_time(stage: World, edges: Edges) -> None:
    """The listing's validators are not kept while one of its items is missing."""
    page = stage.pages[FIRST]
    stage.pages[FIRST] = failing(FIRST)
    report = round_of(edges)
    assert (len(report.unreachable), report.whole) == (1, False)
    stage.pages[FIRST] = page
    assert round_of(edges).new == ["CSIRT-A-AT-2026-0001"]


def test_a_revision_becomes_current_and_an_old_text_does_not(stage: World, edges: Edges) -> None:
    """The second edition replaces the first; the first, served again, is ignored and noted (rollback)."""
    round_of(edges)
    stage.pages |= pages("www-2")
    assert round_of(edges).changed == ["CSIRT-A-AT-2026-0001"]
    stage.pages |= pages("www")
    report = round_of(edges)
    assert (report.new, report.changed) == ([], [])
    with edges.database.begin() as tx:
        assert advisories.current(tx, "csirt_a", "CSIRT-A-AT-2026-0001").revision == "2026-11-24"
        assert len(advisories.history(tx, "csirt_a", "CSIRT-A-AT-2026-0001")) == 2


def with_other_words(edges: Edges) -> ConfiguredSource:
    """Make the source say something else under the same number, revision and signature."""
    source = edges.sources["csirt_a"]

    def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        for one in source.member.read(document, judge):
            yield replace(one, summary="別の文面") if isinstance(one, Advisory) else one

    member = SimpleNamespace(SOURCE=source.member.SOURCE, listing=source.member.listing, read=read)
    return replace(source, member=member)


def test_two_signed_texts_of_one_revision_are_held(stage: World, edges: Edges) -> None:
    """Equivocation: another text signed as the same revision waits for a person; the first stays current."""
    round_of(edges)
    stage.now += timedelta(days=2)
    stage.pages = {url: page + b"\n" for url, page in stage.pages.items()}
    report = collect(edges, with_other_words(edges))
    assert (report.changed, len([one for one in report.held if "same revision" in one])) == ([], 3)
    with edges.database.begin() as tx:
        assert "別の文面" not in advisories.current(tx, "csirt_a", "CSIRT-A-AT-2026-0001").summary


def test_an_unsigned_edit_without_a_date_is_a_revision(stage: World, edges: Edges) -> None:
    """JVN corrects a word and leaves the date: the new words are current."""
    round_of(edges, "jvn")
    page = f"{BASE}/vu/JVNVU99000001/"
    stage.pages[page] = stage.pages[page].replace("適切に扱わない".encode(), "正しく扱わない".encode())
    stage.pages[f"{BASE}/rss/jvn.rdf"] += b"\n"
    assert round_of(edges, "jvn").changed == ["JVNVU#99000001"]


def test_the_same_words_signed_again_are_noted_and_ignored(stage: World, edges: Edges) -> None:
    """A duplicate in other bytes changes nothing, and the audit says that it came."""
    round_of(edges)
    stage.pages[FIRST] += b"\n"
    stage.pages[LISTING] += b"\n"
    assert round_of(edges).changed == []
    with edges.database.begin() as tx:
        assert [one.verb for one in audit.entries(tx)] == ["hold", "duplicate-ignored"]


def test_a_signed_advisory_does_not_come_back_unsigned(stage: World, edges: Edges) -> None:
    """Words without a signature never take the place of signed ones, even where the source may be unsigned."""
    round_of(edges)
    stage.pages[FIRST] = (DATA / "texts" / "at260001-2.txt").read_bytes()
    stage.pages[LISTING] = stage.pages[LISTING].replace(b"at260001.html", b"at260001.txt") + b"\n"
    lax = replace(edges.sources["csirt_a"], signed_required=False)
    report = collect(edges, lax)
    assert (report.changed, len(report.held)) == ([], 1)
    with edges.database.begin() as tx:
        assert advisories.current(tx, "csirt_a", "CSIRT-A-AT-2026-0001").trust is Trust.SIGNED


@pytest.mark.parametrize(
    ("verdict", "tolerated", "current"),
    [
        (Verdict.EXPIRED_KEY, {Verdict.EXPIRED_KEY}, True),
        (Verdict.EXPIRED_KEY, set(), False),
        (Verdict.LEGACY_UNVERIFIABLE, {Verdict.LEGACY_UNVERIFIABLE}, True),
        (Verdict.LEGACY_UNVERIFIABLE, {Verdict.EXPIRED_KEY}, False),
        (Verdict.UNKNOWN_KEY, {Verdict.EXPIRED_KEY, Verdict.LEGACY_UNVERIFIABLE}, False),
        (Verdict.BAD, {Verdict.EXPIRED_KEY, Verdict.LEGACY_UNVERIFIABLE}, False),
    ],
)
def test_what_a_signature_short_of_verified_is_worth_is_configured(
    edges: Edges, verdict: Verdict, tolerated: set[Verdict], current: bool
) -> None:
    """An old signature becomes current only where the operator says so, never as trusted; a forged one never."""
    source = edges.sources["csirt_a"]

    def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        for one in source.member.read(document, judge):
            yield replace(one, signature=Signature(verdict, "made up")) if isinstance(one, Advisory) else one

    member = SimpleNamespace(SOURCE=source.member.SOURCE, listing=source.member.listing, read=read)
    collect(edges, replace(source, member=member, tolerated=frozenset(tolerated)))
    with edges.database.begin() as tx:
        found = advisories.current(tx, "csirt_a", "CSIRT-A-AT-2026-0001")
    assert (found is not None) is current
    assert found is None or found.trust is Trust.NONE


def test_a_fault_of_ours_stops_one_document_only(edges: Edges) -> None:
    """A parser that crashes on one document leaves it quarantined; the others are taken in."""
    source = edges.sources["csirt_a"]

    def read(document: object, judge: object) -> object:
        if "at260002" in document.url:
            raise ZeroDivisionError("made up")
        return source.member.read(document, judge)

    broken = SimpleNamespace(SOURCE=source.member.SOURCE, listing=source.member.listing, read=read)
    report = collect(edges, replace(source, member=broken))
    assert "CSIRT-A-AT-2026-0001" in report.new
    with edges.database.begin() as tx:
        (item,) = quarantine.listing(tx)
    assert "ZeroDivisionError" in item.reason


def test_a_corrected_parser_reads_stored_documents_again(edges: Edges) -> None:
    """What was quarantined is read from the store by a later parser, without a request, and leaves the quarantine."""
    source = edges.sources["csirt_a"]
    broken = SimpleNamespace(SOURCE=source.member.SOURCE, listing=source.member.listing, read=lambda *_: 1 / 0)
    assert len(collect(edges, replace(source, member=broken)).quarantined) == 4
    report = reread(edges, source)
    assert sorted(report.new) == sorted(NEW)
    with edges.database.begin() as tx:
        assert quarantine.listing(tx) == ()


def test_a_person_may_accept_a_held_text(edges: Edges) -> None:
    """By a person's word it becomes current, is not trusted for that, and the audit says who it was."""
    round_of(edges)
    with edges.database.begin() as tx:
        (held,) = advisories.held_texts(tx)
    assert accept(edges, held.id, "sato") == "CSIRT-A-AT-2026-0004"
    with pytest.raises(StoreError, match="no longer held"):
        accept(edges, held.id, "sato")
    with edges.database.begin() as tx:
        assert advisories.current(tx, "csirt_a", "CSIRT-A-AT-2026-0004").trust is Trust.NONE
        assert [(one.actor, one.verb) for one in audit.entries(tx)] == [("(feedbot)", "hold"), ("sato", "accept-held")]


def test_the_japanese_reason_of_a_hold(edges: Edges) -> None:
    """The operator reads why a text is held in Japanese."""
    messages.use("ja")
    assert "署名" in round_of(edges).held[0]


def test_items_of_another_host_are_asked_for_too(stage: World, edges: Edges) -> None:
    """JVN's listing names a page; the page is read, not the listing's summary."""
    report = round_of(edges, "jvn")
    assert report.new == ["JVNVU#99000001"]
    assert f"{BASE}/vu/JVNVU99000001/" in [url for url, _ in stage.asked]
