"""Exactly once, as far as the wire allows: claims, fences, leases, receipts."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine

from feedbot.delivery import OutboxState, Outgoing, Receipt, Verdict
from feedbot.review import State
from feedbot.store import drafts, outbox
from feedbot.store.outbox import Claimed
from tests.store.samples import LATER, NOW
from tests.store.test_drafts import NOTICE

LEASE = timedelta(minutes=15)
SENT = Receipt(OutboxState.SENT, NOW, 250, "2.0.0 Ok: queued")


def fill(tx: Connection, rows: int = 1) -> list[Outgoing]:
    """Messages of one draft, kept."""
    draft = drafts.create(tx, NOTICE, "sato", NOW).id
    drafts.move(tx, draft, State.DRAFT, State.PUBLISHING, NOW)
    made = [
        Outgoing(
            f"{draft}/1/C{n}/smtp", draft, "smtp", f"C{n}", f"c{n}@x.example", f"<{n}@x.example>", b"Subject: x\r\n"
        )
        for n in range(rows)
    ]
    for one in made:
        assert outbox.add(tx, one)
    return made


def claim_one(tx: Connection, now: object = NOW, worker: str = "w1") -> Claimed:
    """Claim the only row that is due."""
    (claimed,) = outbox.claim(tx, worker, now, LEASE, 10)
    return claimed


def state(tx: Connection) -> OutboxState:
    """The state of the only row."""
    (row,) = outbox.listing(tx)
    return row.outgoing.state


def test_a_key_makes_one_row(tx: Connection) -> None:
    """A second message under a key is not kept, whatever it says (I2)."""
    (one,) = fill(tx)
    assert not outbox.add(tx, replace(one, content=b"other"))
    (row,) = outbox.listing(tx)
    assert (row.outgoing, row.answer) == (one, None)


def test_many_are_kept_at_a_stroke(tx: Connection) -> None:
    """2,001 messages keep their order and each its own bytes; one whose key is there, or came before, makes no row."""
    (first,) = fill(tx)
    made = [replace(first, key=f"K/{n}", content=b"%d" % n) for n in range(2001)]
    assert outbox.add_all(tx, [*made, replace(first, content=b"other"), replace(made[0], content=b"other")]) == 2001
    assert [one.outgoing for one in outbox.listing(tx)] == [first, *made]
    assert outbox.add_all(tx, made) == 0


def test_the_way_of_a_message(tx: Connection) -> None:
    """Claimed, on the wire, sent; the receipt stays beside it, and it is due no more."""
    (one,) = fill(tx)
    claimed = claim_one(tx)
    assert (claimed.fence, claimed.outgoing) == (1, one)
    assert outbox.mark_sending(tx, [claimed], NOW, LEASE)
    assert state(tx) is OutboxState.SENDING
    assert outbox.record(tx, [(claimed, Verdict(SENT, 1))])
    (row,) = outbox.listing(tx, OutboxState.SENT)
    assert (row.outgoing.attempts, row.answer) == (1, SENT)
    assert outbox.claim(tx, "w1", LATER + LEASE, LEASE, 10) == ()
    assert outbox.counts(tx)[OutboxState.SENT] == 1


def test_a_deferred_message_waits(tx: Connection) -> None:
    """It is due again at next_try_at, not before; both answers are kept."""
    fill(tx)
    claimed = claim_one(tx)
    outbox.mark_sending(tx, [claimed], NOW, LEASE)
    later = Receipt(OutboxState.DEFERRED, NOW, 451, "4.7.1 try again")
    assert outbox.record(tx, [(claimed, Verdict(later, 1, LATER))])
    assert outbox.claim(tx, "w1", LATER - timedelta(seconds=1), LEASE, 10) == ()
    again = claim_one(tx, LATER)
    assert (again.fence, again.outgoing.attempts) == (2, 1)
    assert outbox.mark_sending(tx, [again], LATER, LEASE)
    assert outbox.record(tx, [(again, Verdict(SENT, 2))])
    assert outbox.answers(tx, again.id) == (later, SENT)


def test_a_claimed_row_is_nobody_elses_until_the_lease_ends(tx: Connection) -> None:
    """A worker that died before the wire holds nothing up for longer than its lease, and may not wake up."""
    fill(tx)
    dead = claim_one(tx)
    assert outbox.claim(tx, "w2", NOW + LEASE - timedelta(seconds=1), LEASE, 10) == ()
    next_one = claim_one(tx, NOW + LEASE, "w2")
    assert next_one.fence == dead.fence + 1
    assert not outbox.mark_sending(tx, [dead], NOW + LEASE, LEASE)
    assert not outbox.record(tx, [(dead, Verdict(SENT, 1))])
    assert outbox.mark_sending(tx, [next_one], NOW + LEASE, LEASE)


def test_a_worker_paused_past_its_lease_may_not_send(tx: Connection) -> None:
    """Even where nobody else has claimed the row."""
    fill(tx)
    claimed = claim_one(tx)
    assert not outbox.mark_sending(tx, [claimed], NOW + LEASE, LEASE)
    assert state(tx) is OutboxState.PENDING


def test_death_on_the_wire_is_uncertain(tx: Connection) -> None:
    """Found when the lease is over, not before; not sent again by itself, and shown."""
    fill(tx)
    claimed = claim_one(tx)
    outbox.mark_sending(tx, [claimed], NOW, LEASE)
    assert outbox.recover(tx, NOW + LEASE - timedelta(seconds=1)) == 0
    assert outbox.recover(tx, NOW + LEASE) == 1
    assert outbox.recover(tx, NOW + LEASE) == 0
    assert outbox.claim(tx, "w2", NOW + timedelta(days=9), LEASE, 10) == ()
    (row,) = outbox.listing(tx, OutboxState.UNCERTAIN)
    assert row.answer == Receipt(OutboxState.UNCERTAIN, NOW + LEASE)


def test_a_late_answer_settles_what_was_uncertain(tx: Connection) -> None:
    """The worker was only slow: its 250 is the truth."""
    fill(tx)
    claimed = claim_one(tx)
    outbox.mark_sending(tx, [claimed], NOW, LEASE)
    outbox.recover(tx, NOW + LEASE)
    assert outbox.record(tx, [(claimed, Verdict(SENT, 1))])
    assert state(tx) is OutboxState.SENT


@pytest.mark.parametrize("new", [OutboxState.SENT, OutboxState.PENDING, OutboxState.CANCELLED])
def test_a_person_resolves_once(tx: Connection, new: OutboxState) -> None:
    """After his word neither another's nor the late answer of the old worker counts."""
    fill(tx)
    claimed = claim_one(tx)
    outbox.mark_sending(tx, [claimed], NOW, LEASE)
    outbox.recover(tx, NOW + LEASE)
    word = Receipt(new, LATER, text="sato")
    assert outbox.resolve(tx, claimed.id, OutboxState.UNCERTAIN, word)
    assert not outbox.resolve(tx, claimed.id, OutboxState.UNCERTAIN, word)
    assert not outbox.record(tx, [(claimed, Verdict(SENT, 1))])
    assert state(tx) is new
    assert len(outbox.claim(tx, "w2", LATER, LEASE, 10)) == (new is OutboxState.PENDING)


