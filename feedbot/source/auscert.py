"""AUSCERT's security bulletins (ASB, ESB), as far as its public feed goes.

The corpus has none of them. Known are the form of the titles (AUSCERT Bulletin Formats, 2017: number with an optional
revision, ALERT, [environments], words) and the address of the feed. An entry without such a number is quarantined; the
bulletins' own pages, in part for members only, are refused: what a bulletin says of versions is its vendor's word.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from feedbot.advisory import Advisory, Quarantined
from feedbot.fetch import Document
from feedbot.source import _feed, _listing
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="AUSCERT Security Bulletins",
    issuer="AUSCERT",
    listing_url="https://portal.auscert.org.au/rss/bulletins/",
    interval=timedelta(hours=1),
    language="en",
)

_TITLE = re.compile(
    r"(?P<number>[AE]SB-[0-9]{4}\.[0-9]{4})(?:\.(?P<revision>[0-9]{1,3}))?(?![0-9.])[\s:–—-]*(?P<title>.*)", re.DOTALL
)


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the bulletins of the feed, which holds all that is read of them."""
    yield from _feed.listed(document, _name)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory a bulletin; its revision is the one behind its number, or 1."""
    yield from _feed.advisories(document, "auscert", SOURCE.issuer, _name)


def _name(entry: _listing.Entry) -> _feed.Name:
    match = _TITLE.match(entry.title)
    return (
        _feed.Name(match["number"], match["title"], match["revision"] or "1") if match else _feed.Name("", entry.title)
    )
