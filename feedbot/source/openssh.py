"""OpenSSH's security page, which is all that the project publishes as a list.

listing   the page itself: one item of its list a matter, each of it the whole advisory
read      the same page: an item begins with its date (`<strong>July 1, 2024</strong>`), then says in prose which
          versions are affected and which release notes describe it

No stored copy of the page was at hand: this follows the page as published at openssh.com. An item that does not begin
with a date is quarantined. Matters have no number; it is made of the day (OpenSSH-2024-07-01, the second of a day -2).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, UnreadRange, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import phrases
from feedbot.reading import text as texts
from feedbot.source import _facts, _html, _pages
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="OpenSSH Security",
    issuer="OpenSSH",
    listing_url="https://www.openssh.com/security.html",
    interval=timedelta(hours=6),
    language="en",
)

_LARGEST = 2**19
"""Bytes. Twice as many items of a few words each take 3 seconds to read on a busy machine. The page has some 30 KB."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"\s*(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>[0-9]{1,2}),? (?P<year>[0-9]{4})[.:]?(?=\s)")
_KNOWN = re.compile(r"\bOpenSSH\b")
_WHERE = re.compile(r"^(?:[a-z-]+\([0-9]\)(?:,| and)? )*in (?:Portable )?(?=OpenSSH)")
_FIXED = re.compile(r"\b(?:described|fixed|corrected) in (?:the )?OpenSSH (?P<version>[0-9]+(?:\.[0-9]+)+(?:p[0-9]+)?)")
_VERSION = re.compile(r"(?<![0-9])[0-9]+(?:\.[0-9]+)+")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield each matter of the list; it has no document of its own."""
    for item in _each(document):
        yield item if isinstance(item, Quarantined) else ListedItem(item.number, "", item.title, item.published)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of each item. Raises SourceError where the page is not OpenSSH's, or lists nothing."""
    yield from _each(document)


def _each(document: Document) -> Iterator[Advisory | Quarantined]:
    if len(document.body) > _LARGEST:
        raise SourceError(document.url, "it is larger than {limit} bytes", limit=_LARGEST)
    page = _pages.page(document)
    if not _KNOWN.search(page.title + (page.text("h1") or "") + (page.text("h2") or "")):
        raise SourceError(document.url, "not the page that is expected", hint="look at the address in a browser")
    taken: dict[str, int] = {}
    found = False
    for index, item in enumerate(page.each("li"), 1):
        words = texts.bare(item.text("") or "")
        if not _VERSION.search(words) and not _DAY.match(words):
            # The menu of the page is a list too.
            continue
        found = True
        where = f"{document.url} item {index}"
        try:
            yield _advisory(document, item, words, where, taken)
        except SourceError as error:
            yield Quarantined(where, error, words.encode())
    if not found:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")


def _advisory(document: Document, item: _html.Page, words: str, where: str, taken: dict[str, int]) -> Advisory:
    day = _DAY.match(words)
    if day is None:
        raise SourceError(where, "no date")
    published = _date(day, where)
    prose = texts.sentences(words[day.end() :].split("\n"))
    title = " ".join(prose[:2]).rstrip(".")
    if not title:
        raise SourceError(where, "no title")
    key = published.date().isoformat()
    taken[key] = taken.get(key, 0) + 1
    return Advisory(
        source="openssh",
        number=f"OpenSSH-{key}" + (f"-{taken[key]}" if taken[key] > 1 else ""),
        revision=key,
        title=title,
        language="en",
        signature=_facts.unsigned(document),
        status=_facts.status_of(prose[0]),
        published=published,
        summary=" ".join(prose),
        aliases=identity.names_in(words),
        affected=tuple(_affected(prose[0])),
        fixed=tuple(
            fix for one in _FIXED.finditer(" ".join(prose)) for fix in _facts.fixed("OpenSSH", one["version"], one[0])
        ),
        references=tuple(Reference(url, label) for url, label in _pages.absolute(item, SOURCE.listing_url)),
        url=SOURCE.listing_url,
        publisher=SOURCE.issuer,
    )


def _date(found: re.Match[str], where: str) -> datetime:
    try:
        month = _MONTHS.index(found["month"][:3].lower()) + 1
        return datetime(int(found["year"]), month, int(found["day"]), tzinfo=UTC)
    except ValueError as error:
        raise SourceError(where, "unreadable date: {date}", date=found[0].strip()) from error


def _affected(sentence: str) -> Iterator[Affected]:
    """Read the first sentence ("sshd(8) in Portable OpenSSH versions 8.5p1 to 9.7p1 (inclusive).")."""
    plain = _WHERE.sub("", sentence).rstrip(".")
    phrase = phrases.read(plain, "", _facts.SCHEME, listed=True)
    if phrase.range is not None and phrase.complete and phrase.product == "OpenSSH":
        yield Affected("OpenSSH", phrase.range, sentence, notes=phrase.notes, two_senses=phrase.two_senses)
    elif _VERSION.search(sentence):
        yield Affected("OpenSSH", UnreadRange(sentence), sentence)
