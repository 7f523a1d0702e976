"""Notices that wait for a digest: in one at most, and whom it told."""

from datetime import timedelta

from sqlalchemy import Connection

from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.matching import Exposure
from feedbot.notice import Audience, Kind, Notice, Recipient, Step
from feedbot.review import State
from feedbot.store import digests, drafts
from tests.store.samples import NOW

NOTICE = Notice(Kind.ADVISORY, Step.FIRST, "件", Audience("match"), (), NOW)
K1 = Customer("K-1", "見本", "a@customer.example")


def test_a_notice_is_in_one_digest_at_most(tx: Connection) -> None:
    """What is in a draft cannot be taken by another; a rejected draft gives it back, to wait from then on."""
    one, first, second = (drafts.create(tx, NOTICE, "author", NOW).id for _ in range(3))
    digests.wait(tx, one, NOW)
    digests.wait(tx, one, NOW + timedelta(days=9))
    assert digests.take(tx, first, [one, second]) == {one}
    assert digests.take(tx, second, [one]) == frozenset()
    found = digests.item(tx, one)
    assert found
    assert (found.waits, found.pending, found.told, found.digest) == (False, True, False, first)
    later = NOW + timedelta(hours=5)
    assert drafts.move(tx, first, State.DRAFT, State.REJECTED, later)
    (found,) = digests.items(tx)
    assert (found.waits, found.since) == (True, later)
    assert digests.take(tx, second, [one]) == {one}
    digests.free(tx, second, [])
    digests.postpone(tx, [one], later + timedelta(hours=1), "nobody")
    (found,) = digests.items(tx)
    assert (found.waits, found.digest, found.since) == (True, None, later + timedelta(hours=1))


def test_what_has_left_is_taken_no_more_and_what_was_told_does_not_leave(tx: Connection) -> None:
    """Leaving says why and by whom, once; a digest that is out keeps what it told."""
    one, two, digest = (drafts.create(tx, NOTICE, "author", NOW).id for _ in range(3))
    digests.wait(tx, one, NOW)
    digests.wait(tx, two, NOW)
    assert digests.leave(tx, one, "dropped", "hanako", NOW, "対象外")
    assert not digests.leave(tx, one, "urgent", "other", NOW)
    assert digests.take(tx, digest, [one, two]) == {two}
    for old, new in ((State.DRAFT, State.PROPOSED), (State.PROPOSED, State.PUBLISHING)):
        drafts.move(tx, digest, old, new, NOW)
    assert not digests.leave(tx, two, "revised", "(feedbot)", NOW)
    left, told = digests.items(tx)
    assert (left.why_left, left.left_by, left.reason, left.pending) == ("dropped", "hanako", "対象外", False)
    assert (told.told, told.pending) == (True, False)


def test_a_digest_tells_each_of_his_own_cases(tx: Connection) -> None:
    """Kept by mail and case, in place of an earlier freeze, and asked by the case's number."""
    one, two, digest = (drafts.create(tx, NOTICE, "author", NOW).id for _ in range(3))
    shares = [Exposure(K1, Contract("V-1", "K-1", Plan.VPS, True), Server("a", "V-1"), (), each) for each in (one, two)]
    for given in (shares, shares[1:]):
        digests.note(tx, digest, [Recipient(K1, tuple(given))], {one: "INFO-1", two: "INFO-2"})
    assert digests.telling(tx, "INFO-1") == {}
    assert digests.telling(tx, "INFO-2") == {digest: {"K-1": frozenset({two})}}
