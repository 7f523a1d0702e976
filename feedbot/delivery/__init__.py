"""Send what was approved, exactly once. One file a channel; the outbox state machine beside them."""

from feedbot.delivery._bounces import BounceKind, Returned, claims, proves, return_address
from feedbot.delivery._bounces import read as read_bounce
from feedbot.delivery._channel import (
    AlarmChannel,
    Answer,
    MailChannel,
    MailLanes,
    Outcome,
    Relayed,
    SiteChannel,
    lanes_of,
)
from feedbot.delivery._compose import message, readdressed, signed
from feedbot.delivery._model import OutboxState, Outgoing, Receipt
from feedbot.delivery._outbox import MOVES, Verdict, after, move, wait
from feedbot.delivery._pace import ALL, Pace, Rates

__all__ = [
    "ALL",
    "MOVES",
    "AlarmChannel",
    "Answer",
    "BounceKind",
    "MailChannel",
    "MailLanes",
    "OutboxState",
    "Outcome",
    "Outgoing",
    "Pace",
    "Rates",
    "Receipt",
    "Relayed",
    "Returned",
    "SiteChannel",
    "Verdict",
    "after",
    "claims",
    "lanes_of",
    "message",
    "move",
    "proves",
    "read_bounce",
    "readdressed",
    "return_address",
    "signed",
    "wait",
]
