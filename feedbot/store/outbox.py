"""The outbox: every message is a row before it leaves, and a receipt after.

1. `add` makes the row, in the transaction of the decision it follows from. A key that is there already makes none (I2).
2. `claim` hands due rows to a worker by a conditional UPDATE, for the time of a lease; each claim raises the row's
   fence, the number that the worker must show from then on.
3. `mark_sending`, in a transaction that ends just before the wire, asks once more: this fence, within the lease, not
   cancelled. A worker that was paused past its lease is not given the row and may not send.
4. `record` keeps the answer, unless a person or another worker has had the row since.
   So it is with what holds mails back: a time, a stage, quiet hours, the cap a day, a halt.
5. `recover` finds rows left in SENDING past their lease: the worker died on the wire. They are UNCERTAIN: never sent
   again by themselves, never lost. A late answer of the same worker is still the truth and settles them.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    exists,
    func,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from feedbot.delivery import OutboxState, Outgoing, Receipt, Verdict
from feedbot.store._gates import STANDING, UNLIMITED, WAITING, Limits, due, open_now, stands
from feedbot.store._keys import recipient_of
from feedbot.store._overtaken import overtaken
from feedbot.store._sending_tables import suppressed_addresses
from feedbot.store._sql import chunks, insert, lock
from feedbot.store._tables import contents, drafts, outbox, receipts

_UNSENT = (*WAITING, OutboxState.HELD.value)
_ON_THE_WIRE = (OutboxState.SENDING.value, OutboxState.UNCERTAIN.value)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is one worker's until the lease ends; `fence` proves it."""

    id: int
    fence: int
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Queued:
    """A row as a person looks at it, with the last answer."""

    id: int
    outgoing: Outgoing
    answer: Receipt | None


def add(tx: Connection, outgoing: Outgoing) -> bool:
    """Keep a message that is to leave. False, and nothing kept, where its key is there already."""
    return add_all(tx, (outgoing,)) == 1


def add_all(tx: Connection, messages: Iterable[Outgoing]) -> int:
    """Keep messages that are to leave. Returns how many were kept: none whose key is there already, or came before."""
    wanted: dict[str, Outgoing] = {}
    for one in messages:
        wanted.setdefault(one.key, one)
    kept = 0
    for part in chunks(wanted.values()):
        keys = [one.key for one in part]
        there = set(tx.scalars(select(outbox.c.key).where(outbox.c.key.in_(keys))))
        new = [one for one in part if one.key not in there]
        if not new:
            continue
        tx.execute(insert(tx, outbox), [_facts(one) for one in new])
        numbers = {row.key: row.id for row in tx.execute(_NUMBERS.where(outbox.c.key.in_(keys)))}
        tx.execute(insert(tx, contents), [{"outgoing": numbers[one.key], "content": one.content} for one in new])
        kept += len(new)
    return kept


_NUMBERS = select(outbox.c.key, outbox.c.id)


def _facts(outgoing: Outgoing) -> dict[str, object]:
    facts = asdict(outgoing) | {"state": outgoing.state.value, "domain": outgoing.domain, "worker": "", "fence": 0}
    return {name: value for name, value in facts.items() if name not in ("content", "sender")}


def claim(
    tx: Connection,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    *,
    channel: str = "",
    limits: Limits = UNLIMITED,
    held: list[tuple[int, str]] | None = None,
) -> tuple[Claimed, ...]:
    """Take up to `limit` rows that are due and nobody's, the oldest first, of notices that stand and may leave now.
    Those among them whose address is suppressed become HELD; their drafts and addresses are added to `held`.

    PostgreSQL skips rows that another worker is just taking; SQLite has one writer at a time.
    """
    ready = due(now, limits) if not channel else due(now, limits) & (outbox.c.channel == channel)
    chosen = select(outbox.c.id).where(ready).order_by(outbox.c.id).limit(limit).with_for_update(skip_locked=True)
    free = tx.scalars(chosen).all()
    while found := _hold(tx, outbox.c.id.in_(free), now):
        if held is not None:
            held.extend(found)
        free = tx.scalars(chosen).all()
    taken = tx.execute(
        update(outbox)
        .where(outbox.c.id.in_(free), ready)
        .values(worker=worker, lease_until=now + lease, fence=outbox.c.fence + 1)
        .returning(outbox)
    ).all()
    written = select(contents).where(contents.c.outgoing.in_([row.id for row in taken]))
    content = {row.outgoing: row.content for row in tx.execute(written)}
    return tuple(
        Claimed(row.id, row.fence, _outgoing(row, content[row.id])) for row in sorted(taken, key=lambda row: row.id)
    )


