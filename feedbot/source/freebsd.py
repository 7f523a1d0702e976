"""FreeBSD's security advisories (FreeBSD-SA), errata notices (EN) and security notices (SN), clear-signed.

listing   the RSS feed; an item's address is the signed text itself
read      one signed text: fields (Topic, Announced, Affects, Corrected, CVE Name), `0. Revision History`, I. … VII.

`Affects` says which versions, mostly "All supported versions"; `Corrected` names the release of each branch that holds
the correction ("releng/14.3, 14.3-RELEASE-p12"). What is corrected is cut out of what Affects says. Where Affects is
not understood, the releases below these corrections are affected, and the wording stays as unread.
Form: freebsd-doc, website/static/security/advisories, 1996 to 2026. Dates are UTC.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce

from feedbot.advisory import (
    Advisory,
    Affected,
    HistoryEntry,
    Quarantined,
    Reference,
    Section,
    UnreadRange,
    identity,
)
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import dates, phrases
from feedbot.reading import text as texts
from feedbot.signature import UnsignedText, VerifiedText
from feedbot.source import _branches, _cleartext, _facts, _listing
from feedbot.source._member import Judge, ListedItem, SourceInfo
from feedbot.version import VersionRange, key

SOURCE = SourceInfo(
    title="FreeBSD Security Advisories",
    issuer="FreeBSD",
    listing_url="https://www.freebsd.org/security/feed.xml",
    interval=timedelta(hours=1),
    language="en",
)

_NUMBER = re.compile(
    r"^(?P<number>FreeBSD-(?:SA|EN|SN)-[0-9]{2}:[0-9]{2}(?:\.[A-Za-z0-9_.+-]+)?)"
    r"(?:[ \t]+\[[A-Z ]+\])?[ \t]+(?:Security Advisory|Errata Notice|Security Notice)",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"/(FreeBSD-(?:SA|EN|SN)-[0-9]{2}:[0-9]{2}(?:\.[A-Za-z0-9_.+-]+?)?)(?:\.v[0-9.]+)?\.asc$")
_CORRECTED = re.compile(r"\b(?P<release>(?P<branch>[0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9])?)-RELEASE(?:-p[0-9]{1,3})?)\b")
_RELEASE = re.compile(r"(?P<branch>[0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9])?)(?:-RELEASE)?")
_REVISION = re.compile(r"^v?[0-9.]+[ \t]+(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[ \t]+(?:-- )?(?P<text>\S.*)$")
_HISTORY = re.compile(r"^0\.[ \t]+Revision History[ \t]*$", re.MULTILINE)
_FOLDER = "https://security.FreeBSD.org/advisories/"
_SUPPORTED = re.compile(r"\bsupported\b|\bcorrection date\b", re.IGNORECASE)
_ALL = re.compile(r"All (?:released )?(?:versions of FreeBSD|FreeBSD (?:releases|versions))\.?", re.IGNORECASE)


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the advisories and notices that the feed names, each with the address of its signed text."""
    for index, entry in enumerate(_listing.entries(document), 1):
        if isinstance(entry, Quarantined):
            yield entry
            continue
        found = _ADDRESS.search(entry.url)
        if found is None:
            where = f"{document.url} item {index}"
            yield Quarantined(where, SourceError(where, "no advisory number"), entry.url.encode())
            continue
        yield ListedItem(identity.normalise(found[1]), entry.url, entry.title, entry.updated, signed_url=entry.url)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the advisory of a signed text. Raises SourceError where the document is empty."""
    yield from _cleartext.read(document, judge, _advisory)


def _advisory(document: Document, judged: VerifiedText | UnsignedText, words: str) -> Advisory:
    found = _NUMBER.search(words)
    if found is None:
        raise SourceError(document.url, "no advisory number")
    number = identity.normalise(found["number"])
    _cleartext.promised(document, number, _ADDRESS)
    top, headed = _cleartext.parts(words[found.end() :])
    fields = _cleartext.fields(top)
    title = texts.joined(fields.get("Topic", ()))
    if not title:
        raise SourceError(document.url, "no title")
    published = _facts.moment(texts.joined(fields.get("Announced", ())), document.url, UTC)
    history = tuple(_history(top))
    last = _cleartext.latest(judged.signature, published, *_revised(fields.get("Revised", ()), history))
    corrections = _corrections(fields.get("Corrected", ()))
    return Advisory(
        source="freebsd",
        number=number,
        revision=last.date().isoformat() if last else "",
        title=title,
        language="en",
        signature=judged.signature,
        status=_facts.status_of(title),
        published=published,
        updated=last if last != published else None,
        summary=_summary(headed),
        aliases=identity.names_in(" ".join((*fields.get("CVE Name", ()), *fields.get("CVE", ())))),
        affected=tuple(_affected(fields.get("Affects", ()), corrections)),
        fixed=tuple(fix for one in corrections.values() for fix in _facts.fixed("FreeBSD", one, f"Corrected: {one}")),
        workarounds=tuple(
            one for part in headed if "Workaround" in part.heading for one in _facts.workarounds(part.text)
        ),
        sections=headed,
        references=tuple(
            Reference(url) for part in headed if "References" in part.heading for url in texts.urls(part.text)
        ),
        history=history,
        url=_own_address(document, number),
        publisher=SOURCE.issuer,
    )


def _own_address(document: Document, number: str) -> str:
    """Return where a text stands. Until 2000 its number has no name in it, its address has: that is then known only
    from where the text was fetched."""
    fetched = document.url if document.transport in ("https", "http") and _ADDRESS.search(document.url) else ""
    named = "." in number or "-SN-" in number
    return f"{_FOLDER}{number}.asc" if named else fetched or _FOLDER


def _summary(headed: tuple[Section, ...]) -> str:
    said = next((part.text for part in headed if "Problem Description" in part.heading), "")
    return next(map(texts.joined, texts.paragraphs(said)), "")


def _corrections(lines: tuple[str, ...]) -> dict[str, str]:
    """Return branch → the release of it that holds the correction. -STABLE and release candidates have no version."""
    found = _CORRECTED.finditer("\n".join(lines))
    return {one["branch"]: one["release"] for one in found}


def _affected(lines: tuple[str, ...], corrections: dict[str, str]) -> Iterator[Affected]:
    """Read Affects as a whole; else its lines one by one, and what is not understood of them stays as unread."""
    wording = texts.joined(lines)
    if not wording:
        return
    whole = _said(wording)
    alone = () if whole else tuple(line for line in lines if line.startswith("FreeBSD ") and _said(line))
    rest = () if whole else tuple(line for line in lines if line not in alone)
    said = tuple(filter(None, (whole,) if whole else map(_said, alone)))
    try:
        if said:
            ranges = reduce(VersionRange.union, (one.range for one in said))
            left = _branches.without(ranges, _by_major(corrections), newest_open=True)
            unread = (texts.joined(rest),) if rest else ()
            notes = tuple(dict.fromkeys(note for one in said for note in one.notes))
            senses = tuple(dict.fromkeys(word for one in said for word in one.two_senses))
            yield Affected("FreeBSD", left, wording, unread=unread, notes=notes, two_senses=senses)
            return
        below = _branches.before(corrections.items()) if _SUPPORTED.search(wording) else None
    except VersionError:
        below = None
    if below is None:
        yield Affected("FreeBSD", UnreadRange(wording), wording)
    else:
        yield Affected("FreeBSD", below, f"{wording} Corrected: {', '.join(corrections.values())}", unread=(wording,))


def _by_major(corrections: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the corrections, that of the last release of a major version for all its later releases too: they are made
    of a -STABLE that holds it."""
    newest = {branch.partition(".")[0]: branch for branch in sorted(corrections, key=lambda one: key("generic", one))}
    for branch, release in corrections.items():
        major = branch.partition(".")[0]
        yield (major if newest[major] == branch else branch), release


