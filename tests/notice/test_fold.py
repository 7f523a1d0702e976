import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.notice._fold import COLUMNS, fold, width

NO_LINE_STARTS = "、。」』)]ゃゅょっーァ々"
WORDS = st.sampled_from(
    [
        "サーバー",
        "バージョンが、",
        "「影響」",
        "確認",
        "です。",
        "timed ",
        "4.2.7p26 ",
        "https://a.example/x/y?z=1",
        " ",
        "2026年11月24日(火)",
    ]
)
LINES = st.lists(WORDS | st.text("あア、。「」ーっabc 1.-/", max_size=8), max_size=40).map("".join)


@given(LINES)
@settings(max_examples=150, deadline=None)
def test_the_pieces_joined_give_the_line_back(line: str) -> None:
    """Folding loses and adds nothing."""
    assert "".join(fold(line)) == line


@given(LINES, st.integers(10, 72))
@settings(max_examples=150, deadline=None)
def test_a_piece_is_over_the_width_only_where_it_cannot_be_broken(line: str, columns: int) -> None:
    """No line is wider than the page unless a shorter page would not break it either."""
    for piece in fold(line, columns):
        if width(piece.rstrip()) > columns:
            assert fold(piece, 1) == (piece,)


@given(st.text("あいうアイウ漢字、。」』)っーゃ「(", min_size=1, max_size=120))
@settings(max_examples=100, deadline=None)
def test_no_piece_starts_with_what_may_not_start_a_line(line: str) -> None:
    """Kinsoku: closing marks, small kana and the long-vowel mark never start a line; opening ones never end one."""
    pieces = fold(line, 20)
    for piece in pieces[1:]:
        assert piece[0] not in NO_LINE_STARTS
    for piece in pieces[:-1]:
        assert piece[-1] not in "「("


def test_what_a_reader_copies_is_never_broken() -> None:
    """Addresses, versions behind their product, dates and given names stay whole."""
    kept = ("https://a.example/very/long/path/of/an/advisory-2026-0001.html?with=query", "timed 1:4.2.6.p5+dfsg-7",
            "2026年11月24日(火)", "VPS 21台", "30分", "注意喚起", "Example HTTP Server")  # fmt: skip
    for whole in kept:
        for before in range(36):
            pieces = fold("あ" * before + whole + "を確認してください。", keep=("Example HTTP Server",))
            assert any(whole in piece for piece in pieces), (whole, before)


def test_a_line_that_fits_is_left_alone() -> None:
    """36 full-width characters are one line, 37 are two."""
    assert fold("あ" * 36) == ("あ" * 36,)
    assert fold("あ" * 37) == ("あ" * 36, "あ")
    assert COLUMNS == 72


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("あ", 2), ("Ａ", 2), ("※", 2), ("ｱ", 1), ("か\u3099", 2), ("e\u0301x", 2)],
)
def test_columns_of_a_text(text: str, columns: int) -> None:
    """Two for wide, full-width and ambiguous characters, one for others and half-width ones, none for marks above."""
    assert width(text) == columns


def test_lines_are_filled_as_far_as_they_go() -> None:
    """To the column, Latin letters as well as Japanese; blanks behind the last word count not, those before it do."""
    assert fold("ab cd", 5) == ("ab cd",)
    assert fold("ab cd ef", 5) == ("ab cd ", "ef")
    assert fold("ab cd ef", 4) == ("ab ", "cd ", "ef")
    assert fold("あい うえ", 5) == ("あい ", "うえ")
    assert fold("  あい うえ", 6) == ("  あい ", "うえ")
    assert fold("abcdefgh ij", 3) == ("abcdefgh ", "ij")


def test_of_two_names_the_longer_is_kept() -> None:
    """A name within another does not end it, an empty one keeps nothing, and none is read as a pattern."""
    for keep in (("見本", "見本サーバー二号"), ("見本サーバー二号", "見本"), ("", "見本サーバー二号")):
        assert fold("あい見本サーバー二号を", 18, keep) == ("あい", "見本サーバー二号を")
    assert fold("あいうえおか", 4, ("",)) == fold("あいうえおか", 4) == ("あい", "うえ", "おか")
    assert fold("あいうえおか", 4, (".い.",)) == ("あい", "うえ", "おか")
    assert fold("かあ(い)うえ", 6, ("(い)うえ",)) == ("かあ", "(い)うえ")


@pytest.mark.parametrize(
    "whole", ["2026年1月2日", "12時間", "3件", "5名", "7社", "9通", "第2版", "8回", "4分", "ntpd v4.2"]
)
def test_numbers_and_their_words_stay_together(whole: str) -> None:
    """Each counter, a date without its day of the week, and a version with its v."""
    for before in range(12):
        assert any(whole.removeprefix("第") in piece for piece in fold("あ" * before + whole + "をご覧ください。", 24))
