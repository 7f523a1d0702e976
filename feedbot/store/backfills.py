"""How far a backfill has come: the addresses it is done with, so that the next start goes on behind them."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from feedbot.store._sql import insert
from feedbot.store._tables import backfills


def done(tx: Connection, source: str, since: datetime) -> frozenset[str]:
    """Return the addresses that the backfill of a source since a time is done with."""
    query = select(backfills.c.url).where(backfills.c.source == source, backfills.c.since == since)
    return frozenset(tx.scalars(query))


def finish(tx: Connection, source: str, since: datetime, url: str, now: datetime) -> None:
    """Note that an address was read whole."""
    row = insert(tx, backfills).values(source=source, since=since, url=url, finished_at=now)
    tx.execute(row.on_conflict_do_nothing())


def forget(tx: Connection, source: str, since: datetime) -> None:
    """Drop the notes of a backfill that has come to its end: the next one with the same date asks anew."""
    tx.execute(delete(backfills).where(backfills.c.source == source, backfills.c.since == since))
