"""What a source member is: one file with a `SOURCE` and two pure functions.

    SOURCE = SourceInfo(title=…, issuer=…, listing_url=…, interval=…)
    def listing(document) -> Iterator[ListedItem | Quarantined]      which items there are, newest first or not
    def read(document, judge) -> Iterator[Advisory | Quarantined]    the advisories that a document holds

A feed whose entries are whole advisories (JVN iPedia) needs no item documents: its ListedItems carry no address and
`read` is
given the listing document itself. `read` never raises for one bad item: it yields a Quarantined and goes on; it raises
SourceError only when the document as a whole is not this publisher's. Neither function touches network, clock or disk.

A member whose publisher can be asked by time has a third one, without which `(url,)` is asked:

    def addresses(url, since, now) -> tuple[str, ...]     what misses nothing since `since` (None: an ordinary round)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from feedbot.advisory import Advisory, Quarantined
from feedbot.fetch import Document
from feedbot.signature import UnsignedText, VerifiedText

Text = VerifiedText | UnsignedText
"""A member is handed one of the two and can tell which; it never sees the bytes around a signed block."""

Judge = Callable[[bytes, str | None], Text]
"""`judge(document_bytes, claimed_number)`: the signed text in these bytes, verified by the source's own keyring and
pins, or the UnsignedText with the reason. A member that has nothing signed calls `unsigned`."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A publisher: `title` as operators know it, `issuer` as a notice names it, `listing_url` of its live feed.

    `alerts`: what it publishes is 注意喚起 to everybody, so one without versions concerns every administrator.
    `limit`: bytes of one of its documents; a dump declares more. `per_second`: requests that the publisher allows at
    most (0: it says nothing of it).
    """

    title: str
    issuer: str
    listing_url: str
    interval: timedelta
    language: str = "ja"
    alerts: bool = False
    limit: int = 16 * 2**20
    per_second: float = 0


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One entry of a listing. `url` is the item's own document; empty when the listing holds the whole advisory.

    `number` is empty where the listing does not tell it. `signed_url` is the same advisory as a signed text, where the
    publisher has one: to be fetched first. `listing` says that the document at `url` is itself a listing (a page, a
    month, one of a provider's feeds). `hash_urls` (one of them is enough) and `signature_url` are files beside the
    document that say what its bytes must be.
    """

    number: str
    url: str
    title: str = ""
    updated: datetime | None = None
    signed_url: str = ""
    listing: bool = False
    hash_urls: tuple[str, ...] = ()
    signature_url: str = ""


class Source(Protocol):
    """The shape of a member module."""

    SOURCE: SourceInfo

    def listing(self, document: Document) -> Iterator[ListedItem | Quarantined]:
        """Say which items a listing names."""

    def read(self, document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
        """Read the advisories of a document."""
