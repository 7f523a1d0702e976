"""Details of JVN iPedia in XML: VULDEF 3.1 and 3.2, read as a stream."""

from collections.abc import Iterator

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Severity, UnreadRange, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _facts, _jvndb, _matter, _xml

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
    title, overview = data.text("Title"), _jvndb.plain(data.text("VulinfoDescription", "Overview"))
    published = _facts.moment(data.text("DateFirstPublished"), where)
    updated = _facts.moment(data.text("DateLastUpdated"), where)
    solution = "\n".join(one.content for one in data.each("Solution", "SolutionItem", "Description"))
    impact = "\n".join(one.content for one in data.each("Impact", "ImpactItem", "Description"))
    related = tuple(data.each("Related", "RelatedItem"))
    affected = tuple(one for item in data.each("Affected", "AffectedItem") for one in _affected(item))
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
        aliases=_aliases(related, number, _matter.cves(_jvndb.broken(f"{title}\n{overview}"))),
        severity=tuple(_severity(one) for one in data.each("Impact", "Cvss")),
        affected=affected,
        fixed=_jvndb.corrected(solution, _only_product(affected)),
        workarounds=tuple(_jvndb.workarounds(solution)),
        sections=_jvndb.sections(overview, impact, solution),
        references=tuple(_reference(one) for one in related if one.text("URL")),
        history=tuple(
            _jvndb.history(one.text("Description"), _facts.moment(one.text("DateTime"), where))
            for one in data.each("History", "HistoryItem")
        ),
        url=_jvndb.url(number),
        publisher=publisher,
    )


def _only_product(affected: tuple[Affected, ...]) -> str:
    products = {one.product for one in affected}
    return products.pop() if len(products) == 1 else ""


def _aliases(related: tuple[_xml.Node, ...], number: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that other publishers give the same matter; those of the same series are other matters."""
    named = (
        name for one in related if one.get("type") == "advisory" for name in identity.names_in(one.text("VulinfoID"))
    )
    return tuple(dict.fromkeys(name for name in (*named, *own) if name != number and not name.startswith("JVNDB-")))


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
