"""IPA (独立行政法人情報処理推進機構): 重要なセキュリティ情報, and the alerts of 注意警戒サービス (MyJVN getAlertList).

listing    alert-rss.rdf: each entry leads to /security/security-alert/YEAR/NAME.html, and that YEAR/NAME is the only
           number such an alert has
read       that feed, or an answer of getAlertList (Atom with `sec:items`, mod_sec 3.0): MYJVN-ALT-YEAR-NUMBER, with
           products as CPE names and addresses, without versions

The corpus has getAlertList's published example and none of the feed and its pages, so a page is refused, and an entry
that leads elsewhere is quarantined. Form: https://jvndb.jvn.jp/apis/ (getAlertList, hnd).
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Section, UnreadRange
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import identifiers
from feedbot.source import _facts, _feed, _listing, _myjvn, _xml
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="IPA 重要なセキュリティ情報",
    issuer="IPA",
    listing_url="https://www.ipa.go.jp/security/alert-rss.rdf",
    interval=timedelta(hours=1),
    alerts=True,
)

_ALERT = re.compile(r"https?://[^/]+/security/(?:security-alert/)?(?P<name>[0-9]{4}/[A-Za-z0-9_-]{1,80})\.html")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the alerts of the feed or the answer, which holds all that is read of them."""
    for found in _alerts(document):
        yield found if isinstance(found, Quarantined) else ListedItem(found.number, "", found.title, found.updated)
    if following := _myjvn.next_page(document):
        yield following


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory an alert. Raises SourceError for a page, and for an answer that says that it failed."""
    yield from _alerts(document)


def _alerts(document: Document) -> Iterator[Advisory | Quarantined]:
    if b"swid:ipa.go.jp+myjvn_alert" not in document.body:
        yield from _feed.advisories(document, "ipa", SOURCE.issuer, _name)
        return
    missing = _myjvn.check(document)
    for index, node in enumerate(_xml.stream(document, "feed", "entry"), 1):
        if isinstance(node, Quarantined):
            yield node
            continue
        where = f"{document.url} item {index}"
        try:
            yield _alert(document, node, where)
        except SourceError as error:
            yield Quarantined(where, error, node.raw())
    if missing:
        yield missing


def _name(entry: _listing.Entry) -> _feed.Name:
    match = _ALERT.match(entry.url)
    return _feed.Name(match["name"] if match else "", entry.title)


def _alert(document: Document, node: _xml.Node, where: str) -> Advisory:
    number, title = node.text("id"), node.text("title")
    if not re.fullmatch(r"MYJVN-ALT-[0-9]{4}-[0-9]{4,6}", number):
        raise SourceError(where, "no advisory number")
    if not title:
        raise SourceError(where, "no title")
    updated = _facts.moment(node.text("updated"), where)
    items = list(node.each("items", "item"))
    words = "\n".join((title, node.text("summary"), *(f"{one.text('title')}\n{one.text('summary')}" for one in items)))
    return Advisory(
        source="ipa",
        number=number,
        revision=updated.date().isoformat() if updated else "",
        title=title,
        language="ja",
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        published=_facts.moment(node.text("published"), where),
        updated=updated,
        summary=node.text("summary"),
        aliases=identifiers.aliases(words, number),
        affected=tuple(dict.fromkeys(one for item in items for one in _affected(item))),
        sections=tuple(_sections(node, items)),
        references=tuple(_references(items)),
        url=next((one.url for one in _references(items)), ""),
        publisher=SOURCE.issuer,
    )


def _affected(item: _xml.Node) -> Iterator[Affected]:
    """Yield the products: the last part of a CPE name (cpe:/a:VENDOR:PRODUCT) is all that an alert calls them."""
    for cpe in (one.content for one in item.each("cpe") if one.content):
        parts = [unquote(part) for part in cpe.removeprefix("cpe:/").split(":")]
        product = parts[2] if len(parts) > 2 else cpe
        yield Affected(product, UnreadRange(""), item.text("title") or cpe, cpe=cpe)


def _sections(node: _xml.Node, items: list[_xml.Node]) -> Iterator[Section]:
    degree = next((one.get("label") for one in node.each("category")), "")
    if degree:
        yield Section("区分", degree)
    yield from (Section(one.text("title"), one.text("summary")) for one in items if one.text("summary"))


def _references(items: list[_xml.Node]) -> Iterator[Reference]:
    for one in items:
        yield from (Reference(link.get("href"), one.text("title")) for link in one.each("link") if link.get("href"))
