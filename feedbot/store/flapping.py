"""Advisories whose text goes to and fro: which text was served last, and since when, while none of them is a revision.

A row exists while an advisory flaps. What makes one flap, and when it has settled, is decided in
advisory/flapping.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from feedbot.advisory import Advisory
from feedbot.store._json import dump, load
from feedbot.store._sql import insert
from feedbot.store._tables import advisories, flapping


@dataclass(frozen=True, slots=True)
class Flapping:
    """`since` is when it was noticed, `times` how often the text has changed since, `digest`, `document` and
    `advisory` are the text that was served last, `seen_at` when that one began."""

    since: datetime
    times: int
    digest: str
    document: str
    seen_at: datetime
    advisory: Advisory


def state(tx: Connection, source: str, number: str) -> Flapping | None:
    """Return how an advisory flaps; None where it does not."""
    query = select(flapping).join(advisories).where(advisories.c.source == source, advisories.c.number == number)
    row = tx.execute(query).one_or_none()
    return _flapping(row) if row else None


def listing(tx: Connection, source: str = "") -> tuple[Flapping, ...]:
    """Return what flaps (of one source), the longest first."""
    query = select(flapping).join(advisories).order_by(flapping.c.since, flapping.c.advisory)
    return tuple(_flapping(row) for row in tx.execute(query.where(advisories.c.source == source) if source else query))


def note(tx: Connection, advisory: Advisory, digest: str, document: str, now: datetime) -> None:
    """Note the text that is served now; the first note begins the flapping. The same text again changes nothing."""
    number = (
        select(advisories.c.id)
        .where(advisories.c.source == advisory.source, advisories.c.number == advisory.number)
        .scalar_subquery()
    )
    facts = {"digest": digest, "document": document, "seen_at": now, "content": dump(advisory)}
    row = insert(tx, flapping).values(advisory=number, since=now, times=1, **facts)
    tx.execute(
        row.on_conflict_do_update(
            index_elements=[flapping.c.advisory],
            set_=facts | {"times": flapping.c.times + 1},
            where=flapping.c.digest != digest,
        )
    )


def end(tx: Connection, source: str, number: str) -> None:
    """Forget that an advisory flapped."""
    wanted = select(advisories.c.id).where(advisories.c.source == source, advisories.c.number == number)
    tx.execute(delete(flapping).where(flapping.c.advisory.in_(wanted)))


def _flapping(row: Row[Any]) -> Flapping:
    return Flapping(row.since, row.times, row.digest, row.document, row.seen_at, load(Advisory, row.content))
