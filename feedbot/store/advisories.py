"""Advisories in all their revisions, the names that join them, and those held back.

The current revision is the one with the highest sequence number. A sequence number is only ever counted up, in the
row that it belongs to, so the current revision cannot go down (I6); whether a text is a newer one is the caller's to
decide (advisory/revision.py). What is held lies in a table of its own and so can never be current.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from feedbot.advisory import Advisory
from feedbot.advisory.identity import normalise
from feedbot.errors import StoreError
from feedbot.store._json import dump, load
from feedbot.store._sql import chunks, insert
from feedbot.store._tables import advisories, advisory_names, held, revisions


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """One revision as it was first seen. `document` is the SHA-256 of what it was read from."""

    id: int
    sequence: int
    seen_at: datetime
    digest: str
    document: str
    advisory: Advisory


@dataclass(frozen=True, slots=True)
class HeldAdvisory:
    """A text that may not speak for its publisher, and why. `closed` says how a person ended it; empty until then.
    `reader` is the version of the code that held it."""

    id: int
    seen_at: datetime
    reason: str
    digest: str
    document: str
    reader: str
    closed: str
    advisory: Advisory


def current(tx: Connection, source: str, number: str) -> Advisory | None:
    """Return the current revision of an advisory, or None where there is none."""
    rows = _revisions(tx, _current().where(advisories.c.source == source, advisories.c.number == number))
    return rows[0].advisory if rows else None


def current_document(tx: Connection, source: str, number: str) -> str:
    """Return the SHA-256 of the document that the current revision was read from; empty where there is none."""
    query = _current().where(advisories.c.source == source, advisories.c.number == number)
    return str(tx.scalar(query.with_only_columns(revisions.c.document)) or "")


def save_revision(tx: Connection, advisory: Advisory, digest: str, document: str, now: datetime) -> int:
    """Make a text the current revision of its advisory; return the number of the revision's row.

    `digest` is that of its meaningful fields, `document` the SHA-256 of the saved document it was read from.
    """
    new = insert(tx, advisories).values(source=advisory.source, number=advisory.number, sequence=1)
    row = tx.execute(
        new.on_conflict_do_update(
            index_elements=[advisories.c.source, advisories.c.number],
            set_={"sequence": advisories.c.sequence + 1},
        ).returning(advisories.c.id, advisories.c.sequence)
    ).one()
    _index(tx, row.id, advisory)
    revision = insert(tx, revisions).values(
        advisory=row.id, sequence=row.sequence, digest=digest, document=document, seen_at=now, content=dump(advisory)
    )
    return int(tx.execute(revision.returning(revisions.c.id)).scalar_one())


def history(tx: Connection, source: str, number: str) -> tuple[StoredRevision, ...]:
    """Return every revision of an advisory, oldest first."""
    query = select(revisions).join(advisories).order_by(revisions.c.sequence)
    return _revisions(tx, query.where(advisories.c.source == source, advisories.c.number == number))


def times_seen(tx: Connection, source: str, number: str) -> tuple[tuple[str, datetime], ...]:
    """Return (digest, when) of every revision of an advisory, oldest first, without loading their texts."""
    query = select(revisions.c.digest, revisions.c.seen_at).join(advisories).order_by(revisions.c.sequence)
    rows = tx.execute(query.where(advisories.c.source == source, advisories.c.number == number))
    return tuple((row.digest, row.seen_at) for row in rows)


def document_of(tx: Connection, advisory: Advisory) -> str:
    """Return the SHA-256 of the document that exactly this revision was read from; empty where it is not kept."""
    kept = reversed(history(tx, advisory.source, advisory.number))
    return next((one.document for one in kept if one.advisory == advisory), "")


def by_name(tx: Connection, names: Collection[str]) -> tuple[Advisory, ...]:
    """Return the current advisories that go by any of these names (numbers and aliases), in the order they came."""
    found: dict[int, Advisory] = {}
    for part in chunks({normalise(name) for name in names}):
        query = _current().where(
            advisories.c.id.in_(select(advisory_names.c.advisory).where(advisory_names.c.name.in_(part)))
        )
        found |= {row.advisory: load(Advisory, row.content) for row in tx.execute(query)}
    return tuple(found[key] for key in sorted(found))


def listing(tx: Connection, limit: int = 50, *, source: str = "") -> tuple[StoredRevision, ...]:
    """Return the current revisions, the latest seen first."""
    query = _current().order_by(revisions.c.seen_at.desc(), revisions.c.id.desc()).limit(limit)
    return _revisions(tx, query.where(advisories.c.source == source) if source else query)


def hold(
    tx: Connection, advisory: Advisory, digest: str, document: str, reason: str, now: datetime, *, reader: str = ""
) -> int:
    """Keep a text apart, because of `reason`; return its number. The same text again is the same row."""
    row = insert(tx, held).values(
        source=advisory.source,
        number=advisory.number,
        digest=digest,
        document=document,
        reason=reason,
        seen_at=now,
        reader=reader,
        closed="",
        content=dump(advisory),
    )
    again = row.on_conflict_do_update(
        index_elements=[held.c.source, held.c.number, held.c.digest], set_={"reason": reason, "reader": reader}
    )
    return int(tx.execute(again.returning(held.c.id)).scalar_one())


def held_texts(tx: Connection) -> tuple[HeldAdvisory, ...]:
    """Return the texts that are held and wait for a person, the latest first."""
    query = select(held).where(held.c.closed == "").order_by(held.c.seen_at.desc(), held.c.id.desc())
    return tuple(_held(row) for row in tx.execute(query))


def held_by_other(tx: Connection, source: str, reader: str) -> tuple[HeldAdvisory, ...]:
    """Return the texts of a source that another version of the code held, the oldest first."""
    query = select(held).where(held.c.source == source, held.c.closed == "", held.c.reader != reader)
    return tuple(_held(row) for row in tx.execute(query.order_by(held.c.id)))


def mark_tried(tx: Connection, number: int, reader: str) -> None:
    """Note that this version of the code has read a held text again."""
    tx.execute(update(held).where(held.c.id == number).values(reader=reader))


def held_text(tx: Connection, number: int) -> HeldAdvisory:
    """Return one held text. Raises StoreError where there is none of this number."""
    row = tx.execute(select(held).where(held.c.id == number)).one_or_none()
    if row is None:
        raise StoreError(str(number), "no such held text", hint="`feedbot quarantine list` shows them")
    return _held(row)


def release_held(tx: Connection, source: str, number: str, how: str) -> int:
    """End every hold on texts of an advisory, because an honest one has come; return how many."""
    rows = tx.scalars(
        update(held)
        .where(held.c.source == source, held.c.number == number, held.c.closed == "")
        .values(closed=how)
        .returning(held.c.id)
    )
    return len(rows.all())


def close_held(tx: Connection, number: int, how: str) -> bool:
    """End a hold by a person's word (`accepted`, `refused`). False where it has ended already."""
    done = tx.execute(
        update(held).where(held.c.id == number, held.c.closed == "").values(closed=how).returning(held.c.id)
    )
    return done.one_or_none() is not None


def _current() -> Select[Any]:
    return select(revisions).join(
        advisories,
        (advisories.c.id == revisions.c.advisory) & (advisories.c.sequence == revisions.c.sequence),
    )


def _index(tx: Connection, number: int, advisory: Advisory) -> None:
    tx.execute(delete(advisory_names).where(advisory_names.c.advisory == number))
    names = sorted({normalise(name) for name in (advisory.number, *advisory.aliases)})
    tx.execute(insert(tx, advisory_names), [{"name": name, "advisory": number} for name in names])


def _revisions(tx: Connection, query: Select[Any]) -> tuple[StoredRevision, ...]:
    return tuple(
        StoredRevision(row.id, row.sequence, row.seen_at, row.digest, row.document, load(Advisory, row.content))
        for row in tx.execute(query)
    )


def _held(row: Row[Any]) -> HeldAdvisory:
    return HeldAdvisory(
        row.id, row.seen_at, row.reason, row.digest, row.document, row.reader, row.closed, load(Advisory, row.content)
    )
