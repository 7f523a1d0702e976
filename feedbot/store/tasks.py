"""What a person has to see to: opened by what feedbot noticed or by another person, closed by a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from feedbot.store._sending_tables import tasks
from feedbot.store._sql import insert, lock


@dataclass(frozen=True, slots=True)
class Task:
    """Something to see to. `kind` and `subject` name it: of one pair one is open at most."""

    id: int
    kind: str
    subject: str
    detail: str
    opened_at: datetime
    opened_by: str


def open_one(tx: Connection, kind: str, subject: str, detail: str, actor: str, now: datetime) -> bool:
    """Open a task. False, and nothing done, where one of this kind is open for the subject."""
    lock(tx, "tasks")
    if find(tx, kind, subject):
        return False
    row = insert(tx, tasks).values(
        kind=kind, subject=subject, detail=detail, opened_at=now, opened_by=actor, closed_by=""
    )
    tx.execute(row)
    return True


def find(tx: Connection, kind: str, subject: str) -> Task | None:
    """Return the open task of a kind for a subject."""
    found = tx.execute(_OPEN.where(tasks.c.kind == kind, tasks.c.subject == subject)).one_or_none()
    return Task(**found._mapping) if found else None


def last_closed(tx: Connection, kind: str, subject: str, *, but: str = "") -> datetime | None:
    """Return when a task of a kind for a subject was last closed by somebody `but` this one; None where none ever
    was."""
    query = select(tasks.c.closed_at).where(tasks.c.kind == kind, tasks.c.subject == subject, tasks.c.closed_by != but)
    latest: datetime | None = tx.scalar(
        query.where(tasks.c.closed_at.is_not(None)).order_by(tasks.c.id.desc()).limit(1)
    )
    return latest


def listing(tx: Connection) -> tuple[Task, ...]:
    """Return every open task, oldest first."""
    return tuple(Task(**row._mapping) for row in tx.execute(_OPEN.order_by(tasks.c.id)))


def close(tx: Connection, kind: str, subject: str, actor: str, now: datetime) -> bool:
    """Close the open task of a kind for a subject. False where there is none."""
    done = tx.execute(
        update(tasks)
        .where(tasks.c.kind == kind, tasks.c.subject == subject, tasks.c.closed_at.is_(None))
        .values(closed_at=now, closed_by=actor)
        .returning(tasks.c.id)
    )
    return done.first() is not None


def close_number(tx: Connection, number: int, actor: str, now: datetime) -> Task | None:
    """Close an open task by its number; None where it is not open."""
    found = tx.execute(_OPEN.where(tasks.c.id == number)).one_or_none()
    if found is None:
        return None
    tx.execute(update(tasks).where(tasks.c.id == number).values(closed_at=now, closed_by=actor))
    return Task(**found._mapping)


_OPEN = select(tasks.c.id, tasks.c.kind, tasks.c.subject, tasks.c.detail, tasks.c.opened_at, tasks.c.opened_by).where(
    tasks.c.closed_at.is_(None)
)
