"""Headed parts of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.advisory import Section
from feedbot.reading.sections import split


@pytest.mark.parametrize(
    ("first", "second", "headings"),
    [
        ("I. 概要", "II. 対策", ("I. 概要", "II. 対策")),
        ("Ｉ．概要", "ＩＩ．対策", ("Ｉ．概要", "ＩＩ．対策")),
        ("■ 概要", "■対策", ("概要", "対策")),
        ("【概要】", "【対策】", ("概要", "対策")),
        ("1. 概要", "2. 対策", ("1. 概要", "2. 対策")),
        ("## Overview", "### Solution", ("Overview", "Solution")),
        ("Abstract\n========", "Solution\n--------", ("Abstract", "Solution")),
    ],
)
def test_forms_of_headings(first: str, second: str, headings: tuple[str, str]) -> None:
    """Each publisher's way of marking a heading."""
    assert split(f"前書き\n\n{first}\n\n本文 1\n\n{second}\n本文 2\n") == (
        Section("", "前書き"),
        Section(headings[0], "本文 1"),
        Section(headings[1], "本文 2"),
    )


def test_history_and_address() -> None:
    """改訂履歴 below a rule is a section, and a long rule ends it: below is the issuer's address."""
    text = "I. 概要\nほげ\n________\n改訂履歴\n2026-01-01 初版\n" + "=" * 70 + "\nCSIRT-A\n"
    assert split(text) == (Section("I. 概要", "ほげ"), Section("改訂履歴", "2026-01-01 初版"), Section("", "CSIRT-A"))


def test_numbers_out_of_sequence_are_text() -> None:
    """A line that starts with a numeral but continues nothing is no heading, nor is a sentence."""
    text = "I. 概要\nIV. を参照\nII. これは文です。\nII. 対策\nV. および VI. を参照\n"
    assert split(text) == (
        Section("I. 概要", "IV. を参照\nII. これは文です。"),
        Section("II. 対策", "V. および VI. を参照"),
    )


def test_marks_inside_a_numbered_text_are_text() -> None:
    """A text numbered in Roman has ■ lists as content."""
    assert [one.heading for one in split("I. 概要\n■ 一つ\n■ 二つ\nII. 対策\n")] == ["I. 概要", "II. 対策"]


def test_text_without_headings() -> None:
    """One part, with an empty heading; no text gives none."""
    assert split("ほげ\n") == (Section("", "ほげ"),)
    assert split("\n") == ()


@given(
    st.lists(
        st.sampled_from(
            ["I. 概要", "II. 対策", "本文", "", "■ 見出し", "____________", "=" * 70, "改訂履歴", "1. a", "x"]
        )
    )
)
def test_no_word_is_lost(lines: list[str]) -> None:
    """Every line is in a heading or a text, except blank lines and rules."""
    kept = [line.strip("■ ") for line in lines if line.strip("_= ")]
    parts = split("\n".join(lines))
    found = [line.strip("■ ") for part in parts for line in (part.heading, *part.text.split("\n")) if line.strip("_= ")]
    assert found == kept
