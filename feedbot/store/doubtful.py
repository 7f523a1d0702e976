"""Mails that may or may not have arrived, by notice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from feedbot.delivery import OutboxState
from feedbot.store._tables import outbox, receipts


@dataclass(frozen=True, slots=True)
class Doubt:
    """How many mails of a draft are UNCERTAIN, one of them, and when the last one became so."""

    draft: int
    count: int
    message: int
    since: datetime


def old(tx: Connection, before: datetime, channel: str) -> tuple[Doubt, ...]:
    """Return those of a channel, one by one, that have been in doubt since `before` or longer, and only once: a second
    doubt about the same mail says that something is wrong."""
    since = func.max(receipts.c.at, type_=receipts.c.at.type)
    state = OutboxState.UNCERTAIN.value
    query = (
        select(outbox.c.draft, func.count(), outbox.c.id, since)
        .join(receipts, receipts.c.outgoing == outbox.c.id)
        .where(outbox.c.state == state, receipts.c.state == state, outbox.c.channel == channel)
        .group_by(outbox.c.draft, outbox.c.id)
        .having(func.count() == 1, since <= before)
        .order_by(outbox.c.id)
    )
    return tuple(Doubt(*row) for row in tx.execute(query))


def listing(tx: Connection) -> tuple[Doubt, ...]:
    """Return those of each draft that has any."""
    state = OutboxState.UNCERTAIN.value
    query = (
        select(
            outbox.c.draft,
            func.count(outbox.c.id.distinct()),
            func.min(outbox.c.id),
            func.max(receipts.c.at, type_=receipts.c.at.type),
        )
        .join(receipts, receipts.c.outgoing == outbox.c.id)
        .where(outbox.c.state == state, receipts.c.state == state)
        .group_by(outbox.c.draft)
        .order_by(outbox.c.draft)
    )
    return tuple(Doubt(*row) for row in tx.execute(query))