def test_a_failed_message_tried_again_starts_anew(tx: Connection) -> None:
    """By a person's word it is due at once, with all its tries before it."""
    fill(tx)
    claimed = claim_one(tx)
    outbox.mark_sending(tx, [claimed], NOW, LEASE)
    outbox.record(tx, [(claimed, Verdict(Receipt(OutboxState.FAILED, NOW, 550, "no such user"), 3))])
    assert outbox.resolve(tx, claimed.id, OutboxState.FAILED, Receipt(OutboxState.PENDING, NOW))
    assert claim_one(tx).outgoing.attempts == 0


def test_a_stop_cancels_what_has_not_begun_to_leave(tx: Connection) -> None:
    """Also what is claimed; what is on the wire goes on; another draft's is not touched."""
    fill(tx, 3)
    (other,) = fill(tx)
    on_wire, claimed = outbox.claim(tx, "w1", NOW, LEASE, 2)
    outbox.mark_sending(tx, [on_wire], NOW, LEASE)
    assert outbox.cancel_pending(tx, on_wire.outgoing.draft) == 2
    assert not outbox.mark_sending(tx, [claimed], NOW, LEASE)
    assert outbox.record(tx, [(on_wire, Verdict(SENT, 1))])
    counted = outbox.counts(tx, on_wire.outgoing.draft)
    assert (counted[OutboxState.SENT], counted[OutboxState.CANCELLED], counted[OutboxState.PENDING]) == (1, 2, 0)
    assert [one.outgoing.key for one in outbox.claim(tx, "w1", NOW, LEASE, 9)] == [other.key]


