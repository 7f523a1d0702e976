"""The fast reading of JVNRSS gives what a plain one gives, item by item, on feeds of every odd shape."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bench import _jvnrss as made
from feedbot.advisory import Advisory, Quarantined, Reference, identity
from feedbot.errors import SourceError
from feedbot.source import _facts, _jvndb, _jvnrss, _matter, jvn_ipedia
from tests.source.reading import document, judge

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_HEAD = (
    f'<rdf:RDF xmlns:rdf="{_RDF}" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:sec="http://jvn.jp/rss/mod_sec/3.0/"'
    ' xmlns:old="http://jvn.jp/rss/mod_sec/"><channel/>'
)
_NAMES = st.sampled_from(
    (
        "CVE-2026-1234",
        "cve-2026-12345",
        "CAN-2004-0001",
        "CVE-2026-123",
        "JVNDB-2026-000001",
        "jvndb-2026-000002",
        "JVNVU#99000001",
        "JVN%2399000002",
        "VU#990001",
        "CWE-79",
        "CSIRT-A-AT-2026-0001",
        "NetB\u017fD-SA2026-001",
        "CVE\uff0d2026\u20101234",
        "990001",
        "",
        " ",
    )
)
_SITES = st.sampled_from(
    (
        "https://site-a.example/?id=",
        "https://site-a.example/CVE-2026-7777/",
        "https://www.kb.cert.org/vuls/id/",
        "https://site-a.example/x",
        "https://www.jvn.example/jp/JVN",
        "https://見本.example/=",
        "",
    )
)
_DATES = st.sampled_from(
    (
        "2026-10-08T19:59+09:00",
        "2026-10-08T19:59:01Z",
        " 2026-10-08 ",
        "2026-02-30T00:00+09:00",
        "2026-10-08T19:59-00:00",
        "Thu, 08 Oct 2026 19:59:00 +0900",
        "2026-10-08T25:00Z",
        "someday",
        "",
    )
)
_WORDS = st.text(st.sampled_from("あ亜ab 1.&<\"'\r\n\t]"), max_size=12)


@st.composite
def _element(draw: st.DrawFn) -> str:
    """One child of an item: any of those that are known, in any order and number, or one that is not."""
    kind = draw(st.sampled_from(("plain", "plain", "date", "references", "references", "cpe", "cvss", "deep")))
    if kind == "references":
        name = draw(_NAMES)
        address = draw(_SITES) + draw(st.sampled_from((name, draw(_NAMES))))
        return _tag(draw(_SEC), "references", address, id=name, source=draw(_WORDS), title=draw(_WORDS))
    if kind == "cpe":
        return _tag(draw(_SEC), "cpe", draw(_WORDS), vendor=draw(_WORDS), product=draw(_WORDS))
    if kind == "cvss":
        vector = draw(st.sampled_from(("CVSS:3.1/AV:N", "AV:N/AC:L", "")))
        return _tag(draw(_SEC), "cvss", "", version=draw(st.sampled_from(("3.0", "2.0", ""))), vector=vector, score="9")
    if kind == "date":
        return _tag("", draw(st.sampled_from(("dcterms:issued", "dcterms:modified", "dc:date"))), draw(_DATES))
    if kind == "deep":
        return f"<description><!-- {escape(draw(_WORDS))} --><b>{escape(draw(_WORDS))}</b><![CDATA[<i>]]></description>"
    name = draw(st.sampled_from(("title", "link", "description", "sec:identifier", "unknown")))
    return _tag("", name, draw(_NAMES if name in ("sec:identifier", "link") else _WORDS))


_SEC = st.sampled_from(("sec:", "old:"))


def _tag(prefix: str, name: str, content: str, **attributes: str) -> str:
    said = "".join(f" {key}={_quoted(value)}" for key, value in attributes.items())
    return f"<{prefix}{name}{said}>{_escaped(content)}</{prefix}{name}>"


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _quoted(text: str) -> str:
    return quoteattr(text, {"\r": "&#13;"})


_ITEM = st.lists(_element(), max_size=9).map("".join)
_FEED = st.lists(
    st.tuples(_ITEM, st.booleans()).map(
        lambda pair: (
            f"<item>{'<title>題</title><sec:identifier>JVNDB-2026-000009</sec:identifier>' if pair[1] else ''}"
            f"{pair[0]}</item>"
        )
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=300)
@given(_FEED)
def test_same_as_plain(feed: list[str]) -> None:
    """Whatever stands in an item, in any order: the fast reading equals a plain one over a whole tree."""
    body = f"{_HEAD}{''.join(feed)}</rdf:RDF>".encode()
    assert [_comparable(one) for one in _jvnrss.items(document(body))] == [_comparable(one) for one in _plainly(body)]


def test_bench_as_plain() -> None:
    """The benchmark's file is read by both ways alike, and completely."""
    body = "".join(made.pieces(200)).encode()
    fast = list(_jvnrss.items(document(body)))
    assert fast == list(_plainly(body))
    assert all(isinstance(one, Advisory) for one in jvn_ipedia.read(document(body), judge))
    assert len(fast) == 200


