"""JVN iPedia: its feeds (JVNRSS: jvndb_new.rdf, jvndb.rdf, jvndb_YYYY.rdf), its details (VULDEF), and the answers of
the MyJVN API (getVulnOverviewList, also in JSON; getVulnDetailInfo).

A feed names each advisory's products, scores and references in `sec:` elements, several of a kind; a detail says the
versions too. Schemas: jvnrss_3.2.xsd, vuldef_3.1.xsd / vuldef_3.2.xsd of MyJVN. Both are read as streams. An answer
that says that it failed is refused; one that is a page of a longer list names the next page as a listing, or ends with
a Quarantined where its address is no question to the API. By default the feed is asked; after a time away, and for
`collect --since`, up to a month by the day of the last update, and beyond that by the yearly feeds
(ja/rss/years/jvndb_YYYY.rdf) of the years since, with the updates of the last month: an older update of an advisory of
an earlier year is not asked for then. Details are read where they are given (a file, a source's url); a round does not
ask for them beside a feed, because the two texts of one number would take turns as its newest. The lists of products
and vendors and the statistics are no source of advisories; details in JSON are CSAF (the member csaf), alerts are the
member ipa's.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin

from feedbot.advisory import (
    Advisory,
    Affected,
    HistoryEntry,
    Quarantined,
    Reference,
    Section,
    Severity,
    UnreadRange,
    identity,
)
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import dates
from feedbot.reading import text as texts
from feedbot.reading.dates import JST
from feedbot.source import _facts, _jvnrss, _myjvn, _myjvn_json, _xml
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="JVN iPedia",
    issuer="JVN iPedia (IPA)",
    listing_url="https://jvndb.jvn.jp/ja/rss/jvndb_new.rdf",
    interval=timedelta(hours=1),
    limit=64 * 2**20,
    per_second=_myjvn.PER_SECOND,
)

_FIRST_YEAR = 1998
_LITERAL_BREAK = re.compile(r"\\n|\n|(?<=。)\s{2,}|　+(?=\*)")
_DATED = re.compile(r"^\s*\[(?P<date>[^\]]{6,20})\]\s*(?P<text>.*)$", re.DOTALL)
_WORKAROUND = re.compile(r"\[(?:ワークアラウンド|回避策|緩和策)[^\]\[]{0,20}\](?P<text>[^\[]*)")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield what the feed names; the feed holds the whole statement, so an item has no address of its own."""
    for item in _items(document):
        if isinstance(item, Quarantined):
            yield item
        else:
            yield ListedItem(item.number, "", item.title, item.updated)
    following = _myjvn_json.next_page(document) if _myjvn_json.is_json(document) else _myjvn.next_page(document)
    if following:
        yield following


