"""When and in which steps the mails of a draft may leave. The outbox asks at each claim, and just before the wire."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, or_, select, update

from feedbot.delivery import OutboxState
from feedbot.review import State
from feedbot.store._gates import STANDING, Limits, timely
from feedbot.store._keys import is_again, recipient_of
from feedbot.store._sending_tables import releases
from feedbot.store._sql import insert
from feedbot.store._tables import drafts, outbox

FIRST, REST = 0, 1
"""The stages: a few mails, and the rest."""
_WAITING = (OutboxState.PENDING.value, OutboxState.DEFERRED.value)
_UNSENT = (*_WAITING, OutboxState.HELD.value)


@dataclass(frozen=True, slots=True)
class Release:
    """How a draft's mails leave: none before `not_before`; those up to `stage`; none while `halted` says why.

    `opened_at` is when the first stage was seen to be through; `urgent` passes quiet hours and the cap a day
    (None: nobody has said). From `fit_until` on none leaves until the audience has been looked at again (None: no end);
    the last look was over the inventory's `snapshot` (0: none yet). `channel` is that of the mode in which it was
    published, empty before.
    """

    draft: int
    not_before: datetime | None = None
    stage: int = REST
    opened_at: datetime | None = None
    urgent: bool | None = None
    halted: str = ""
    fit_until: datetime | None = None
    snapshot: int = 0
    channel: str = ""


def load(tx: Connection, draft: int) -> Release:
    """Return what holds for a draft; where nothing was said, all its mails may leave."""
    row = tx.execute(select(releases).where(releases.c.draft == draft)).one_or_none()
    return Release(**row._mapping) if row else Release(draft)


def listing(tx: Connection) -> tuple[Release, ...]:
    """Return what holds for the drafts that are approved or on their way, by draft; of the published ones for those of
    which a mail waits for the second stage: it was held while that was due."""
    going = drafts.c.state.in_((State.APPROVED.value, State.PUBLISHING.value))
    late = exists().where(
        outbox.c.draft == releases.c.draft, outbox.c.stage > releases.c.stage, outbox.c.state.in_(_WAITING)
    )
    left = and_(drafts.c.state == State.PUBLISHED.value, releases.c.stage == FIRST, late.correlate(releases))
    rows = tx.execute(select(releases).join(drafts).where(or_(going, left)).order_by(releases.c.draft))
    return tuple(Release(**row._mapping) for row in rows)


def of_other(tx: Connection, channel: str) -> frozenset[int]:
    """Return the drafts that were published in another mode than that of this channel."""
    return frozenset(tx.scalars(select(releases.c.draft).where(releases.c.channel.not_in(("", channel)))))


def change(tx: Connection, draft: int, facts: Mapping[str, object]) -> None:
    """Let some facts of a draft's release be others, and leave the rest as it is."""
    made = insert(tx, releases).values(asdict(Release(draft)))
    tx.execute(made.on_conflict_do_nothing(index_elements=[releases.c.draft]))
    tx.execute(update(releases).where(releases.c.draft == draft).values(**facts))


def unfit(
    tx: Connection, now: datetime, fit: tuple[datetime, datetime], snapshot: int, limits: Limits, channel: str
) -> tuple[int, ...]:
    """Return the drafts whose audience must be looked at before more leaves: a mail is due by all else, and the last
    look ends before or behind what is `fit` (behind it: the clock was ahead then), or was over another snapshot than
    this. Of one that is published, that is a mail which a person lets go: it may have been held for months."""
    soon, latest = fit
    due = select(outbox.c.id).where(
        outbox.c.draft == releases.c.draft,
        outbox.c.channel == channel,
        outbox.c.state.in_(_WAITING),
        or_(outbox.c.next_try_at.is_(None), outbox.c.next_try_at <= now),
        timely(now, limits),
    )
    old = or_(releases.c.fit_until <= soon, releases.c.fit_until > latest, releases.c.snapshot != snapshot)
    query = (
        select(releases.c.draft).join(drafts).where(drafts.c.state.in_(STANDING), old, due.correlate(releases).exists())
    )
    return tuple(tx.scalars(query.order_by(releases.c.draft)))


@dataclass(frozen=True, slots=True)
class Readers:
    """The recipient ids of a draft: `waits` are those whose mails have not begun to leave, `begun` those for whom one
    has. Of the former, `readdressed` have theirs at the address that a person gave."""

    waits: frozenset[str]
    begun: frozenset[str]
    readdressed: frozenset[str] = frozenset()


def readers(tx: Connection, draft: int, channel: str) -> Readers:
    """Return whose mails of a draft wait, and whose do not."""
    rows = tx.execute(select(outbox.c.key, outbox.c.state).where(outbox.c.draft == draft, outbox.c.channel == channel))
    waits: set[str] = set()
    begun: set[str] = set()
    again: set[str] = set()
    for key, state in rows:
        if state != OutboxState.CANCELLED.value:
            (waits if state in _UNSENT else begun).add(recipient_of(key))
            again |= {recipient_of(key)} if is_again(key) else set()
    return Readers(frozenset(waits - begun), frozenset(begun), frozenset(again & waits - begun))
