"""Which instance this database belongs to, and the secret of its Message-IDs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from feedbot.errors import StoreError
from feedbot.store._sql import insert
from feedbot.store._tables import instance


@dataclass(frozen=True, slots=True)
class Instance:
    """`secret` keys the HMAC of Message-IDs; it never leaves the database but in a backup."""

    id: str
    secret: bytes
    created_at: datetime

    def __repr__(self) -> str:
        return f"Instance(id={self.id!r})"


def establish(tx: Connection, identity: str, secret: bytes, now: datetime) -> Instance:
    """Give a new database its identity. One that has an identity keeps it, and its secret."""
    row = insert(tx, instance).values(only=1, id=identity, secret=secret, created_at=now)
    tx.execute(row.on_conflict_do_nothing())
    return load(tx)


def load(tx: Connection) -> Instance:
    """Return the identity. Raises StoreError where the database has none yet."""
    row = tx.execute(select(instance)).one_or_none()
    if row is None:
        raise StoreError("instance", "the database has no identity yet", hint="`feedbot init` gives it one")
    return Instance(row.id, row.secret, row.created_at)
