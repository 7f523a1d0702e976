"""Ask a person about mails that do not leave by themselves: those that failed, and those held when their turn came.

One task a notice and kind, however many mails, in the transaction that learns of them; it ends when none is left. Where
the task about the very address is open, nobody is asked again.
"""

from collections.abc import Iterable

from feedbot.delivery import OutboxState
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.tasks import open_task
from feedbot.store import Transaction, outbox, suppressed, tasks
from feedbot.store.outbox import Claimed

FAILED, HELD = "mails failed", "mails held"
"""The kinds of the tasks."""
_STATES = {FAILED: OutboxState.FAILED, HELD: OutboxState.HELD}
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


def ask_no_more(edges: Edges, tx: Transaction) -> None:
    """Close the tasks of notices of which no mail is in this state any more."""
    for one in tasks.listing(tx):
        if one.kind in _STATES:
            draft = int(one.subject.removeprefix("draft "))
            if not outbox.counts(tx, draft)[_STATES[one.kind]]:
                tasks.close(tx, one.kind, one.subject, _ACTOR, edges.clock())
