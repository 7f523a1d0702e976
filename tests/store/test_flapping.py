"""Which text of an advisory was served last, while none of them is a revision."""

from datetime import timedelta

from sqlalchemy import Connection

from feedbot.store import advisories, documents, flapping
from tests.store.samples import LATER, NOW, PAGE, advisory


def test_what_goes_to_and_fro_is_counted(tx: Connection) -> None:
    """The first note begins it, another text counts and starts the wait anew, the same text changes nothing."""
    documents.save(tx, "csirt_a", PAGE)
    one, two = advisory(), advisory(revision="2", title="別の題名")
    advisories.save_revision(tx, one, "d1", PAGE.sha256, NOW)
    assert flapping.state(tx, "csirt_a", one.number) is None
    flapping.note(tx, one, "d1", PAGE.sha256, NOW)
    flapping.note(tx, two, "d2", PAGE.sha256, LATER)
    flapping.note(tx, two, "d2", PAGE.sha256, LATER + timedelta(days=1))
    (found,) = flapping.listing(tx)
    assert (found.since, found.times, found.digest, found.seen_at) == (NOW, 2, "d2", LATER)
    assert found.advisory == two
    assert flapping.listing(tx, "csirt_b") == ()
    flapping.end(tx, "csirt_a", one.number)
    assert flapping.listing(tx) == ()


def test_digests_of_revisions_without_their_texts(tx: Connection) -> None:
    """Oldest first, with the times they were first seen."""
    documents.save(tx, "csirt_a", PAGE)
    for digest, when in (("d1", NOW), ("d2", LATER)):
        advisories.save_revision(tx, advisory(title=digest), digest, PAGE.sha256, when)
    assert advisories.times_seen(tx, "csirt_a", "CSIRT-A-2026-0001") == (("d1", NOW), ("d2", LATER))
    assert advisories.current_document(tx, "csirt_a", "CSIRT-A-2026-0001") == PAGE.sha256
    assert advisories.current_document(tx, "csirt_a", "X-1") == ""
    assert documents.last_fetched(tx, PAGE.sha256) == PAGE.fetched_at
    assert documents.last_fetched(tx, "00") is None
