"""Which messages come too late: a later edition is queued for the same recipient."""

from sqlalchemy import ColumnElement, Connection, select

from feedbot.delivery import OutboxState
from feedbot.store._keys import is_later
from feedbot.store._tables import outbox


def overtaken(tx: Connection, which: ColumnElement[bool]) -> list[int]:
    """Return the ids, in order, of those messages among `which` whose words would arrive behind newer ones."""
    later = outbox.alias()
    newer = (later.c.customer == outbox.c.customer) & (later.c.channel == outbox.c.channel)
    newer &= (later.c.draft > outbox.c.draft) & (later.c.state != OutboxState.CANCELLED.value)
    pairs = select(outbox.c.id, outbox.c.key, later.c.key.label("later")).join(later, newer)
    return sorted({row.id for row in tx.execute(pairs.where(which)) if is_later(row.later, row.key)})
