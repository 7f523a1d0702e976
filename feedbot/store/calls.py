"""What waits for a person, and whom it was told: a row a matter, gone when the matter is settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from feedbot.store._sql import insert
from feedbot.store._tables import calls


@dataclass(frozen=True, slots=True)
class Call:
    """A matter (`draft 12`, `held 3`, `uncertain 12`, `task 4`) in `words`. `rung` counts who has been told, from 0;
    `told_at` is when the last one was; `taken_by` is who said that he sees to it, empty while nobody has."""

    matter: str
    urgent: bool
    words: str
    opened_at: datetime
    told_at: datetime
    rung: int = 0
    taken_by: str = ""


def listing(tx: Connection) -> tuple[Call, ...]:
    """Return every call, the oldest first."""
    columns = [calls.c[name] for name in Call.__slots__]
    return tuple(
        Call(**row._mapping) for row in tx.execute(select(*columns).order_by(calls.c.opened_at, calls.c.matter))
    )


def put(tx: Connection, call: Call) -> None:
    """Keep a call, in the place of an older one about the same matter."""
    facts = {name: getattr(call, name) for name in Call.__slots__}
    tx.execute(insert(tx, calls).values(**facts).on_conflict_do_update(index_elements=[calls.c.matter], set_=facts))


def take(tx: Connection, matter: str, actor: str) -> bool:
    """Note who sees to a matter. False where there is no such call, or somebody does already."""
    taken = update(calls).where(calls.c.matter == matter, calls.c.taken_by == "").values(taken_by=actor)
    return tx.execute(taken.returning(calls.c.matter)).one_or_none() is not None


def close(tx: Connection, matters: Iterable[str]) -> None:
    """Forget calls whose matter is settled."""
    tx.execute(delete(calls).where(calls.c.matter.in_(list(matters))))
