"""The audit chain: whatever is done to it is found."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.errors import ReviewError
from feedbot.review import AuditEntry, link, verify

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


def chained(*facts: tuple[str, str, str, str]) -> list[AuditEntry]:
    """A chain of these facts, a minute apart."""
    entries: list[AuditEntry] = []
    for minute, fact in enumerate(facts):
        entries.append(link(entries[-1] if entries else None, NOW + timedelta(minutes=minute), *fact))
    return entries


CHAINS = st.lists(st.tuples(st.text(), st.text(), st.text(), st.text()), min_size=1, max_size=8).map(
    lambda facts: chained(*facts)
)
FIELDS = st.sampled_from([field.name for field in fields(AuditEntry)])


def broken_at(entries: list[AuditEntry], head: str = "") -> int:
    """The sequence that verification names."""
    with pytest.raises(ReviewError) as caught:
        verify(entries, head)
    return int(str(caught.value.values["sequence"]))


@given(CHAINS)
def test_an_honest_chain_holds(entries: list[AuditEntry]) -> None:
    """Every chain that link made verifies, with its head, and so does each beginning of it."""
    verify(entries, entries[-1].hash)
    for end in range(len(entries)):
        verify(entries[:end])
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))


def other(value: Any, data: st.DataObject) -> Any:
    """Another value of the same kind."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=data.draw(st.integers(1, 10**9)))
    if isinstance(value, int):
        return value + data.draw(st.integers(1, 9))
    return data.draw(st.text().filter(lambda text: text != value))


@given(CHAINS, FIELDS, st.data())
def test_any_edit_is_found_where_it_is(entries: list[AuditEntry], field: str, data: st.DataObject) -> None:
    """One field of one entry changed: verification names that entry."""
    place = data.draw(st.integers(0, len(entries) - 1))
    entries[place] = replace(entries[place], **{field: other(getattr(entries[place], field), data)})
    assert broken_at(entries) == place + 1


@given(CHAINS, st.data())
def test_any_deletion_is_found(entries: list[AuditEntry], data: st.DataObject) -> None:
    """An entry taken out is missed, the last one by the head noted elsewhere."""
    head = entries[-1].hash
    place = data.draw(st.integers(0, len(entries) - 1))
    del entries[place]
    assert broken_at(entries, head) == place + 1


@given(CHAINS, st.data())
def test_any_reordering_is_found(entries: list[AuditEntry], data: st.DataObject) -> None:
    """A chain in another order is broken at the first entry out of place."""
    mixed = data.draw(st.permutations(entries))
    if mixed == entries:
        return
    first = next(place for place, pair in enumerate(zip(entries, mixed, strict=True)) if pair[0] != pair[1])
    assert broken_at(mixed) == first + 1


@given(CHAINS, st.data())
def test_an_entry_resealed_alone_is_found_at_the_next(entries: list[AuditEntry], data: st.DataObject) -> None:
    """Who edits an entry and computes its hash anew breaks the link of the one after it, or the head."""
    place = data.draw(st.integers(0, len(entries) - 1))
    before = entries[place - 1] if place else None
    head = entries[-1].hash
    forged = link(before, entries[place].at, "mallory", "approve", "x", entries[place].detail + "!")
    entries[place] = forged
    assert broken_at(entries, head) == place + 2


def test_a_zone_is_a_way_to_write_a_time() -> None:
    """The same moment in JST seals the same, and comes back in UTC."""
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert link(None, tokyo, "a", "v", "s", "d") == link(None, NOW, "a", "v", "s", "d")
    assert link(None, tokyo, "a", "v", "s", "d").at.tzinfo is UTC


def test_a_time_without_zone_is_refused() -> None:
    """It would mean another moment on another machine."""
    with pytest.raises(ReviewError, match="zone"):
        link(None, NOW.replace(tzinfo=None), "a", "v", "s", "d")


def test_the_first_link_hangs_on_64_zeros() -> None:
    """Whoever checks the chain with other tools begins there; the seal is the SHA-256 of the fields before it."""
    first = link(None, datetime(2026, 4, 1, tzinfo=UTC), "a", "propose", "draft 1", "")
    second = link(first, datetime(2026, 4, 1, tzinfo=UTC), "b", "approve", "draft 1", "")
    assert (first.previous, second.previous) == ("0" * 64, first.hash)
    content = '[1,"2026-04-01T00:00:00.000000+00:00","a","propose","draft 1","","' + "0" * 64 + '"]'
    assert first.hash == sha256(content.encode()).hexdigest()
    verify([first, second])
    verify([])


def test_an_end_that_was_cut_off_is_found_by_the_head_alone() -> None:
    """Without the head a shorter chain is a chain; with it the missing entry is named."""
    first = link(None, datetime(2026, 4, 1, tzinfo=UTC), "a", "propose", "draft 1", "")
    second = link(first, datetime(2026, 4, 1, tzinfo=UTC), "b", "approve", "draft 1", "")
    verify([first])
    verify([first, second], second.hash)
    assert broken_at([first], second.hash) == 2
    assert broken_at([replace(first, detail="x"), second]) == 1
    assert broken_at([second]) == 1
