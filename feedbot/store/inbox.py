"""Which mails and files were taken in, by the place where each lies in its inbox."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from feedbot.store._sql import insert
from feedbot.store._tables import arrivals


def seen(tx: Connection, source: str) -> frozenset[str]:
    """Return the places of a source that were taken in and are still remembered."""
    return frozenset(tx.scalars(select(arrivals.c.place).where(arrivals.c.source == source)))


def outcome(tx: Connection, source: str, place: str, sha256: str) -> bool | None:
    """Tell whether what lies at `place`, or the same bytes elsewhere, was understood; None where it is new."""
    query = select(arrivals.c.read).where(
        arrivals.c.source == source, (arrivals.c.place == place) | (arrivals.c.sha256 == sha256)
    )
    return tx.scalar(query.order_by(arrivals.c.read.desc()).limit(1))


def note(tx: Connection, source: str, place: str, sha256: str, now: datetime, *, read: bool) -> None:
    """Remember what was stored and taken in; `read`: it was understood."""
    row = insert(tx, arrivals).values(source=source, place=place, sha256=sha256, read=read, seen_at=now)
    tx.execute(row.on_conflict_do_nothing())


def forget(tx: Connection, source: str, place: str) -> None:
    """Forget a place at which nothing lies any more."""
    tx.execute(delete(arrivals).where(arrivals.c.source == source, arrivals.c.place == place))


def count(tx: Connection, source: str) -> int:
    """Return how many places of a source are remembered."""
    return tx.scalar(select(func.count()).where(arrivals.c.source == source)) or 0
