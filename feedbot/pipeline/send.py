"""Send what is due: claim · mark · wire · receipt, until nothing is due or somebody says stop.

Messages go side by side, one a connection. What was answered and what goes next are one transaction: with ten
connections under way that is one wait for the disk for ten messages. A thread of its own waits for the disk, and the
wire goes on meanwhile.

Before the first message the public pages are built, so that no mail links to a page that is not there. A draft is
published when none of its messages waits any more.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from feedbot.delivery import (
    Answer,
    MailLanes,
    OutboxState,
    Outcome,
    Outgoing,
    Receipt,
    after,
    lanes_of,
    return_address,
)
from feedbot.errors import DeliveryError
from feedbot.pipeline import _afresh, announce
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._relays import News, avoid_relays, news_of, note_relays
from feedbot.pipeline._turns import Turns
from feedbot.pipeline._unsent import ask_doubtful, ask_failed, ask_no_more, keep_back, resend_doubtful
from feedbot.pipeline.alarms import deliver
from feedbot.pipeline.publish import build_site
from feedbot.pipeline.release import advance, limits
from feedbot.review import State, move
from feedbot.store import Transaction, audit, drafts, outbox, paces, reading, relays
from feedbot.store.outbox import Claimed

LEASE = timedelta(minutes=20)
"""The channel is held to it: all of a transaction, a new connection included, is over before. 10 minutes of it are the
answer's to the final dot."""
_SPARE = timedelta(minutes=1)
"""Between the end of a transaction and that of the lease: for the clocks of two machines, and to keep the answer."""
_STOP = timedelta(seconds=1)
"""How long a wait for a turn may be before somebody who says stop is heard."""
_SHARE = 0.5
"""A transaction begins when this part of what was on the wire has been answered: fewer waits for the disk, which the
relay on the same machine needs too."""
_LINGER = timedelta(milliseconds=20)
"""Or when no more answers came for so long."""
_LOOK = timedelta(minutes=1)
"""How often a long round asks whether an audience must be looked at again; also how long one stays in which messages
only wait for their turns."""
_RESOLVABLE = (OutboxState.UNCERTAIN, OutboxState.FAILED, OutboxState.BOUNCED, OutboxState.HELD)
_WAITING = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.DEFERRED)


def send_due(edges: Edges, worker: str, stop: Callable[[], bool] = lambda: False) -> dict[OutboxState, int]:
    """Send what is due in the mode in force. Returns how many messages ended in which state.

    Where the relay cannot be reached, nothing is known of the other messages: the round ends, and they stay due.
    Raises DeliveryError, nothing sent, where the pages cannot be built.
    """
    _tidy(edges)
    advance(edges)
    _afresh.look_again(edges)
    with reading(edges.database) as tx:
        publishing = drafts.listing(tx, State.PUBLISHING)
    if publishing:
        build_site(edges)
    channel = edges.open_mail()
    lanes = lanes_of(channel)
    avoid_relays(edges, lanes)
    try:
        with ThreadPoolExecutor(1) as writer:
            round_ = _Round(edges, Turns(edges, worker, LEASE), lanes, edges.clock(), writer)
            _send(round_, stop)
    finally:
        channel.close()
    advance(edges)
    _settle(edges, frozenset(one.id for one in publishing))
    announce.deliver(edges)
    deliver(edges)
    return dict(round_.done)


def resolve(edges: Edges, number: int, actor: str, *, resend: bool) -> None:
    """Settle an uncertain, failed, bounced or held message by a person's word: it has arrived, or it goes again as the
    same bytes.

    Raises DeliveryError where it is in another state by now, or its notice was withdrawn.
    """
    now = edges.clock()
    state = OutboxState.PENDING if resend else OutboxState.SENT
    with edges.database.begin() as tx:
        if not any(outbox.resolve(tx, number, old, Receipt(state, now, 0, f"by {actor}")) for old in _RESOLVABLE):
            raise DeliveryError(
                f"message {number}",
                "it is neither uncertain, failed, bounced nor held, or its notice was withdrawn",
                permanent=True,
                hint="feedbot outbox status shows the messages",
            )
        _keep_back(edges, tx, number)
        ask_no_more(edges, tx)
        audit.append(tx, actor, "resend" if resend else "resolve-sent", f"message {number}", "", now)


def stop_draft(edges: Edges, draft: int, actor: str, reason: str) -> int:
    """Cancel what has not begun to leave of a notice, which itself stays as it is; return how many messages.

    What a worker has claimed is cancelled too: it asks once more before each message. Raises StoreError where there is
    no such draft, DeliveryError where none of its messages waits.
    """
    with edges.database.begin() as tx:
        drafts.load(tx, draft)
        count = outbox.cancel_pending(tx, draft)
        if not count:
            raise DeliveryError(
                f"draft {draft}",
                "none of its mails waits to leave",
                permanent=True,
                hint="feedbot outbox status shows the messages",
            )
        ask_no_more(edges, tx)
        audit.append(tx, actor, "stop", f"draft {draft}", f"{count} messages; {reason}", edges.clock())
    return count


