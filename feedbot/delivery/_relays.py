"""Which relay says which message: the lowest order first, shares by weight, and another where one gives no session.

A message moves on to another relay only while nothing has been said about it anywhere: NO_SESSION. Every other answer,
UNCERTAIN above all, is the message's own and goes back to the caller.

A relay that gives no session is set aside for the life of this object; `avoid` says which were before, and lets one
be tried again. Where all are set aside they are tried all the same: somebody has to find out that they are back. One
that refuses a further connection beside others that work is not set aside: it is left with those. What it could not
bear a moment ago it may bear in a while, so one more is tried after these have taken some messages, and after each
further refusal twice as many: slowly, as a relay counts those who press it.

A connection is made in a thread of its own, one a relay at a time: while one does not answer, the others go on.
"""

import math
from collections import deque
from collections.abc import Collection, Mapping

from feedbot.delivery._channel import Answer, Outcome
from feedbot.delivery._model import Outgoing
from feedbot.delivery._send import Bell, Job, Lane, Opening, SmtpSettings, job_of, ready
from feedbot.delivery._talk import Ended

_LATE = Answer(Outcome.NO_SESSION, 0, "there was no time left for it")
_PATIENCE, _LONGEST = 10, 640
"""Messages a connection between two tries for a further one: 20 after the first refusal, twice as many after each
further one, up to the longest."""
_BUSY = (0, 421)
"""No answer, and `closing`: what a connection too many is told (RFC 5321, 3.8)."""


