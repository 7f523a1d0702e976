"""Which of the messages that are due go next: claimed in order, each where its domain has its turn.

Where rates are set, a message whose turn has not come is passed over: it is not tried, and no other waits behind it. A
few of each domain stay claimed for their turn; the others are given back.
"""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from feedbot.delivery import ALL, Pace
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._unsent import ask_held
from feedbot.pipeline.release import limits
from feedbot.store import Transaction, outbox, paces
from feedbot.store.outbox import Claimed

BATCH = 250
_KEPT = 10
"""Messages of one domain that stay claimed for their turn."""


@dataclass(slots=True)
class Turns:
    """What one worker has claimed. `next_at` is when the first may go of those that only wait for their turn, where
    none goes now; None: none does. `_shut`: it is the rate of all mails together that they wait for."""

    edges: Edges
    worker: str
    lease: timedelta
    waiting: deque[Claimed] = field(default_factory=deque)
    next_at: datetime | None = None
    _shut: bool = False

    def take(self, tx: Transaction, room: int) -> list[Claimed]:
        """Return up to `room` messages that go next; with a cap, one of a customer at most."""
        self.next_at, now = None, self.edges.clock()
        if room <= 0:
            return []
        if not self.edges.sending.rates:
            if not self.waiting:
                self._claim(tx, now)
            return self._in_order(room)
        chosen = self._in_turn(tx, room, now)
        if not chosen and not self._shut:
            self._claim(tx, now)
            chosen = self._in_turn(tx, room, now)
            self._give_back_many(tx)
        if not chosen and self.next_at is None:
            self.next_at = paces.next_turn(tx, now, channel=self.edges.channel, limits=limits(self.edges, now))
        return chosen

    def give_back(self, tx: Transaction) -> None:
        """Let others have what was claimed and not tried."""
        outbox.release(tx, tuple(self.waiting))
        self.waiting.clear()

    def _claim(self, tx: Transaction, now: datetime) -> None:
        held = list[tuple[int, str]]()
        back = replace(limits(self.edges, now), paced=bool(self.edges.sending.rates))
        self.waiting.extend(
            outbox.claim(tx, self.worker, now, self.lease, BATCH, channel=self.edges.channel, limits=back, held=held)
        )
        ask_held(self.edges, tx, held)

    def _in_order(self, room: int) -> list[Claimed]:
        chosen: list[Claimed] = []
        served: set[str] = set()
        while self.waiting and len(chosen) < room:
            if self.edges.sending.cap and self.waiting[0].outgoing.customer in served:
                break  # with a cap, the next one of his is asked for when this one counts
            chosen.append(self.waiting.popleft())
            served.add(chosen[-1].outgoing.customer)
        return chosen

    def _in_turn(self, tx: Transaction, room: int, now: datetime) -> list[Claimed]:
        """Take those whose domain has its turn, and note when the next one is due."""
        rates, chosen, left = self.edges.sending.rates, list[Claimed](), deque[Claimed]()
        domains = rates.limited(one.outgoing.domain for one in self.waiting)
        pace = Pace(rates, paces.load(tx, domains), now)
        served: set[str] = set()
        for one in self.waiting:
            again = self.edges.sending.cap and one.outgoing.customer in served
            if len(chosen) < room and not again and pace.admit(one.outgoing.domain):
                chosen.append(one)
                served.add(one.outgoing.customer)
            else:
                left.append(one)
        paces.keep(tx, pace.changed)
        self.waiting = left
        self._shut = bool(left) and pace.due(ALL) > now
        self.next_at = None if chosen else min((pace.due(one.outgoing.domain) for one in left), default=None)
        return chosen

    def _give_back_many(self, tx: Transaction) -> None:
        counted: Counter[str] = Counter()
        kept, surplus = deque[Claimed](), list[Claimed]()
        for one in self.waiting:
            counted[one.outgoing.domain] += bool(self.edges.sending.rates.gap(one.outgoing.domain))
            (kept if counted[one.outgoing.domain] <= _KEPT else surplus).append(one)
        if surplus:
            outbox.release(tx, surplus)
        self.waiting = kept
