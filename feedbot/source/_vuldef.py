"""Details of JVN iPedia in XML: VULDEF 3.1 and 3.2, read as a stream."""

from collections.abc import Iterator

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Severity, UnreadRange, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.source import _facts, _jvndb, _xml
from feedbot.source._jvndb_detail import Detail, advisory

ROOT = "VULDEF-Document"


def advisories(document: Document, publisher: str) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory for each Vulinfo. Raises SourceError where the document is no VULDEF as a whole."""
    for index, node in enumerate(_xml.stream(document, ROOT, "Vulinfo"), 1):
        if isinstance(node, Quarantined):
            yield node
            continue
        where = f"{document.url} item {index}"
        try:
            yield _detail(document, node, where, publisher)
        except SourceError as error:
            yield Quarantined(where, error, node.raw())


def _detail(document: Document, node: _xml.Node, where: str, publisher: str) -> Advisory:
    number = identity.normalise(node.text("VulinfoID"))
    if not number:
        raise SourceError(where, "no advisory number")
    data = next(node.each("VulinfoData"), None)
    if data is None or not data.text("Title"):
        raise SourceError(where, "no title")
    related = tuple(data.each("Related", "RelatedItem"))
    detail = Detail(
        number=number,
        title=data.text("Title"),
        overview=_jvndb.plain(data.text("VulinfoDescription", "Overview")),
        impact="\n".join(one.content for one in data.each("Impact", "ImpactItem", "Description")),
        solution="\n".join(one.content for one in data.each("Solution", "SolutionItem", "Description")),
        status=_facts.status_of(data.text("Title")),
        published=_facts.moment(data.text("DateFirstPublished"), where),
        updated=_facts.moment(data.text("DateLastUpdated"), where),
        named=tuple(_named(related)),
        severity=tuple(_severity(one) for one in data.each("Impact", "Cvss")),
        affected=tuple(one for item in data.each("Affected", "AffectedItem") for one in _affected(item)),
        references=tuple(_reference(one) for one in related if one.text("URL")),
        history=tuple(
            (one.text("Description"), _facts.moment(one.text("DateTime"), where))
            for one in data.each("History", "HistoryItem")
        ),
    )
    return advisory(document, detail, publisher)


def _named(related: tuple[_xml.Node, ...]) -> Iterator[str]:
    """Yield the names that other publishers give the same matter."""
    for one in related:
        if one.get("type") == "advisory":
            yield from identity.names_in(one.text("VulinfoID"))


def _severity(node: _xml.Node) -> Severity:
    return _facts.cvss(node.get("version"), node.text("Vector"), node.text("Base"))


def _affected(item: _xml.Node) -> Iterator[Affected]:
    """Yield one row a wording; a product without any is affected in versions that nobody wrote down."""
    vendor, product, cpe = item.text("Name"), item.text("ProductName"), item.text("Cpe")
    wordings = [one.content for one in item.each("VersionNumber") if one.content]
    for wording in wordings:
        evidence = f"{vendor} {product} {wording}".strip()
        yield _facts.affected(
            wording, product=_jvndb.edition(product, wording), vendor=vendor, cpe=cpe, evidence=evidence
        )
    if not wordings:
        yield Affected(product, UnreadRange(""), f"{vendor} {product}".strip(), vendor, cpe)


def _reference(node: _xml.Node) -> Reference:
    words = (node.text("Name"), node.text("VulinfoID"), node.text("Title"))
    return Reference(node.text("URL"), " ".join(dict.fromkeys(word for word in words if word)))
