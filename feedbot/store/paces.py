"""When the next mail to each domain is due by its rate: kept here, so that it holds for every sender and round."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, exists, func, select

from feedbot.store._gates import Limits, due
from feedbot.store._sending_tables import paces
from feedbot.store._sql import chunks, insert, lock
from feedbot.store._tables import outbox

_ASKEW = timedelta(minutes=1)
"""How far the clocks of two senders may be from each other."""


def load(tx: Connection, domains: Collection[str]) -> dict[str, datetime]:
    """Return when the next mail to these domains is due, where that is known. On PostgreSQL others that ask wait until
    this transaction ends."""
    lock(tx, "outbox pace")
    found: dict[str, datetime] = {}
    for part in chunks(domains):
        rows = tx.execute(select(paces).where(paces.c.domain.in_(part)))
        found |= {row.domain: row.due for row in rows}
    return found


def keep(tx: Connection, times: Mapping[str, datetime]) -> None:
    """Note when the next mails are due."""
    if times:
        new = insert(tx, paces)
        changed = new.on_conflict_do_update(index_elements=[paces.c.domain], set_={"due": new.excluded.due})
        tx.execute(changed, [{"domain": domain, "due": at} for domain, at in times.items()])


def forget_wrong(tx: Connection, now: datetime, longest: timedelta) -> None:
    """Forget what holds nobody back any more, and what lies further ahead than any turn may, which is `longest`: the
    clock was ahead when it was noted, and would hold a domain's mails back until it is there again."""
    tx.execute(delete(paces).where((paces.c.due <= now) | (paces.c.due > now + longest + _ASKEW)))


def next_turn(tx: Connection, now: datetime, *, channel: str, limits: Limits) -> datetime | None:
    """Return when the first domain has its turn again that a row of the outbox waits for and for nothing else; None
    where none does."""
    waits = exists().where(outbox.c.domain == paces.c.domain, outbox.c.channel == channel, due(now, limits))
    found: datetime | None = tx.scalar(select(func.min(paces.c.due)).where(paces.c.due > now, waits.correlate(paces)))
    return found
