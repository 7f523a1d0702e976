"""CISA's catalogue of known exploited vulnerabilities (悪用が確認された脆弱性): one JSON document holds all.

An entry says that a vulnerability is being exploited, in which product, and what U.S. agencies must do by when; which
versions are affected stands, if at all, in a sentence, which is left for a person to read. Its number is the CVE name.
Schema: known_exploited_vulnerabilities_schema.json beside the feed.
"""

from collections.abc import Iterator
from datetime import UTC, timedelta

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Section, UnreadRange, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _facts, _json
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="CISA Known Exploited Vulnerabilities",
    issuer="CISA",
    listing_url="https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    interval=timedelta(hours=2),
    language="en",
)

_PARTS = (
    ("Required Action", "requiredAction"),
    ("Due Date", "dueDate"),
    ("Known Ransomware Campaign Use", "knownRansomwareCampaignUse"),
    ("Notes", "notes"),
)


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the entries; the catalogue holds the whole of each, so none has an address."""
    for found in _entries(document):
        yield found if isinstance(found, Quarantined) else ListedItem(found.number, "", found.title, found.updated)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory an entry. Where the catalogue says that it has more than it holds, the last is a Quarantined.

    Raises SourceError for what is no catalogue.
    """
    yield from _entries(document)


def _entries(document: Document) -> Iterator[Advisory | Quarantined]:
    catalogue = _json.load(document)
    listed = catalogue.at("vulnerabilities").value
    if not isinstance(listed, list) or not catalogue.text("catalogVersion"):
        raise SourceError(document.url, "not a catalogue of exploited vulnerabilities")
    for index, node in enumerate(catalogue.each("vulnerabilities"), 1):
        where = f"{document.url} item {index}"
        try:
            yield _advisory(document, node, where)
        except SourceError as error:
            yield Quarantined(where, error, node.raw())
    said = catalogue.text("count")
    if said and said != str(len(listed)):
        reason = SourceError(document.url, "it says {said} items and holds {held}", said=said[:20], held=len(listed))
        yield Quarantined(f"{document.url} count", reason, b"")


def _advisory(document: Document, node: _json.Node, where: str) -> Advisory:
    number, title = identity.normalise(node.text("cveID")), node.text("vulnerabilityName")
    if not number.startswith("CVE-"):
        raise SourceError(where, "no advisory number")
    if not title:
        raise SourceError(where, "no title")
    added = _facts.moment(node.text("dateAdded"), where, UTC)
    summary, notes = node.text("shortDescription"), node.text("notes")
    links = (url.rstrip(";,.") for url in texts.urls(notes))
    return Advisory(
        source="cisa_kev",
        number=number,
        revision=added.date().isoformat() if added else "",
        title=title,
        language="en",
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        published=added,
        updated=added,
        summary=summary,
        affected=(_affected(node, summary),),
        sections=tuple(Section(heading, text) for heading, name in _PARTS if (text := node.text(name))),
        references=tuple(Reference(url) for url in dict.fromkeys(links)),
        url=f"https://www.cisa.gov/known-exploited-vulnerabilities-catalog?field_cve={number}",
        publisher=SOURCE.issuer,
    )


def _affected(node: _json.Node, summary: str) -> Affected:
    vendor, product = node.text("vendorProject"), node.text("product")
    said = [one for one in texts.sentences(summary.split("\n")) if _facts.names_version(one)]
    return Affected(product, UnreadRange(" ".join(said)), " ".join(said) or f"{vendor} {product}".strip(), vendor)