def mark_sending(
    tx: Connection, rows: Sequence[Claimed], now: datetime, lease: timedelta, *, limits: Limits = UNLIMITED
) -> frozenset[int]:
    """Note that these messages go on the wire now, and extend their leases. Returns the ids of those that may be sent:
    not where the fence or the lease is over, not even where the notice was withdrawn or halted a moment ago.

    With a cap, `rows` holds one of a customer at most.
    """
    if not rows:
        return frozenset()
    if limits.cap:
        lock(tx, "outbox cap")  # PostgreSQL: two senders would each see the other's mail as not yet begun
    pairs = [(row.id, row.fence) for row in rows]
    facts = {"pairs": pairs, "now": now, "until": now + lease, "day": limits.day}
    return frozenset(tx.scalars(_marking(limits.quiet, limits.cap), facts).all())


@cache
def _marking(quiet: bool, cap: int) -> ReturningUpdate[int]:
    """The statement, built once: building it took as long as running it."""
    now: BindParameter[datetime] = bindparam("now", type_=outbox.c.lease_until.type)
    day: BindParameter[datetime] = bindparam("day", type_=outbox.c.lease_until.type)
    return (
        update(outbox)
        .where(
            tuple_(outbox.c.id, outbox.c.fence).in_(bindparam("pairs", expanding=True)),
            outbox.c.state.in_(WAITING),
            outbox.c.lease_until > now,
            stands(),
            open_now(now, Limits(quiet, cap), day),
        )
        .values(state=OutboxState.SENDING.value, lease_until=bindparam("until"))
        .returning(outbox.c.id)
    )


def record(tx: Connection, answered: Iterable[tuple[Claimed, Verdict]]) -> frozenset[int]:
    """Keep the answers to claimed messages and end their claims. Returns the ids of those whose answer is kept; nothing
    is kept where the fence is stale."""
    alike: dict[tuple[OutboxState, int, datetime | None], dict[tuple[int, int], Receipt]] = {}
    for row, verdict in answered:
        facts = verdict.receipt.state, verdict.attempts, verdict.next_try_at
        alike.setdefault(facts, {})[row.id, row.fence] = verdict.receipt
    kept: dict[int, Receipt] = {}
    for (state, attempts, next_try_at), receipts_of in alike.items():
        now_is = {"pairs": list(receipts_of), "new": state.value, "tries": attempts, "next": next_try_at}
        done = set(tx.scalars(_recording(), now_is))
        kept |= {number: receipt for (number, _), receipt in receipts_of.items() if number in done}
    _keep(tx, kept.items())
    return frozenset(kept)


@cache
def _recording() -> ReturningUpdate[int]:
    """The statement, built once."""
    return (
        update(outbox)
        .where(
            tuple_(outbox.c.id, outbox.c.fence).in_(bindparam("pairs", expanding=True)),
            outbox.c.state.in_((*WAITING, *_ON_THE_WIRE)),
        )
        .values(state=bindparam("new"), attempts=bindparam("tries"), next_try_at=bindparam("next"), lease_until=None)
        .returning(outbox.c.id)
    )


def release(tx: Connection, rows: Sequence[Claimed]) -> None:
    """Give back claimed rows that were not tried (a stop, a shutdown): they are due as before."""
    held = tuple_(outbox.c.id, outbox.c.fence).in_([(row.id, row.fence) for row in rows])
    tx.execute(update(outbox).where(held, outbox.c.state.in_(WAITING)).values(lease_until=None, worker=""))


def recover(tx: Connection, now: datetime) -> int:
    """Make UNCERTAIN what was on the wire when its worker's lease ran out; return how many rows."""
    lost = tx.scalars(
        update(outbox)
        .where(outbox.c.state == OutboxState.SENDING.value, outbox.c.lease_until <= now)
        .values(state=OutboxState.UNCERTAIN.value)
        .returning(outbox.c.id)
    ).all()
    _keep(tx, [(number, Receipt(OutboxState.UNCERTAIN, now)) for number in lost])
    return len(lost)


