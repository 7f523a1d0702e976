"""Send what is due: claim · mark · wire · receipt, a message at a time, until nothing is due or somebody says stop.

Before the first message the public pages are built, so that no mail links to a page that is not there. A draft is
published when none of its messages waits any more.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from feedbot.delivery import Answer, MailChannel, OutboxState, Outcome, Outgoing, Receipt, after
from feedbot.errors import DeliveryError
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.draft import go
from feedbot.pipeline.publish import build_site
from feedbot.review import State
from feedbot.store import audit, drafts, outbox, reading
from feedbot.store.outbox import Claimed

LEASE = timedelta(minutes=15)
"""Longer than the longest wait on the wire (10 minutes after the final dot), so that no healthy sender loses a row."""
BATCH = 100
_RESOLVABLE = (OutboxState.UNCERTAIN, OutboxState.FAILED)
_WAITING = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.DEFERRED)


def send_due(edges: Edges, worker: str, stop: Callable[[], bool] = lambda: False) -> dict[OutboxState, int]:
    """Send what is due in the mode in force. Returns how many messages ended in which state.

    Where the relay cannot be reached, nothing is known of the other messages: the round ends, and they stay due.
    Raises DeliveryError, nothing sent, where the pages cannot be built.
    """
    _tidy(edges)
    with reading(edges.database) as tx:
        publishing = drafts.listing(tx, State.PUBLISHING)
    if publishing:
        build_site(edges)
    done: Counter[OutboxState] = Counter()
    channel = edges.open_mail()
    try:
        while not stop() and (rows := _claimed(edges, worker)):
            if not _send(edges, channel, rows, done, stop):
                break
    finally:
        channel.close()
    _settle(edges)
    return dict(done)


def resolve(edges: Edges, number: int, actor: str, *, resend: bool) -> None:
    """Settle an uncertain or failed message by a person's word: it has arrived, or it goes again as the same bytes.

    Raises DeliveryError where it is in another state by now, or its notice was withdrawn.
    """
    now = edges.clock()
    state = OutboxState.PENDING if resend else OutboxState.SENT
    with edges.database.begin() as tx:
        if not any(outbox.resolve(tx, number, old, Receipt(state, now, 0, f"by {actor}")) for old in _RESOLVABLE):
            raise DeliveryError(
                f"message {number}",
                "it is neither uncertain nor failed, or its notice was withdrawn",
                permanent=True,
                hint="feedbot outbox status shows the messages",
            )
        audit.append(tx, actor, "resend" if resend else "resolve-sent", f"message {number}", "", now)


def _tidy(edges: Edges) -> None:
    """Settle what a crash or a withdrawal left behind."""
    with edges.database.begin() as tx:
        lost, orphans = outbox.recover(tx, edges.clock()), outbox.cancel_orphans(tx)
        for verb, count in (("uncertain", lost), ("cancel", orphans)):
            if count:
                audit.append(tx, "(feedbot)", verb, "outbox", f"{count} messages", edges.clock())


def _claimed(edges: Edges, worker: str) -> tuple[Claimed, ...]:
    with edges.database.begin() as tx:
        return outbox.claim(tx, worker, edges.clock(), LEASE, BATCH, channel=edges.channel)


def _send(
    edges: Edges,
    channel: MailChannel,
    rows: tuple[Claimed, ...],
    done: Counter[OutboxState],
    stop: Callable[[], bool],
) -> bool:
    """Send claimed rows one after the other. False, and the rest given back, where there is no session or a stop."""
    for place, row in enumerate(rows):
        if stop():
            _release(edges, rows[place:])
            return False
        with edges.database.begin() as tx:
            if not outbox.mark_sending(tx, row.id, row.fence, edges.clock(), LEASE):
                continue
        answer = _answer(channel, row.outgoing)
        verdict = after(answer, row.outgoing.attempts, edges.clock())
        with edges.database.begin() as tx:
            outbox.record(
                tx, row.id, row.fence, verdict.receipt, attempts=verdict.attempts, next_try_at=verdict.next_try_at
            )
        done[verdict.receipt.state] += 1
        if answer.outcome is Outcome.NO_SESSION:
            _release(edges, rows[place + 1 :])
            return False
    return True


def _release(edges: Edges, rows: tuple[Claimed, ...]) -> None:
    with edges.database.begin() as tx:
        for row in rows:
            outbox.release(tx, row.id, row.fence)


def _answer(channel: MailChannel, outgoing: Outgoing) -> Answer:
    try:
        return channel.send(outgoing)
    except DeliveryError as error:  # its bytes must not leave at all; nothing has been said on the wire
        return Answer(Outcome.REFUSED, 0, str(error))


def _settle(edges: Edges) -> None:
    """Call published what has no message waiting any more. An uncertain one waits for a person, not for us."""
    with edges.database.begin() as tx:
        for draft in drafts.listing(tx, State.PUBLISHING):
            counts = outbox.counts(tx, draft.id)
            if not any(counts[state] for state in _WAITING):
                go(edges, tx, draft, State.PUBLISHED)
