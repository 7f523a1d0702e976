"""The members of projects that publish of themselves: hostile input, and what the golden files do not show."""

import json
import time
from datetime import UTC, datetime
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Quarantined, Signature, Status, Trust, UnreadRange, Verdict
from feedbot.errors import SourceError
from feedbot.signature import UnsignedText
from feedbot.source import ListedItem, Text, freebsd, netbsd
from tests.limits import SECONDS
from tests.source.reading import advisory, document, fixture, read, reasons, verified_as
from tests.source.test_bad_input import WHOLE

MEMBERS = (
    "freebsd",
    "netbsd",
    "openssl",
    "httpd",
    "nginx",
    "postgresql",
    "curl",
    "openssh",
    "ruby_lang",
    "mozilla",
)
SAMPLES = (
    "freebsd/sa.asc",
    "netbsd/sa.txt",
    "netbsd/ja.txt",
    "openssl/record.json",
    "httpd/form4.json",
    "nginx/advisories.xml",
    "postgresql/page.html",
    "curl/advisory.md",
    "openssh/security.html",
    "ruby_lang/2026-11-05-lamp-overflow-cve-2026-90111.md",
    "ruby_lang/2026-11-06-multiple.md",
    "mozilla/mfsa2099-41.html",
    "mozilla/mfsa2099-43.md",
)
DEEP = (
    b'{"containers":' + b'{"cna":' * 200_000,
    b"<article>" + b"<item>" * 200_000,
    b"<html><body><table>" + b"<tr><td>" * 200_000,
    b"---\n" + b"- x\n" * 200_000,
    b"FreeBSD-SA-99:41.x  Security Advisory\n" + b"Topic: a\n b\n" * 60_000,
    b" NetBSD Security Advisory 2099-007\nTopic: " + b"(" * 200_000,
    b"a\n==\nProject curl Security Advisory, " + b" " * 200_000 + b"\n",
    b"---\ntitle: x\n---\n" + b"[" * 200_000,
    b"---\ntitle: x\n---\n" + b"{% highlight " * 50_000,
)


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("member", MEMBERS)
def test_nothing_in_nonsense(member: str, kind: str) -> None:
    """No advisory and no listing is found in it, nothing but SourceError is raised, and nothing takes long."""
    started = time.process_time()
    found = read(member, document(WHOLE[kind], "file:2026-11-05-x.md"))
    assert found
    assert all(isinstance(item, Quarantined) and isinstance(item.reason, SourceError) for item in found)
    with pytest.raises(SourceError):
        list(import_module(f"feedbot.source.{member}").listing(document(WHOLE[kind])))
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("member", MEMBERS)
def test_deep_and_long(member: str) -> None:
    """What nests 200,000 deep in a form that the member almost knows is refused or read, in time."""
    for body in DEEP:
        started = time.process_time()
        read(member, document(body, "file:2026-11-05-mfsa2099-43.md"))
        assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("name", SAMPLES)
def test_cut_anywhere(name: str) -> None:
    """A document cut at any place is read or quarantined, with nothing raised but SourceError."""
    body = fixture(name).body
    for cut in range(0, len(body), 61):
        assert read(name.partition("/")[0], document(body[:cut], f"file:{name}"))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", SAMPLES)
def test_bytes_changed(name: str, data: st.DataObject) -> None:
    """Any bytes put anywhere raise nothing but SourceError, and something comes back for the document."""
    body = bytearray(fixture(name).body)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=12))
    assert read(name.partition("/")[0], document(bytes(body), f"file:{name}"))


@pytest.mark.parametrize("doctype", [b"<!DOCTYPE article [<!ENTITY a 'b'>]>", b"<!DOCTYPE article SYSTEM 'http://x/'>"])
def test_only_the_empty_doctype_of_nginx(doctype: bytes) -> None:
    """nginx's own DOCTYPE says nothing and is taken off; any other is refused, entities or not."""
    body = fixture("nginx/advisories.xml").body
    own = body[: body.index(b">") + 1]
    assert reasons(read("nginx", document(body.replace(own, doctype)))) == ["it has a DOCTYPE, which is refused"]
    assert reasons(read("nginx", document(body.replace(own, own + doctype)))) == ["it has a DOCTYPE, which is refused"]