def resolve(tx: Connection, number: int, old: OutboxState, receipt: Receipt) -> bool:
    """Let a person decide over a row, such as UNCERTAIN or FAILED → `receipt.state`. False where it is no longer `old`.

    A message of a withdrawn notice does not go back to PENDING. Back in PENDING it is due at once and has its five
    days again; a late answer of the old worker no longer counts.
    """
    facts: dict[str, object] = {"state": receipt.state.value, "fence": outbox.c.fence + 1, "lease_until": None}
    if receipt.state is OutboxState.PENDING:
        facts |= {"attempts": 0, "next_try_at": None}
    allowed = stands() if receipt.state is OutboxState.PENDING else true()
    done = _change(tx, and_(outbox.c.id == number, outbox.c.state == old.value, allowed), facts)
    if done:
        _keep(tx, [(number, receipt)])
    return done


def hasten(tx: Connection, number: int | None = None) -> int:
    """Make due at once what was deferred (one message, or all), of notices that stand; return how many rows."""
    which = and_(outbox.c.state == OutboxState.DEFERRED.value, stands())
    if number is not None:
        which = and_(which, outbox.c.id == number)
    return len(tx.scalars(update(outbox).where(which).values(next_try_at=None).returning(outbox.c.id)).all())


def bounce(tx: Connection, number: int, receipt: Receipt) -> bool:
    """Note that a message which was sent, may have been, or is on the wire came back: its answer, where it is still to
    come, is no longer kept. False where it is in another state."""
    gone = (OutboxState.SENT.value, *_ON_THE_WIRE)
    done = _change(tx, and_(outbox.c.id == number, outbox.c.state.in_(gone)), {"state": receipt.state.value})
    if done:
        _keep(tx, [(number, receipt)])
    return done


def hold(tx: Connection, address: str, now: datetime) -> int:
    """Hold what waits for an address that is suppressed, also what a worker has claimed; return how many rows."""
    return len(_hold(tx, func.lower(outbox.c.recipient) == address.lower(), now))


def unhold(tx: Connection, address: str, receipt: Receipt) -> int:
    """Let what was held for an address wait again, of notices that stand; return how many rows."""
    held = and_(outbox.c.state == OutboxState.HELD.value, func.lower(outbox.c.recipient) == address.lower(), stands())
    facts = {"state": OutboxState.PENDING.value, "next_try_at": None, "lease_until": None}
    freed = tx.scalars(update(outbox).where(held).values(facts).returning(outbox.c.id)).all()
    _keep(tx, [(number, receipt) for number in freed])
    return len(freed)


def _hold(tx: Connection, which: ColumnElement[bool], now: datetime) -> list[tuple[int, str]]:
    if tx.scalar(select(suppressed_addresses.c.address).limit(1)) is None:
        return []
    reason = select(suppressed_addresses.c.reason).where(
        suppressed_addresses.c.address == func.lower(outbox.c.recipient)
    )
    held = tx.execute(
        update(outbox)
        .where(which, outbox.c.state.in_(WAITING), exists(reason.correlate(outbox)))
        .values(state=OutboxState.HELD.value, fence=outbox.c.fence + 1, lease_until=None)
        .returning(*outbox.c["id", "draft", "recipient"], reason.correlate(outbox).scalar_subquery())
    ).all()
    _keep(tx, [(number, Receipt(OutboxState.HELD, now, 0, why)) for number, *_, why in held])
    return [(row.draft, row.recipient) for row in held]


def cancel_orphans(tx: Connection) -> int:
    """Cancel what waits of notices that no longer stand, such as a deferred mail of a withdrawn one; return how many
    rows."""
    return _cancel(tx, ~stands())


def cancel_overtaken(tx: Connection) -> int:
    """Cancel what was claimed once (it came to be deferred, a person lets it go again) where a later edition is queued
    for the same recipient: the old words would arrive behind the new. Return how many rows."""
    old = overtaken(tx, and_(outbox.c.state.in_(WAITING), outbox.c.fence > 0))
    return sum(_cancel(tx, outbox.c.id.in_(part)) for part in chunks(old))


