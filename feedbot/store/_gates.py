"""What an UPDATE of the outbox asks for before a message may leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, exists, func, or_, select

from feedbot.delivery import OutboxState
from feedbot.review import State
from feedbot.store._sending_tables import paces, releases
from feedbot.store._tables import drafts, outbox, receipts

STANDING = (State.PUBLISHING.value, State.PUBLISHED.value)
LEFT = (OutboxState.SENT.value, OutboxState.UNCERTAIN.value, OutboxState.BOUNCED.value)


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds mails back that are not urgent: the hour is `quiet`; `cap` mails (0: any number) a customer since
    `day`. Where they are `paced`, a domain has its turns, urgent or not."""

    quiet: bool = False
    cap: int = 0
    day: datetime | None = None
    paced: bool = False


UNLIMITED = Limits()
WAITING = (OutboxState.PENDING.value, OutboxState.DEFERRED.value)
Moment = datetime | BindParameter[datetime]
_OF_DRAFT = releases.c.draft == outbox.c.draft


def due(now: datetime, limits: Limits) -> ColumnElement[bool]:
    """A row waits, its time has come, it is nobody's, and nothing holds it back; not its domain's pace either, where
    that counts."""
    ready = and_(
        outbox.c.state.in_(WAITING),
        or_(outbox.c.next_try_at.is_(None), outbox.c.next_try_at <= now),
        or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now),
        stands(),
        open_now(now, limits),
    )
    waits = exists().where(paces.c.domain == outbox.c.domain, paces.c.due > now)
    return and_(ready, ~waits.correlate(outbox)) if limits.paced else ready


def stands() -> ColumnElement[bool]:
    """The notice is being published or is published; a withdrawn one sends nothing more."""
    return exists().where(drafts.c.id == outbox.c.draft, drafts.c.state.in_(STANDING)).correlate(outbox)


def open_now(now: Moment, limits: Limits, day: Moment | None = None) -> ColumnElement[bool]:
    """Nothing holds the notice's mails back. `day` stands in for that of `limits` in a statement that is kept."""
    unfit = exists().where(_OF_DRAFT, releases.c.fit_until <= now)
    return and_(~unfit.correlate(outbox), timely(now, limits, day))


def timely(now: Moment, limits: Limits, day: Moment | None = None) -> ColumnElement[bool]:
    """Nothing but a look at its audience, which may be too long ago, holds the notice's mails back."""
    shut = or_(releases.c.not_before > now, outbox.c.stage > releases.c.stage, releases.c.halted != "")
    free = ~exists().where(_OF_DRAFT, shut).correlate(outbox)
    if not (limits.quiet or limits.cap):
        return free
    urgent = exists().where(_OF_DRAFT, releases.c.urgent.is_(True)).correlate(outbox)
    return and_(
        free, urgent if limits.quiet else or_(urgent, _under_cap(limits.cap, day if day is not None else limits.day))
    )


def _under_cap(cap: int, day: Moment | None) -> ColumnElement[bool]:
    """His customer has had less than `cap` mails since `day`, counting those on the wire."""
    other = outbox.alias()
    on_the_wire = other.c.state == OutboxState.SENDING.value
    gone = exists().where(receipts.c.outgoing == other.c.id, receipts.c.at >= day, receipts.c.state.in_(LEFT))
    had = or_(on_the_wire, and_(other.c.state.in_(LEFT), gone.correlate(other)))
    count = select(func.count()).select_from(other).where(other.c.customer == outbox.c.customer, had)
    return count.correlate(outbox).scalar_subquery() < cap
