"""Revisions only go up, names join, held texts are never current."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine

from feedbot.advisory import Advisory
from feedbot.errors import StoreError
from feedbot.store import advisories, documents
from tests.store.samples import LATER, NOW, PAGE, advisory


@pytest.fixture
def tx(tx: Connection) -> Iterator[Connection]:
    """A transaction in which the document of all is kept."""
    documents.save(tx, "csirt_a", PAGE)
    return tx


def save(tx: Connection, one: Advisory, digest: str = "d", now: datetime = NOW) -> int:
    """Save a revision that was read from PAGE."""
    return advisories.save_revision(tx, one, digest, PAGE.sha256, now)


def test_the_last_saved_is_current_and_all_are_kept(tx: Connection) -> None:
    """Three revisions: the third is current, the history has all in order."""
    texts = [advisory(revision=str(number), title=f"題名 {number}") for number in (1, 2, 3)]
    ids = [save(tx, one, f"d{one.revision}", NOW + timedelta(hours=int(one.revision))) for one in texts]
    assert advisories.current(tx, "csirt_a", "CSIRT-A-2026-0001") == texts[2]
    history = advisories.history(tx, "csirt_a", "CSIRT-A-2026-0001")
    assert [one.advisory for one in history] == texts
    assert [one.id for one in history] == ids
    assert [(one.sequence, one.digest) for one in history] == [(1, "d1"), (2, "d2"), (3, "d3")]
    assert history[2].seen_at == NOW + timedelta(hours=3)


def test_there_is_none_before_the_first(tx: Connection) -> None:
    """An unknown advisory has no current revision and no history."""
    assert advisories.current(tx, "csirt_a", "CSIRT-A-2026-0001") is None
    assert advisories.history(tx, "csirt_a", "CSIRT-A-2026-0001") == ()


def test_the_document_of_a_revision(tx: Connection) -> None:
    """Each revision names the document it was read from; a text that is not kept names none."""
    other = replace(PAGE, body=b"second")
    documents.save(tx, "csirt_a", other)
    first, second = advisory(), advisory(revision="2")
    save(tx, first)
    advisories.save_revision(tx, second, "d2", other.sha256, LATER)
    assert advisories.document_of(tx, first) == PAGE.sha256
    assert advisories.document_of(tx, second) == other.sha256
    assert advisories.document_of(tx, advisory(revision="3")) == ""


def test_the_same_number_of_two_sources_is_two_advisories(tx: Connection) -> None:
    """A number is unique within its source only."""
    save(tx, advisory(title="A"))
    save(tx, advisory(title="B", source="csirt_b"))
    assert [one.title for one in advisories.by_name(tx, {"CVE-2026-1234"})] == ["A", "B"]


def test_names_are_those_of_the_current_revision_as_we_write_them(tx: Connection) -> None:
    """Numbers and aliases find; an alias that a revision dropped no longer does; spelling does not matter."""
    save(tx, advisory(aliases=("CVE-2026-1111", "VU#123456")))
    (found,) = advisories.by_name(tx, {"cve-2026-1111"})
    assert found.number == "CSIRT-A-2026-0001"
    assert advisories.by_name(tx, {"CVE-2026-111"}) == ()
    save(tx, advisory(revision="2", aliases=("CVE-2026-2222",)), "d2")
    assert advisories.by_name(tx, {"CVE-2026-1111"}) == ()
    assert len(advisories.by_name(tx, {"CSIRT-A-2026-0001", "CVE-2026-2222", "VU#1"})) == 1


def test_many_names_fit(tx: Connection) -> None:
    """More names than one statement takes are asked in parts."""
    save(tx, advisory())
    names = {f"CVE-2026-{number}" for number in range(1000, 6000)}
    assert len(advisories.by_name(tx, names)) == 1


def test_the_listing_is_newest_first_and_limited(tx: Connection) -> None:
    """One row an advisory, its current revision; by source on request."""
    for number, source in ((1, "csirt_a"), (2, "csirt_b"), (3, "csirt_a")):
        save(tx, advisory(f"X-2026-000{number}", source=source), now=NOW + timedelta(hours=number))
    save(tx, advisory("X-2026-0001", revision="2"), "d2", NOW + timedelta(hours=9))
    assert [one.advisory.number[-1] for one in advisories.listing(tx)] == ["1", "3", "2"]
    assert [one.advisory.number[-1] for one in advisories.listing(tx, 1)] == ["1"]
    assert [one.advisory.number[-1] for one in advisories.listing(tx, source="csirt_b")] == ["2"]


def test_a_held_text_is_never_current(tx: Connection) -> None:
    """It is kept once with its reason, found by nobody, and closed by a person only once."""
    ids = {advisories.hold(tx, advisory(), "d", PAGE.sha256, "unsigned", now) for now in (NOW, LATER)}
    assert advisories.current(tx, "csirt_a", "CSIRT-A-2026-0001") is None
    assert advisories.by_name(tx, {"CVE-2026-1234"}) == ()
    (held,) = advisories.held_texts(tx)
    assert (held.reason, held.seen_at, held.advisory, {held.id}) == ("unsigned", NOW, advisory(), ids)
    assert advisories.close_held(tx, held.id, "refused")
    assert not advisories.close_held(tx, held.id, "accepted")
    assert advisories.held_texts(tx) == ()
    assert advisories.held_text(tx, held.id).closed == "refused"


def test_an_unknown_held_text(tx: Connection) -> None:
    """It is a StoreError that names the number."""
    with pytest.raises(StoreError, match="7: no such held text"):
        advisories.held_text(tx, 7)


def test_a_revision_rests_on_a_kept_document(database: Engine) -> None:
    """Nothing is read that was not kept before."""
    with database.begin() as tx, pytest.raises(StoreError, match="refuses the change"):
        save(tx, advisory())


def test_two_writers_never_share_a_sequence(database: Engine) -> None:
    """Four threads saving revisions of one advisory count 1 to 40 without a gap."""
    with database.begin() as tx:
        documents.save(tx, "csirt_a", PAGE)

    def write() -> None:
        for _ in range(10):
            with database.begin() as tx:
                save(tx, advisory())

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.begin() as tx:
        history = advisories.history(tx, "csirt_a", "CSIRT-A-2026-0001")
    assert [one.sequence for one in history] == list(range(1, 41))
