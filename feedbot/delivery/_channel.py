"""What every channel has in common.

A channel is one file beside this one. It offers

- `TITLE`, its name for people, and `TAKES`: what it carries, `"mail"`, `"site"` or `"alarm"`;
- `Settings`, a frozen dataclass: what it must be told;
- `open_channel(settings)`, which returns a MailChannel, a SiteChannel or an AlarmChannel. It touches nothing yet: the
  first `send`, `publish` or `tell` does.

A mail channel that can say several messages side by side is a MailLanes too, one of several relays a Relayed.

A mail channel answers for one message to one recipient and raises nothing that is about the wire: `after` in _outbox.py
decides what follows from an Answer. A site channel raises DeliveryError and leaves the old site as it was.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from feedbot.delivery._model import Outgoing


class Outcome(StrEnum):
    """What became of one message on the wire."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    """Not now: a 4xx answer to this message, or a cut before its final dot."""
    REFUSED = "refused"
    """Never: a 5xx answer to this message."""
    NO_SESSION = "no_session"
    """Nothing was said about this message: no connection, no TLS, no login, or we as sender are refused."""
    UNCERTAIN = "uncertain"
    """The final dot was under way and no answer came: it may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: `code` as in SMTP (0 where there was none), `text` its words on one line."""

    outcome: Outcome
    code: int = 0
    text: str = ""


class MailChannel(Protocol):
    """A way out for messages, used by one thread; keeps what can be reused between messages."""

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand one message on. Raises DeliveryError only for content that must not leave at all."""

    def close(self) -> None:
        """Let go of what is held. A later `send` opens it again."""


@runtime_checkable
class MailLanes(Protocol):
    """Several messages on their way at once; used by one thread."""

    def free(self) -> int:
        """Return how many messages may be begun now."""

    def begin(self, outgoing: Outgoing, seconds: float = math.inf) -> None:
        """Begin to hand one on; after `seconds` nothing of it leaves any more. Raises DeliveryError only for content
        that must not leave at all."""

    def answers(self, seconds: float = math.inf) -> tuple[tuple[Outgoing, Answer], ...]:
        """Wait until at least one of those begun has its answer, about `seconds` at most; return all that have. None
        begun: none, at once."""

    def wake(self) -> None:
        """Let `answers` return what it has, by the word of another thread."""


@runtime_checkable
class Relayed(Protocol):
    """A channel of several relays, that uses no more for a while one which gives no session."""

    def avoid(self, relays: Collection[str]) -> None:
        """Set these relays aside, and let all others be tried."""

    def news(self) -> Mapping[str, Answer | None]:
        """Return of which relays there is news since this was asked last: why one gave no session, None where it did
        after it had been set aside."""


class OneLane:
    """A channel that hands on one message after the other, as lanes of which there is one."""

    def __init__(self, channel: MailChannel) -> None:
        self._channel = channel
        self._done: tuple[tuple[Outgoing, Answer], ...] = ()

    def free(self) -> int:
        """Return 1 where no answer waits to be taken."""
        return 0 if self._done else 1

    def begin(self, outgoing: Outgoing, seconds: float = math.inf) -> None:
        """Hand it on. Raises DeliveryError as the channel does."""
        self._done = ((outgoing, self._channel.send(outgoing)),)

    def answers(self, seconds: float = math.inf) -> tuple[tuple[Outgoing, Answer], ...]:
        """Return the answer of the message begun."""
        done, self._done = self._done, ()
        return done

    def wake(self) -> None:
        """Nothing: it never waits."""


def lanes_of(channel: MailChannel) -> MailLanes:
    """Return how messages go side by side through a channel: its own way, or one after the other."""
    return channel if isinstance(channel, MailLanes) else OneLane(channel)


class SiteChannel(Protocol):
    """A place for pages."""

    def publish(self, tree: Mapping[str, bytes]) -> None:
        """Put `tree` (relative path → bytes) in place of the whole site, or leave the site as it was."""


class AlarmChannel(Protocol):
    """A way to tell the operator's other systems."""

    def tell(self, content: bytes) -> Answer:
        """Hand on one alarm, a JSON document. ACCEPTED, or else it will be tried again."""
