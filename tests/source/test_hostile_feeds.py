"""What fuzzing found in feeds and notes: one test a fault, each with a feed written for it."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from urllib.parse import quote, urljoin

import pytest

from feedbot.advisory import Advisory, Quarantined, Reference, UnreadRange, advisory_json, kind
from feedbot.advisory.kind import kind_of
from feedbot.errors import SourceError
from feedbot.reading import dates, phrases, sections
from feedbot.reading import text as texts
from feedbot.source import _facts, _jvndb, _jvnrss, _listing, _note_prose, jpcert, openssh, postgresql, ruby_lang
from tests.limits import SECONDS
from tests.source.reading import document, fixture, judge, read, reasons


@pytest.mark.parametrize(
    "reference", ["&#xd800;", "&#0;", "&#99999999999999999999;", "&amp;#xD800;", "&#x110000;", "\0"]
)
def test_character_that_is_none(reference: str) -> None:
    """A reference to no character is U+FFFD in its entry; it neither raises nor loses the feed."""
    body = fixture("rss/feed.xml").body.decode()
    spoiled = body.replace("<title>", f"<title>a{reference}b").replace("<description>", f"<description>a{reference}b")
    found, whole = read("rss", document(spoiled.encode())), read("rss", document(body.encode()))
    assert len(found) == len(whole)
    titles = [one.title for one in found if isinstance(one, Advisory)]
    assert titles
    assert all(re.match("a\ufffd;?b", title) for title in titles), titles


@pytest.mark.parametrize(
    ("member", "name"), [("jpcert", "at260102.html"), ("jpcert", "at260103.txt"), ("jvn", "JVN99000001.html")]
)
@pytest.mark.parametrize("reference", ["&#xd800;", "&#0;", "\0"])
def test_page_with_nul(member: str, name: str, reference: str) -> None:
    """A page or text with NUL, or a reference to no character, gives an advisory that can be stored."""
    body = fixture(f"{member}/{name}").body.decode().replace("。", f"{reference}。")
    (found,) = read(member, document(body.encode()))
    assert isinstance(found, Advisory)
    shown = json.dumps(advisory_json(found), ensure_ascii=False)
    assert "\\u0000" not in shown
    assert shown.encode()


VERSIONS = {
    "nginx": ("advisories.xml", r"good=\"[0-9.]+"),
    "curl": ("advisory.md", r"[0-9]+\.[0-9]+\.[0-9]+"),
    "httpd": ("form5.json", r"(?<=lessThan\": \")[0-9.]+"),
    "openssl": ("record.json", r"(?<=version\": \")[0-9.]+"),
    "openssh": ("security.html", r"[0-9]+\.[0-9]+"),
    "postgresql": ("page.html", r"[0-9]+\.[0-9]+"),
    "ruby_lang": ("2026-11-05-ruby-9-2-4-released.md", r"[0-9]+\.[0-9]+\.[0-9]+"),
    "netbsd": ("sa.txt", r"[0-9]+\.[0-9]+"),
    "freebsd": ("sa.asc", r"[0-9]+\.[0-9]+"),
    "jpcert": ("at260102.html", r"[0-9]+\.[0-9]+\.[0-9]+"),
    "mozilla": ("mfsa2099-43.md", r"(?<=Lantern )[0-9.]+"),
}


@pytest.mark.parametrize("member", VERSIONS)
def test_version_of_three_hundred_digits(member: str) -> None:
    """A number that no version has makes nothing affected or fixed by it, and no fault."""
    name, pattern = VERSIONS[member]
    body = texts.decode(fixture(f"{member}/{name}").body)
    spoiled = re.sub(pattern, lambda found: found[0] + "7" * 300, body)
    assert spoiled != body
    found = read(member, document(spoiled.encode(), f"file:{name}"))
    assert found
    assert not any("7" * 300 in str(fix.range) for one in found if isinstance(one, Advisory) for fix in one.fixed)


NESTED = {
    "openssh": ("security.html", "<ul><li>1.2<b>"),
    "postgresql": ("page.html", "<table><thead><tr><th>Reference Affected Fixed Description</thead><tbody><tr><td>"),
    "jvn": ("JVN99000001.html", "<div><table><tr><td>"),
    "mozilla": ("mfsa2099-41.html", "<section><h4>CVE-2026-1000"),
}


@pytest.mark.parametrize("depth", [40, 110, 1900])
@pytest.mark.parametrize("member", NESTED)
def test_parts_within_parts(member: str, depth: int) -> None:
    """A page whose parts stand in one another, many times over, costs no time: it is read or refused."""
    name, opening = NESTED[member]
    head, _, rest = texts.decode(fixture(f"{member}/{name}").body).rpartition("</body>")
    bad = (head + (opening * depth + "</div>" * depth) * (12_000 // depth // opening.count("<")) + rest).encode()
    started = time.process_time()
    read(member, document(bad))
    assert time.process_time() - started < SECONDS


def test_parts_within_parts_are_refused() -> None:
    """The reason is said."""
    body = fixture("openssh/security.html").body.replace(b"</ul>", b"<ul><li>1.2" * 20, 1)
    assert reasons(read("openssh", document(body))) == ["the page is too large or nested too deep"]


def test_a_page_of_thousands_of_matters() -> None:
    """A page of OpenSSH's many times as large as theirs is refused before each of its items is read."""
    item = b"<li><strong>May 8, 2026</strong><br>OpenSSH 7.0 only. One version.</li>"
    body = fixture("openssh/security.html").body.replace(b"</ul>", item * 7_500 + b"</ul>", 1)
    assert reasons(read("openssh", document(body))) == ["it is larger than 524288 bytes"]


