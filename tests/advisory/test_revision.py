"""NEW, CHANGED or SAME."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from feedbot.advisory import Signature, Verdict
from feedbot.advisory.identity import MEANINGFUL, content_digest
from feedbot.advisory.revision import Change, Kind, compare
from tests.advisory.samples import PLAIN
from tests.advisory.test_identity import CHANGES


def test_what_we_do_not_hold_is_new() -> None:
    """Nothing to compare with."""
    assert compare(None, PLAIN) == Change(Kind.NEW)


def test_same_words_are_the_same() -> None:
    """Another counter, date, signature or order is no revision."""
    again = replace(
        PLAIN,
        revision="2",
        updated=datetime(2026, 11, 9, tzinfo=UTC),
        signature=Signature(Verdict.VERIFIED),
        aliases=PLAIN.aliases[::-1],
    )
    assert compare(PLAIN, again) == Change(Kind.SAME)


def test_edit_without_a_date_is_seen() -> None:
    """A changed word is a change even where the publisher left revision and date alone."""
    assert compare(PLAIN, replace(PLAIN, summary="別の要約")) == Change(Kind.CHANGED, ("summary",))


@given(st.sets(st.sampled_from(MEANINGFUL)))
def test_the_changed_fields_are_named(fields: set[str]) -> None:
    """Exactly the fields that changed are named, and the digests differ exactly when there are any."""
    new = replace(PLAIN, **{field: CHANGES[field] for field in fields})
    assert set(compare(PLAIN, new).fields) == fields
    assert (content_digest(new) == content_digest(PLAIN)) is (not fields)
