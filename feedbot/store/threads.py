"""Which mails on a matter have arrived, for a later one to refer to."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from feedbot.delivery import OutboxState, Outgoing
from feedbot.store._keys import recipient_of
from feedbot.store._tables import outbox


def received(tx: Connection, drafts: Collection[int], channel: str) -> dict[tuple[str, str], str]:
    """Return the Message-ID of the first mail of these drafts that was sent, by recipient id and address (in small
    letters). One that failed, came back, was cancelled or may be lost is not what anybody has in his mailbox; nor is
    one that went to another address."""
    query = select(*outbox.c["key", "recipient", "message_id"]).where(
        outbox.c.draft.in_(drafts), outbox.c.channel == channel, outbox.c.state == OutboxState.SENT.value
    )
    newest_first = tx.execute(query.order_by(outbox.c.id.desc()))
    return {(recipient_of(row.key), row.recipient.lower()): row.message_id for row in newest_first}


def first(tx: Connection, drafts: Collection[int], outgoing: Outgoing, address: str) -> str:
    """Return the Message-ID of the first mail of these drafts that the recipient of a message got at an address; empty
    where none came there."""
    return received(tx, drafts, outgoing.channel).get((recipient_of(outgoing.key), address.lower()), "")
