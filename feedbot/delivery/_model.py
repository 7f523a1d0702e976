"""The nouns of delivery."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OutboxState(StrEnum):
    """Where one message stands. UNCERTAIN: the connection broke between the final dot and the answer; a person
    decides. HELD: its address is suppressed. BOUNCED: it was sent, and came back."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    HELD = "held"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for one recipient and channel; the bytes are fixed when the row is made and are the same at each try.

    `key` is unique: NUMBER/EDITION/CUSTOMER/CHANNEL. `recipient` is the envelope address. `content` is the whole RFC
    5322 message. `stage` 0 leaves first, 1 when that went well. `sender` is the envelope's; empty: the channel's own.
    """

    key: str
    draft: int
    channel: str
    customer: str
    recipient: str
    message_id: str
    content: bytes
    state: OutboxState = OutboxState.PENDING
    attempts: int = 0
    next_try_at: datetime | None = None
    stage: int = 0
    sender: str = ""

    @property
    def domain(self) -> str:
        """Whose rate counts: the recipient's domain, in small letters."""
        return self.recipient.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side answered: `code` the SMTP code (0 where there was none), `text` its words, `state` what
    follows."""

    state: OutboxState
    at: datetime
    code: int = 0
    text: str = ""
