"""Send what was approved, exactly once. One file a channel; the outbox state machine beside them."""

from feedbot.delivery._channel import AlarmChannel, Answer, MailChannel, MailLanes, Outcome, SiteChannel, lanes_of
from feedbot.delivery._compose import message, signed
from feedbot.delivery._model import OutboxState, Outgoing, Receipt
from feedbot.delivery._outbox import MOVES, Verdict, after, move

__all__ = [
    "MOVES",
    "AlarmChannel",
    "Answer",
    "MailChannel",
    "MailLanes",
    "OutboxState",
    "Outcome",
    "Outgoing",
    "Receipt",
    "SiteChannel",
    "Verdict",
    "after",
    "lanes_of",
    "message",
    "move",
    "signed",
]
