"""Raw documents are kept once and come back as they were."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError, StoreError
from feedbot.fetch import Validators
from feedbot.store import advisories, documents, quarantine
from feedbot.store._tables import bodies, fetches
from tests.store.samples import LATER, NOW, PAGE, advisory


def test_a_body_is_kept_once_and_each_fetch_noted(tx: Connection) -> None:
    """The same bytes twice: one body, two fetches, and the later one is what load tells."""
    again = replace(PAGE, fetched_at=LATER, validators=Validators('"2"', "Wed, 01 Apr 2026 00:00:00 GMT"))
    assert documents.save(tx, "csirt_a", PAGE) != documents.save(tx, "csirt_a", again)
    assert tx.scalar(select(func.count()).select_from(bodies)) == 1
    assert tx.scalar(select(func.count()).select_from(fetches)) == 2
    assert documents.load(tx, PAGE.sha256) == again


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(body=st.binary(max_size=2000))
def test_any_bytes_come_back(database: Engine, body: bytes) -> None:
    """Whatever the bytes, load gives what save got."""
    document = replace(PAGE, body=body)
    with database.begin() as tx:
        documents.save(tx, "csirt_a", document)
        assert documents.load(tx, document.sha256) == document


def test_what_is_not_kept(tx: Connection) -> None:
    """An unknown digest is a StoreError."""
    with pytest.raises(StoreError, match="no such document"):
        documents.load(tx, "0" * 64)


@pytest.mark.parametrize("content", [b"no zlib stream", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_damage_is_seen(tx: Connection, content: bytes) -> None:
    """Bytes that changed on the disk are not handed on."""
    documents.save(tx, "csirt_a", PAGE)
    tx.execute(bodies.update().values(content=content))
    with pytest.raises(StoreError, match="damaged"):
        documents.load(tx, PAGE.sha256)


def test_validators_wait_for_the_reading(tx: Connection) -> None:
    """A conditional request is made only where the last fetch of this address was read to the end."""
    tag = Validators('"1"')
    first = documents.save(tx, "csirt_a", replace(PAGE, validators=tag))
    assert documents.validators(tx, "csirt_a", PAGE.url, NOW) is None
    documents.mark_read(tx, first)
    assert documents.validators(tx, "csirt_a", PAGE.url, NOW) == tag
    assert documents.validators(tx, "csirt_b", PAGE.url, NOW) is None
    assert documents.validators(tx, "csirt_a", PAGE.url, PAGE.fetched_at + timedelta(seconds=1)) is None
    documents.save(tx, "csirt_a", replace(PAGE, body=b"new", validators=Validators('"2"')))
    assert documents.validators(tx, "csirt_a", PAGE.url, NOW) is None


def test_what_a_corrected_parser_reads_again(tx: Connection) -> None:
    """The documents of an item, and all of a source that gave something, good, bad or held, in order."""
    pages = [replace(PAGE, body=f"<p>{number}</p>".encode()) for number in range(5)]
    for page in pages:
        documents.save(tx, "csirt_a", page)
    first, second, bad, held, _listing = (page.sha256 for page in pages)
    for digest, document in (("a", first), ("b", second), ("c", first)):
        advisories.save_revision(tx, advisory(), digest, document, NOW)
    quarantine.add(tx, "csirt_a", Quarantined("item 3", SourceError("item 3", "no number"), b"raw"), bad, NOW)
    advisories.hold(tx, advisory("CSIRT-A-2026-0002"), "d", held, "another key", NOW)
    assert documents.of_item(tx, "csirt_a", "CSIRT-A-2026-0001") == (first, second)
    assert documents.of_item(tx, "csirt_b", "CSIRT-A-2026-0001") == ()
    assert documents.read_so_far(tx, "csirt_a") == (first, second, bad, held)
