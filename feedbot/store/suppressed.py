"""Addresses to which nothing is sent, and what came back from where. A mail to one of them is HELD, never dropped."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from feedbot.store._gates import LEFT
from feedbot.store._sending_tables import bounces, suppressed_addresses
from feedbot.store._sql import insert
from feedbot.store._tables import outbox


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address to which nothing is sent: since when, by whose word, and why."""

    address: str
    since: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """One mail that came back, or claimed to: `kind` as delivery's BounceKind, `outgoing` the message it is about (None
    where its seal did not prove one), `status` as RFC 3463 has it, `text` the other side's words."""

    sha256: str
    at: datetime
    kind: str
    outgoing: int | None = None
    address: str = ""
    status: str = ""
    text: str = ""


def normal(address: str) -> str:
    """Write an address as it is compared: no mail system of today tells two apart by case."""
    return address.lower()


def add(tx: Connection, one: Suppressed) -> bool:
    """Suppress an address. False where it is suppressed already: the first reason stays."""
    row = insert(tx, suppressed_addresses).values(
        address=normal(one.address), since=one.since, actor=one.actor, reason=one.reason
    )
    done = row.on_conflict_do_nothing().returning(suppressed_addresses.c.address)
    return tx.scalar(done) is not None


def remove(tx: Connection, address: str) -> bool:
    """Let an address have mail again. False where it was not suppressed."""
    gone = delete(suppressed_addresses).where(suppressed_addresses.c.address == normal(address))
    return tx.scalar(gone.returning(suppressed_addresses.c.address)) is not None


def find(tx: Connection, address: str) -> Suppressed | None:
    """Return why nothing is sent to an address; None where mail may go."""
    query = select(suppressed_addresses).where(suppressed_addresses.c.address == normal(address))
    row = tx.execute(query).one_or_none()
    return Suppressed(**row._mapping) if row else None


def listing(tx: Connection) -> tuple[Suppressed, ...]:
    """Return every suppressed address."""
    rows = tx.execute(select(suppressed_addresses).order_by(suppressed_addresses.c.address))
    return tuple(Suppressed(**row._mapping) for row in rows)


def note(tx: Connection, one: Bounce) -> bool:
    """Keep what came back. False where the same bytes were kept before."""
    row = insert(tx, bounces).values(
        sha256=one.sha256,
        at=one.at,
        outgoing=one.outgoing,
        address=normal(one.address),
        kind=one.kind,
        status=one.status,
        text=one.text,
    )
    done = row.on_conflict_do_nothing(index_elements=[bounces.c.sha256]).returning(bounces.c.id)
    return tx.scalar(done) is not None


def bounced(tx: Connection, address: str, kind: str, since: datetime) -> int:
    """Return how many messages to an address came back in this way since then: a second report of one counts once."""
    query = select(func.count(bounces.c.outgoing.distinct())).where(
        bounces.c.address == normal(address), bounces.c.kind == kind, bounces.c.at >= since
    )
    return tx.scalar(query) or 0


def returned(tx: Connection, kind: str, since: datetime) -> int:
    """Return how many addresses something came back from in this way since then."""
    query = select(func.count(bounces.c.address.distinct()))
    return tx.scalar(query.where(bounces.c.kind == kind, bounces.c.at >= since)) or 0


def by_bounces(tx: Connection, kind: str, since: datetime, actor: str) -> tuple[str, ...]:
    """Return the addresses that `actor` has suppressed since then of those from which something came back in this
    way."""
    back = select(bounces.c.address).where(bounces.c.kind == kind, bounces.c.at >= since)
    query = select(suppressed_addresses.c.address).where(
        suppressed_addresses.c.since >= since,
        suppressed_addresses.c.actor == actor,
        suppressed_addresses.c.address.in_(back),
    )
    return tuple(tx.scalars(query.order_by(suppressed_addresses.c.address)))


def gone_out(tx: Connection, kind: str, since: datetime) -> int:
    """Return how many mails the drafts have of which something came back in this way since then."""
    concerned = select(outbox.c.draft).join(bounces).where(bounces.c.kind == kind, bounces.c.at >= since)
    left = outbox.c.state.in_(LEFT)
    return tx.scalar(select(func.count()).where(outbox.c.draft.in_(concerned), left)) or 0


def came_back(tx: Connection, limit: int = 100) -> tuple[Bounce, ...]:
    """Return what came back, the newest first."""
    query = select(bounces).order_by(bounces.c.id.desc()).limit(limit)
    return tuple(
        Bounce(row.sha256, row.at, row.kind, row.outgoing, row.address, row.status, row.text)
        for row in tx.execute(query)
    )