def test_an_item_of_a_day_and_a_full_stop() -> None:
    """It has no title, and is quarantined."""
    body = fixture("openssh/security.html").body.replace(b"</ul>", b"<li>May 1, 2026<br>.</ul>", 1)
    assert "no title" in reasons(read("openssh", document(body)))


def test_a_line_that_nobody_wrote() -> None:
    """A line of more than 2,000 characters is left unread, whole; one of as many is read."""
    long, short = "Sample 1.2 以前" + "、" * 1990, "Sample 1.2 以前" + "、" * 1980
    assert (phrases.read(long).range, phrases.read(long).unread) == (None, (long,))
    assert phrases.read(short).range is not None


@pytest.mark.parametrize("reference", ["&#x9759;", "&#38745;", "&amp;#38745;"])
def test_character_that_is_one(reference: str) -> None:
    """A reference to a character stays what it is."""
    body = fixture("rss/feed.xml").body.decode().replace("<description>", f"<description>{reference}")
    assert any("静" in one.summary for one in read("rss", document(body.encode())) if isinstance(one, Advisory))


HEAVY = {
    "tags": b"<b" * 500_000,
    "escaped tags": b"&lt;b&gt;" * 100_000,
    "attributes": b"<item " + b"".join(b'a%d="" ' % n for n in range(100_000)) + b"/>",
    "ampersands": b"&" * 4_000_000,
}


def test_a_declaration_that_never_ends() -> None:
    """A feed that begins as a declaration and goes on so is refused before anybody searches for the end of it."""
    started = time.process_time()
    with pytest.raises(SourceError):
        list(_listing.entries(document(b'<?xml version=<>= encoding="u' * 8_000)))
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("kind", HEAVY)
def test_a_feed_made_to_cost_time(kind: str) -> None:
    """A feed that would keep the reader for long is refused before it is read."""
    started = time.process_time()
    with pytest.raises(SourceError):
        list(_listing.entries(document(b"<rss version='2.0'><channel><title>x</title>" + HEAVY[kind])))
    assert time.process_time() - started < SECONDS


def test_note_with_characters_that_nothing_holds() -> None:
    """Lone surrogates and NUL of a note's JSON are U+FFFD, as in every other member's."""
    note = json.dumps({"vuid": "VU#990104", "name": "a\ud800b\0c", "overview": "\udfff"})
    (found,) = read("cert_cc", document(note.encode()))
    assert isinstance(found, Advisory)
    assert (found.title, found.sections[0].text) == ("a\ufffdb\ufffdc", "\ufffd")


def test_line_with_nul() -> None:
    """What is said of a line with NUL can be stored."""
    found = read_listing("osv", b"2026-11-20T00:00:00Z,npm/A-1\nx\0y\n")
    assert all("\0" not in f"{one}" for one in found)
    assert len(found) == 2


def read_listing(member: str, body: bytes) -> list[object]:
    """List a document's items."""
    return list(import_module(f"feedbot.source.{member}").listing(document(body)))


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31 23:59 -0100"])
def test_moment_before_or_after_all_years(text: str) -> None:
    """A moment that is in no year of UTC is no date: it could not be stored."""
    assert dates.read_date(text) is None
    assert dates.leading(text)[0] is None


