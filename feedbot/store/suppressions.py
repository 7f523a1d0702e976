"""What people have set aside, in force or ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from feedbot.errors import StoreError
from feedbot.matching import Scope, Suppression
from feedbot.store._inventory_tables import suppressions
from feedbot.store._json import dump, load
from feedbot.store._sql import insert


def add(tx: Connection, scope: Scope, reason: str, author: str, now: datetime, until: datetime) -> Suppression:
    """Keep a new one; it is in force at once."""
    row = {"scope": dump(scope), "reason": reason, "author": author, "made_at": now, "until": until, "ended": False}
    number = tx.scalar(insert(tx, suppressions).values(row).returning(suppressions.c.id))
    assert isinstance(number, int)
    return Suppression(number, scope, reason, author, now, until)


def active(tx: Connection, now: datetime) -> tuple[Suppression, ...]:
    """Return those in force, oldest first."""
    query = select(suppressions).where(suppressions.c.ended.is_(False), suppressions.c.until > now)
    return tuple(map(_made, tx.execute(query.order_by(suppressions.c.id))))


def listing(tx: Connection) -> tuple[Suppression, ...]:
    """Return all that ever were, oldest first."""
    return tuple(map(_made, tx.execute(select(suppressions).order_by(suppressions.c.id))))


def over(tx: Connection, now: datetime) -> tuple[Suppression, ...]:
    """Return those whose time is over and that have not been `end`ed."""
    query = select(suppressions).where(suppressions.c.ended.is_(False), suppressions.c.until <= now)
    return tuple(map(_made, tx.execute(query.order_by(suppressions.c.id))))


def end(tx: Connection, number: int, now: datetime) -> Suppression:
    """End one now, or note that its time is over. Raises StoreError where it is not there or ended already."""
    row = tx.execute(select(suppressions).where(suppressions.c.id == number)).one_or_none()
    if row is None or row.ended:
        raise StoreError(str(number), "no suppression of this number is in force", hint="feedbot suppress list")
    until = min(row.until, now)
    tx.execute(update(suppressions).where(suppressions.c.id == number).values(ended=True, until=until))
    return _made(tx.execute(select(suppressions).where(suppressions.c.id == number)).one())


def _made(row: Row[Any]) -> Suppression:
    return Suppression(row.id, load(Scope, row.scope), row.reason, row.author, row.made_at, row.until)