def retry(edges: Edges, number: int | None, actor: str) -> int:
    """Make a message due at once that was deferred or has failed; without a number all that were deferred.

    What a person tries again is not what may have arrived: an uncertain one is for `resolve`. Returns how many. Raises
    DeliveryError where the one named is in another state, or its notice was withdrawn.
    """
    now = edges.clock()
    with edges.database.begin() as tx:
        count = outbox.hasten(tx, number)
        if number is None:
            relays.forget(tx)  # he says that they are back
        if number is not None and not count:
            again = Receipt(OutboxState.PENDING, now, 0, f"by {actor}")
            count = int(outbox.resolve(tx, number, OutboxState.FAILED, again))
            if not count:
                raise DeliveryError(
                    f"message {number}",
                    "it is neither deferred nor failed, or its notice was withdrawn",
                    permanent=True,
                    hint="an uncertain one: feedbot outbox resolve; feedbot outbox status shows the messages",
                )
            _keep_back(edges, tx, number)
        ask_no_more(edges, tx)
        subject = "outbox" if number is None else f"message {number}"
        audit.append(tx, actor, "retry", subject, f"{count} messages", now)
    return count


def _keep_back(edges: Edges, tx: Transaction, number: int) -> None:
    """See to a message that a person has let go, where it waits now."""
    message = outbox.find(tx, number)
    if message and message.state is OutboxState.PENDING:
        keep_back(edges, tx, message.draft)


def _tidy(edges: Edges) -> None:
    """Settle what a crash or a withdrawal left behind."""
    with edges.database.begin() as tx:
        paces.forget_wrong(tx, edges.clock(), edges.sending.rates.longest)
        lost, vain = outbox.recover(tx, edges.clock()), outbox.cancel_orphans(tx) + outbox.cancel_overtaken(tx)
        for verb, count in (("uncertain", lost), ("cancel", vain)):
            if count:
                audit.append(tx, "(feedbot)", verb, "outbox", f"{count} messages", edges.clock())
        resend_doubtful(edges, tx)
        _ask(edges, tx)


