"""What is asked of the outbox about mails that wait, that are in doubt, and that came back in a flood."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from feedbot.delivery import OutboxState, Receipt
from feedbot.store import documents, doubtful, outbox, releases, suppressed
from feedbot.store._gates import UNLIMITED
from feedbot.store.suppressed import Bounce, Suppressed
from tests.store.samples import NOW, PAGE
from tests.store.test_outbox import LEASE, claim_one, fill

SOON, LATE = NOW + timedelta(minutes=10), NOW + timedelta(minutes=20)


def unfit(tx: Connection, snapshot: int = 3) -> tuple[int, ...]:
    """Ask which drafts must be looked at again."""
    return releases.unfit(tx, NOW, (SOON, LATE), snapshot, UNLIMITED, "smtp")


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"fit_until": SOON + timedelta(seconds=1), "snapshot": 3}, False),
        ({"fit_until": SOON, "snapshot": 3}, True),
        ({"fit_until": LATE, "snapshot": 3}, False),
        ({"fit_until": LATE + timedelta(seconds=1), "snapshot": 3}, True),
        ({"fit_until": LATE, "snapshot": 2}, True),
        ({"fit_until": NOW, "snapshot": 3, "not_before": SOON}, False),
        ({"fit_until": NOW, "snapshot": 3, "halted": "many failed"}, False),
    ],
)
def test_only_what_could_leave_is_looked_at_again(tx: Connection, facts: dict[str, object], asked: bool) -> None:
    """Where the last look is too old, to come yet or over another inventory, and nothing else holds the mails back."""
    (one,) = fill(tx)
    releases.change(tx, one.draft, facts)
    assert unfit(tx) == ((one.draft,) if asked else ())


def test_nothing_is_given_out_after_the_look_is_over(tx: Connection) -> None:
    """Neither claimed nor begun, nor what a person lets go of a notice that is published."""
    (one,) = fill(tx)
    releases.change(tx, one.draft, {"fit_until": SOON})
    assert outbox.claim(tx, "w", SOON, LEASE, 10) == ()
    claimed = claim_one(tx)
    assert outbox.mark_sending(tx, [claimed], SOON, LEASE) == frozenset()
    tx.exec_driver_sql("UPDATE drafts SET state = 'published'")
    assert outbox.mark_sending(tx, [claimed], SOON, LEASE) == frozenset()
    assert unfit(tx) == (one.draft,)


def test_mails_that_wait_are_told_apart_from_those_that_began(tx: Connection) -> None:
    """By recipient, with those whose mail goes to an address that a person gave; a cancelled one is neither."""
    rows = fill(tx, 4)
    outbox.add(tx, replace(rows[3], key=rows[3].key.replace("/smtp", "/again-7/smtp"), message_id="<again@x.example>"))
    for row, state in zip(outbox.listing(tx), (OutboxState.SENT, OutboxState.CANCELLED), strict=False):
        assert outbox.resolve(tx, row.id, OutboxState.PENDING, Receipt(state, NOW))
    found = releases.readers(tx, rows[0].draft, "smtp")
    assert found == releases.Readers(frozenset({"C2", "C3"}), frozenset({"C0"}), frozenset({"C3"}))
    assert releases.readers(tx, rows[0].draft, "shadow") == releases.Readers(frozenset(), frozenset())


def test_doubts_are_counted_by_notice_with_the_newest(tx: Connection) -> None:
    """Only of mails that are in doubt still."""
    assert doubtful.listing(tx) == ()
    (one, *_) = fill(tx, 3)
    numbers = [row.id for row in outbox.listing(tx)]
    for number, later in zip(numbers, (0, 5, 9), strict=True):
        receipt = Receipt(OutboxState.UNCERTAIN, NOW + timedelta(minutes=later))
        assert outbox.resolve(tx, number, OutboxState.PENDING, receipt)
    outbox.resolve(tx, numbers[2], OutboxState.UNCERTAIN, Receipt(OutboxState.SENT, SOON))
    assert doubtful.listing(tx) == (doubtful.Doubt(one.draft, 2, numbers[0], NOW + timedelta(minutes=5)),)


def test_addresses_that_bounces_suppressed_are_found(tx: Connection) -> None:
    """By this actor, since then, by this kind of bounce; what a person suppressed is not."""
    documents.save(tx, "(bounces)", PAGE)
    suppressed.note(tx, Bounce(PAGE.sha256, NOW, "hard", None, "A@x.example"))
    for address, actor, since in (("a@x.example", "(feedbot)", NOW), ("b@x.example", "(feedbot)", NOW)):
        suppressed.add(tx, Suppressed(address, since, actor, "came back"))
    assert suppressed.by_bounces(tx, "hard", NOW, "(feedbot)") == ("a@x.example",)
    assert suppressed.by_bounces(tx, "soft", NOW, "(feedbot)") == ()
    assert suppressed.by_bounces(tx, "hard", NOW, "author") == ()
    assert suppressed.by_bounces(tx, "hard", SOON, "(feedbot)") == ()


def test_what_was_published_in_another_mode_is_known(tx: Connection) -> None:
    """A draft that is not published yet is of no mode."""
    (one,) = fill(tx)
    releases.change(tx, one.draft, {"urgent": True})
    assert releases.of_other(tx, "smtp") == frozenset()
    releases.change(tx, one.draft, {"channel": "shadow"})
    assert releases.of_other(tx, "smtp") == frozenset({one.draft})
    assert releases.of_other(tx, "shadow") == frozenset()
