"""Encodings by content, and text taken apart."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.errors import SourceError
from feedbot.reading import text

WORDS = "ntpd の設定を確認してください。カタカナと漢字、ABC 123\n次の行\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso2022_jp", "cp932", "euc_jp"])
def test_encoding_is_told_by_content(encoding: str) -> None:
    """No header is needed for the encodings of Japanese texts."""
    assert text.decode(WORDS.encode(encoding)) == WORDS


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "shift_jis", "nonsense"])
def test_header_is_not_believed(declared: str) -> None:
    """A wrong declaration changes nothing."""
    assert text.decode(WORDS.encode("euc_jp"), declared) == WORDS


def test_rows_that_pythons_codec_lacks() -> None:
    """① and 髙 in ISO-2022-JP, as mailers write them."""
    assert text.decode(b"\x1b$B-!|b\x1b(B end") == "①髙 end"


def test_single_byte_text_needs_a_word() -> None:
    """Windows-1252 fits anything, so it is tried only where it is declared."""
    body = b"a \x93quoted\x94 word \xff"
    assert text.decode(body, "windows-1252") == "a “quoted” word ÿ"
    with pytest.raises(SourceError, match="no known encoding"):
        text.decode(body)


@given(st.text(alphabet=st.characters(min_codepoint=0x3041, max_codepoint=0x3093), min_size=1, max_size=40))
def test_hiragana_in_every_encoding(words: str) -> None:
    """Text that is mostly kana decodes to itself whichever encoding it came in."""
    for encoding in ("utf-8", "iso2022_jp", "cp932", "euc_jp"):
        assert text.decode(words.encode(encoding)) == words


@given(st.binary(max_size=200), st.text(max_size=10))
def test_any_bytes(body: bytes, declared: str) -> None:
    """Bytes decode or are refused; nothing else happens."""
    with contextlib.suppress(SourceError):
        assert isinstance(text.decode(body, declared), str)


def test_folded_lines() -> None:
    """Japanese lines join without a blank, Latin ones with one."""
    assert text.joined(("サービス運", "用妨害 (DDoS)", "attack", "です")) == "サービス運用妨害 (DDoS) attackです"


def test_sentences() -> None:
    """Sentences end at 。 and at an English stop, not at versions, abbreviations or archive names."""
    assert text.sentences(("一つ目。二つ目は 1.2.3 です。", "三つ目")) == (
        "一つ目。",
        "二つ目は 1.2.3 です。",
        "三つ目",
    )
    assert text.sentences(("Foo 1.2.3 is old. Bar, e.g. baz.c, is missing. sundiald is.",)) == (
        "Foo 1.2.3 is old.",
        "Bar, e.g. baz.c, is missing.",
        "sundiald is.",
    )


def test_statements() -> None:
    """Items of lists, lone lines and sentences, each on its own; an indented line goes on with its item."""
    assert text.statements(
        "次の版が\n該当します。詳細は別紙。\n\n  Foo 1.2 より前\n  Bar 全て\n\n - 一\n   の続き\n * 二\n三\n"
    ) == ("次の版が該当します。", "詳細は別紙。", "Foo 1.2 より前", "Bar 全て", "- 一の続き", "* 二", "三")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("- ntpd", "ntpd"),
        ("・ntpd", "ntpd"),
        ("(1) a", "a"),
        ("*) a", "a"),
        ("-x", "-x"),
        ("denial-of", "denial-of"),
        ("1.2", "1.2"),
    ],
)
def test_bullets(line: str, words: str) -> None:
    """A bullet is taken off the front of a line, and only there."""
    assert text.bare(line) == words


def test_addresses_without_the_sentence_around() -> None:
    """Full-width punctuation and brackets end an address."""
    assert text.urls("「https://a.example/x」、(https://b.example/y). https://a.example/x") == (
        "https://a.example/x",
        "https://b.example/y",
    )
