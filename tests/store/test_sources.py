"""The state of a source turns green only by a reading that succeeded."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from feedbot.fetch import Validators
from feedbot.store import advisories, documents, sources
from feedbot.store.sources import Listed, SourceState
from tests.store.samples import LATER, NOW, PAGE, advisory

TAG = Validators('"1"', "Wed, 01 Apr 2026 00:00:00 GMT")


def test_a_source_never_asked_is_empty(tx: Connection) -> None:
    """No row: an empty state."""
    assert sources.state(tx, "csirt_a") == SourceState("csirt_a")


def test_success_keeps_validators_and_the_time_of_change(tx: Connection) -> None:
    """The same listing again is a success, but no change."""
    sources.record_success(tx, "csirt_a", validators=TAG, listing_sha256="aa", items=3, now=NOW)
    sources.record_success(tx, "csirt_a", validators=TAG, listing_sha256="aa", items=3, now=LATER)
    state = sources.state(tx, "csirt_a")
    assert (state.validators, state.items, state.parsed_ok) == (TAG, 3, True)
    assert (state.last_change, state.last_success, state.last_full) == (NOW, LATER, LATER)


def test_304_is_a_success_but_no_full_fetch(tx: Connection) -> None:
    """A 304 moves last_success only."""
    sources.record_success(tx, "csirt_a", validators=TAG, listing_sha256="aa", items=3, now=NOW)
    assert sources.record_unchanged(tx, "csirt_a", LATER)
    state = sources.state(tx, "csirt_a")
    assert (state.last_full, state.last_success) == (NOW, LATER)


def test_304_after_a_failed_reading_stays_red(tx: Connection) -> None:
    """An unreadable answer takes the validators away, and a 304 after it changes nothing."""
    sources.record_success(tx, "csirt_a", validators=TAG, listing_sha256="aa", items=3, now=NOW)
    sources.record_failure(tx, "csirt_a", "not XML", LATER, unreadable=True)
    assert not sources.record_unchanged(tx, "csirt_a", LATER + timedelta(hours=1))
    state = sources.state(tx, "csirt_a")
    assert state.validators == Validators()
    assert (state.parsed_ok, state.failures, state.last_error, state.last_success) == (False, 1, "not XML", NOW)


def test_304_of_a_source_never_read_is_no_success(tx: Connection) -> None:
    """There is nothing that could be unchanged."""
    assert not sources.record_unchanged(tx, "csirt_a", NOW)
    assert sources.state(tx, "csirt_a") == SourceState("csirt_a")


def test_an_outage_counts_up_and_keeps_the_validators(tx: Connection) -> None:
    """What was read well before an outage still is; the first success ends the count."""
    sources.record_success(tx, "csirt_a", validators=TAG, listing_sha256="aa", items=3, now=NOW)
    for hours in (1, 2):
        sources.record_failure(tx, "csirt_a", "timed out", NOW + timedelta(hours=hours))
    state = sources.state(tx, "csirt_a")
    assert (state.failures, state.validators, state.parsed_ok) == (2, TAG, True)
    assert state.last_error_at == NOW + timedelta(hours=2)
    assert sources.record_unchanged(tx, "csirt_a", NOW + timedelta(hours=3))
    assert (sources.state(tx, "csirt_a").failures, sources.state(tx, "csirt_a").last_error) == (0, "")


def heard(tx: Connection, *names: str, fresh: str = "", day: int = 0, ranged: bool = False) -> SourceState:
    """Note a listing of these names, so many days later; return the state."""
    listed = Listed(frozenset(names), len(names), frozenset(fresh.split()), ranged)
    sources.record_listing(tx, "csirt_a", listed, NOW + timedelta(days=day))
    return sources.state(tx, "csirt_a")


def test_a_change_is_news_and_not_other_bytes(tx: Connection) -> None:
    """Another name, or a text that is new or edited, is a change; the same names again are none."""
    assert heard(tx, "a", "b").changes == (NOW,)
    assert heard(tx, "a", "b", day=1).changes == (NOW,)
    assert heard(tx, "a", "b", fresh="b", day=2).changes == (NOW, NOW + timedelta(days=2))
    state = heard(tx, "a", "b", "c", day=3)
    assert state.last_change == NOW + timedelta(days=3)
    sources.record_success(tx, "csirt_a", validators=TAG, listing_sha256="bb", items=3, now=LATER + timedelta(days=9))
    assert sources.state(tx, "csirt_a").last_change == NOW + timedelta(days=3)


def test_changes_are_kept_in_bounds(tx: Connection) -> None:
    """The last 64, however long it runs."""
    for day in range(70):
        state = heard(tx, "a", "b", fresh="a", day=day)
    assert len(state.changes) == 64
    assert state.changes[-1] == NOW + timedelta(days=69)


def test_a_listing_that_shrinks_keeps_its_usual_length(tx: Connection) -> None:
    """Half a listing is no new measure; a small loss is."""
    heard(tx, *"abcdefghij")
    assert heard(tx, *"abcde", day=1).usual == 10
    assert heard(tx, *"abcdefghi", day=2).usual == 9


def test_what_leaves_a_catalogue_is_missing_until_it_is_back(tx: Connection) -> None:
    """After ten changes without a loss; in a listing that slides nothing is missing."""
    names = "abcdefghijklmnopqrstuvwxyz"
    for count in range(5, 16):
        state = heard(tx, *names[:count], day=count)
    assert (state.steady, state.missing) == (10, ())
    state = heard(tx, *names[1:16], day=16)
    assert state.missing == ("a",)
    assert heard(tx, *names[:16], day=17).missing == ()
    heard(tx, *names[1:16], day=18)
    sources.accept(tx, "csirt_a", ())
    assert heard(tx, *names[2:17], day=19).missing == ()


def test_a_listing_that_slides_past_us_is_noted(tx: Connection) -> None:
    """Nothing of the last listing is left, or only what was moved up by an edit: something may have passed."""
    heard(tx, "a", "b", "c")
    assert heard(tx, "c", "d", "e", day=1).unlinked is None
    assert heard(tx, "d", "e", "f", fresh="d e f", day=2).unlinked == NOW + timedelta(days=2)
    sources.accept(tx, "csirt_a", ())
    assert heard(tx, "g", "h", "i", day=3).unlinked == NOW + timedelta(days=3)
    sources.accept(tx, "csirt_a", ())
    assert heard(tx, "j", "k", day=4, ranged=True).unlinked is None


def test_a_listing_of_all_since_is_no_measure(tx: Connection) -> None:
    """After a long absence far more is asked for: neither that answer nor the next ordinary one has shrunk or slid."""
    heard(tx, *"abcdefghij")
    assert heard(tx, *"xyz", day=1, ranged=True).usual == 0
    assert heard(tx, *"vwxyzabcdefghij", day=2, ranged=True).unlinked is None
    state = heard(tx, *"vwxyz", day=3)
    assert (state.usual, state.missing, state.unlinked) == (5, (), None)


def test_an_edit_of_all_items_is_no_slide(tx: Connection) -> None:
    """A publisher who rewords every item has not lost one."""
    heard(tx, "a", "b", "c")
    assert heard(tx, "a", "b", "c", fresh="a b c", day=1).unlinked is None


def test_what_a_person_excused_is_kept(tx: Connection) -> None:
    """Numbers that were never given add up."""
    sources.accept(tx, "csirt_a", ("X-2",))
    sources.accept(tx, "csirt_a", ("X-5",))
    assert sources.state(tx, "csirt_a").excused == ("X-2", "X-5")


def steps(tx: Connection) -> int:
    """Return how many steps SQLite takes to look through the latest advisories; PostgreSQL counts none."""
    if tx.dialect.name != "sqlite":
        return 0
    counted = []
    driver = tx.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(lambda: counted.append(1), 1)
    sources.first_seen(tx, "csirt_a")
    driver.set_progress_handler(None, 0)
    return len(counted)


def test_looking_for_missing_numbers_costs_the_same_however_many_advisories_there_are(
    tx: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is done at every poll: twenty are looked through, whether forty are stored or four hundred."""
    monkeypatch.setattr(sources, "LATEST", 20)
    documents.save(tx, "csirt_a", PAGE)
    taken = []
    for count in range(400):
        advisories.save_revision(tx, advisory(f"CSIRT-A-{count}"), "d", PAGE.sha256, NOW)
        advisories.save_revision(tx, advisory(f"CSIRT-A-{count}"), "e", PAGE.sha256, LATER)
        if count in (39, 399):
            taken.append(steps(tx))
    assert taken[0] > 100 or tx.dialect.name != "sqlite"
    assert taken[1] < taken[0] + 50
    assert sources.first_seen(tx, "csirt_a") == {f"CSIRT-A-{count}": NOW for count in range(380, 400)}