def test_quarantine_keeps_bytes() -> None:
    """What cannot be read of a list is kept; its neighbours are read."""
    found = read("nginx", fixture("nginx/advisories.xml"))
    kept = [item.raw for item in found if isinstance(item, Quarantined)]
    assert any(b"Frogs" in raw for raw in kept)
    assert len(found) == fixture("nginx/advisories.xml").body.count(b"<item ")


@pytest.mark.parametrize(("member", "name"), [("freebsd", "freebsd/sa.asc"), ("netbsd", "netbsd/sa.txt")])
def test_only_the_signed_words_count(member: str, name: str) -> None:
    """Nothing outside of what the judge hands on is read."""
    text = fixture(name).body.decode()
    given_text = document(text.replace("99:41", "99:66").replace("2099-007", "2099-066").encode() + text.encode())
    (found,) = import_module(f"feedbot.source.{member}").read(given_text, verified_as(text))
    assert isinstance(found, Advisory)
    assert found == advisory(member, fixture(name)) or found.trust is Trust.SIGNED
    assert "66" not in found.number


@pytest.mark.parametrize(
    ("member", "name", "right", "wrong"),
    [
        ("freebsd", "freebsd/sa.asc", "FreeBSD-SA-99:41.sundial.asc", "FreeBSD-SA-99:42.sundial.asc"),
        ("freebsd", "freebsd/old.asc", "FreeBSD-SA-99:02.candle.asc", "FreeBSD-SA-99:03.candle.asc"),
        ("netbsd", "netbsd/sa.txt", "NetBSD-SA2099-007.txt.asc", "NetBSD-SA2099-008.txt.asc"),
        ("mozilla", "mozilla/mfsa2099-42.html", "mfsa2099-42/", "mfsa2099-43/"),
    ],
)
def test_address_promises_the_number(member: str, name: str, right: str, wrong: str) -> None:
    """A text that stands under the address of another advisory is quarantined."""
    body = fixture(name).body
    assert isinstance(read(member, document(body, f"https://x.example/{right}"))[0], Advisory)
    assert "its address promises" in reasons(read(member, document(body, f"https://x.example/{wrong}")))[0]


def test_judge_is_asked_for_freebsd_and_netbsd() -> None:
    """A judge that finds nothing signed leaves a text by hand without trust."""
    assert advisory("freebsd", fixture("freebsd/sa.asc")).trust is Trust.NONE
    for module in (freebsd, netbsd):
        asked: list[bytes] = []

        def judging(data: bytes, claims: str | None, asked: list[bytes] = asked) -> Text:
            asked.append(data)
            return verified_as("nothing")(data, claims)

        assert isinstance(next(module.read(document(b"words"), judging)), Quarantined)
        assert asked == [b"words"]


@pytest.mark.parametrize(("member", "name"), [("freebsd", "freebsd/sa.asc"), ("netbsd", "netbsd/sa.txt")])
@pytest.mark.parametrize("verdict", [Verdict.VERIFIED, Verdict.EXPIRED_KEY, Verdict.BAD])
def test_time_of_the_signature(member: str, name: str, verdict: Verdict) -> None:
    """A text that is signed anew is newer though its dates are the same, where the signature holds."""
    signed = datetime(2026, 11, 20, 12, tzinfo=UTC)
    text = fixture(name).body.decode()
    judged = UnsignedText(text, Signature(verdict, signed_at=signed))
    (found,) = import_module(f"feedbot.source.{member}").read(document(text.encode()), lambda data, claims: judged)
    assert isinstance(found, Advisory)
    plain = advisory(member, fixture(name))
    assert found.updated == (plain.updated if verdict is Verdict.BAD else signed)
    assert found.revision == (plain.revision if verdict is Verdict.BAD else "2026-11-20")
    assert found.published == plain.published


