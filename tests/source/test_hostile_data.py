"""Hostile and broken input for the members that read data and bare feeds: only SourceError's tree, nothing slow."""

import json
import time
from contextlib import suppress
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Quarantined
from feedbot.errors import SourceError
from tests.limits import SECONDS
from tests.source.reading import document, fixture, read
from tests.source.test_bad_input import WHOLE

FEEDS = {
    "ipa": "ipa/alert-rss.rdf",
    "antiphishing": "antiphishing/index.rdf",
    "auscert": "auscert/bulletins.xml",
    "rss": "rss/feed.atom",
}
DATA = {"cisa_kev": "cisa_kev/catalog.json", "csaf": "csaf/listing-rolie.json", "osv": "osv/listing-modified_id.csv"}
SAMPLES = (
    *FEEDS.values(),
    "ipa/alerts.xml",
    "rss/feed.xml",
    "cisa_kev/catalog.json",
    "csaf/advisory.json",
    "osv/record.json",
    "osv/answer.json",
)
LISTINGS = (
    "csaf/listing-rolie.json",
    "csaf/listing-changes.csv",
    "csaf/listing-index.txt",
    "osv/listing-modified_id.csv",
)
BIG = {
    "many items": b'{"vulns": [' + b",".join([b'{"id": 1}'] * 20_000) + b"]}",
    "many events": json.dumps(
        {
            "id": "A-1",
            "modified": "2026-11-20T00:00:00Z",
            "summary": "x",
            "affected": [
                {
                    "package": {"ecosystem": "npm", "name": "x"},
                    "ranges": [{"type": "SEMVER", "events": [{"introduced": f"{n}.0.0"} for n in range(9_000)]}],
                    "versions": [f"{n}.0.0" for n in range(9_000)],
                }
            ],
        }
    ).encode(),
    "too many": b'{"vulns": [' + b"1," * 5_000_000 + b"1]}",
    "too many lines": b"a.json\n" * 2_000_000,
    "long number": b'{"id": "A", "modified": ' + b"9" * 5_000 + b"}",
    "huge number": b'{"document": {"csaf_version": 2.0, "title": 1e999}}',
    "not a number": b'{"id": NaN, "modified": Infinity}',
    "surrogates": b'{"id": "\\ud800", "modified": "\\udfff", "summary": "\\u0000"}',
    "long line": b"2026-11-20T00:00:00Z," + b"a " * 200_000,
    "slashes": b"a/" * 200_000 + b".json",
    "status": b"<feed xmlns='http://www.w3.org/2005/Atom'><id>swid:ipa.go.jp+myjvn_alert</id><Status "
    + b"a='" * 50_000,
    "pipes": json.dumps(
        {
            "document": {"csaf_version": "2.0", "title": "x", "tracking": {"id": "A-1"}},
            "product_tree": {
                "branches": [
                    {
                        "category": "product_version_range",
                        "name": ">1 |" * 2_000,
                        "product": {"name": "x", "product_id": "1"},
                    }
                ]
            },
            "vulnerabilities": [{"product_status": {"known_affected": ["1"] * 5_000}}],
        }
    ).encode(),
}


BLANK = {"mark": b"\xef\xbb\xbf", "mark and line": b"\xef\xbb\xbf\n", "wide blank": "\u3000\n\u2028".encode()}


@pytest.mark.parametrize("kind", BLANK)
@pytest.mark.parametrize("member", DATA)
def test_blanks_are_empty(member: str, kind: str) -> None:
    """A document of nothing but a byte-order mark or wide blanks is empty, as one without bytes is."""
    with pytest.raises(SourceError, match="empty"):
        list(import_module(f"feedbot.source.{member}").listing(document(BLANK[kind])))
    assert [one.reason.reason() for one in read(member, document(BLANK[kind])) if isinstance(one, Quarantined)] == [
        "empty"
    ]


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("member", [*FEEDS, *DATA])
def test_nothing_in_nonsense(member: str, kind: str) -> None:
    """No member finds an advisory or an item in it, raises anything of its own, or takes long."""
    started = time.process_time()
    assert not any(isinstance(item, Advisory) for item in read(member, document(WHOLE[kind])))
    with pytest.raises(SourceError):
        list(import_module(f"feedbot.source.{member}").listing(document(WHOLE[kind])))
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("kind", BIG)
@pytest.mark.parametrize("member", [*FEEDS, *DATA])
def test_nothing_is_slow(member: str, kind: str) -> None:
    """Documents made to cost time do not, and end in values or SourceError."""
    started = time.process_time()
    read(member, document(BIG[kind]))
    with suppress(SourceError):
        list(import_module(f"feedbot.source.{member}").listing(document(BIG[kind])))
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("member", [*FEEDS, *DATA])
@pytest.mark.parametrize("kind", ["html", "portal"])
def test_page_in_a_listings_place(member: str, kind: str) -> None:
    """An error page or a portal is told apart from a broken listing."""
    with pytest.raises(SourceError, match="a web page, not a feed"):
        list(import_module(f"feedbot.source.{member}").listing(document(WHOLE[kind])))


@pytest.mark.parametrize("member", FEEDS)
def test_half_a_feed(member: str) -> None:
    """A feed cut anywhere gives its whole items and says that it broke off."""
    whole = fixture(FEEDS[member])
    items = read(member, whole)
    for cut in range(len(whole.body) // 2, len(whole.body) - 40, 97):
        found = read(member, document(whole.body[:cut], whole.url))
        assert isinstance(found[-1], Quarantined)
        assert [str(item) for item in found[:-1]] == [str(item) for item in items[: len(found) - 1]]


@pytest.mark.parametrize("name", SAMPLES)
def test_cut_anywhere(name: str) -> None:
    """A document cut at any place is read or quarantined, with nothing raised but SourceError."""
    body = fixture(name).body
    for cut in range(0, len(body), 211):
        assert read(name.partition("/")[0], document(body[:cut]))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", [*SAMPLES, *LISTINGS])
def test_bytes_changed(name: str, data: st.DataObject) -> None:
    """Any bytes put anywhere raise nothing but SourceError."""
    body = bytearray(fixture(name).body)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=12))
    member = name.partition("/")[0]
    read(member, document(bytes(body)))
    with suppress(SourceError):
        list(import_module(f"feedbot.source.{member}").listing(document(bytes(body))))


FIELDS = ("id", "modified", "affected", "package", "ranges", "events", "introduced", "fixed", "versions", "severity")
KEV = ("cveID", "vulnerabilityName", "dateAdded", "notes", "product", "vulnerabilities", "catalogVersion", "count")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS + KEV), inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None)
@given(VALUES)
def test_json_of_other_types(value: object) -> None:
    """Fields of a type nobody expects raise nothing but SourceError."""
    record = {"id": "A-1", "modified": "2026-11-20", "summary": "x", "affected": [value], "severity": value}
    entry = {"cveID": "CVE-2026-1000", "vulnerabilityName": "x", "dateAdded": value, "notes": value, "product": value}
    read("osv", document(json.dumps(record).encode()))
    read("osv", document(json.dumps([value]).encode()))
    read("cisa_kev", document(json.dumps({"catalogVersion": "1", "vulnerabilities": [entry, value]}).encode()))