def addresses(url: str, since: datetime | None, now: datetime) -> tuple[str, ...]:
    """Return the feeds, or the question to the API, that miss nothing since `since`."""
    if since is None:
        return (url,)
    if now - since <= _myjvn.MONTH or _myjvn.is_question(url):
        return (_myjvn.updated_since(url, since),)
    years = range(max(since.astimezone(JST).year, _FIRST_YEAR), now.astimezone(JST).year + 1)
    feeds = (urljoin(url, f"/ja/rss/years/jvndb_{year}.rdf") for year in years)
    return (*feeds, _myjvn.updated_since(url, now - _myjvn.MONTH))


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory for each item of a feed or each Vulinfo of a detail file."""
    if _myjvn_json.is_json(document) or _xml.root_name(document) == "RDF":
        yield from _jvnrss.advisories(document, "jvn_ipedia", SOURCE.issuer, _items(document))
        return
    missing = _myjvn.check(document)
    yield from _details(document)
    if missing:
        yield missing


def _items(document: Document) -> Iterator[_jvnrss.Item | Quarantined]:
    """Yield the items of a feed or an answer, then what the answer leaves out."""
    if _myjvn_json.is_json(document):
        yield from _myjvn_json.items(document)
        return
    missing = _myjvn.check(document)
    if _xml.root_name(document) == "Result" and _myjvn.names_nothing(document):
        return
    yield from _jvnrss.items(document)
    if missing:
        yield missing


def _details(document: Document) -> Iterator[Advisory | Quarantined]:
    for index, node in enumerate(_xml.stream(document, "VULDEF-Document", "Vulinfo"), 1):
        if isinstance(node, Quarantined):
            yield node
            continue
        where = f"{document.url} item {index}"
        try:
            yield _detail(document, node, where)
        except SourceError as error:
            yield Quarantined(where, error, node.raw())


def _detail(document: Document, node: _xml.Node, where: str) -> Advisory:
    number = identity.normalise(node.text("VulinfoID"))
    if not number:
        raise SourceError(where, "no advisory number")
    data = next(node.each("VulinfoData"), None)
    if data is None or not data.text("Title"):
        raise SourceError(where, "no title")
    title, overview = data.text("Title"), data.text("VulinfoDescription", "Overview")
    published = _facts.moment(data.text("DateFirstPublished"), where)
    updated = _facts.moment(data.text("DateLastUpdated"), where)
    solution = "\n".join(one.content for one in data.each("Solution", "SolutionItem", "Description"))
    impact = "\n".join(one.content for one in data.each("Impact", "ImpactItem", "Description"))
    related = tuple(data.each("Related", "RelatedItem"))
    last = updated or published
    return Advisory(
        source="jvn_ipedia",
        number=number,
        revision=last.date().isoformat() if last else "",
        title=title,
        language=texts.language(title + overview),
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        published=published,
        updated=updated,
        summary=overview,
        aliases=_aliases(related, number),
        severity=tuple(_severity(one) for one in data.each("Impact", "Cvss")),
        affected=tuple(one for item in data.each("Affected", "AffectedItem") for one in _affected(item)),
        workarounds=tuple(text for match in _WORKAROUND.finditer(solution) if (text := _broken(match["text"].strip()))),
        sections=tuple(
            Section(heading, _broken(text))
            for heading, text in (("概要", overview), ("想定される影響", impact), ("対策", solution))
            if text
        ),
        references=tuple(_reference(one) for one in related if one.text("URL")),
        history=tuple(_history(one, where) for one in data.each("History", "HistoryItem")),
        url=f"https://jvndb.jvn.jp/ja/contents/{number[6:10]}/{number}.html",
        publisher=SOURCE.issuer,
    )


def _broken(text: str) -> str:
    """Return text in lines: VULDEF writes a line break as `\\n`, or as two blanks behind a sentence."""
    return "\n".join(line.strip() for line in _LITERAL_BREAK.split(text) if line.strip())


def _aliases(related: tuple[_xml.Node, ...], number: str) -> tuple[str, ...]:
    """Return the names that other publishers give the same matter; those of the same series are other matters."""
    named = (
        name for one in related if one.get("type") == "advisory" for name in identity.names_in(one.text("VulinfoID"))
    )
    return tuple(dict.fromkeys(name for name in named if name != number and not name.startswith("JVNDB-")))


def _severity(node: _xml.Node) -> Severity:
    return _facts.cvss(node.get("version"), node.text("Vector"), node.text("Base"))


def _affected(item: _xml.Node) -> Iterator[Affected]:
    """Yield one row a wording; a product without any is affected in versions that nobody wrote down."""
    vendor, product, cpe = item.text("Name"), item.text("ProductName"), item.text("Cpe")
    wordings = [one.content for one in item.each("VersionNumber") if one.content]
    for wording in wordings:
        evidence = f"{vendor} {product} {wording}".strip()
        yield _facts.affected(wording, product=product, vendor=vendor, cpe=cpe, evidence=evidence)
    if not wordings:
        yield Affected(product, UnreadRange(""), f"{vendor} {product}".strip(), vendor, cpe)


def _reference(node: _xml.Node) -> Reference:
    words = (node.text("Name"), node.text("VulinfoID"), node.text("Title"))
    return Reference(node.text("URL"), " ".join(dict.fromkeys(word for word in words if word)))


def _history(node: _xml.Node, where: str) -> HistoryEntry:
    text = node.text("Description")
    match = _DATED.match(text)
    moment = dates.read_date(match["date"]) if match else None
    if match and moment:
        return HistoryEntry(moment.date(), _broken(match["text"]))
    moment = _facts.moment(node.text("DateTime"), where)
    return HistoryEntry(moment.date() if moment else None, _broken(text))
