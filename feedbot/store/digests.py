"""Notices that wait for a digest (まとめ), and whom a digest told of them.

A notice is in one digest at most: `take` puts it into a draft's only where it is in none that stands or is being
prepared. What a digest that was rejected or has expired held waits again, by itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, or_, select, update

from feedbot.notice import Recipient
from feedbot.review import State
from feedbot.store._digest_tables import digest_items, digest_mails
from feedbot.store._sql import insert
from feedbot.store._tables import drafts

_OVER = (State.REJECTED.value, State.EXPIRED.value)
_of = drafts.alias("digest_drafts")


@dataclass(frozen=True, slots=True)
class Item:
    """A notice's `draft` that waits `since` for a digest: where one that held it was rejected, since then. `digest` is
    the newest draft over it, in `state`. `why_left` is empty while it waits or was told; else it says why it is told by
    no digest: `urgent`, `revised`, `retracted` or `dropped`, by whom, when, and in whose words. While it waits `reason`
    is why the last digest that was due did not tell it: it concerned `nobody`, or all its readers had `declined`."""

    draft: int
    since: datetime
    digest: int | None = None
    state: State | None = None
    why_left: str = ""
    left_by: str = ""
    left_at: datetime | None = None
    reason: str = ""

    @property
    def waits(self) -> bool:
        """Say whether it is in no digest yet, and has not left."""
        return not self.why_left and (self.state is None or self.state.value in _OVER)

    @property
    def pending(self) -> bool:
        """Say whether it waits, or is in a digest that a person has not decided over yet."""
        return not (self.why_left or self.told or self.state is State.WITHDRAWN)

    @property
    def told(self) -> bool:
        """Say whether a digest over it is out."""
        return self.state in (State.PUBLISHING, State.PUBLISHED)


def wait(tx: Connection, draft: int, since: datetime) -> None:
    """Let a notice wait for the digest."""
    row = insert(tx, digest_items).values(draft=draft, since=since, why_left="", left_by="", reason="")
    tx.execute(row.on_conflict_do_nothing(index_elements=[digest_items.c.draft]))


def item(tx: Connection, draft: int) -> Item | None:
    """Return what is known of a notice here; None where its mails never waited."""
    row = tx.execute(_items().where(digest_items.c.draft == draft)).one_or_none()
    return _item(row) if row else None


def items(tx: Connection) -> tuple[Item, ...]:
    """Return all of them, by draft."""
    return tuple(map(_item, tx.execute(_items().order_by(digest_items.c.draft))))


def take(tx: Connection, digest: int, wanted: Iterable[int]) -> frozenset[int]:
    """Put waiting notices into a digest's draft; return those that were: another may have taken some first."""
    free = or_(digest_items.c.digest.is_(None), _stands_over(_OVER))
    row = update(digest_items).where(digest_items.c.draft.in_(list(wanted)), digest_items.c.why_left == "", free)
    return frozenset(tx.scalars(row.values(digest=digest, reason="").returning(digest_items.c.draft)))


def free(tx: Connection, digest: int, kept: Collection[int]) -> None:
    """Let those wait again that were put into a digest and are not told by it: by `kept` it is."""
    row = update(digest_items).where(digest_items.c.digest == digest, digest_items.c.draft.not_in(kept))
    tx.execute(row.where(digest_items.c.why_left == "").values(digest=None))


def postpone(tx: Connection, wanted: Iterable[int], now: datetime, why: str) -> None:
    """Let waiting notices wait for the digest after this moment, and note why."""
    row = update(digest_items).where(digest_items.c.draft.in_(list(wanted)), digest_items.c.why_left == "")
    tx.execute(row.values(since=now, reason=why))


def leave(tx: Connection, draft: int, why: str, actor: str, now: datetime, reason: str = "") -> bool:
    """Note why a notice is told by no digest. False, and nothing done, where it does not wait or one is out over it."""
    out = _stands_over((State.PUBLISHING.value, State.PUBLISHED.value))
    row = update(digest_items).where(
        digest_items.c.draft == draft, digest_items.c.why_left == "", or_(digest_items.c.digest.is_(None), ~out)
    )
    facts = {"why_left": why, "left_by": actor, "left_at": now, "reason": reason}
    return tx.execute(row.values(**facts).returning(digest_items.c.draft)).one_or_none() is not None


def note(tx: Connection, digest: int, mails: Iterable[Recipient], numbers: dict[int, str]) -> None:
    """Note of which notices (draft → number) each mail of a digest tells, in place of an earlier freeze."""
    tx.execute(delete(digest_mails).where(digest_mails.c.digest == digest))
    rows = [
        {"digest": digest, "recipient": one.id, "draft": matter, "number": numbers[matter]}
        for one in mails
        for matter in sorted({share.matter for share in one.exposures})
    ]
    if rows:
        tx.execute(insert(tx, digest_mails), rows)


def telling(tx: Connection, number: str) -> dict[int, dict[str, frozenset[int]]]:
    """Return digest → recipient id → drafts: which mails of which digests tell of a notice, in which editions."""
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    query = select(digest_mails).where(digest_mails.c.number == number)
    for row in tx.execute(query.order_by(digest_mails.c.digest, digest_mails.c.draft)):
        found[row.digest][row.recipient].add(row.draft)
    return {digest: {who: frozenset(what) for who, what in own.items()} for digest, own in found.items()}


def _stands_over(states: Collection[str]) -> ColumnElement[bool]:
    """The newest digest over a notice is in one of these states."""
    return select(_of.c.id).where(_of.c.id == digest_items.c.digest, _of.c.state.in_(states)).exists()


def _items() -> Any:
    return select(digest_items, _of.c.state, _of.c.moved_at).outerjoin(_of, _of.c.id == digest_items.c.digest)


def _item(row: Row[Any]) -> Item:
    rejected = row.state == State.REJECTED.value
    return Item(
        draft=row.draft,
        since=max(row.since, row.moved_at) if rejected else row.since,
        digest=row.digest,
        state=State(row.state) if row.state else None,
        why_left=row.why_left,
        left_by=row.left_by,
        left_at=row.left_at,
        reason=row.reason,
    )
