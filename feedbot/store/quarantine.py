"""Items that could not be read, kept with their bytes until they are read or a person lets them go."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, case, select, update

from feedbot.advisory import Quarantined
from feedbot.errors import StoreError
from feedbot.store._sql import insert
from feedbot.store._tables import quarantine

READ = "read"
"""How an item was closed by a later reading that succeeded; it opens again when it fails again."""


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """`document` is the SHA-256 of the document it stood in, `times` how often it was met, `closed` how it ended
    (empty while it is open). `listing`: it was met while listing, not while reading. `reader` is the version of the
    code that could not read it."""

    id: int
    source: str
    where: str
    reason: str
    raw: bytes
    document: str
    first_seen: datetime
    last_seen: datetime
    times: int
    listing: bool
    reader: str
    closed: str


def add(
    tx: Connection,
    source: str,
    item: Quarantined,
    document: str,
    now: datetime,
    *,
    reader: str = "",
    listing: bool = False,
) -> int:
    """Keep an item and return its number. The same bytes at the same place again only count up; unless a person closed
    it, it is open again."""
    row = insert(tx, quarantine).values(
        source=source,
        place=item.where,
        raw_sha256=sha256(item.raw).hexdigest(),
        raw=item.raw,
        document=document,
        reason=str(item.reason),
        first_seen=now,
        last_seen=now,
        times=1,
        listing=listing,
        reader=reader,
        closed="",
    )
    again = row.on_conflict_do_update(
        index_elements=[quarantine.c.source, quarantine.c.place, quarantine.c.raw_sha256],
        set_={
            "times": quarantine.c.times + 1,
            "last_seen": now,
            "reason": row.excluded.reason,
            "document": row.excluded.document,
            "listing": row.excluded.listing,
            "reader": row.excluded.reader,
            "closed": case((quarantine.c.closed == READ, ""), else_=quarantine.c.closed),
        },
    )
    return int(tx.execute(again.returning(quarantine.c.id)).scalar_one())


def listing(tx: Connection, *, source: str = "", closed: bool = False) -> tuple[QuarantinedItem, ...]:
    """Return the open items (or the closed ones), the latest first."""
    query = select(quarantine).where(quarantine.c.closed != "" if closed else quarantine.c.closed == "")
    if source:
        query = query.where(quarantine.c.source == source)
    rows = tx.execute(query.order_by(quarantine.c.last_seen.desc(), quarantine.c.id.desc()))
    return tuple(_item(row) for row in rows)


def unread_by(tx: Connection, source: str, reader: str) -> tuple[QuarantinedItem, ...]:
    """Return the open items of a source that another version of the code failed on, the oldest first."""
    query = select(quarantine).where(
        quarantine.c.source == source, quarantine.c.closed == "", quarantine.c.reader != reader
    )
    return tuple(_item(row) for row in tx.execute(query.order_by(quarantine.c.id)))


def of_document(tx: Connection, source: str, document: str) -> tuple[QuarantinedItem, ...]:
    """Return the open items of one document."""
    query = select(quarantine).where(
        quarantine.c.source == source, quarantine.c.closed == "", quarantine.c.document == document
    )
    return tuple(_item(row) for row in tx.execute(query.order_by(quarantine.c.id)))


def mark_tried(tx: Connection, number: int, reader: str) -> None:
    """Note that this version of the code has tried an item, so that it is not tried again before the next one."""
    tx.execute(update(quarantine).where(quarantine.c.id == number).values(reader=reader))


def get(tx: Connection, number: int) -> QuarantinedItem:
    """Return one item. Raises StoreError where there is none of this number."""
    row = tx.execute(select(quarantine).where(quarantine.c.id == number)).one_or_none()
    if row is None:
        raise StoreError(str(number), "no such quarantined item", hint="`feedbot quarantine list` shows them")
    return _item(row)


def close(tx: Connection, number: int, how: str) -> bool:
    """Close an open item: READ, or a person's word. False where it is closed already."""
    done = tx.execute(
        update(quarantine)
        .where(quarantine.c.id == number, quarantine.c.closed == "")
        .values(closed=how)
        .returning(quarantine.c.id)
    )
    return done.one_or_none() is not None


def _item(row: Row[Any]) -> QuarantinedItem:
    facts = dict(row._mapping)
    del facts["raw_sha256"]
    return QuarantinedItem(where=facts.pop("place"), **facts)