def test_last_moments() -> None:
    """The first and the last moment of UTC are dates."""
    assert dates.read_date("0001-01-01T00:00:00Z") == datetime(1, 1, 1, tzinfo=UTC)
    assert dates.read_date("9999-12-31T23:59:59Z") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_versions_of_an_ecosystem_without_order() -> None:
    """Versions listed for an ecosystem that has no scheme are there, unread."""
    record = {"id": "A-1", "modified": "2026-11-20T00:00:00Z", "summary": "x"}
    affected = [{"package": {"ecosystem": "Nowhere", "name": "x"}, "versions": ["1", "2"]}]
    (found,) = read("osv", document(json.dumps(record | {"affected": affected}).encode()))
    assert isinstance(found, Advisory)
    assert found.affected[0].range == UnreadRange("versions 1, 2")


@pytest.mark.parametrize("run", ["「", "「a", "(", "『", "1.2 以前、"])
def test_line_of_brackets(run: str) -> None:
    """A line of open brackets costs no more than its length."""
    started = time.process_time()
    assert phrases.read(run * 20_000).range is None or run[0] == "1"
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("url", ["https://csirt-a.example/csaf/index.txt", "file:index.txt", "https://csirt-a.example"])
@pytest.mark.parametrize("path", ["2026/a.json", "./a.json", "x//y.json", "a/./b.json"])
def test_address_of_a_listed_document(url: str, path: str) -> None:
    """The short way to an address is the same as the standard's."""
    (found,) = import_module("feedbot.source.csaf").listing(document(f"{path}\n".encode(), url))
    assert found.url == urljoin(url, quote(path))


@pytest.mark.parametrize("path", ["npm/A-1", "A:1", "//npm//A-1", "npm/./A-1", "npm/.A", ".A", "あ/A-1"])
@pytest.mark.parametrize("url", ["https://csirt-a.example/npm/modified_id.csv", "file:modified_id.csv"])
def test_address_of_a_listed_record(url: str, path: str) -> None:
    """The same of the records that a dump's list of changes names."""
    (found,) = import_module("feedbot.source.osv").listing(document(f"2026-11-10T00:00:00Z,{path}\n".encode(), url))
    assert found.url == urljoin(url, quote(f"./{path.lstrip('/')}.json"))


@pytest.mark.parametrize(("member", "line"), [("csaf", b"a.json\n"), ("osv", b"2026-11-10T00:00:00Z,a/A-1\n")])
def test_the_longest_list_of_documents(member: str, line: bytes) -> None:
    """A list of nearly as many lines as are read takes no long time."""
    given = document(line * 299_000, "https://csirt-a.example/index.txt")
    started = time.process_time()
    assert sum(1 for _ in import_module(f"feedbot.source.{member}").listing(given)) == 299_000
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("blank", ["\u3000", "&#x85;", "\u2028"])
def test_namespace_with_blanks(blank: str) -> None:
    """A namespace whose address has blanks in it, on which feedparser fails, makes the feed no XML."""
    body = fixture("rss/feed.xml").body.decode()
    spoiled = body.replace("<item>", f"<item><a:x xmlns:a='urn:b{blank}c{blank}d'/>", 1)
    assert reasons(read("rss", document(spoiled.encode()))) == ["not XML: too many values to unpack (expected 2)"]


LISTS = {
    "curl": (b"[", b"]"),
    "osv": (b'{"vulns":[', b"]}"),
    "cert_cc": (b'{"get_cases":[', b"]}"),
    "csaf": (b'{"feed":{"entry":[', b"]}}"),
    "jvn_ipedia": (b'{"feed":{"entry":[', b"]}}"),
    "cisa_kev": (b'{"catalogVersion":"1","vulnerabilities":[', b"]}"),
}


@pytest.mark.parametrize("member", LISTS)
def test_list_of_too_many_objects(member: str) -> None:
    """A list of more objects than a member makes items of in time is refused, whatever they are."""
    start, end = LISTS[member]
    loaded, given = import_module(f"feedbot.source.{member}"), document(start + b"0," * 100_000 + b"0" + end)
    said = [str(one) for items in (loaded.listing(given), loaded.read(given, judge)) for one in _and_refusal(items)]
    assert "file:given: it holds more than 100000 values" in said


def test_longest_list_of_bad_objects() -> None:
    """As many bad objects as are read are each quarantined, in time."""
    given = document(b"[" + b'{"id":1},' * 99_999 + b"{}]")
    started = time.process_time()
    items = import_module("feedbot.source.osv").read(given, judge)
    assert sum(isinstance(one, Quarantined) for one in items) == 100_000
    assert time.process_time() - started < SECONDS


