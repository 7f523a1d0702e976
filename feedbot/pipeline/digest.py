"""Digest (まとめ): one mail a customer over all cases that wait, daily or weekly; never over one that is urgent.

A case waits from its draft on (draft.py). When its digest is due:
    nobody has anything of it left, or whoever has declines such mails
                                       → it waits for the next one, and the list says why
    a digest is a draft still          → it comes into that one
    otherwise                          → a new draft over all that are due
That draft is proposed, approved and published like any other, and its cases' pages with it. One that is rejected leaves
its cases waiting for the next; a digest that nobody would receive is not made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedbot.errors import ReviewError
from feedbot.notice import Matter, Notice, again, digests
from feedbot.pipeline import _matters
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._recipients import at_addresses
from feedbot.review import Draft, State
from feedbot.store import Transaction, assignments, audit, decisions, drafts, lock, reading
from feedbot.store import digests as repository
from feedbot.store.digests import Item


@dataclass(frozen=True, slots=True)
class DigestReport:
    """The draft that was made or has grown, None where nothing was due; which notices' drafts came into it, and which
    wait on since they concern nobody now, or since all their readers `declined`."""

    draft: Draft | None
    told: tuple[int, ...] = ()
    nobody: tuple[int, ...] = ()
    declined: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A case and its digest. `planned` is when that is due, None where it waits no more; `why` is `waiting`, also
    `nobody` or `declined` (the last one concerned nobody, or nobody who wants such mails), `changed` (its publishers
    say something else by now), `drafted`, `told`, or why it is told by no digest: `urgent`, `revised`, `retracted` (by
    its publishers), `dropped`; `rejected`, `expired`, `withdrawn` as its notice is; `left-out` of the digest that is
    out. `by` and `reason` are a person's, also of a digest that he rejected."""

    draft: Draft
    item: Item
    why: str
    planned: datetime | None = None
    by: str = ""
    reason: str = ""


def make(edges: Edges, actor: str, *, at_once: bool = False) -> DigestReport:
    """Draft the digest that is due, or with `at_once` over all that waits. Raises NoticeError where a template
    fails."""
    with edges.database.begin() as tx:
        lock(tx, "digest")
        now = edges.clock()
        assignments.settle(tx, now)
        due = [one for one in repository.items(tx) if one.waits and (at_once or edges.digest.planned(one.since) <= now)]
        standing = [draft for one in due if _matters.stands(tx, draft := drafts.load(tx, one.draft), one)]
        if not standing:
            return DigestReport(None)
        matters = [_matters.matter(tx, one) for one in standing]
        told, nobody, declined = _sorted(edges, tx, matters)
        repository.postpone(tx, nobody, now, "nobody")
        repository.postpone(tx, declined, now, "declined")
        wanted = [one for one in matters if one.draft in told]
        return DigestReport(_drafted(edges, tx, wanted, actor) if wanted else None, told, nobody, declined)


def _sorted(edges: Edges, tx: Transaction, matters: Sequence[Matter]) -> tuple[tuple[int, ...], ...]:
    """Return which of these cases, by their notices' drafts, somebody would read of, which concern nobody, and which
    concern only those who decline such mails."""
    made = digests.digest(matters, edges.provider, edges.clock(), edges.templates)
    shares = _matters.shares(edges, tx, made)
    readers = at_addresses(edges, tx, made, shares).recipients
    held, read = ({share.matter for one in some for share in one.exposures} for some in (shares, readers))
    drafts_of = [one.draft for one in matters]
    return (
        tuple(one for one in drafts_of if one in read),
        tuple(one for one in drafts_of if one not in held),
        tuple(one for one in drafts_of if one in held - read),
    )


def _drafted(edges: Edges, tx: Transaction, matters: Sequence[Matter], actor: str) -> Draft:
    now, begun = edges.clock(), _begun(tx)
    if begun:
        drafts.update_notice(tx, begun.id, digests.over(begun.notice, (*begun.notice.matters, *matters)))
    else:
        notice = digests.digest(matters, edges.provider, now, edges.templates)
        begun = drafts.create(tx, notice, actor, now)
        audit.append(tx, actor, "draft", f"draft {begun.id}", notice.title, now)
    taken = repository.take(tx, begun.id, [one.draft for one in matters])
    audit.append(tx, actor, "digest", f"draft {begun.id}", _named(sorted(taken)), now)
    return drafts.load(tx, begun.id)


def _begun(tx: Transaction) -> Draft | None:
    """Return the digest that nobody has decided over yet."""
    open_ = (one for one in drafts.listing(tx, State.DRAFT) if one.notice.matters and not one.notice.rest)
    return next(open_, None)


def _named(numbers: Iterable[int]) -> str:
    return ", ".join(f"draft {one}" for one in numbers)


def drop(edges: Edges, case: str, actor: str, reason: str) -> tuple[int, ...]:
    """Let no digest tell of a case, by a person's word; its page is decided over as ever. Return its notices' drafts.

    Raises ReviewError where nothing of the case waits, or the digest over it is out.
    """
    edges.desk.require(case, actor, "reject")
    with edges.database.begin() as tx:
        lock(tx, "digest")
        held = [one.draft for one in repository.items(tx) if drafts.load(tx, one.draft).notice.case == case]
        dropped = tuple(one for one in held if _matters.let_go(edges, tx, one, "dropped", actor, reason))
    if not dropped:
        raise ReviewError(case, "nothing of it waits for a digest", hint="see: feedbot digest list --all")
    return dropped


def severity(notice: Notice) -> str:
    """Return the severity by which a case's notice waits: critical, high, medium, low or unscored."""
    return again.severity_of(notice)


def standings(edges: Edges) -> tuple[Standing, ...]:
    """Return all cases that wait for a digest, or did, the newest first."""
    with reading(edges.database) as tx:
        return tuple(_standing(edges, tx, one) for one in reversed(repository.items(tx)))


def _standing(edges: Edges, tx: Transaction, item: Item) -> Standing:
    draft = drafts.load(tx, item.draft)
    if item.why_left:
        return Standing(draft, item, item.why_left, by=item.left_by, reason=item.reason)
    if item.digest is not None and (item.told or item.state is State.WITHDRAWN):
        inside = any(one.draft == draft.id for one in drafts.load(tx, item.digest).notice.matters)
        return Standing(draft, item, "told" if inside else "left-out")
    if draft.state in (State.REJECTED, State.EXPIRED, State.WITHDRAWN):
        return Standing(draft, item, draft.state.value, None, *_decided(tx, draft.id, draft.state))
    if not item.waits:
        return Standing(draft, item, "drafted")
    planned = edges.digest.planned(item.since)
    why = (item.reason or "waiting") if _matters.stands(tx, draft, item) else "changed"
    returned = _decided(tx, item.digest, item.state) if item.digest is not None and item.state else ("", "")
    return Standing(draft, item, why, planned, *returned)


def _decided(tx: Transaction, draft: int, state: State) -> tuple[str, str]:
    """Return who rejected or withdrew a draft, and why."""
    verb = {State.REJECTED: "reject", State.WITHDRAWN: "withdraw"}.get(state)
    last = next((one for one in reversed(decisions.of_draft(tx, draft)) if one.verb == verb), None)
    return (last.actor, last.reason) if last else ("", "")
