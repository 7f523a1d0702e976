"""Hostile and broken input: nothing but SourceError's tree, nothing lost, nothing slow."""

import json
import time
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from tests.limits import SECONDS
from tests.source.reading import document, fixture, judge, read, reasons

MEMBERS = ("jpcert", "jvn", "jvn_ipedia", "cert_cc")
FEEDS = {
    "jpcert": "jpcert/csirt-a.rdf",
    "jvn": "jvn/jvn.rdf",
    "jvn_ipedia": "jvn_ipedia/jvndb_new.rdf",
    "cert_cc": "cert_cc/feed.xml",
}
SAMPLES = (
    ("jpcert", "jpcert/pasted.txt"),
    ("jpcert", "jpcert/at260102.html"),
    ("jvn", "jvn/jvn.rdf"),
    ("jvn", "jvn/JVN99000001.html"),
    ("jvn_ipedia", "jvn_ipedia/detail.xml"),
    ("cert_cc", "cert_cc/vince.json"),
)
BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item><title>&d;</title></item></rdf:RDF>"""
EXTERNAL = b"""<?xml version="1.0"?><!-- <rdf> --><!DOCTYPE r SYSTEM "file:///etc/passwd"><rdf:RDF/>"""
WHOLE = {
    "empty": b"",
    "blank": b" \r\n\t\n",
    "html": b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>",
    "portal": b"<html><head><title>Log in to the network</title></head><body><form></form></body></html>",
    "nul": b"\x00" * 1000,
    "binary": bytes(range(256)) * 40,
    "unknown encoding": b"\x80\x81\xfe\xff\xa0 broken \xff",
    "declared nonsense": b'<?xml version="1.0" encoding="x-klingon"?><rdf:RDF',
    "bomb": BOMB,
    "external": EXTERNAL,
    "nested": b"<a>" * 200_000,
    "nested item": b"<rdf:RDF xmlns:rdf='r'><item>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</item></rdf:RDF>",
    "nested page": b"<html><body>" + b"<div>" * 200_000,
    "nested list": b"[" * 200_000,
    "nested object": b'{"a":' * 200_000,
    "number": b"42",
    "escape": b"\x1b$B" + b"!" * 999,
    "half a tag": b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><item ",
    "dates": "2026年11月10日\n".encode() * 20_000,
    "begins": b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 2_000,
    "dashes": b"- " * 100_000 + b"A-" * 100_000,
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("member", MEMBERS)
def test_no_advisory_in_nonsense(member: str, kind: str) -> None:
    """No member finds an advisory in it, raises anything of its own, or takes long."""
    started = time.process_time()
    found = read(member, document(WHOLE[kind]))
    assert not any(isinstance(item, Advisory) for item in found)
    assert all(isinstance(item.reason, SourceError) for item in found if isinstance(item, Quarantined))
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("member", MEMBERS)
def test_no_listing_in_nonsense(member: str, kind: str) -> None:
    """A listing that is nonsense is refused as a whole, so that a source cannot turn green on it."""
    started = time.process_time()
    with pytest.raises(SourceError):
        list(import_module(f"feedbot.source.{member}").listing(document(WHOLE[kind])))
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(("kind", "reason"), [("bomb", "it has a DOCTYPE, which is refused"), ("empty", "empty")])
@pytest.mark.parametrize("member", ["jvn", "jvn_ipedia"])
def test_reason_is_said(member: str, kind: str, reason: str) -> None:
    """What is refused is refused for what it is."""
    assert reasons(read(member, document(WHOLE[kind]))) == [reason]


@pytest.mark.parametrize("member", MEMBERS)
def test_good_feed_with_a_doctype(member: str) -> None:
    """A DOCTYPE is refused in a listing even where all else is well."""
    feed = fixture(FEEDS[member])
    declared = feed.body.replace(b"?>", b'?>\n<!DOCTYPE x [<!ENTITY a "b">]>', 1)
    with pytest.raises(SourceError, match="DOCTYPE"):
        list(import_module(f"feedbot.source.{member}").listing(document(declared)))


@pytest.mark.parametrize("kind", ["html", "portal"])
@pytest.mark.parametrize("member", MEMBERS)
def test_page_in_a_listings_place(member: str, kind: str) -> None:
    """An error page or a portal is told apart from a broken feed."""
    with pytest.raises(SourceError, match="a web page, not a feed"):
        list(import_module(f"feedbot.source.{member}").listing(document(WHOLE[kind])))


@pytest.mark.parametrize("member", MEMBERS)
def test_half_a_feed(member: str) -> None:
    """A listing cut anywhere gives its whole items, and says that it broke off; no half item is taken for one."""
    module = import_module(f"feedbot.source.{member}")
    whole = fixture(FEEDS[member])
    items = list(module.listing(whole))
    for cut in range(len(whole.body) // 2, len(whole.body) - 40, 97):
        try:
            found = list(module.listing(document(whole.body[:cut], whole.url)))
        except SourceError:
            continue
        assert isinstance(found[-1], Quarantined)
        assert "breaks after" in found[-1].reason.reason()
        assert [str(item) for item in found[:-1]] == [str(item) for item in items[: len(found) - 1]]


def test_rest_of_a_broken_feed_is_kept() -> None:
    """What follows the last whole item is in the quarantine, byte for byte."""
    body = fixture("jvn_ipedia/jvndb_new.rdf").body
    cut = body[: body.index(b"JVNDB-2026-900002</sec") + 8]
    found = read("jvn_ipedia", document(cut))
    assert isinstance(found[0], Advisory)
    assert isinstance(found[1], Quarantined)
    assert body[: body.index(b"</item>") + 7] + found[1].raw == cut


@pytest.mark.parametrize(("member", "name"), SAMPLES)
def test_cut_anywhere(member: str, name: str) -> None:
    """A document cut at any place is read or quarantined, with nothing raised but SourceError."""
    body = fixture(name).body
    for cut in range(0, len(body), 53):
        assert read(member, document(body[:cut]))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
@pytest.mark.parametrize(("member", "name"), SAMPLES)
def test_bytes_changed(member: str, name: str, data: st.DataObject) -> None:
    """Any bytes put anywhere raise nothing but SourceError, and something comes back for the document."""
    body = bytearray(fixture(name).body)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=12))
    read(member, document(bytes(body)))


FIELDS = (
    "vuid",
    "ID",
    "name",
    "Title",
    "overview",
    "cveids",
    "public",
    "revision",
    "get_case",
    "get_vuls",
    "get_cases",
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(VALUES)
def test_json_of_other_types(value: object) -> None:
    """Fields of a type nobody expects raise nothing but SourceError."""
    given_note = {"vuid": "VU#123456", "name": "x", "overview": value, "cveids": value, "dateupdated": value}
    read("cert_cc", document(json.dumps(given_note).encode()))
    read("cert_cc", document(json.dumps(value).encode()))


def test_judge_sees_no_other_bytes() -> None:
    """A judge that finds nothing signed does not make a member believe: trust is none for a file by hand."""
    (found,) = read("jpcert", fixture("jpcert/at260103.txt"))
    assert isinstance(found, Advisory)
    assert found.trust == "none"
    assert judge(b"", None).signature.verdict == "unsigned"