def _and_refusal(items: Iterator[object]) -> Iterator[object]:
    try:
        yield from items
    except SourceError as error:
        yield error


@pytest.mark.parametrize("start", [b"", b"<rss>&"])
def test_feed_of_one_open_token(start: bytes) -> None:
    """A feed that is one reference, or words outside, takes no long time as large as it may be."""
    body, started = (start + b"a" * 2**23)[: 2**23], time.process_time()
    assert not [one for one in _and_refusal(_listing.entries(document(body))) if isinstance(one, _listing.Entry)]
    assert time.process_time() - started < SECONDS
    with pytest.raises(SourceError, match="it is larger than 8388608 bytes"):
        next(_listing.entries(document(body + b"a")))


@pytest.mark.parametrize("line", [b"2026-13-10T00:00:00Z,a/A-1\n", b"x\n"])
def test_list_of_bad_lines(line: bytes) -> None:
    """Of more bad lines than any list has, 100,000 are quarantined in time, then it is refused."""
    given = document(b"2026-11-10T00:00:00Z,a/A-1\n" + line * 298_000)
    started = time.process_time()
    counts = Counter(
        str(one) if isinstance(one, SourceError) else type(one).__name__
        for one in _and_refusal(import_module("feedbot.source.osv").listing(given))
    )
    assert time.process_time() - started < SECONDS
    refusal = "file:given: more than 100000 of its lines are bad"
    assert counts == {"ListedItem": 1, "Quarantined": 100_000, refusal: 1}


@pytest.mark.parametrize(
    ("name", "href"), [("openssh/security.html", "txt/release-19.8"), ("postgresql/page.html", "/about/news/hay-2081/")]
)
@pytest.mark.parametrize("address", ["http://[", "//[::1", "https://\u2100/"])
def test_link_that_leads_nowhere(name: str, href: str, address: str) -> None:
    """A link whose address is none is left out of its advisory, which keeps the others."""
    member, body = name.partition("/")[0], fixture(name).body.decode()
    whole, found = (read(member, document(one.encode())) for one in (body, body.replace(href, address)))
    left = [one.url for one in _references(whole) if not one.url.endswith(href)]
    assert [one.url for one in _references(found)] == left
    assert len(left) < len(_references(whole))
    assert len(found) == len(whole)


def _references(items: list[Advisory | Quarantined]) -> list[Reference]:
    return [link for one in items if isinstance(one, Advisory) for link in one.references]


def test_alert_of_blank_lines() -> None:
    """An alert that is nothing but lines takes no long time as large as it may be; a larger one is refused."""
    body, started = b"a\n" * 2**20, time.process_time()
    assert reasons(read("jpcert", document(body))) != ["it is larger than 2097152 bytes"]
    assert time.process_time() - started < SECONDS
    assert reasons(read("jpcert", document(body + b"\n"))) == ["it is larger than 2097152 bytes"]


