"""Nouns to JSON and back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Signature
from feedbot.errors import StoreError
from feedbot.notice import Notice
from feedbot.store import _json
from tests.store.samples import advisory, times

signatures = st.builds(Signature, signed_at=st.none() | times, as_of=st.none() | times)
any_advisory = st.builds(Advisory, signature=signatures, published=st.none() | times, updated=st.none() | times)
any_notice = st.builds(Notice, as_of=times, advisories=st.lists(any_advisory, max_size=2).map(tuple))


@settings(max_examples=60, deadline=None)
@given(any_advisory | any_notice)
def test_nouns_come_back_from_json(noun: Advisory | Notice) -> None:
    """load(dump(noun)) is the noun, for any advisory and any notice."""
    assert _json.load(type(noun), _json.dump(noun)) == noun


def test_what_cannot_be_json_is_refused() -> None:
    """A lone surrogate cannot be stored; a NUL can."""
    with pytest.raises(StoreError, match="cannot be stored"):
        _json.dump(advisory(title="\ud800"))
    odd = advisory(title="a\0b")
    assert _json.load(Advisory, _json.dump(odd)) == odd


def test_a_record_that_is_no_noun() -> None:
    """A damaged record is a StoreError, not a foreign one."""
    with pytest.raises(StoreError, match="cannot be read"):
        _json.load(Advisory, '{"source": 1}')


def test_a_field_added_later_takes_its_default() -> None:
    """Old records stay readable when a noun grows."""
    old = _json.dump(advisory()).replace(',"publisher":""', "")
    assert _json.load(Advisory, old) == replace(advisory(), publisher="")
