"""The cases of a digest (まとめ): in what words they are told, to whom, and what takes one out of it.

Each case has a notice of its own, whose page is published as any other's and whose mails wait. While a digest is a
draft it follows these notices; once proposed, it is held against them: another word in one of them voids it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from feedbot.inventory import Customer
from feedbot.matching import Exposure
from feedbot.notice import Matter, Notice, Recipient, digests
from feedbot.pipeline._basis import same_advisories
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.match import audience, match
from feedbot.review import Draft, State, move
from feedbot.store import Transaction, audit, cases, drafts, told
from feedbot.store import digests as repository
from feedbot.store.digests import Item

_ENDED = (State.REJECTED, State.EXPIRED, State.WITHDRAWN)
_DECIDED = (State.PROPOSED, State.APPROVED, State.VOID)


def matter(tx: Transaction, draft: Draft) -> Matter:
    """Return what a digest says of a case, in the words of its own notice as they are now."""
    notice = draft.notice
    before = notice.edition > 1 and bool(told.reached(tx, notice.number))
    return Matter(draft.id, notice, before)


def stands(tx: Transaction, draft: Draft, item: Item | None) -> bool:
    """Say whether a digest may tell a case's notice: it has not ended, was not taken out, and rests on what the
    publishers say now."""
    ended = draft.state in _ENDED or item is None or bool(item.why_left)
    return not ended and same_advisories(draft.notice, cases.load(tx, draft.notice.case))


def refreshed(tx: Transaction, notice: Notice) -> Notice:
    """Return a digest over those of its cases that still stand, in their words of now."""
    found = ((one, drafts.load(tx, one.draft)) for one in notice.matters)
    standing = [draft for one, draft in found if stands(tx, draft, repository.item(tx, one.draft))]
    return digests.over(notice, [matter(tx, draft) for draft in standing])


def unaltered(tx: Transaction, notice: Notice) -> bool:
    """Say whether each case of a digest stands, and is told in the words of its own notice."""
    now = {one.draft: _words(one.notice) for one in refreshed(tx, notice).matters}
    return now == {one.draft: _words(one.notice) for one in notice.matters}


def _words(notice: Notice) -> Notice:
    """Return a notice without what no reader of a digest sees: a draft may be proposed again, a case become another's
    part."""
    return replace(notice, issued=None, case="")


def shares(edges: Edges, tx: Transaction, notice: Notice) -> tuple[Recipient, ...]:
    """Return whom a digest concerns on the inventory in force, each with his servers case by case; sorted."""
    customers: dict[str, Customer] = {}
    held: dict[str, list[Exposure]] = defaultdict(list)
    for one in notice.matters:
        exposures = match(edges, tx, cases.load(tx, one.notice.case)).exposures
        for share in audience(edges, tx, one.notice.audience, exposures, one.notice.edition):
            customers[share.customer.id] = share.customer
            held[share.customer.id] += (replace(each, matter=one.draft) for each in share.exposures)
    return tuple(Recipient(customers[whose], tuple(held[whose])) for whose in sorted(customers) if held[whose])


def let_go(edges: Edges, tx: Transaction, draft: int, why: str, actor: str, reason: str = "") -> bool:
    """Take a case's notice out of the digest that it waits for or is in; a digest that was decided over with it is a
    draft again. False, and nothing done, where it does not wait."""
    item, now = repository.item(tx, draft), edges.clock()
    if item is None or not repository.leave(tx, draft, why, actor, now, reason):
        return False
    audit.append(tx, actor, "leave-digest", f"draft {draft}", f"{why} {reason}".strip(), now)
    if item.digest is not None and item.state in _DECIDED:
        move(f"draft {item.digest}", item.state, State.DRAFT)
        drafts.move(tx, item.digest, item.state, State.DRAFT, now)
        audit.append(tx, actor, "reopen", f"draft {item.digest}", f"draft {draft} left it", now)
    return True


def of(tx: Transaction, notice: Notice, *states: State) -> Iterable[Draft]:
    """Return the drafts of a digest's cases that are in one of these states."""
    return tuple(one for each in notice.matters if (one := drafts.load(tx, each.draft)).state in states)