@pytest.mark.parametrize("line", ["", "-----", "1.", "  "])
def test_text_of_lines_that_say_nothing(line: str) -> None:
    """A part that begins with a hundred thousand empty lines or rules costs no more than its length."""
    started = time.process_time()
    assert sections.split(f"{line}\n" * 200_000 + "a")[0].text.endswith("a")
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("member", ["freebsd", "netbsd"])
def test_text_of_escapes(member: str) -> None:
    """A text of escapes of ISO-2022-JP takes no long time as large as it may be; a larger one is refused."""
    body, started = b"\x1b$B" * (2**21 // 3), time.process_time()
    assert reasons(read(member, document(body))) != ["it is larger than 2097152 bytes"]
    assert time.process_time() - started < SECONDS
    assert reasons(read(member, document(body + b"\x1b$B"))) == ["it is larger than 2097152 bytes"]


def test_note_with_a_long_number() -> None:
    """A number of 200,000 digits in a note costs no more than its length."""
    record = json.loads(fixture("cert_cc/vince.json").body)
    started = time.process_time()
    assert read("cert_cc", document(json.dumps(record | {"overview": f"Before {'9' * 200_000}."}).encode()))
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("before", ["\n", "\r\n", " \t\n", "<!-- x -->\n\n", "<?x?>\n \n"])
def test_blank_lines_before_a_feed(before: str) -> None:
    """What stands before a feed costs no more than its length, and the feed is read all the same."""
    body, started = fixture("rss/feed.xml").body.decode(), time.process_time()
    declaration, _, feed = body.partition("?>")
    spoiled = f"{declaration}?>{before * 20_000}{feed}"
    found = [one for one in read("rss", document(spoiled.encode())) if isinstance(one, Advisory)]
    assert time.process_time() - started < SECONDS
    assert found == [one for one in read("rss", document(body.encode())) if isinstance(one, Advisory)]


@pytest.mark.parametrize(
    ("pattern", "run"),
    [
        (_jvndb._LITERAL_BREAK, "\u3000"),
        (jpcert._LISTED_TITLE, " "),
        (openssh._VERSION, "0"),
        (postgresql._MORE, "\u3000"),
        (_facts._VERSION, "9"),
        (_note_prose._OTHER_NUMBERS, "1."),
    ],
)
def test_search_that_begins_once(pattern: re.Pattern[str], run: str) -> None:
    """What is searched for in a text is not searched for again from each place of a long run."""
    started = time.process_time()
    assert pattern.search(run * 50_000 + "!") is None or run == "1."
    assert time.process_time() - started < SECONDS


def test_wording_with_many_blanks() -> None:
    """A wording of Ruby's with a long run of blanks costs no more than its length."""
    started = time.process_time()
    assert not [one for one in ruby_lang._one("", "a" + "\u3000" * 60_000 + "b") if one.complete]
    assert time.process_time() - started < SECONDS


def test_long_texts_are_not_remembered() -> None:
    """What is remembered from item to item, to be fast, holds no text that is as long as a document may be."""
    long = "CVE-2026-1000 " * 2000
    before = [one.cache_info().currsize for one in (_jvnrss._odd_names, _jvnrss._has_piece)]
    assert _jvnrss._names(f"{long}1", f"https://csirt-a.example/{long}2") == {"CVE-2026-1000": None}
    assert [one.cache_info().currsize for one in (_jvnrss._odd_names, _jvnrss._has_piece)] == before
    kind_of(f"{'x' * 500}{long}1", flaws_own=False)
    hits = kind._kind_of.cache_info().hits
    kind_of(f"{'x' * 500}{long}2", flaws_own=False)
    assert kind._kind_of.cache_info().hits == hits + 1


def test_longest_list_of_a_page() -> None:
    """A list of as many items as a page may have tags takes no long time."""
    body = fixture("openssh/security.html").body.replace(b"<ul>", b"<ul>" + b"<li>" * 59_000, 1)
    started = time.process_time()
    assert any(isinstance(one, Advisory) for one in read("openssh", document(body)))
    assert time.process_time() - started < SECONDS


def test_large_text_of_curl() -> None:
    """A text of curl's larger than a page may be is refused."""
    body = fixture("curl/advisory.md").body
    assert isinstance(read("curl", document(body + b"\n" * (2**22 - len(body))))[0], Advisory)
    assert reasons(read("curl", document(body + b"\n" * 2**22))) == ["it is larger than 4194304 bytes"]


@pytest.mark.parametrize(("member", "name"), [("cert_cc", "vince.json"), ("csaf", "advisory.json")])
@pytest.mark.parametrize("word", ["a ", '"', "\\"])
def test_document_with_a_long_text(member: str, name: str, word: str) -> None:
    """A document of JSON with a text longer than any advisory is refused; many that are shorter are no matter."""
    record = json.loads(fixture(f"{member}/{name}").body)
    long = json.dumps(record | {"x": word * (2**19 // len(word) + 1)}).encode()
    assert reasons(read(member, document(long))) == ["a text in it is longer than 524288 characters"]
    many = json.dumps(record | {"x": [word * 100_000] * 3}).encode()
    assert any(isinstance(one, Advisory) for one in read(member, document(many)))


def test_many_corrections_of_one_range() -> None:
    """A range with thousands of fixes is worded once, not once a fix: 8,000 took more than ten seconds."""
    events = [{"introduced": "0"}, *({"fixed": f"1.{number}"} for number in range(8_000))]
    ranges = [{"type": "SEMVER", "events": events}]
    record = {
        "id": "CSIRTA-2026-1",
        "modified": "2026-11-20T10:00:00Z",
        "summary": "A fault",
        "affected": [{"package": {"ecosystem": "npm", "name": "timed"}, "ranges": ranges}],
    }
    began = time.process_time()
    (found,) = read("osv", document(json.dumps(record).encode(), "file:CSIRTA-2026-1.json"))
    assert isinstance(found, Advisory)
    assert len(found.fixed) == 8_000
    assert time.process_time() - began < SECONDS