def cancel_pending(tx: Connection, draft: int, recipients: Container[str] | None = None) -> int:
    """Cancel what has not begun to leave of a draft (to these recipients), also what a worker has claimed; return how
    many rows."""
    if recipients is None:
        return _cancel(tx, outbox.c.draft == draft)
    rows = tx.execute(select(outbox.c.id, outbox.c.key).where(outbox.c.draft == draft, outbox.c.state.in_(_UNSENT)))
    theirs = [row.id for row in rows if recipient_of(row.key) in recipients]
    return sum(_cancel(tx, outbox.c.id.in_(part)) for part in chunks(theirs))


def _cancel(tx: Connection, which: ColumnElement[bool]) -> int:
    cancelled = tx.scalars(
        update(outbox)
        .where(which, outbox.c.state.in_(_UNSENT))
        .values(state=OutboxState.CANCELLED.value, fence=outbox.c.fence + 1, lease_until=None)
        .returning(outbox.c.id)
    )
    return len(cancelled.all())


def counts(
    tx: Connection, draft: int | None = None, *, stage: int | None = None, channel: str | None = None
) -> Mapping[OutboxState, int]:
    """Count rows by state (of one draft, one stage, one channel); a state without rows is 0."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    query = query if channel is None else query.where(outbox.c.channel == channel)
    query = query if stage is None else query.where(outbox.c.stage == stage)
    found = tx.execute(query if draft is None else query.where(outbox.c.draft == draft))
    return dict.fromkeys(OutboxState, 0) | {OutboxState(state): number for state, number in found}


def listing(tx: Connection, state: OutboxState | None = None, *, draft: int | None = None) -> tuple[Queued, ...]:
    """Return the rows (in one state, of one draft) in the order they were made, each with its last answer."""
    last = select(func.max(receipts.c.id)).where(receipts.c.outgoing == outbox.c.id)
    query = (
        select(outbox, contents.c.content, receipts.c.state.label("answered"), *receipts.c["at", "code", "text"])
        .join(contents)
        .outerjoin(receipts, receipts.c.id == last.correlate(outbox).scalar_subquery())
        .order_by(outbox.c.id)
    )
    if state is not None:
        query = query.where(outbox.c.state == state.value)
    if draft is not None:
        query = query.where(outbox.c.draft == draft)
    return tuple(Queued(row.id, _outgoing(row, row.content), _answer(row)) for row in tx.execute(query))


def find(tx: Connection, number: int) -> Outgoing | None:
    """Return a message; None where there is none of this number."""
    row = tx.execute(select(outbox, contents.c.content).join(contents).where(outbox.c.id == number)).one_or_none()
    return _outgoing(row, row.content) if row else None


def is_standing(tx: Connection, draft: int) -> bool:
    """Tell whether the messages of a draft may still leave: it is being published, or is published."""
    query = select(drafts.c.id).where(drafts.c.id == draft, drafts.c.state.in_(STANDING))
    return tx.scalar(query) is not None


def is_overtaken(tx: Connection, number: int) -> bool:
    """Tell whether a later edition is queued for the recipient of a message."""
    return bool(overtaken(tx, outbox.c.id == number))


def answers(tx: Connection, number: int) -> tuple[Receipt, ...]:
    """Return every answer to a message, oldest first."""
    rows = tx.execute(select(receipts).where(receipts.c.outgoing == number).order_by(receipts.c.id))
    return tuple(Receipt(OutboxState(row.state), row.at, row.code, row.text) for row in rows)


def _change(tx: Connection, condition: ColumnElement[bool], facts: Mapping[str, object]) -> bool:
    done = tx.execute(update(outbox).where(condition).values(**facts).returning(outbox.c.id))
    return done.one_or_none() is not None


def _keep(tx: Connection, answered: Iterable[tuple[int, Receipt]]) -> None:
    rows = [
        {"outgoing": number, "state": one.state.value, "at": one.at, "code": one.code, "text": one.text}
        for number, one in answered
    ]
    if rows:
        tx.execute(insert(tx, receipts), rows)


def _outgoing(row: Row[Any], content: bytes) -> Outgoing:
    return Outgoing(
        key=row.key,
        draft=row.draft,
        channel=row.channel,
        customer=row.customer,
        recipient=row.recipient,
        message_id=row.message_id,
        content=content,
        state=OutboxState(row.state),
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        stage=row.stage,
    )


def _answer(row: Row[Any]) -> Receipt | None:
    return Receipt(OutboxState(row.answered), row.at, row.code, row.text) if row.answered else None
