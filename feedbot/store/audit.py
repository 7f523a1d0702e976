"""The audit chain: appended in the transaction that does what it tells of, one writer at a time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from feedbot.review import AuditEntry, link
from feedbot.store._sql import insert, lock
from feedbot.store._tables import audit


def append(tx: Connection, actor: str, verb: str, subject: str, detail: str, at: datetime) -> AuditEntry:
    """Add the next link of the chain."""
    lock(tx, "audit")
    last = tx.execute(select(audit).order_by(audit.c.sequence.desc()).limit(1)).one_or_none()
    entry = link(AuditEntry(**last._mapping) if last else None, at, actor, verb, subject, detail)
    tx.execute(
        insert(tx, audit).values(
            sequence=entry.sequence,
            at=entry.at,
            actor=entry.actor,
            verb=entry.verb,
            subject=entry.subject,
            detail=entry.detail,
            previous=entry.previous,
            hash=entry.hash,
        )
    )
    return entry


def moments(tx: Connection, verbs: Collection[str], since: datetime) -> tuple[AuditEntry, ...]:
    """Return the links of these verbs since then, oldest first."""
    query = select(audit).where(audit.c.verb.in_(verbs), audit.c.at >= since).order_by(audit.c.sequence)
    return tuple(AuditEntry(**row._mapping) for row in tx.execute(query))


def entries(tx: Connection) -> tuple[AuditEntry, ...]:
    """Return the whole chain, oldest first."""
    return tuple(AuditEntry(**row._mapping) for row in tx.execute(select(audit).order_by(audit.c.sequence)))
