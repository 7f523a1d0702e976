"""Items that could not be read are kept once, counted, and closed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError, StoreError
from feedbot.store import documents, quarantine
from tests.store.samples import LATER, NOW, PAGE

ITEM = Quarantined("item 3", SourceError("item 3", "no number"), b"\xff\x00<item>")


@pytest.fixture
def tx(tx: Connection) -> Iterator[Connection]:
    """A transaction in which the document of all is kept."""
    documents.save(tx, "csirt_a", PAGE)
    return tx


def test_the_same_item_again_only_counts_up(tx: Connection) -> None:
    """One row with its first and last time; other bytes or another place are another row."""
    number = quarantine.add(tx, "csirt_a", ITEM, PAGE.sha256, NOW)
    assert quarantine.add(tx, "csirt_a", ITEM, PAGE.sha256, LATER) == number
    item = quarantine.get(tx, number)
    assert (item.where, item.raw, item.times) == ("item 3", ITEM.raw, 2)
    assert (item.first_seen, item.last_seen, item.document) == (NOW, LATER, PAGE.sha256)
    assert item.reason == "item 3: no number"
    quarantine.add(tx, "csirt_a", replace(ITEM, raw=b"other"), PAGE.sha256, NOW)
    quarantine.add(tx, "csirt_b", ITEM, PAGE.sha256, NOW)
    assert len(quarantine.listing(tx)) == 3
    assert [one.source for one in quarantine.listing(tx, source="csirt_b")] == ["csirt_b"]


def test_what_was_read_and_fails_again_is_open_again(tx: Connection) -> None:
    """A later failure of what a parser could read must be seen; what a person let go stays closed."""
    read = quarantine.add(tx, "csirt_a", ITEM, PAGE.sha256, NOW)
    let_go = quarantine.add(tx, "csirt_b", ITEM, PAGE.sha256, NOW)
    assert quarantine.close(tx, read, quarantine.READ)
    assert quarantine.close(tx, let_go, "ignored")
    assert quarantine.listing(tx) == ()
    assert len(quarantine.listing(tx, closed=True)) == 2
    for source in ("csirt_a", "csirt_b"):
        quarantine.add(tx, source, ITEM, PAGE.sha256, LATER)
    assert [item.id for item in quarantine.listing(tx)] == [read]


def test_closing_twice(tx: Connection) -> None:
    """Only the first to close it does."""
    number = quarantine.add(tx, "csirt_a", ITEM, PAGE.sha256, NOW)
    assert quarantine.close(tx, number, "ignored")
    assert not quarantine.close(tx, number, quarantine.READ)
    assert quarantine.get(tx, number).closed == "ignored"


def test_an_unknown_item(tx: Connection) -> None:
    """It is a StoreError that names the number."""
    with pytest.raises(StoreError, match="7: no such"):
        quarantine.get(tx, 7)


def test_items_of_another_version_are_found_once(tx: Connection) -> None:
    """Open items that this version has not tried; marking one, or meeting it again, ends that."""
    first = quarantine.add(tx, "csirt_a", ITEM, PAGE.sha256, NOW, reader="one")
    second = quarantine.add(tx, "csirt_a", replace(ITEM, raw=b"other"), PAGE.sha256, NOW, reader="one", listing=True)
    assert [one.id for one in quarantine.unread_by(tx, "csirt_a", "two")] == [first, second]
    assert quarantine.unread_by(tx, "csirt_a", "one") == ()
    assert quarantine.unread_by(tx, "csirt_b", "two") == ()
    quarantine.mark_tried(tx, first, "two")
    quarantine.add(tx, "csirt_a", replace(ITEM, raw=b"other"), PAGE.sha256, LATER, reader="two")
    assert quarantine.unread_by(tx, "csirt_a", "two") == ()
    assert [(one.id, one.listing) for one in quarantine.of_document(tx, "csirt_a", PAGE.sha256)] == [
        (first, False),
        (second, False),
    ]
