"""Which mails a later one may refer to."""

import pytest
from sqlalchemy import Connection, update

from feedbot.delivery import OutboxState
from feedbot.store import threads
from feedbot.store._tables import outbox as table
from tests.store.test_outbox import fill


@pytest.mark.parametrize("state", list(OutboxState))
def test_only_what_was_sent_is_referred_to(tx: Connection, state: OutboxState) -> None:
    """What failed, came back, was cancelled, waits or may be lost is in nobody's mailbox."""
    (one,) = fill(tx)
    tx.execute(update(table).values(state=state.value))
    found = threads.first(tx, [one.draft], one, one.recipient.upper())
    assert found == (one.message_id if state is OutboxState.SENT else "")


def test_the_first_that_came_counts_and_only_where_it_came(tx: Connection) -> None:
    """Of several the oldest; another address, channel or draft has none."""
    first, second = fill(tx, 2)
    assert first.draft == second.draft
    key = first.key.replace("/1/", "/2/", 1)
    tx.execute(update(table).values(state=OutboxState.SENT.value))
    tx.execute(update(table).where(table.c.key == second.key).values(key=key, recipient=first.recipient))
    assert threads.first(tx, [first.draft], first, first.recipient) == first.message_id
    assert threads.first(tx, [first.draft], first, "other@customer.example") == ""
    assert threads.first(tx, [first.draft + 1], first, first.recipient) == ""
    assert threads.received(tx, [first.draft], "shadow") == {}
