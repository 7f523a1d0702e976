"""JVNRSS, which JVN and JVN iPedia share: RSS 1.0 with `sec:` elements (mod_sec 2.0 and 3.0), all of them kept."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Severity, Signature, UnreadRange, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _facts, _jvndb, _matter, _xml

_PLAIN = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}|JVNDB-[0-9]{4}-[0-9]{6}").fullmatch
"""A name that stands as identity would write it."""
_MOST_BAD = 100_000
_PIECES = ("cve-", "can-", "jvn", "vu#", "vuls/id", "-at-", "bsd-sa")


class Item(NamedTuple):
    """One item, with all of its references, products and scores. `names` are those among the references.

    A tuple: a yearly file has 26,000 of them, and a frozen dataclass takes four times as long to make.
    """

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
    """Yield the items of a feed. Raises SourceError where the document is no RSS 1.0 as a whole, and behind 100,000 bad
    items: each costs more than a good one, and no feed with so many is one."""
    bad = 0
    for index, node in enumerate(_xml.stream(document, "RDF", "item"), 1):
        if isinstance(node, Quarantined):
            yield node
            continue
        where = f"{document.url} item {index}"
        try:
            yield _item(node, where)
        except SourceError as error:
            bad += 1
            if bad > _MOST_BAD:
                raise SourceError(document.url, "more than {most} of its items are bad", most=_MOST_BAD) from error
            yield Quarantined(where, error, node.raw())


def _item(node: _xml.Node, where: str) -> Item:
    first: dict[str, str] = {}
    names: dict[str, None] = {}
    references: list[Reference] = []
    products: list[tuple[str, str, str]] = []
    severity: list[Severity] = []
    for name, content, said in node.parts():
        if name == "references":
            identifier = (said("id") or "").strip()
            names |= _names(identifier, content)
            references.append(Reference(content, _label(said("source"), identifier, said("title"))))
        elif name == "cpe":
            products.append(((said("vendor") or "").strip(), (said("product") or "").strip(), content))
        elif name == "cvss":
            words = said("version") or "", said("vector") or "", said("score") or ""
            severity.append(_score(*words) if sum(map(len, words)) <= _REMEMBERED else _scored(*words))
        elif content and name not in first:
            first[name] = content
    url = first.get("link") or node.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    number = _number(first.get("identifier", ""), url)
    if not number:
        raise SourceError(where, "no advisory number")
    if "title" not in first:
        raise SourceError(where, "no title")
    description = _jvndb.plain(first.get("description", ""))
    names |= dict.fromkeys(_matter.cves(description))
    names.pop(number, None)
    return Item(
        number,
        first["title"],
        url,
        description,
        _facts.moment(first.get("issued", ""), where),
        _facts.moment(first.get("modified") or first.get("date", ""), where),
        tuple(names),
        tuple(references),
        tuple(products),
        tuple(severity),
    )


def _number(identifier: str, url: str) -> str:
    if _PLAIN(identifier):
        return identifier
    return identity.normalise(identifier) or next(iter(identity.names_in(url)), "")


def _label(*words: str | None) -> str:
    return " ".join(" ".join(filter(None, words)).split())


def _scored(version: str, vector: str, score: str) -> Severity:
    return _facts.cvss(version.strip(), vector.strip(), score.strip())


_REMEMBERED = 500
"""Characters of a text whose outcome is remembered: thousands of hostile ones would fill the memory."""
_score = lru_cache(maxsize=4096)(_scored)


def _names(identifier: str, address: str) -> dict[str, None]:
    """Return the names in a reference's id and address. Nearly all addresses are one of a few sites' and end with the
    id: then nothing is in the address that is not in the id."""
    found = _names_in(identifier)
    if identifier and address.endswith(identifier):
        site = address[: -len(identifier)]
        if site.endswith(("=", "/")) and not _may_name(site):
            return found
    return found | _names_in(address) if _may_name(address) else found


def _names_in(text: str) -> dict[str, None]:
    if _PLAIN(text):
        return {text: None}
    return _odd_names(text) if len(text) <= _REMEMBERED else dict.fromkeys(identity.names_in(text))


@lru_cache(maxsize=4096)
def _odd_names(text: str) -> dict[str, None]:
    return dict.fromkeys(identity.names_in(text))


def _may_name(text: str) -> bool:
    """Say whether a text may hold a name that identity knows; each of its names has one of these pieces."""
    return len(text) > _REMEMBERED or _has_piece(text)


@lru_cache(maxsize=4096)
def _has_piece(text: str) -> bool:
    lowered = text.lower()
    return not text.isascii() or any(piece in lowered for piece in _PIECES)


def advisories(
    document: Document, source: str, publisher: str, found: Iterable[Item | Quarantined] | None = None
) -> Iterator[Advisory | Quarantined]:
    """Yield each item as an advisory, from the feed's facts alone; of the document's own items unless others are given
    that were found in it."""
    signature = _facts.unsigned(document)
    for item in items(document) if found is None else found:
        yield item if isinstance(item, Quarantined) else _advisory(item, signature, source, publisher)


def _advisory(item: Item, signature: Signature, source: str, publisher: str) -> Advisory:
    last = item.updated or item.published
    return Advisory(
        source=source,
        number=item.number,
        revision=last.date().isoformat() if last else "",
        title=item.title,
        language=texts.language(item.title + item.summary),
        signature=signature,
        status=_facts.status_of(item.title),
        published=item.published,
        updated=item.updated,
        summary=item.summary,
        aliases=item.names,
        severity=item.severity,
        affected=tuple(_affected(item)),
        references=item.references,
        url=item.url,
        publisher=publisher,
    )


def _affected(item: Item) -> Iterator[Affected]:
    """A feed names the product and tells versions, if at all, in a sentence: that is left for a person to read."""
    if not item.products:
        return
    wording = next(filter(_facts.names_version, texts.sentences(item.summary.split("\n"))), "")
    for vendor, product, cpe in item.products:
        yield Affected(product, UnreadRange(wording), wording or f"{vendor} {product}".strip(), vendor, cpe)
