"""What the operator was last told of each source, and the alarms on their way to him.

An alarm is written in the transaction that changes the state it tells of, for each channel a row with its bytes, and
goes out afterwards: a crash between sends it again, never loses it. Customers' mails are another table.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update

from feedbot.store._sql import insert
from feedbot.store._tables import alarms, health

POSTS = "post/"
"""What the keys of published notices begin with; they are kept: a notice must not be told of twice."""
TRIES = 12
"""After so many (an hour) what is behind it is no longer kept waiting; it is tried again once a day."""
RETRY = timedelta(minutes=5)
"""Between two tries of one alarm; also how long a try keeps others away from it."""
DAY = timedelta(days=1)
KEPT = timedelta(days=30)
"""How long an alarm that has gone out is kept."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What was last told of a source: its `state`, `since` when it is so, and when that was last said."""

    state: str
    since: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm for one channel (`webhook`, or `mail:ADDRESS`). `key` is the same at each try; `error` is what the
    other side said to the last one."""

    id: int
    source: str
    channel: str
    key: str
    content: bytes
    made_at: datetime
    attempts: int = 0
    error: str = ""


def standing(tx: Connection, source: str) -> Standing | None:
    """Return what was last told of a source; None where nothing was."""
    row = tx.execute(select(health).where(health.c.source == source)).one_or_none()
    return Standing(row.state, row.since, row.told_at) if row else None


def stand(tx: Connection, source: str, now: Standing) -> None:
    """Note what is told of a source now."""
    facts = {"state": now.state, "since": now.since, "told_at": now.told_at}
    row = insert(tx, health).values(source=source, **facts)
    tx.execute(row.on_conflict_do_update(index_elements=[health.c.source], set_=facts))


def queue(tx: Connection, source: str, channel: str, key: str, content: bytes, now: datetime) -> None:
    """Put an alarm on its way."""
    tx.execute(
        insert(tx, alarms).values(
            source=source, channel=channel, key=key, content=content, made_at=now, attempts=0, error=""
        )
    )


def known(tx: Connection, key: str) -> bool:
    """Say whether an alarm of this key is on its way, or has gone out (within `KEPT`; a post whenever that was)."""
    return tx.scalar(select(alarms.c.id).where(alarms.c.key == key).limit(1)) is not None


def claim(tx: Connection, channel: str, now: datetime) -> Alarm | None:
    """Return the oldest alarm that waits for a channel, and keep others away from it for a while; None where none is
    due. What comes after one that fails waits behind it, as a channel tells things in their order, until it has failed
    `TRIES` times."""
    waiting = (
        select(alarms).where(alarms.c.channel == channel, alarms.c.sent_at.is_(None)).order_by(alarms.c.id).limit(1)
    )
    stale = waiting.where(alarms.c.attempts >= TRIES, alarms.c.tried_at <= now - DAY)
    first = tx.execute(stale).one_or_none() or tx.execute(waiting.where(alarms.c.attempts < TRIES)).one_or_none()
    if first is None:
        return None
    free = or_(alarms.c.tried_at.is_(None), alarms.c.tried_at <= now - RETRY)
    done = tx.execute(
        update(alarms)
        .where(alarms.c.id == first.id, alarms.c.sent_at.is_(None), free)
        .values(tried_at=now, attempts=alarms.c.attempts + 1)
        .returning(alarms.c.attempts)
    ).one_or_none()
    if done is None:
        return None
    return Alarm(
        first.id, first.source, first.channel, first.key, first.content, first.made_at, done.attempts, first.error
    )


def sent(tx: Connection, number: int, now: datetime) -> None:
    """Note that an alarm has gone out, and let go of those that did long ago."""
    tx.execute(update(alarms).where(alarms.c.id == number).values(sent_at=now, error=""))
    tx.execute(delete(alarms).where(alarms.c.sent_at < now - KEPT, alarms.c.key.not_like(f"{POSTS}%")))


def failed(tx: Connection, number: int, error: str) -> None:
    """Note what became of a try."""
    tx.execute(update(alarms).where(alarms.c.id == number).values(error=error))


def give_up(tx: Connection, now: datetime) -> tuple[Alarm, ...]:
    """Let go of alarms that nobody took within `KEPT`; return them without their content."""
    gone = delete(alarms).where(alarms.c.sent_at.is_(None), alarms.c.made_at < now - KEPT, alarms.c.attempts >= TRIES)
    columns = alarms.c["id", "source", "channel", "key", "made_at", "attempts", "error"]
    rows = tx.execute(gone.returning(*columns))
    return tuple(
        Alarm(row.id, row.source, row.channel, row.key, b"", row.made_at, row.attempts, row.error) for row in rows
    )


def drop_others(tx: Connection, channels: tuple[str, ...]) -> int:
    """Let go of alarms for channels that are no longer configured; return how many."""
    gone = delete(alarms).where(alarms.c.sent_at.is_(None), alarms.c.channel.not_in(channels))
    return len(tx.execute(gone.returning(alarms.c.id)).all())


def waiting(tx: Connection) -> tuple[Alarm, ...]:
    """Return the alarms that have not gone out, oldest first, without their content."""
    rows = tx.execute(select(alarms).where(alarms.c.sent_at.is_(None)).order_by(alarms.c.id))
    return tuple(
        Alarm(row.id, row.source, row.channel, row.key, b"", row.made_at, row.attempts, row.error) for row in rows
    )


def count_waiting(tx: Connection) -> int:
    """Return how many alarms have not gone out."""
    return int(tx.scalar(select(func.count()).select_from(alarms).where(alarms.c.sent_at.is_(None))) or 0)
