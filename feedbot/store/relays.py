"""Relays that gave no session: each is set aside for a while, longer each time in a row."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from feedbot.delivery import Answer, wait
from feedbot.store._sending_tables import relays
from feedbot.store._sql import insert


@dataclass(frozen=True, slots=True)
class Aside:
    """A relay (`name` as HOST:PORT) that is set aside `until` then, having given no session so many `times` `since`
    then; `code` and `text` are what it said last."""

    name: str
    times: int
    since: datetime
    until: datetime
    code: int
    text: str


def listing(tx: Connection) -> tuple[Aside, ...]:
    """Return the relays that gave no session when they were asked last, by name."""
    return tuple(Aside(**row) for row in tx.execute(select(relays).order_by(relays.c.name)).mappings())


def set_aside(tx: Connection, name: str, answer: Answer, now: datetime) -> Aside:
    """Note that a relay gave no session: 5 minutes aside, doubling to 67."""
    row = tx.execute(select(relays).where(relays.c.name == name)).one_or_none()
    times, since = (row.times + 1, row.since) if row else (1, now)
    aside = Aside(name, times, since, now + wait(times), answer.code, answer.text)
    facts = asdict(aside)
    changed = insert(tx, relays).values(facts).on_conflict_do_update(index_elements=[relays.c.name], set_=facts)
    tx.execute(changed)
    return aside


def well(tx: Connection, names: Collection[str]) -> None:
    """Forget the troubles of relays that gave a session again."""
    tx.execute(delete(relays).where(relays.c.name.in_(names)))


def forget(tx: Connection) -> None:
    """Let every relay be tried at once, as a person says."""
    tx.execute(delete(relays))