def _ask(edges: Edges, tx: Transaction) -> None:
    """Ask a person what only he can say, and no more where it is settled."""
    ask_doubtful(edges, tx)
    ask_no_more(edges, tx)
    _afresh.ask_no_more(edges, tx)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one transaction came to: those that may go now, with the end of their leases."""

    begun: tuple[Claimed, ...]
    until: datetime


@dataclass(slots=True)
class _Round:
    """One round of sending: what goes next, what is on the wire (by key), what was answered without a word on the wire,
    what was answered and is not kept yet, what came of it all, and whether nothing more is to begin.

    `writer` keeps answers and notes what goes next, one transaction after the other, while the wire goes on. `idle`:
    the last one found nothing that goes next; `lingers`: it waits for more answers.
    """

    edges: Edges
    turns: Turns
    lanes: MailLanes
    since: datetime
    writer: Executor
    flying: dict[str, Claimed] = field(default_factory=dict)
    unsaid: list[tuple[Outgoing, Answer]] = field(default_factory=list)
    answered: list[tuple[Claimed, Answer]] = field(default_factory=list)
    writing: "Future[_Kept] | None" = None
    done: Counter[OutboxState] = field(default_factory=Counter)
    over: bool = False
    idle: bool = False
    lingers: bool = False

    def turn(self) -> bool:
        """Wait for answers, or for the transaction under way to end; begin what it let go; have the next one keep what
        was answered. False: nothing is on the wire, and nothing more to begin.

        A connection has no new message before its last one's answer is in the same transaction or an earlier one, so a
        row is SENDING for each connection at most: a crash leaves at most one in doubt a connection.
        """
        answers = [*self._answers(), *self.unsaid]
        self.unsaid.clear()
        self.answered += [(self.flying.pop(one.key), answer) for one, answer in answers]
        # Where the relay cannot be reached, nothing is known of the others: they stay due.
        self.over |= any(answer.outcome is Outcome.NO_SESSION for _, answer in answers)
        if self.writing is not None and not self.writing.done():
            return True
        kept = self.writing.result() if self.writing is not None else None
        self.writing = None
        room = self.lanes.free() - (len(kept.begun) if kept else 0)
        if self._are_enough(bool(answers), room):
            self._write(room)
        if kept is not None:
            for row in kept.begun:
                self._begin(row, kept.until)
        return bool(self.writing or self.flying) or self._stays()

    def _are_enough(self, came: bool, room: int) -> bool:
        """Tell whether what was answered is worth a wait for the disk, or no more came for a while."""
        if not self.answered:
            return room > 0 and not self.idle and not self.over
        lingered, self.lingers = self.lingers and not came, False
        self.lingers = not lingered and len(self.answered) < _SHARE * (len(self.answered) + len(self.flying))
        return not self.lingers

    def _write(self, room: int) -> None:
        """Have what was answered kept, and up to `room` messages noted that go next."""
        answered, self.answered = self.answered, []
        call = partial(self._keep, answered, news_of(self.lanes), 0 if self.over else room)
        self.writing = self.writer.submit(copy_context().run, call)
        self.writing.add_done_callback(lambda _: self.lanes.wake())

    def _keep(self, answered: Sequence[tuple[Claimed, Answer]], news: News, room: int) -> _Kept:
        """Keep answers and what is new of the relays, and note what goes next, in one transaction."""
        now = self.edges.clock()
        verdicts = [(row, after(answer, row.outgoing.attempts, now)) for row, answer in answered]
        with self.edges.database.begin() as tx:
            kept = outbox.record(tx, verdicts)
            failed = [(row, one.receipt.text) for row, one in verdicts if one.receipt.state is OutboxState.FAILED]
            ask_failed(self.edges, tx, [(row, said) for row, said in failed if row.id in kept])
            note_relays(self.edges, tx, news)
            chosen = self.turns.take(tx, room)
            begun = outbox.mark_sending(tx, chosen, now, LEASE, limits=limits(self.edges, now))
        self.done.update(verdict.receipt.state for _, verdict in verdicts)
        self.idle = not chosen
        return _Kept(tuple(row for row in chosen if row.id in begun), now + LEASE)

    def _answers(self) -> tuple[tuple[Outgoing, Answer], ...]:
        """Wait for answers, or for the transaction under way, but not past the turn of the next message."""
        if self.writing is not None and not self.flying:
            wait([self.writing])
        if self.writing is None and self.lingers:
            return self.lanes.answers(_LINGER.total_seconds())
        if self.writing is not None or self.over or self.turns.next_at is None:
            return self.lanes.answers()
        seconds = min(max((self.turns.next_at - self.edges.clock()).total_seconds(), 0.0), _STOP.total_seconds())
        if not self.flying:
            self.edges.sending.pause(seconds)
        self.idle = False
        return self.lanes.answers(seconds)

    def _stays(self) -> bool:
        """Tell whether something waits for its turn alone, and the round is not too long for that: others do, too."""
        return self.turns.next_at is not None and not self.over and self.edges.clock() - self.since < _LOOK

    def _begin(self, row: Claimed, lease_until: datetime) -> None:
        """Let one go, unless this process stood still since: the row may be taken for uncertain by now."""
        self.flying[row.outgoing.key] = row
        left = lease_until - self.edges.clock() - _SPARE
        if left <= timedelta(0):
            self.unsaid.append((row.outgoing, Answer(Outcome.NO_SESSION, 0, "the lease was over")))
            return
        outgoing, box = row.outgoing, self.edges.sending.bounces
        if box:
            outgoing = replace(
                outgoing, sender=return_address(box.address, row.id, outgoing.recipient, self.edges.secret)
            )
        try:
            self.lanes.begin(outgoing, left.total_seconds())
        except DeliveryError as error:  # its bytes must not leave at all; nothing has been said on the wire
            self.unsaid.append((row.outgoing, Answer(Outcome.REFUSED, 0, str(error))))

    def give_back(self) -> None:
        """Let others have what was claimed and not tried."""
        if self.turns.waiting:
            with self.edges.database.begin() as tx:
                self.turns.give_back(tx)


def _send(round_: _Round, stop: Callable[[], bool]) -> None:
    """Take turns until nothing is on the wire and nothing more may begin."""
    more, looked = True, round_.edges.clock()
    while more:
        round_.over = round_.over or stop()
        if round_.edges.clock() - looked >= _LOOK:
            _afresh.look_again(round_.edges)
            avoid_relays(round_.edges, round_.lanes)
            looked = round_.edges.clock()
        more = round_.turn()
    round_.give_back()


def _settle(edges: Edges, shown: frozenset[int]) -> None:
    """Call published what is on the pages and has no message waiting any more in the mode in force. An uncertain one
    waits for a person, not for us; one of a trial never leaves any more, but a trial lets customers' mails wait."""
    now = edges.clock()
    with edges.database.begin() as tx:
        for draft in drafts.listing(tx, State.PUBLISHING):
            counts = outbox.counts(tx, draft.id, channel=None if edges.shadow_operator else edges.channel)
            if draft.id in shown and not any(counts[state] for state in _WAITING):
                # False: another sender did so just now, or somebody withdrew it. Neither keeps the alarms.
                drafts.move(tx, draft.id, draft.state, move(f"draft {draft.id}", draft.state, State.PUBLISHED), now)
        _ask(edges, tx)