@dataclass(frozen=True, slots=True)
class _Said:
    """What a wording of `Affects` says, as an Affected has it."""

    range: VersionRange
    notes: tuple[str, ...] = ()
    two_senses: tuple[str, ...] = ()


def _said(wording: str) -> _Said | None:
    """Return what `Affects` says where it is understood completely and speaks of FreeBSD itself, not of a port."""
    if _ALL.fullmatch(wording):
        return _Said(VersionRange(_facts.SCHEME))
    phrase = phrases.read(wording.rstrip(".").removesuffix(" and"), "", _facts.SCHEME, listed=True)
    if phrase.range is None or not phrase.complete or phrase.product not in ("", "FreeBSD"):
        return None
    return _Said(_with_patch_levels(phrase.range), phrase.notes, phrase.two_senses)


def _with_patch_levels(said: VersionRange) -> VersionRange:
    """Return a range in which a release holds its patch levels: "FreeBSD 13.0" is 13.0-RELEASE-p3 too."""
    named = (_RELEASE.fullmatch(one.version) for one in said.constraints if one.comparator in ("=", "<="))
    return reduce(VersionRange.union, (VersionRange.branch(_facts.SCHEME, one["branch"]) for one in named if one), said)


def _history(top: str) -> Iterator[HistoryEntry]:
    found = _HISTORY.search(top)
    entries: list[HistoryEntry] = []
    for line in map(str.strip, top[found.end() :].split("\n") if found else ()):
        match = _REVISION.match(line)
        moment = dates.read_date(match["date"], UTC) if match else None
        if match and moment:
            entries.append(HistoryEntry(moment.date(), match["text"].strip()))
        elif line and entries:
            entries[-1] = HistoryEntry(entries[-1].date, texts.joined((entries[-1].text, line)))
        elif entries:
            break
    yield from entries


def _revised(field: tuple[str, ...], history: tuple[HistoryEntry, ...]) -> Iterator[datetime | None]:
    """Yield the days on which the text says that it was revised."""
    yield from (datetime.combine(entry.date, datetime.min.time(), UTC) for entry in history if entry.date)
    yield dates.read_date(texts.joined(field), UTC) if field else None
