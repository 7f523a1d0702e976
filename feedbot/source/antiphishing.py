"""フィッシング対策協議会 (Council of Anti-Phishing Japan): 緊急情報, as far as its feed goes.

The corpus has none of it. Known are the feed's address and the addresses of its alerts, /news/alert/NAME.html; an alert
has no number but that NAME. The feed's other entries (お知らせ, reports) are no alerts and are passed over; one that
leads anywhere else is quarantined. The alerts' own pages are refused: their form is not known here.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from feedbot.advisory import Advisory, Quarantined
from feedbot.fetch import Document
from feedbot.source import _feed, _listing
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="フィッシング対策協議会 緊急情報",
    issuer="フィッシング対策協議会",
    listing_url="https://www.antiphishing.jp/news/index.rdf",
    interval=timedelta(hours=1),
)

_ALERT = re.compile(r"https?://[^/?#]+/news/alert/(?P<name>[A-Za-z0-9_-]{1,80})\.html(?:[?#].*)?")
_NO_ALERT = re.compile(r"https?://[^/?#]+/(?:news/(?!alert/)|report/)")


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the alerts of the feed, which holds all that is read of them."""
    yield from _feed.listed(document, _name)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory an alert."""
    yield from _feed.advisories(document, "antiphishing", SOURCE.issuer, _name)


def _name(entry: _listing.Entry) -> _feed.Name | None:
    alert = _ALERT.fullmatch(entry.url)
    if alert:
        return _feed.Name(alert["name"], entry.title)
    return None if _NO_ALERT.match(entry.url) else _feed.Name("", entry.title)