class SmtpSession:
    """A MailChannel of several relays and connections, kept between messages: one message, one recipient a
    transaction."""

    def __init__(self, *relays: SmtpSettings) -> None:
        self._relays = [_Relay(one) for one in sorted(relays, key=lambda one: one.order)]
        self._busy: dict[Lane, _Relay] = {}
        self._waiting: deque[Job] = deque()
        self._done: deque[tuple[Outgoing, Answer]] = deque()
        self._avoided: frozenset[str] = frozenset()
        self._news: dict[str, Answer | None] = {}
        self._why = _LATE
        self._bell: Bell | None = None
        self._woken = False

    def send(self, outgoing: Outgoing) -> Answer:
        """Send one message. Raises DeliveryError, permanent, where its bytes must not go on the wire."""
        self.begin(outgoing)
        ((_, answer),) = self.answers()
        return answer

    def free(self) -> int:
        """Return how many messages may be begun now."""
        room = sum(max(one.limit - one.busy, 0) for one in self._candidates())
        return max(room - len(self._waiting) - len(self._done), 0)

    def begin(self, outgoing: Outgoing, seconds: float = math.inf) -> None:
        """Begin to send one, which is over within `seconds` whatever comes. Raises DeliveryError as `send` does;
        nothing has been said then."""
        self._bell = self._bell or Bell()
        self._waiting.append(job_of(outgoing, seconds))
        self._go_on()

    def answers(self, seconds: float = math.inf) -> tuple[tuple[Outgoing, Answer], ...]:
        """Wait until at least one of the messages begun has its answer, `seconds` at most or until `wake`; return all
        that have."""
        while self._bell and not self._done and (self._busy or any(one.opening for one in self._relays)):
            found, rung = ready(self._busy, self._bell, seconds)
            for lane in found:
                if (ended := lane.go_on()) is not None:
                    self._take(lane, ended)
            if rung:
                self._take_opened()
            if self._woken or (not found and seconds < math.inf):
                self._woken = False
                break
        done = tuple(self._done)
        self._done.clear()
        return done

    def wake(self) -> None:
        """Let `answers` return what it has: another thread says so."""
        self._woken = True  # before it rings: a new connection rings too
        if self._bell is not None:
            self._bell.ring()

    def avoid(self, relays: Collection[str]) -> None:
        """Set these relays aside, and let all others be tried."""
        self._avoided = frozenset(relays)
        for one in self._relays:
            one.failed &= one.settings.name in relays

    def news(self) -> Mapping[str, Answer | None]:
        """Return of which relays there is news since this was asked last: why one gave no session, None where it did
        after it had been set aside."""
        news, self._news = self._news, {}
        return news

    def close(self) -> None:
        """End the sessions politely, but without waiting for politeness; what is under way is cut."""
        for lane in self._busy:
            lane.close(polite=False)
        self._busy.clear()
        for one in self._relays:
            one.hang_up(polite=True)
            if one.opening is not None:
                one.opening[0].drop()
            one.opening, one.busy = None, 0
        if self._bell is not None:
            self._bell.close()
            self._bell = None

    def _candidates(self) -> "list[_Relay]":
        """Return the relays that may be used now: of those left, the ones of the lowest order."""
        left = [one for one in self._relays if not one.failed]
        left = [one for one in left if one.settings.name not in self._avoided] or left
        return [one for one in left if one.settings.order == left[0].settings.order]

    def _go_on(self) -> None:
        """Let what waits begin where there is a connection for it."""
        while self._waiting:
            candidates = self._candidates()
            if not candidates or self._waiting[0].is_late():
                why = self._why if not candidates else _LATE
                self._done.append((self._waiting.popleft().outgoing, why))
            elif room := [one for one in candidates if one.has_room()]:
                self._start(min(room, key=lambda one: one.given / one.settings.weight))
            else:
                return

    def _start(self, relay: "_Relay") -> None:
        """Give the message that waits longest to a relay: to an idle connection, or to one that is made for it."""
        assert self._bell is not None
        job = self._waiting.popleft()
        relay.busy += 1
        relay.given += 1
        if relay.idle:
            self._give(relay, relay.idle.pop(), job)
        else:
            relay.opening = Opening(relay.settings, job.end, self._bell), job
            self._look_at(relay)

    def _take_opened(self) -> None:
        """Use the connections that have been made meanwhile, or do without them."""
        for one in self._relays:
            self._look_at(one)
        self._go_on()

    def _look_at(self, relay: "_Relay") -> None:
        """Take the connection that is being made, where it is there; set the relay aside where it is not to be had."""
        if relay.opening is None:
            return
        opening, job = relay.opening
        if (found := opening.found()) is None:
            return
        relay.opening = None
        if isinstance(found, Lane):
            self._give(relay, found, job)
            return
        relay.busy -= 1
        relay.given -= 1
        self._waiting.appendleft(job)
        self._set_aside(relay, found, connected=False)

    def _give(self, relay: "_Relay", lane: Lane, job: Job) -> None:
        if relay.settings.name in self._avoided:
            self._news[relay.settings.name] = None
            self._avoided -= {relay.settings.name}
        self._busy[lane] = relay
        lane.start(job)

    def _set_aside(self, relay: "_Relay", answer: Answer, *, connected: bool) -> None:
        """Use a relay no more, or no more connections to it where others of them work."""
        others = relay.busy - bool(relay.opening) + len(relay.idle)
        if others and (not connected or answer.code in _BUSY):
            relay.do_with(others)
            return
        relay.failed, self._why = True, answer
        relay.hang_up(polite=True)
        self._news[relay.settings.name] = answer

    def _take(self, lane: Lane, ended: Ended) -> None:
        relay, used = self._busy.pop(lane), lane.used
        relay.busy -= 1
        lane.used = True
        if ended.usable:
            relay.idle.append(lane)
        else:
            lane.close(polite=False)
        if ended.answer.outcome is not Outcome.NO_SESSION:
            relay.went_well()
            self._done.append((lane.job.outgoing, ended.answer))
        else:
            self._waiting.appendleft(lane.job)
            if not used:  # else it died while idle, and a fresh connection may do
                self._set_aside(relay, ended.answer, connected=True)
        self._go_on()


class _Relay:
    """One relay: its idle connections, the one that is being made and for which message, how many are busy (with that
    one) and how many may be, what it was given, whether it failed."""

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings, self.limit = settings, settings.connections
        self.idle: list[Lane] = []
        self.busy = self.given = 0
        self.opening: tuple[Opening, Job] | None = None
        self._well, self._patience = 0, _PATIENCE
        self.failed = False

    def has_room(self) -> bool:
        """Tell whether it can be given a message now. One connection is made at a time: where the first is refused, no
        others are asked for."""
        return self.busy < self.limit and (bool(self.idle) or self.opening is None)

    def do_with(self, connections: int) -> None:
        """Have no more connections for a while than these: it refused a further one."""
        self.limit, self._well, self._patience = connections, 0, min(2 * self._patience, _LONGEST)

    def went_well(self) -> None:
        """Try one connection more where those that are left have taken enough messages since."""
        self._well += 1
        if self.limit < self.settings.connections and self._well >= self._patience * self.limit:
            self.limit, self._well = self.limit + 1, 0

    def hang_up(self, *, polite: bool) -> None:
        """Let go of the idle connections."""
        for lane in self.idle:
            lane.close(polite=polite)
        self.idle.clear()