def test_pieces_of_utf8() -> None:
    """A letter that lies across two pieces of the check for UTF-8 is one letter; one bad byte leaves the fast way."""
    long = "あ" * 400_000
    body = f"{_HEAD}<item><title>{long}</title><sec:identifier>JVNDB-2026-000001</sec:identifier></item></rdf:RDF>"
    (found,) = _jvnrss.items(document(body.encode()))
    assert isinstance(found, _jvnrss.Item)
    assert found.title == long
    (japanese,) = _jvnrss.items(document(body.encode("cp932")))
    assert japanese == found


def _comparable(found: object) -> object:
    return (found.where, str(found.reason)) if isinstance(found, Quarantined) else found


def _plainly(body: bytes) -> Iterator[object]:
    """Read a feed as a beginner would: the whole tree, one look for each field, nothing remembered."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    for index, node in enumerate(etree.fromstring(body, parser).iter("{http://purl.org/rss/1.0/}item"), 1):
        where = f"file:given item {index}"
        try:
            yield _plain_item(node, where)
        except SourceError as error:
            yield Quarantined(where, error, b"")


def _plain_item(node: etree._Element, where: str) -> _jvnrss.Item:
    url = _text(node, "link")
    number = identity.normalise(_text(node, "identifier")) or next(iter(identity.names_in(url)), "")
    if not number:
        raise SourceError(where, "no advisory number")
    if not _text(node, "title"):
        raise SourceError(where, "no title")
    references = _each(node, "references")
    names = [name for one in references for name in identity.names_in(f"{_said(one, 'id')} {_content(one)}")]
    summary = _jvndb.plain(_text(node, "description"))
    names += _matter.cves(summary)
    return _jvnrss.Item(
        number=number,
        title=_text(node, "title"),
        url=url,
        summary=summary,
        published=_facts.moment(_text(node, "issued"), where),
        updated=_facts.moment(_text(node, "modified") or _text(node, "date"), where),
        names=tuple(dict.fromkeys(name for name in names if name != number)),
        references=tuple(
            Reference(
                _content(one), " ".join(f"{_said(one, 'source')} {_said(one, 'id')} {_said(one, 'title')}".split())
            )
            for one in references
        ),
        products=tuple((_said(one, "vendor"), _said(one, "product"), _content(one)) for one in _each(node, "cpe")),
        severity=tuple(
            _facts.cvss(_said(one, "version"), _said(one, "vector"), _said(one, "score")) for one in _each(node, "cvss")
        ),
    )


def _each(node: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in node if etree.QName(child).localname == name]


def _text(node: etree._Element, name: str) -> str:
    return next((content for child in _each(node, name) if (content := _content(child))), "")


def _content(node: etree._Element) -> str:
    return "".join(str(piece) for piece in node.itertext()).replace("\r\n", "\n").strip()


def _said(node: etree._Element, name: str) -> str:
    return str(node.get(name) or "").strip()


def test_a_feed_of_bad_items_is_none() -> None:
    """100,000 of them are told one by one; behind them the document is refused."""
    feed = _HEAD + "<item><title>x</title></item>" * 100_001 + "</rdf:RDF>"
    found = _jvnrss.items(document(feed.encode()))
    assert all(isinstance(next(found), Quarantined) for _ in range(100_000))
    with pytest.raises(SourceError, match="100000"):
        next(found)


def test_a_tag_of_very_many_attributes_is_refused() -> None:
    """Where it ends it would be forty times as large in memory; a long text, or many tags, are no such thing."""
    many = "".join(f'a{n}="" ' for n in range(100_000))
    with pytest.raises(SourceError, match="10000"):
        list(_jvnrss.items(document(f"{_HEAD}<item {many}/></rdf:RDF>".encode())))
    long = f"{_HEAD}<item><title>{'a-b ' * 200_000}</title></item></rdf:RDF>"
    assert [type(one) for one in _jvnrss.items(document(long.encode()))] == [Quarantined]
