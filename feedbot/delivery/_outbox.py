"""What follows from an answer. Pure: the store keeps the rows, the channels speak, this decides.

    pending ──→ sending ──→ sent
       ↑           ├──────→ deferred ──→ sending again, until 5 days of trying are over
       │           ├──────→ failed      (a person may set it back to pending)
       │           └──────→ uncertain   (a person says sent, or pending: send again)
       └ cancelled is reached from whatever has not begun to leave, or was addressed anew

    pending, deferred ──→ held (its address is suppressed) ──→ pending when the address is let go, or a person's word
    sent, uncertain, sending ──→ bounced (it came back) ──→ pending or sent by a person's word

SENDING is written durably just before the wire, for one message a connection. A row that is found in it after a crash
may have been sent: it is UNCERTAIN.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from feedbot.delivery._channel import Answer, Outcome
from feedbot.delivery._model import OutboxState, Receipt
from feedbot.errors import DeliveryError

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=67)
"""As Postfix has it: 300 s doubling to 4000 s."""
GIVE_UP_AFTER = timedelta(days=5)
"""As Postfix has it, and RFC 5321, 4.5.4.1 (at least 4–5 days)."""

MOVES: Mapping[OutboxState, tuple[OutboxState, ...]] = MappingProxyType(
    {
        OutboxState.PENDING: (OutboxState.SENDING, OutboxState.CANCELLED, OutboxState.HELD),
        OutboxState.SENDING: (
            OutboxState.SENT,
            OutboxState.DEFERRED,
            OutboxState.FAILED,
            OutboxState.UNCERTAIN,
            OutboxState.BOUNCED,
        ),
        OutboxState.DEFERRED: (OutboxState.SENDING, OutboxState.CANCELLED, OutboxState.HELD),
        OutboxState.UNCERTAIN: (OutboxState.SENT, OutboxState.PENDING, OutboxState.CANCELLED, OutboxState.BOUNCED),
        OutboxState.FAILED: (OutboxState.PENDING, OutboxState.CANCELLED),
        OutboxState.SENT: (OutboxState.BOUNCED,),
        OutboxState.HELD: (OutboxState.PENDING, OutboxState.SENT, OutboxState.CANCELLED),
        OutboxState.BOUNCED: (OutboxState.PENDING, OutboxState.SENT, OutboxState.CANCELLED),
        OutboxState.CANCELLED: (),
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to write beside the message: the receipt, the number of tries so far, and when the next one is due (None:
    none is)."""

    receipt: Receipt
    attempts: int
    next_try_at: datetime | None = None


def move(key: str, old: OutboxState, new: OutboxState) -> OutboxState:
    """Return `new` when a message may go there from `old`; raises DeliveryError naming what is allowed."""
    if new not in MOVES[old]:
        raise DeliveryError(
            key,
            "a message cannot go from {old} to {new}",
            permanent=True,
            hint="allowed from {old}: {allowed}",
            old=old.value,
            new=new.value,
            allowed=", ".join(MOVES[old]) or "-",
        )
    return new


def wait(attempts: int) -> timedelta:
    """Return how long to wait after the try of this number (from 1): 5, 10, 20, 40 minutes, then 67."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)


def after(answer: Answer, attempts: int, now: datetime) -> Verdict:
    """Decide what follows from `answer` to a message that had been tried `attempts` times before.

    A relay that cannot be reached says nothing about the message, so it uses up none of its five days: after an outage
    of any length everything is still there.
    """
    if answer.outcome is Outcome.NO_SESSION:
        return Verdict(_receipt(OutboxState.DEFERRED, answer, now), attempts, now + wait(attempts + 1))
    attempts += 1
    if answer.outcome is Outcome.DEFERRED and _tried_for(attempts) < GIVE_UP_AFTER:
        return Verdict(_receipt(OutboxState.DEFERRED, answer, now), attempts, now + wait(attempts))
    return Verdict(_receipt(_FINAL[answer.outcome], answer, now), attempts)


_FINAL: Mapping[Outcome, OutboxState] = MappingProxyType(
    {
        Outcome.ACCEPTED: OutboxState.SENT,
        Outcome.DEFERRED: OutboxState.FAILED,
        Outcome.REFUSED: OutboxState.FAILED,
        Outcome.UNCERTAIN: OutboxState.UNCERTAIN,
    }
)


def _receipt(state: OutboxState, answer: Answer, now: datetime) -> Receipt:
    return Receipt(state, now, answer.code, answer.text)


def _tried_for(attempts: int) -> timedelta:
    """Return the time that lies between the first try and the try of this number."""
    return sum((wait(attempt) for attempt in range(1, attempts)), timedelta(0))
