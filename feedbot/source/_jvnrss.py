"""JVNRSS, which JVN and JVN iPedia share: RSS 1.0 with `sec:` elements (mod_sec 2.0 and 3.0), all of them kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Severity, UnreadRange, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _facts, _xml


@dataclass(frozen=True, slots=True)
class Item:
    """One item, with all of its references, products and scores. `names` are those among the references."""

    number: str
    title: str
    url: str
    summary: str
    published: datetime | None
    updated: datetime | None
    names: tuple[str, ...]
    references: tuple[Reference, ...]
    products: tuple[tuple[str, str, str], ...]
    """(vendor, product, CPE name)"""
    severity: tuple[Severity, ...]


def items(document: Document) -> Iterator[Item | Quarantined]:
    """Yield the items of a feed. Raises SourceError where the document is no RSS 1.0 as a whole."""
    for index, node in enumerate(_xml.stream(document, "RDF", "item"), 1):
        if isinstance(node, Quarantined):
            yield node
            continue
        where = f"{document.url} item {index}"
        try:
            yield _item(node, where)
        except SourceError as error:
            yield Quarantined(where, error, node.raw())


def _item(node: _xml.Node, where: str) -> Item:
    url = node.text("link") or node.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    number = identity.normalise(node.text("identifier")) or next(iter(identity.names_in(url)), "")
    if not number:
        raise SourceError(where, "no advisory number")
    if not node.text("title"):
        raise SourceError(where, "no title")
    references = tuple(node.each("references"))
    named = (name for one in references for name in identity.names_in(f"{one.get('id')} {one.content}"))
    return Item(
        number=number,
        title=node.text("title"),
        url=url,
        summary=node.text("description"),
        published=_facts.moment(node.text("issued"), where),
        updated=_facts.moment(node.text("modified") or node.text("date"), where),
        names=tuple(dict.fromkeys(name for name in named if name != number)),
        references=tuple(_reference(one) for one in references),
        products=tuple((one.get("vendor"), one.get("product"), one.content) for one in node.each("cpe")),
        severity=tuple(
            _facts.cvss(one.get("version"), one.get("vector"), one.get("score")) for one in node.each("cvss")
        ),
    )


def _reference(node: _xml.Node) -> Reference:
    words = (node.get("source"), node.get("id"), node.get("title"))
    return Reference(node.content, " ".join(word for word in words if word))


def advisories(
    document: Document, source: str, publisher: str, found: Iterable[Item | Quarantined] | None = None
) -> Iterator[Advisory | Quarantined]:
    """Yield each item as an advisory, from the feed's facts alone; of the document's own items unless others are given
    that were found in it."""
    for item in items(document) if found is None else found:
        yield item if isinstance(item, Quarantined) else _advisory(document, item, source, publisher)


def _advisory(document: Document, item: Item, source: str, publisher: str) -> Advisory:
    last = item.updated or item.published
    return Advisory(
        source=source,
        number=item.number,
        revision=last.date().isoformat() if last else "",
        title=item.title,
        language=texts.language(item.title + item.summary),
        signature=_facts.unsigned(document),
        status=_facts.status_of(item.title),
        published=item.published,
        updated=item.updated,
        summary=item.summary,
        aliases=item.names,
        severity=item.severity,
        affected=tuple(_affected(item, *product) for product in item.products),
        references=item.references,
        url=item.url,
        publisher=publisher,
    )


def _affected(item: Item, vendor: str, product: str, cpe: str) -> Affected:
    """A feed names the product and tells versions, if at all, in a sentence: that is left for a person to read."""
    wording = next(filter(_facts.names_version, texts.sentences(item.summary.split("\n"))), "")
    return Affected(product, UnreadRange(wording), wording or f"{vendor} {product}".strip(), vendor, cpe)
