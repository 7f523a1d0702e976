"""The state of a source turns green only by a reading that succeeded."""

from datetime import timedelta

from sqlalchemy import Connection

from feedbot.fetch import Validators
from feedbot.store import sources
from feedbot.store.sources import SourceState
from tests.store.samples import LATER, NOW

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
