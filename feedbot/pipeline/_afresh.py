"""Look again at the audience of what has waited before it leaves: at a time, a stage, through quiet hours, for a relay.

What was approved may rest on what is no longer so: somebody has updated, left, handed a server over, declines. N12 asks
that at sending. For each notice whose mails wait and are due, every few minutes, and at once where an import came or
the first stage ended:

    the same as approved                 → they leave as they are
    some are concerned otherwise, or not → theirs are cancelled; who must be told otherwise gets a draft
    more than 5 %, or words, templates or advisories are others → all that waits is cancelled, and a person is asked
    it cannot be judged                  → nothing leaves, and a person is asked; tried again at the next round

So it is with a mail that a person lets go long after the others, as it was held, failed or in doubt: his word is that
it may leave, and where to; what it says must still be so.

It costs one look a notice, not one a mail. The outbox itself holds back what has not been looked at for too long, so
that a sender who stood still sends nothing old.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from traceback import format_exc

import structlog

from feedbot.errors import FeedbotError
from feedbot.messages import tr
from feedbot.notice import Notice
from feedbot.pipeline import _matters
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._judging import Judgement, judge
from feedbot.pipeline.draft import for_the_rest
from feedbot.pipeline.release import FIT, fit, limits
from feedbot.pipeline.tasks import open_task
from feedbot.review import MOVES, Draft, State
from feedbot.store import (
    Transaction,
    assignments,
    audit,
    drafts,
    freezes,
    inventory,
    lock,
    outbox,
    reading,
    releases,
    tasks,
)

log = structlog.get_logger()
EVERY = timedelta(minutes=5)
"""How old a look may be while mails leave; the outbox holds them back after FIT, which is longer."""
VOID, UNJUDGED = "mails void", "mails not judged"
"""The kinds of the tasks: the rest of a notice is void; its audience could not be looked at."""
_ACTOR = "(feedbot)"


def look_again(edges: Edges) -> None:
    """Look at each notice of which mails are due and whose last look is too long ago, or was over another inventory."""
    now = edges.clock()
    with reading(edges.database) as tx:
        found = _unfit(edges, tx, now)
    if found:
        with edges.database.begin() as tx:
            assignments.settle(tx, now)
    for number in found:
        try:
            with edges.database.begin() as tx:
                lock(tx, f"release {number}")
                if number in _unfit(edges, tx, now):  # another sender may have looked meanwhile
                    _look(edges, tx, drafts.load(tx, number), now)
        except FeedbotError as error:
            _hold(edges, number, str(error), now)
        except Exception as error:  # noqa: BLE001 - a fault of ours over one notice must not stop the others
            log.error("internal_fault", draft=number, error=repr(error), traceback=format_exc())
            _hold(edges, number, tr("internal fault, its traceback is in the log: {fault}", fault=repr(error)), now)


def _hold(edges: Edges, number: int, why: str, now: datetime) -> None:
    """Let nothing leave of a notice that could not be judged, and ask a person. Raises StoreError where the database is
    what fails: then nothing can leave."""
    with edges.database.begin() as tx:
        releases.change(tx, number, {"fit_until": now})
        open_task(edges, tx, UNJUDGED, f"draft {number}", why, _ACTOR)


def _unfit(edges: Edges, tx: Transaction, now: datetime) -> tuple[int, ...]:
    snapshot = inventory.snapshot(tx)
    within, over = (now + FIT - EVERY, now + FIT + EVERY), snapshot.id if snapshot else 0
    return releases.unfit(tx, now, within, over, limits(edges, now), edges.channel)


def _look(edges: Edges, tx: Transaction, draft: Draft, now: datetime) -> None:
    of = releases.readers(tx, draft.id, edges.channel)
    assert draft.digests is not None  # it is being published, or is
    found = judge(edges, tx, draft, draft.digests, drafts.frozen(tx, draft.id), of.begun, of.readdressed)
    releases.change(tx, draft.id, fit(tx, now + FIT))
    tasks.close(tx, UNJUDGED, f"draft {draft.id}", _ACTOR, now)
    reasons = found.reasons if of.waits else ()  # nobody's mail is left to be void
    if reasons:
        _void(edges, tx, draft, of.waits, reasons)
    else:
        _withhold(edges, tx, draft, {whose: why for whose, why in found.drift.reasons.items() if whose in of.waits})
    if found.drift.untold or (reasons and not _told_anew(tx, draft.notice, reasons)):
        _tell_the_rest(edges, tx, draft, found, of.waits)


def _told_anew(tx: Transaction, notice: Notice, reasons: Iterable[str]) -> bool:
    """Say whether a next edition comes by itself: the words that were approved are past. Of a digest that is so where
    none of its cases stands: those that do are in no other."""
    return "advisories" in reasons or ("matters" in reasons and not _matters.refreshed(tx, notice).matters)


def _void(edges: Edges, tx: Transaction, draft: Draft, waits: frozenset[str], reasons: Iterable[str]) -> None:
    """Cancel all that waits of a notice: it is another than was approved."""
    count = _withhold(edges, tx, draft, dict.fromkeys(waits, "void"))
    what = ", ".join(tr(reason) for reason in reasons)
    why = tr(
        "{count} mails that waited are cancelled: what they were approved over has changed ({what}). A draft of its"
        " next edition is for those who were not told: look at it and propose it, or reject it",
        count=count,
        what=what,
    )
    open_task(edges, tx, VOID, f"draft {draft.id}", why, _ACTOR)


def _withhold(edges: Edges, tx: Transaction, draft: Draft, withheld: dict[str, str]) -> int:
    """Cancel mails that wait, by recipient id, each with its reason; return how many."""
    if not withheld:
        return 0
    count = outbox.cancel_pending(tx, draft.id, withheld)
    freezes.withhold(tx, draft.id, withheld)
    said = ", ".join(f"{whose}: {why}" for whose, why in sorted(withheld.items()))
    audit.append(tx, _ACTOR, "withhold", f"draft {draft.id}", said, edges.clock())
    return count


def _tell_the_rest(edges: Edges, tx: Transaction, draft: Draft, found: Judgement, waits: frozenset[str]) -> None:
    """Draft the edition for those who are to be told otherwise, where none is being prepared; for those who joined
    alone, once, and not when a single mail leaves long after the others."""
    notice = draft.notice
    of = notice.rest_of or notice.edition
    others = [one for one in drafts.of_number(tx, notice.number) if one.notice.rest and one.notice.rest_of == of]
    now_left_out = waits and (found.reasons or waits & set(found.drift.changed))
    waiting = any(State.EXPIRED in MOVES[one.state] for one in others)
    joined = draft.state is State.PUBLISHING and not others
    if not waiting and (now_left_out or joined):
        for_the_rest(edges, tx, notice, _ACTOR)


def ask_no_more(edges: Edges, tx: Transaction) -> None:
    """Close the tasks about void mails where a later edition is out or was rejected since, or the notice was withdrawn,
    and those about mails that could not be judged where none waits any more."""
    for one in tasks.listing(tx):
        if one.kind not in (VOID, UNJUDGED):
            continue
        draft = drafts.load(tx, int(one.subject.removeprefix("draft ")))
        if (
            _settled(tx, draft, one.opened_at)
            if one.kind == VOID
            else not releases.readers(tx, draft.id, edges.channel).waits
        ):
            tasks.close(tx, one.kind, one.subject, _ACTOR, edges.clock())


def _settled(tx: Transaction, draft: Draft, asked: datetime) -> bool:
    """Say whether a person has decided over the void mails since he was `asked`: an edition that was out or rejected
    before was not for those whose mails were cancelled, and one that waits for him may be."""
    later = [one for one in drafts.of_number(tx, draft.notice.number) if one.notice.edition > draft.notice.edition]
    if draft.state is State.WITHDRAWN or any(State.EXPIRED in MOVES[one.state] for one in later):
        return draft.state is State.WITHDRAWN
    decided = (one.id for one in later if one.state in (State.PUBLISHING, State.PUBLISHED, State.REJECTED))
    return bool(drafts.moved_since(tx, decided, asked))
