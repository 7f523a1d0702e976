"""Which mails of a notice went, or may have gone: by recipient, in any edition and mode."""

from sqlalchemy import Connection, select

from feedbot.delivery import OutboxState
from feedbot.store._keys import recipient_of
from feedbot.store._tables import outbox

_REACHED = (OutboxState.SENT.value, OutboxState.UNCERTAIN.value, OutboxState.SENDING.value)


def mails(tx: Connection, number: str) -> frozenset[str]:
    """Return the ids (`Recipient.id`) of those who were told, at whatever address."""
    of_number = outbox.c.key.startswith(f"{number}/", autoescape=True)
    keys = tx.scalars(select(outbox.c.key).where(outbox.c.state.in_(_REACHED), of_number))
    return frozenset(map(recipient_of, keys))
