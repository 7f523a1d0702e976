"""Advisories of which only a feed's entry is known: title, address, date and words; names in them are aliases.

No versions are read: the words are a summary, and what they leave out would look like an answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from feedbot.advisory import Advisory, Quarantined, Reference, Section
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import identifiers
from feedbot.reading import text as texts
from feedbot.source import _facts, _html, _listing
from feedbot.source._member import ListedItem


@dataclass(frozen=True, slots=True)
class Name:
    """What a publisher's entry is called. An empty `number` is one that is not told; an empty `revision` is the date
    of the last change."""

    number: str
    title: str
    revision: str = ""


Naming = Callable[[_listing.Entry], Name | None]
"""Names an entry; None where it is no advisory of the kind that the member reads."""


def listed(document: Document, naming: Naming) -> Iterator[ListedItem | Quarantined]:
    """Yield the entries; the feed holds all that is read, so none has an address."""
    for found in advisories(document, "", "", naming):
        yield found if isinstance(found, Quarantined) else ListedItem(found.number, "", found.title, found.updated)


def advisories(document: Document, source: str, publisher: str, naming: Naming) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory an entry. Raises SourceError where the document is no feed."""
    for index, entry in enumerate(_told_apart(tuple(_listing.entries(document))), 1):
        if isinstance(entry, Quarantined):
            yield entry
            continue
        where = f"{document.url} item {index}"
        try:
            named = naming(entry)
            if named:
                yield replace(_advisory(document, entry, where, named), source=source, publisher=publisher)
        except SourceError as error:
            yield Quarantined(where, error, repr(entry).encode("utf-8", "replace"))


def _told_apart(
    found: tuple[_listing.Entry | Quarantined, ...],
) -> Iterator[_listing.Entry | Quarantined]:
    """Yield the entries; where several addresses have one identifier, which then names none of them, the address is
    the identifier. Else two entries would look like revisions of one another."""
    addresses: dict[str, set[str]] = {}
    for one in found:
        if isinstance(one, _listing.Entry):
            addresses.setdefault(one.identifier, set()).add(one.url)
    for one in found:
        if isinstance(one, _listing.Entry) and len(addresses[one.identifier]) > 1:
            yield replace(one, identifier=one.url)
        else:
            yield one


def _advisory(document: Document, entry: _listing.Entry, where: str, name: Name) -> Advisory:
    words = _plain(entry.summary, where)
    title = name.title or words.partition("\n")[0][:200]
    if not name.number:
        raise SourceError(where, "no advisory number")
    if not title:
        raise SourceError(where, "no title")
    return Advisory(
        source="",
        number=name.number,
        revision=name.revision or (entry.updated.date().isoformat() if entry.updated else ""),
        title=title,
        language=texts.language(title + words),
        signature=_facts.unsigned(document),
        status=_facts.status_of(title),
        published=entry.updated,
        updated=entry.updated,
        summary=texts.joined(line for line in words.split("\n") if line.strip()),
        aliases=identifiers.aliases(f"{title}\n{words}", name.number),
        sections=(Section("", words),) if words else (),
        references=tuple(Reference(url) for url in dict.fromkeys(texts.urls(words))),
        url=entry.url,
    )


def _plain(summary: str, where: str) -> str:
    """Return the words of a summary, which is a text or a piece of a page."""
    return (_html.Page(summary, where).text() or "").strip() if "<" in summary or "&" in summary else summary.strip()
