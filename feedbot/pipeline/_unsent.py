"""Ask a person about mails that do not leave by themselves: those that failed, those held when their turn came, and
those that may or may not have arrived.

One task a notice and kind, however many mails, in the transaction that learns of them; it ends by itself where nothing
is left to decide, in the transaction in which a person decided it. Where the task about the very address is open,
nobody is asked again; what a person closed is asked anew only for what came to it since.
"""

from collections.abc import Iterable

from feedbot.delivery import OutboxState, Receipt
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.tasks import open_task
from feedbot.store import Transaction, audit, doubtful, outbox, releases, suppressed, tasks
from feedbot.store.outbox import Claimed

FAILED, HELD, UNCERTAIN = "mails failed", "mails held", "mails uncertain"
HALTED = "halted"
"""A first stage that went badly."""
READDRESS = "readdress"
"""One person's word for another address, that waits for a second person."""
_STATES = {FAILED: OutboxState.FAILED, HELD: OutboxState.HELD, UNCERTAIN: OutboxState.UNCERTAIN}
_LEFT_OVER = (OutboxState.FAILED, OutboxState.BOUNCED, OutboxState.HELD)
_TO_LEAVE = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.DEFERRED, OutboxState.HELD)
_ACTOR = "(feedbot)"


def ask_failed(edges: Edges, tx: Transaction, rows: Iterable[tuple[Claimed, str]]) -> None:
    """Ask about mails that have just failed, each with what was answered."""
    for row, said in rows:
        why = tr("message {number} failed: {said}", number=row.id, said=said)
        open_task(edges, tx, FAILED, f"draft {row.outgoing.draft}", why, _ACTOR)


def ask_held(edges: Edges, tx: Transaction, held: Iterable[tuple[int, str]]) -> None:
    """Ask about mails that have just been held, each by draft and address."""
    for draft, recipient in held:
        address = suppressed.normal(recipient)
        if tasks.find(tx, "address", address) is None:
            why = tr("a mail to {address} is held: nothing is sent to it", address=address)
            open_task(edges, tx, HELD, f"draft {draft}", why, _ACTOR)


def ask_doubtful(edges: Edges, tx: Transaction) -> None:
    """Ask about mails that may or may not have arrived: a crash on the wire, an answer that never came."""
    for one in doubtful.listing(tx):
        subject = f"draft {one.draft}"
        asked = tasks.last_closed(tx, UNCERTAIN, subject, but=_ACTOR)
        if asked is None or one.since > asked:
            why = tr(
                "{count} mails may or may not have arrived, as message {number}: feedbot outbox resolve NUMBER --sent"
                " where it has, --resend where it has not",
                count=one.count,
                number=one.message,
            )
            open_task(edges, tx, UNCERTAIN, subject, why, _ACTOR)


def keep_back(edges: Edges, tx: Transaction, draft: int) -> None:
    """See to a mail of this draft that has just been let go again, before a sender takes it.

    It is cancelled where a later edition is queued for its reader. Where its notice is halted it waits behind that, and
    a person is asked about the halt: he may have been, and have settled it while nothing was left to leave.
    """
    if count := outbox.cancel_overtaken(tx):
        audit.append(tx, _ACTOR, "cancel", "outbox", f"{count} messages", edges.clock())
    if halted := releases.load(tx, draft).halted:
        open_task(edges, tx, HALTED, f"draft {draft}", halted, _ACTOR)


def resend_doubtful(edges: Edges, tx: Transaction) -> None:
    """Let mails go again that have been in doubt for as long as the operator wrote (RELIABILITY, the SMTP window).

    As the same bytes and once: where it comes to a doubt again, a person is asked. So he is where he has put the
    question aside and left them as they are. They are judged again, and held back by all that holds others back.
    """
    now, after = edges.clock(), edges.sending.resend_after
    let_go = set[int]()
    for one in doubtful.old(tx, now - after, edges.channel) if after else ():
        asked = tasks.last_closed(tx, UNCERTAIN, f"draft {one.draft}", but=_ACTOR)
        if asked is not None and one.since <= asked:
            continue
        again = Receipt(OutboxState.PENDING, now, 0, f"by {_ACTOR}: in doubt since {one.since.isoformat()}")
        if outbox.resolve(tx, one.message, OutboxState.UNCERTAIN, again):
            audit.append(tx, _ACTOR, "resend", f"message {one.message}", f"in doubt since {one.since.isoformat()}", now)
            let_go.add(one.draft)
    for draft in sorted(let_go):
        keep_back(edges, tx, draft)


def ask_no_more(edges: Edges, tx: Transaction) -> None:
    """Close the tasks in which nothing is left to decide."""
    for one in tasks.listing(tx):
        if _solved(tx, one):
            tasks.close(tx, one.kind, one.subject, _ACTOR, edges.clock())


def _solved(tx: Transaction, task: tasks.Task) -> bool:
    number = int(task.subject.rpartition(" ")[2]) if task.kind in (*_STATES, HALTED, READDRESS) else 0
    if task.kind in _STATES:
        return not outbox.counts(tx, number)[_STATES[task.kind]]
    if task.kind == HALTED:
        counts = outbox.counts(tx, number)
        return not any(counts[state] for state in _TO_LEAVE)
    if task.kind == READDRESS:
        message = outbox.find(tx, number)
        return message is None or message.state not in _LEFT_OVER
    return False