def test_mistyped_revision_date() -> None:
    """A revision dated before the first release does not make the text older than that was."""
    text = fixture("freebsd/sa.asc").body.replace(b"v1.1  2026-11-09", b"v1.1  2025-11-09")
    assert advisory("freebsd", document(text)).revision == "2026-11-04"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("PUBLISHED", "final"),
        ("REVIEW", "final"),
        ("DRAFT", "draft"),
        ("REJECTED", "withdrawn"),
        ("reject", "withdrawn"),
    ],
)
def test_states_of_records(state: str, status: str) -> None:
    """A rejected record is withdrawn; steps of an editor's before publication are no drafts of the publisher's."""
    tree = json.loads(fixture("httpd/form5.json").body)
    tree["cveMetadata"]["state"] = state
    assert advisory("httpd", document(json.dumps(tree).encode())).status is Status(status)


@pytest.mark.parametrize(
    "versions",
    [
        [
            {
                "version": "1.0",
                "lessThan": "2.0",
                "status": "affected",
                "changes": [{"at": "1.5", "status": "unaffected"}],
            }
        ],
        [
            {"version": "1.0", "lessThan": "2.0", "status": "affected"},
            {"version": "1.5", "lessThan": "1.6", "status": "unaffected"},
        ],
        [{"version": "1.0", "lessThan": "*", "status": "affected"}],
        [{"version": "2.0", "lessThan": "1.0", "status": "affected"}],
        [{"version": "unspecified", "status": "affected"}],
        [{"version": "1.x and a half", "status": "affected"}],
    ],
)
def test_ranges_that_a_record_does_not_tell(versions: object) -> None:
    """What form 5 can say and is not read, or what is no range, stays as unread."""
    tree = json.loads(fixture("httpd/form5.json").body)
    tree["containers"]["cna"]["affected"] = [{"product": "Pigeon Server", "versions": versions}]
    found = advisory("httpd", document(json.dumps(tree).encode())).affected
    assert [isinstance(one.range, UnreadRange) for one in found] == [True]


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("value", "lang", "versions", "version", "product", "time")), inner, max_size=4
            )
        ),
        max_leaves=9,
    )
)
def test_records_of_other_types(value: object) -> None:
    """Fields of a type nobody expects raise nothing but SourceError."""
    for name, path in (("openssl/record.json", ("containers", "cna")), ("httpd/form4.json", ())):
        tree = json.loads(fixture(name).body)
        node = tree
        for step in path:
            node = node[step]
        for key in list(node):
            assert read("httpd", document(json.dumps(tree | {key: value}).encode()))
            assert read("openssl", document(json.dumps({**tree, "containers": {"cna": {**node, key: value}}}).encode()))


def test_listed_items_have_addresses() -> None:
    """Where an item has its own document the listing gives its address over TLS."""
    for name in ("openssl/listing.html", "httpd/listing.html", "netbsd/listing.html", "mozilla/listing.html"):
        items = list(import_module(f"feedbot.source.{name.partition('/')[0]}").listing(fixture(name)))
        assert items
        assert all(isinstance(item, ListedItem) and item.url.startswith("https://") for item in items)
    first, _ = netbsd.listing(fixture("netbsd/listing.html"))
    assert isinstance(first, ListedItem)
    assert first.signed_url.endswith("NetBSD-SA2099-001.txt.asc")


@pytest.mark.parametrize("member", MEMBERS)
def test_each_names_its_place(member: str) -> None:
    """Each member says where its live list is, over TLS."""
    assert import_module(f"feedbot.source.{member}").SOURCE.listing_url.startswith("https://")