def test_a_withdrawn_notice_sends_nothing_more(tx: Connection) -> None:
    """Not what is claimed, not what was deferred while it was withdrawn, and not by a person's resend."""
    fill(tx, 3)
    claimed = outbox.claim(tx, "w1", NOW, LEASE, 3)
    assert outbox.mark_sending(tx, [claimed[0]], NOW, LEASE)
    drafts.move(tx, claimed[0].outgoing.draft, State.PUBLISHING, State.WITHDRAWN, NOW)
    assert not outbox.mark_sending(tx, [claimed[1]], NOW, LEASE)
    deferred = Receipt(OutboxState.DEFERRED, NOW, 451, "later")
    assert outbox.record(tx, [(claimed[0], Verdict(deferred, 1, NOW))])
    assert outbox.claim(tx, "w2", NOW + 2 * LEASE, LEASE, 3) == ()
    assert outbox.cancel_orphans(tx) == 3
    fill(tx)
    (one,) = outbox.claim(tx, "w1", NOW, LEASE, 3)
    outbox.record(tx, [(one, Verdict(Receipt(OutboxState.FAILED, NOW, 550, "no"), 1))])
    drafts.move(tx, one.outgoing.draft, State.PUBLISHING, State.WITHDRAWN, NOW)
    assert not outbox.resolve(tx, one.id, OutboxState.FAILED, Receipt(OutboxState.PENDING, NOW))


def test_a_released_row_is_due_at_once(tx: Connection) -> None:
    """A worker that shuts down gives back what it did not try."""
    fill(tx)
    claimed = claim_one(tx)
    outbox.release(tx, [claimed])
    assert claim_one(tx, worker="w2").fence == 2
    outbox.release(tx, [claimed])
    assert outbox.claim(tx, "w3", NOW, LEASE, 10) == ()


def test_claims_are_limited_and_by_channel(tx: Connection) -> None:
    """The oldest first; a worker of one channel gets its own."""
    rows = fill(tx, 3)
    outbox.add(tx, replace(rows[0], key="x/1/C0/maildir", channel="maildir"))
    assert [one.outgoing.key for one in outbox.claim(tx, "w", NOW, LEASE, 2)] == [rows[0].key, rows[1].key]
    assert [one.outgoing.channel for one in outbox.claim(tx, "w", NOW, LEASE, 9, channel="maildir")] == ["maildir"]


def test_six_workers_get_each_row_exactly_once(database: Engine) -> None:
    """200 rows, claimed seven at a time by six threads."""
    with database.begin() as tx:
        fill(tx, 200)
    got: list[int] = []

    def work(worker: str) -> None:
        while True:
            with database.begin() as tx:
                claimed = outbox.claim(tx, worker, NOW, LEASE, 7)
            if not claimed:
                return
            got.extend(one.id for one in claimed)

    threads = [Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 200


def test_a_claim_does_not_wait_for_another(database: Engine) -> None:
    """PostgreSQL: rows that another transaction is just taking are passed over. (SQLite has one writer at a time.)"""
    with database.begin() as tx:
        rows = fill(tx, 4)
    if database.dialect.name == "sqlite":
        return
    with database.begin() as one, database.begin() as two:
        first = outbox.claim(one, "w1", NOW, LEASE, 2)
        two.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        second = outbox.claim(two, "w2", NOW, LEASE, 2)
    assert [claimed.outgoing.key for claimed in (*first, *second)] == [row.key for row in rows]


def test_a_crash_at_any_step_loses_and_doubles_nothing(database: Engine) -> None:
    """A worker dies after claim, after mark_sending, before record: after recovery each message was sent once, or is
    UNCERTAIN where it died on the wire."""
    with database.begin() as tx:
        fill(tx, 3)
    wire: list[str] = []
    with database.begin() as tx:
        first, second, _ = outbox.claim(tx, "w1", NOW, LEASE, 3)
    for one in (first, second):
        with database.begin() as tx:
            assert outbox.mark_sending(tx, [one], NOW, LEASE)
        wire.append(one.outgoing.key)
    with database.begin() as tx:
        outbox.record(tx, [(first, Verdict(SENT, 1))])
    with database.connect() as tx, tx.begin() as lost:  # the receipt of the second never reaches the disk
        outbox.record(tx, [(second, Verdict(SENT, 1))])
        lost.rollback()

    after = NOW + LEASE
    with database.begin() as tx:
        assert outbox.recover(tx, after) == 1
        left = outbox.claim(tx, "w2", after, LEASE, 9)
    for one in left:
        with database.begin() as tx:
            assert outbox.mark_sending(tx, [one], after, LEASE)
        wire.append(one.outgoing.key)
        with database.begin() as tx:
            assert outbox.record(tx, [(one, Verdict(SENT, 1))])
    assert len(wire) == len(set(wire)) == 3
    with database.begin() as tx:
        counted = outbox.counts(tx)
    assert (counted[OutboxState.SENT], counted[OutboxState.UNCERTAIN]) == (2, 1)
