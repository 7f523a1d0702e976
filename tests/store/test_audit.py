"""The audit chain holds, however many write."""

from threading import Thread

import pytest
from sqlalchemy import Connection, Engine, update

from feedbot.errors import ReviewError
from feedbot.review import verify
from feedbot.store import _tables, audit
from tests.store.samples import LATER, NOW


def test_the_chain_holds(tx: Connection) -> None:
    """What is read back verifies, with its times."""
    made = (
        audit.append(tx, "sato", "propose", "draft 1", "詳細", NOW),
        audit.append(tx, "suzuki", "approve", "draft 1", "", LATER),
    )
    assert audit.entries(tx) == made
    verify(made, made[-1].hash)
    assert [entry.sequence for entry in made] == [1, 2]


@pytest.mark.parametrize("column", ["actor", "detail", "at"])
def test_an_edited_row_breaks_it(tx: Connection, column: str) -> None:
    """Every column is sealed."""
    audit.append(tx, "sato", "propose", "draft 1", "", NOW)
    audit.append(tx, "suzuki", "approve", "draft 1", "", NOW)
    new = LATER if column == "at" else "other"
    tx.execute(update(_tables.audit).where(_tables.audit.c.sequence == 1).values({column: new}))
    with pytest.raises(ReviewError, match="entry 1"):
        verify(audit.entries(tx))


def test_many_writers_make_one_chain(database: Engine) -> None:
    """Six threads with ten entries each: one chain of sixty."""

    def write(actor: str) -> None:
        for number in range(10):
            with database.begin() as tx:
                audit.append(tx, actor, "test", str(number), "", NOW)

    threads = [Thread(target=write, args=(actor,)) for actor in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.begin() as tx:
        entries = audit.entries(tx)
    verify(entries)
    assert len(entries) == 60


def test_an_undone_action_leaves_no_entry(database: Engine) -> None:
    """The entry goes with the transaction, and the chain goes on without a gap."""
    with database.connect() as tx, tx.begin() as transaction:
        audit.append(tx, "sato", "propose", "draft 1", "", NOW)
        transaction.rollback()
    with database.begin() as tx:
        audit.append(tx, "sato", "propose", "draft 2", "", NOW)
        verify(audit.entries(tx))
