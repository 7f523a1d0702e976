from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.errors import NoticeError
from feedbot.notice import Audience, Block, Kind, Notice, Step, draft
from feedbot.notice._audience import audience_text, read_audience
from feedbot.notice._words import BLOCKS
from tests.notice.fixtures import NOW, PROVIDER

AUDIENCES = (
    st.just(Audience("match"))
    | st.just(Audience("none"))
    | st.builds(
        lambda plans, root: Audience("contract", tuple(plans), root),
        st.lists(st.sampled_from(["shared", "vps", "dedicated", "managed"]), min_size=1, unique=True),
        st.none() | st.booleans(),
    )
)


def own(text: str) -> Notice:
    """Read an operator's text."""
    return draft.own(text, PROVIDER, NOW)


def test_fields_make_a_trouble_notice() -> None:
    """Fields become blocks, times are spelt in Japanese, further lines stay with their field."""
    made = own(
        "種別: 障害報告\n段階: 続報\n件名:メール遅延\n対象: 専用,VPS(root)\n発生日時: 2026-11-24 9:05\n"
        "影響範囲: メール\n  Web は除く\n状況: 対応しています\n\n本文です。\n"
    )
    assert (made.kind, made.step, made.title) == (Kind.TROUBLE, Step.UPDATE, "メール遅延")
    assert made.audience == Audience("contract", ("dedicated", "vps"), True)
    assert made.blocks == (
        Block("body", "本文です。"),
        Block("occurred", "2026年11月24日(火) 9:05"),
        Block("scope", "メール\nWeb は除く"),
        Block("status", "対応しています"),
    )


def test_a_plain_text_is_title_and_body() -> None:
    """Without fields the first line that is no date is the title, and the notice is a post only."""
    made = own("2026年11月24日(火)\r\n\r\n 踏み台対策について \r\n\r\n一段落。\r\n\r\n二段落。\r\n")
    assert (made.kind, made.title) == (Kind.OWN, "踏み台対策について")
    assert made.blocks == (Block("body", "一段落。\n\n二段落。"),)
    assert made.audience == Audience("none")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no title"),
        ("2026-11-24\n", "no title"),
        ("題名だけ\n", "no title or no body"),
        ("種別: 怪文書\n件名: x\n\n本文", "怪文書"),
        ("段階: 途中\n件名: x\n\n本文", "途中"),
        ("対象: 全員以外\n件名: x\n\n本文", "全員以外"),
        ("件名: x\n件名: y\n\n本文", "件名 stands twice"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    """A text without title or words, an unknown word, a field given twice: an error that names it."""
    with pytest.raises(NoticeError, match=words):
        own(text)


@given(AUDIENCES)
@settings(max_examples=60)
def test_an_audience_written_is_read_again(audience: Audience) -> None:
    """audience_text and read_audience are inverse, all plans in their own order included."""
    assert read_audience(audience_text(audience), "test") == audience


TEXTS = st.text("あ=\\# \n:lead()== 対象", max_size=60) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NOTICES = st.builds(
    lambda kind, title, step, audience, quote, blocks: Notice(
        kind,
        step,
        " ".join(title.split()),
        audience,
        tuple(Block(key, text.strip("\n")) for key, text in blocks if text.strip()),
        NOW,
        quote=quote,
    ),
    st.sampled_from([one for one in Kind if one is not Kind.DIGEST]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(Step),
    AUDIENCES,
    st.sampled_from(["summary", "whole"]),
    st.lists(st.tuples(st.sampled_from(sorted(BLOCKS)), TEXTS), max_size=5),
)


@given(NOTICES)
@settings(max_examples=200, deadline=None)
def test_editing_nothing_changes_nothing(notice: Notice) -> None:
    """from_edit_text is the inverse of to_edit_text, whatever the words: header look-alikes and backslashes too."""
    blank = Notice(Kind.ADVISORY, Step.FIRST, "", Audience("none"), (), NOW)
    assert draft.from_edit_text(notice, draft.to_edit_text(notice)) == notice
    assert draft.from_edit_text(blank, draft.to_edit_text(notice)) == notice


@pytest.mark.parametrize("line", ["== 対象 ==", "==本文==", "== body(本文) ==", "\\== 対象 ==", "# 説明", "== 誰か =="])
def test_words_that_look_like_a_head_stay_words(line: str) -> None:
    """What stands in a part is its own, whatever it looks like."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (Block("body", f"一\n{line}\n二"),), NOW)
    assert draft.from_edit_text(notice, draft.to_edit_text(notice)) == notice


def test_edits_are_taken() -> None:
    """A changed title, a block emptied and a block added are what the notice then has."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (Block("body", "一"), Block("check", "二")), NOW)
    text = (
        draft.to_edit_text(notice).replace("件名: 題", "件名:別の題").replace("\n二\n", "\n\n") + "\n== 影響 ==\n三\n"
    )
    made = draft.from_edit_text(notice, text)
    assert made.title == "別の題"
    assert made.blocks == (Block("body", "一"), Block("impact", "三"))


@pytest.mark.parametrize("head", ["== 本文 ==", "== body ==", "== body(本文) ==", "==本文==  ", "== 本文(全体) =="])
def test_a_part_is_found_by_either_name(head: str) -> None:
    """The Japanese heading alone, the key alone, or both; blanks do not matter."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW)
    assert draft.from_edit_text(notice, f"# 説明\n  # もう一つ\n\n{head}\n# service timed restart\n").blocks == (
        Block("body", "# service timed restart"),
    )


def test_the_kind_of_an_own_notice_may_be_changed() -> None:
    """It stands in the text, and the parts the new kind needs are there to be filled; a case's kind is its own."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (Block("body", "一"),), NOW)
    made = draft.from_edit_text(notice, draft.to_edit_text(notice).replace("種別: お知らせ", "種別: メンテナンス"))
    assert made.kind is Kind.MAINTENANCE
    assert "\n== 対象サービス ==\n\n" in draft.to_edit_text(made)
    of_case = replace(notice, kind=Kind.ADVISORY, case="C-1")
    assert "種別" not in draft.to_edit_text(of_case)
    assert draft.from_edit_text(of_case, "種別: 注意喚起\n").kind is Kind.ADVISORY
    with pytest.raises(NoticeError, match=r"line 1: the kind of a notice of case C-1"):
        draft.from_edit_text(of_case, "種別: お知らせ\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("種別: 怪文書", "line 1"),
        ("件名 題", "line 1: not a field"),
        ("段階: 済", "line 1"),
        ("対象: 誰か", "line 1"),
        ("== nothing ==", "line 1: no such block"),
    ],
)
def test_a_wrong_line_is_named(line: str, words: str) -> None:
    """What cannot be read is an error with its line."""
    with pytest.raises(NoticeError, match=words):
        draft.from_edit_text(Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW), line + "\n")
