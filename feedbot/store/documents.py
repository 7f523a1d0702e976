"""Raw documents, kept before anything reads them, so that all can be read again.

A body is kept once by its SHA-256 (deflated: feeds shrink to a sixth); every fetch of it is a row of its own.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from feedbot.errors import StoreError
from feedbot.fetch import Document, Validators
from feedbot.store._sql import insert
from feedbot.store._tables import advisories, bodies, fetches, held, quarantine, revisions


def save(tx: Connection, source: str, document: Document) -> int:
    """Keep a document that was fetched for a source; return the number of this fetch."""
    sha256 = document.sha256
    if tx.scalar(select(bodies.c.sha256).where(bodies.c.sha256 == sha256)) is None:
        body = insert(tx, bodies).values(sha256=sha256, content=zlib.compress(document.body))
        tx.execute(body.on_conflict_do_nothing())
    row = insert(tx, fetches).values(
        source=source,
        url=document.url,
        sha256=sha256,
        fetched_at=document.fetched_at,
        media_type=document.media_type,
        charset=document.charset,
        etag=document.validators.etag,
        last_modified=document.validators.last_modified,
        read=False,
    )
    return int(tx.execute(row.returning(fetches.c.id)).scalar_one())


def load(tx: Connection, sha256: str) -> Document:
    """Return a kept document as its latest fetch brought it.

    Raises StoreError where there is none, or where its bytes no longer have this digest.
    """
    query = select(fetches, bodies.c.content).join(bodies).where(fetches.c.sha256 == sha256)
    row = tx.execute(query.order_by(fetches.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        raise StoreError(sha256, "no such document is kept")
    document = Document(
        url=row.url,
        body=_inflate(sha256, row.content),
        fetched_at=row.fetched_at,
        media_type=row.media_type,
        charset=row.charset,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
    )
    if document.sha256 != sha256:
        raise StoreError(sha256, "the kept document is damaged", hint="restore the last backup")
    return document


def mark_read(tx: Connection, fetch: int) -> None:
    """Note that all of a fetched document was read and taken in: only now may a server answer 304 for it."""
    tx.execute(update(fetches).where(fetches.c.id == fetch).values(read=True))


def validators(tx: Connection, source: str, url: str, since: datetime) -> Validators | None:
    """Return what to send with the next request for `url`; None unless the last fetch of it was read to the end, and
    is no older than `since`: a poisoned validator would answer 304 for ever.

    A crash between keeping and reading, or an item that failed, thus leads to a full fetch and not to a 304 that hides
    it for ever.
    """
    query = select(fetches).where(fetches.c.source == source, fetches.c.url == url)
    row = tx.execute(query.order_by(fetches.c.id.desc()).limit(1)).one_or_none()
    fresh = row is not None and row.read and row.fetched_at >= since
    return Validators(row.etag, row.last_modified) if row and fresh else None


def at(tx: Connection, source: str, url: str) -> Document | None:
    """Return the document that was fetched last for a source at exactly this address; None where there is none."""
    query = select(fetches.c.sha256).where(fetches.c.source == source, fetches.c.url == url)
    sha256 = tx.scalar(query.order_by(fetches.c.id.desc()).limit(1))
    return load(tx, sha256) if sha256 else None


def last_fetched(tx: Connection, sha256: str) -> datetime | None:
    """Return when a document was fetched last; None where it is not kept."""
    latest: datetime | None = tx.scalar(select(func.max(fetches.c.fetched_at)).where(fetches.c.sha256 == sha256))
    return latest


def of_item(tx: Connection, source: str, number: str) -> tuple[str, ...]:
    """Return the digests of the documents that an advisory's revisions were read from, oldest first, each once."""
    query = (
        select(revisions.c.document)
        .join(advisories)
        .where(advisories.c.source == source, advisories.c.number == number)
        .order_by(revisions.c.sequence)
    )
    return tuple(dict.fromkeys(tx.scalars(query)))


def read_so_far(tx: Connection, source: str) -> tuple[str, ...]:
    """Return the digests of all documents of a source that gave an advisory, a held text or a quarantined item, oldest
    first: what a corrected parser, or a key that is pinned now, reads again."""
    good = select(revisions.c.document).join(advisories).where(advisories.c.source == source)
    bad = select(quarantine.c.document).where(quarantine.c.source == source)
    kept = select(held.c.document).where(held.c.source == source)
    query = select(fetches.c.sha256).where(fetches.c.sha256.in_(good.union(bad, kept))).order_by(fetches.c.id)
    return tuple(dict.fromkeys(tx.scalars(query)))


@dataclass(frozen=True, slots=True)
class Fetched:
    """One fetch of a kept document, without its bytes."""

    url: str
    sha256: str
    fetched_at: datetime
    media_type: str
    charset: str


def fruitful(tx: Connection, source: str, since: datetime | None = None) -> tuple[Fetched, ...]:
    """Return the documents of a source that gave an advisory, a held text or a quarantined item, oldest fetch first:
    each address and content once, with its latest fetch. `since`: fetched since then. What only lists is left out."""
    good = select(revisions.c.document).join(advisories).where(advisories.c.source == source)
    bad = select(quarantine.c.document).where(quarantine.c.source == source, quarantine.c.listing.is_(False))
    kept = select(held.c.document).where(held.c.source == source)
    query = select(fetches).where(fetches.c.source == source, fetches.c.sha256.in_(good.union(bad, kept)))
    if since is not None:
        query = query.where(fetches.c.fetched_at >= since)
    found: dict[tuple[str, str], Fetched] = {}
    for row in tx.execute(query.order_by(fetches.c.id)):
        key = (row.url, row.sha256)
        found.pop(key, None)
        found[key] = Fetched(row.url, row.sha256, row.fetched_at, row.media_type, row.charset)
    return tuple(found.values())


def was_read(tx: Connection, source: str, url: str, sha256: str) -> bool:
    """Say whether these bytes came from this address before and were read whole."""
    query = select(fetches.c.id).where(
        fetches.c.source == source, fetches.c.url == url, fetches.c.sha256 == sha256, fetches.c.read.is_(True)
    )
    return tx.scalar(query.limit(1)) is not None


def _inflate(sha256: str, content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error as error:
        raise StoreError(sha256, "the kept document is damaged", hint="restore the last backup") from error
