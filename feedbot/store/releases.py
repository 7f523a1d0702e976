"""When and in which steps the mails of a draft may leave. The outbox asks at each claim, and just before the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from feedbot.review import State
from feedbot.store._sending_tables import releases
from feedbot.store._sql import insert
from feedbot.store._tables import drafts

FIRST, REST = 0, 1
"""The stages: a few mails, and the rest."""


@dataclass(frozen=True, slots=True)
class Release:
    """How a draft's mails leave: none before `not_before`; those up to `stage`; none while `halted` says why.

    `opened_at` is when the first stage was seen to be through; `urgent` passes quiet hours and the cap a day
    (None: nobody has said).
    """

    draft: int
    not_before: datetime | None = None
    stage: int = REST
    opened_at: datetime | None = None
    urgent: bool | None = None
    halted: str = ""


def load(tx: Connection, draft: int) -> Release:
    """Return what holds for a draft; where nothing was said, all its mails may leave."""
    row = tx.execute(select(releases).where(releases.c.draft == draft)).one_or_none()
    return Release(**row._mapping) if row else Release(draft)


def listing(tx: Connection) -> tuple[Release, ...]:
    """Return what holds for the drafts that are approved or on their way, by draft."""
    standing = drafts.c.state.in_((State.APPROVED.value, State.PUBLISHING.value))
    rows = tx.execute(select(releases).join(drafts).where(standing).order_by(releases.c.draft))
    return tuple(Release(**row._mapping) for row in rows)


def change(tx: Connection, draft: int, facts: Mapping[str, object]) -> None:
    """Let some facts of a draft's release be others, and leave the rest as it is."""
    new = Release(draft)
    made = insert(tx, releases).values(
        draft=draft,
        not_before=new.not_before,
        stage=new.stage,
        opened_at=new.opened_at,
        urgent=new.urgent,
        halted=new.halted,
    )
    tx.execute(made.on_conflict_do_nothing(index_elements=[releases.c.draft]))
    tx.execute(update(releases).where(releases.c.draft == draft).values(**facts))
