"""What DNS block lists said last: how each list fares, and which addresses stand on some."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from feedbot.store._blocklist_tables import blocked, blocklists
from feedbot.store._sql import insert


@dataclass(frozen=True, slots=True)
class ListState:
    """How a list fares: `failure` is empty where it works, and stands `since` then."""

    zone: str
    checked_at: datetime
    failure: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Blocked:
    """An address on some lists: `lists` are zone → the list's words and codes, `draft` the newest about it.

    `server` and `customer` are whose it was when the matter began.
    """

    address: str
    server: str
    customer: str
    since: datetime
    lists: dict[str, str]
    draft: int


def note(tx: Connection, zone: str, failure: str, now: datetime) -> None:
    """Keep how a list fares; `since` moves where that changed."""
    before = tx.execute(select(blocklists).where(blocklists.c.zone == zone)).one_or_none()
    since = before.since if before and before.failure == failure else now
    facts = {"checked_at": now, "failure": failure, "since": since}
    row = insert(tx, blocklists).values(zone=zone, **facts)
    tx.execute(row.on_conflict_do_update(index_elements=[blocklists.c.zone], set_=facts))


def states(tx: Connection) -> tuple[ListState, ...]:
    """Return how the lists fare, by name."""
    return tuple(ListState(*row) for row in tx.execute(select(blocklists).order_by(blocklists.c.zone)))


def standing(tx: Connection) -> dict[str, Blocked]:
    """Return the addresses whose matter is open."""
    rows = tx.execute(select(blocked).order_by(blocked.c.address))
    return {
        one.address: Blocked(one.address, one.server, one.customer, one.since, json.loads(one.lists), one.draft)
        for one in rows
    }


def keep(tx: Connection, one: Blocked) -> None:
    """Keep an address with the lists that name it."""
    whose = {"server": one.server, "customer": one.customer}
    facts = {**whose, "since": one.since, "lists": json.dumps(one.lists), "draft": one.draft}
    row = insert(tx, blocked).values(address=one.address, **facts)
    tx.execute(row.on_conflict_do_update(index_elements=[blocked.c.address], set_=facts))


def close(tx: Connection, address: str) -> None:
    """End the matter of an address."""
    tx.execute(delete(blocked).where(blocked.c.address == address))
