"""JPCERT/CC's weekly reports (Weekly Report) as its feed names them: several entries, one a matter, one address."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from feedbot.advisory import Advisory, Section, Status
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading.dates import JST
from feedbot.source import _facts, _listing

_REPORT = re.compile(
    r"https?://www\.jpcert\.or\.jp/wr/(?P<year>20[0-9]{2})/"
    r"wr[0-9]{2}(?P<month>[0-9]{2})(?P<day>[0-9]{2})\.html"
)
_REPORT_PAGE = re.compile(r"/wr/[0-9]{4}/wr[0-9]{6}\.(?:html|txt)$")
_REPORT_TEXT = re.compile(
    r"^[ \t　]*(?:[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*?-WR-[0-9]{4}-[0-9]{4}|<<<.{0,80}WEEKLY REPORT.{0,80}>>>)[ \t　\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
_NEAR = timedelta(days=31)
_LISTED_REPORT = re.compile(r"^Weekly Report:\s*")


def is_feed(body: bytes) -> bool:
    """Say whether a document is a feed in RDF, and no page with a licence in RDF in it."""
    head = body[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return re.match(rb"<\?xml|<rdf:rdf\s", head) is not None and b"<rdf:rdf" in head and b"<html" not in head


def reports(document: Document, issuer: str) -> Iterator[Advisory]:
    """Yield the weekly reports of the feed, each from all of its entries. What else of the feed cannot be read, the
    listing says. Raises SourceError where it has no report at all."""
    found: dict[date, list[_listing.Entry]] = {}
    for entry in _listing.entries(document):
        if isinstance(entry, _listing.Entry) and (day := day_of(entry)):
            found.setdefault(day, []).append(entry)
    if not found:
        raise SourceError(document.url, "no advisories in the list", hint="look at the address in a browser")
    for day, entries in found.items():
        matters = tuple(dict.fromkeys(_LISTED_REPORT.sub("", one.title) for one in entries))
        yield Advisory(
            source="jpcert",
            number=number_of(day),
            revision=day.isoformat(),
            title=f"JPCERT/CC WEEKLY REPORT {day} (Weekly Report)",
            language="ja",
            signature=_facts.unsigned(document),
            status=Status.FINAL,
            published=_midnight(day),
            updated=max((one.updated for one in entries if one.updated), default=None),
            summary="、".join(matters),
            sections=(Section("目次", "\n".join(matters)),),
            url=entries[0].url,
            publisher=issuer,
        )


def day_of(entry: _listing.Entry) -> date | None:
    """Return the day that the address of a weekly report names; None for another address, a day that there is none of,
    or one that is far from the entry's own date."""
    match = _REPORT.fullmatch(entry.url)
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None
    except ValueError:
        return None
    far = day is not None and entry.updated is not None and abs(entry.updated - _midnight(day)) > _NEAR
    return None if far else day


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def number_of(day: date) -> str:
    """Return the number that a report of this day is given here."""
    return f"JPCERT-WR-{day.year}-{day:%m%d}"


def is_report(url: str) -> bool:
    """Say whether an address is in the form of a weekly report's."""
    return bool(_REPORT.fullmatch(url))


def looks_like_report(url: str, words: str) -> bool:
    """Say whether a document is a weekly report's own page or text, whose form is not known here."""
    return bool(_REPORT_PAGE.search(url) or _REPORT_TEXT.search(words))