@pytest.mark.parametrize(
    ("vulnerable", "good", "vers"),
    [
        ("all", "1.9.3+, 1.8.4+", "<1.8.4|>=1.9|<1.9.3"),
        ("all", "none", "*"),
        ("1.2.0 on Tuesdays", "1.9.3+", None),
        ("0.9.6-1.9.2", "1.9.3", None),
    ],
)
def test_nginx_less_what_is_good(vulnerable: str, good: str, vers: str | None) -> None:
    """What is newer than the newest good version is good; wording that is not understood is not cut."""
    body = f'<article><item name="x" cve="2026-90078" good="{good}" vulnerable="{vulnerable}"/></article>'
    (one,) = advisory("nginx", document(body.encode())).affected
    assert isinstance(one.range, UnreadRange) if vers is None else str(one.range) == f"vers:generic/{vers}"


def test_bounds_that_exclude_each_other() -> None:
    """Form 4's "older than 1.0 and newer than 2.0" is no range: it is not read as everything outside."""
    tree = json.loads(fixture("httpd/form4.json").body)
    bounds = [
        {"version_affected": "<=", "version_value": "1.0"},
        {"version_affected": ">=", "version_value": "2.0"},
    ]
    tree["affects"]["vendor"]["vendor_data"][0]["product"]["product_data"][0]["version"]["version_data"] = bounds
    (one,) = advisory("httpd", document(json.dumps(tree).encode())).affected
    assert isinstance(one.range, UnreadRange)


@pytest.mark.parametrize(
    ("wording", "vers"),
    [
        ("libcurl 7.1 to and including 7.9.1", ">=7.1|<=7.9.1"),
        ("from curl 7.1 to and including curl 7.1", "7.1"),
        ("curl 7.9.1 to and including 7.1", None),
        ("curl before it was tied", None),
    ],
)
def test_curl_ranges(wording: str, vers: str | None) -> None:
    """A range, one version, and what is neither."""
    body = fixture("curl/advisory.md").body.replace(b"libribbon 9.1.0 to and including 9.4.2", wording.encode())
    (one,) = advisory("curl", document(body)).affected
    assert isinstance(one.range, UnreadRange) if vers is None else str(one.range) == f"vers:generic/{vers}"


def test_an_unknown_severity_is_none() -> None:
    """OpenSSL's oldest records say that the severity is unknown: that is no severity."""
    tree = json.loads(fixture("openssl/record.json").body)
    tree["containers"]["cna"]["metrics"] = [{"format": "other", "other": {"content": {"text": "unknown"}}}]
    assert advisory("openssl", document(json.dumps(tree).encode())).severity == ()


@pytest.mark.parametrize(
    ("cell", "severity"),
    [
        ("core server<br>Legacy: C", [("PostgreSQL", "Legacy: C")]),
        ("client<br>8.8<br>AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", [("CVSSv3.0", "8.8")]),
        ("client", []),
    ],
)
def test_severities_of_postgresql(cell: str, severity: list[tuple[str, str]]) -> None:
    """Rows of before CVSS have PostgreSQL's own classes, A to D."""
    body = fixture("postgresql/shapes.html").body.replace(b"core server<br>Legacy: B", cell.encode())
    first, *_ = read("postgresql", document(body))
    assert isinstance(first, Advisory)
    assert [(one.system, one.score) for one in first.severity] == severity


def test_a_patch_says_for_which_versions_it_is() -> None:
    """nginx has several patches of one matter, each for some of the versions."""
    body = fixture("nginx/advisories.xml").body
    head, item, rest = body.partition(b"<item ")
    own = b'<item name="Two" cve="2099-90001" good="none" vulnerable="all"><patch name="a.txt" versions="1.1-1.2" />'
    own += b'<patch name="b.txt" /></item>\n'
    first, *_ = read("nginx", document(head + own + item + rest))
    assert isinstance(first, Advisory)
    assert [one.label for one in first.references] == ["patch (for 1.1-1.2)", "patch"]
