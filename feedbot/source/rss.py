"""Any RSS or Atom feed, by configuration alone: `member = "rss"` and a `url`.

An entry gives title, address, date and words; CVE, JVN and other names in them are aliases; versions are not read. Its
number is the entry's id (guid, dc:identifier), or its address. The publisher is the feed's host.
"""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from feedbot.advisory import Advisory, Quarantined
from feedbot.fetch import Document
from feedbot.source import _feed, _listing
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(title="RSS / Atom", issuer="", listing_url="", interval=timedelta(hours=1))


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the entries of the feed, which holds all that is read of them."""
    yield from _feed.listed(document, _name)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory an entry."""
    yield from _feed.advisories(document, "rss", urlsplit(document.url).hostname or "", _name)


def _name(entry: _listing.Entry) -> _feed.Name:
    return _feed.Name(entry.identifier or entry.url, entry.title)
