"""Operators' own notices, read from their texts."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from feedbot.errors import NoticeError
from feedbot.notice import Audience, Block, Kind, Notice, Step, draft
from feedbot.notice._render import Templates
from tests.notice.fixtures import NOW, PROVIDER


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


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("お知らせ", Kind.OWN),
        ("障害報告", Kind.TROUBLE),
        ("メンテナンス", Kind.MAINTENANCE),
        ("注意喚起", Kind.ADVISORY),
    ],
)
def test_each_kind_of_hand_written_notice_has_its_word(word: str, kind: Kind) -> None:
    """A colon may be wide, with blanks around it."""
    assert own(f"種別 \uff1a {word}\n件名: 題\n\n本文").kind is kind


@pytest.mark.parametrize("word", ["ブロックリスト登録", "まとめ"])
def test_what_is_drafted_by_itself_is_not_written_by_hand(word: str) -> None:
    """A server's listing and a digest come from what was found."""
    with pytest.raises(NoticeError, match=f"^{word}: ") as caught:
        own(f"種別: {word}\n件名: 題\n\n本文")
    assert caught.value.hint() == "known: 注意喚起, 障害報告, メンテナンス, お知らせ"


@pytest.mark.parametrize(
    ("word", "step"),
    [
        ("第一報", Step.FIRST),
        ("初報", Step.FIRST),
        ("続報", Step.UPDATE),
        ("訂正", Step.CORRECTION),
        ("復旧", Step.DONE),
        ("完了", Step.DONE),
        ("取下げ", Step.WITHDRAWN),
    ],
)
def test_each_step_has_its_words(word: str, step: Step) -> None:
    """Without one it is the first."""
    assert own(f"段階: {word}\n件名: 題\n\n本文").step is step
    assert own("件名: 題\n\n本文").step is Step.FIRST


def test_every_field_becomes_its_block() -> None:
    """In the order of the form; of the times those are spelt in Japanese, an empty field is none."""
    named = {
        "発生日時": "occurred",
        "復旧日時": "recovered",
        "作業日時": "window",
        "対象サービス": "services",
        "影響範囲": "scope",
        "作業内容": "work",
        "状況": "status",
        "原因": "cause",
        "対応": "action",
        "次報予定": "next",
    }
    made = own("件名: 題\n" + "".join(f"{name}: 2026-11-24 9:05\n" for name in reversed(named)))
    timed = {"occurred", "recovered", "window", "next"}
    spelt = "2026年11月24日(火) 9:05"
    assert made.blocks == tuple(Block(key, spelt if key in timed else "2026-11-24 9:05") for key in named.values())
    assert own("件名: 題\n原因:\n対応: 済\n").blocks == (Block("action", "済"),)
    assert own("件名: 題\n原因: X\n  一X").blocks == (Block("cause", "X\n一X"),)


def test_a_text_of_windows_is_one_too() -> None:
    """Its mark at the start and its ends of lines are no words; the day is that of Japan."""
    late = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    made = draft.own("\ufeff件名: 題  の\tこと\r\n原因:\r\n 一\r\n  二\r\n\r\n\r\nX本文X\r\n\r\n", PROVIDER, late)
    assert made.title == "題 の こと"
    assert made.blocks == (Block("body", "X本文X"), Block("cause", "一\n二"))
    assert made.as_of == late
    assert made.history == ((date(2026, 11, 25), "公開"),)


def test_a_line_that_is_no_field_begins_the_body() -> None:
    """Also an indented one where no field is before it; what looks like a field behind it is words."""
    assert own(" 題\n原因: これ").blocks == (Block("body", "原因: これ"),)
    assert own("件名: 題\n本文です。\n原因: これ").blocks == (Block("body", "本文です。\n原因: これ"),)
    made = own("題\n\nX一\n\n二X\n")
    assert (made.title, made.blocks) == ("題", (Block("body", "X一\n\n二X"),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("件名: x\n状況: a\n状況: b\n\n本文", "^line 3: the field 状況 stands twice"),
        ("対象: 全員以外\n件名: x\n\n本文", "^対象: not a known audience: 全員以外"),
        ("2026-11-24", "^みほん通信株式会社: the text has no title"),
    ],
)
def test_a_fault_of_a_text_has_its_place(text: str, words: str) -> None:
    """The line, the field or whose text it is."""
    with pytest.raises(NoticeError, match=words):
        own(text)


LATE = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)


def earlier(kind: Kind, audience: Audience) -> Notice:
    """Return a published notice."""
    block = Block("body", "前の本文")
    return Notice(
        kind,
        Step.FIRST,
        "前の題",
        audience,
        (block,),
        NOW,
        number="I-7",
        edition=3,
        issued=date(2026, 11, 25),
        history=((date(2026, 11, 24), "公開"),),
    )


def test_the_next_report_keeps_what_it_does_not_say() -> None:
    """Number, title, kind and audience; the step is 続報, the edition the next, and the history goes on."""
    known = Audience("contract", ("vps",), True)
    made = draft.own("状況: 対応中\n", PROVIDER, LATE, earlier(Kind.TROUBLE, known))
    assert (made.kind, made.step, made.title, made.audience) == (Kind.TROUBLE, Step.UPDATE, "前の題", known)
    assert (made.number, made.edition, made.blocks) == ("I-7", 4, (Block("status", "対応中"),))
    assert made.history == ((date(2026, 11, 25), "第3版 公開"), (date(2026, 12, 2), "続報"))
    assert draft.own("本文だけ", PROVIDER, LATE, earlier(Kind.TROUBLE, known)).blocks == (Block("body", "本文だけ"),)


def test_the_next_report_says_what_is_other() -> None:
    """Its own title, kind, step and audience win."""
    text = "種別: お知らせ\n段階: 訂正\n件名: 別の題\n対象: なし\n\n本文"
    made = draft.own(text, PROVIDER, LATE, earlier(Kind.TROUBLE, Audience("match")))
    assert (made.kind, made.step, made.title, made.audience) == (Kind.OWN, Step.CORRECTION, "別の題", Audience("none"))


@pytest.mark.parametrize(
    ("kind", "step", "words"),
    [
        (Kind.TROUBLE, "復旧", "復旧"),
        (Kind.MAINTENANCE, "完了", "完了"),
        (Kind.OWN, "復旧", "完了"),
        (Kind.TROUBLE, "第一報", "第一報"),
        (Kind.OWN, "取下げ", "取下げ"),
    ],
)
def test_the_history_says_a_step_in_the_words_of_its_kind(kind: Kind, step: str, words: str) -> None:
    """Trouble is recovered from, all else is completed."""
    made = draft.own(f"段階: {step}\n\n本文", PROVIDER, LATE, earlier(kind, Audience("none")))
    assert made.history[-1] == (date(2026, 12, 2), words)


@pytest.mark.parametrize("rule", ["match", "still", "patched", "changed", "digest"])
def test_what_an_operator_adds_to_a_case_goes_to_those_who_were_told(rule: str) -> None:
    """Who is affected follows from the case, not from his words; another audience stays as it was."""
    made = draft.own("本文", PROVIDER, LATE, earlier(Kind.OWN, Audience(rule)))
    assert made.audience == Audience("told", number="I-7")
    for kept in (Audience("none"), Audience("told", number="I-2"), Audience("contract", ("vps",))):
        assert draft.own("本文", PROVIDER, LATE, earlier(Kind.OWN, kept)).audience == kept


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.ADVISORY, Kind.OWN),
        (Kind.DIGEST, Kind.OWN),
        (Kind.LISTING, Kind.LISTING),
        (Kind.MAINTENANCE, Kind.MAINTENANCE),
    ],
)
def test_what_an_operator_adds_to_publishers_words_is_his_own(kind: Kind, expected: Kind) -> None:
    """An advisory's and a digest's words are theirs; every other kind stays."""
    assert draft.own("本文", PROVIDER, LATE, earlier(kind, Audience("none"))).kind is expected


def test_a_withdrawal_says_what_is_taken_back_and_why(tmp_path: Path) -> None:
    """It is of the same number, the next edition, and for those who were told."""
    gone = draft.withdrawal(earlier(Kind.ADVISORY, Audience("match")), "誤りのため。", PROVIDER, LATE, Templates.load())
    assert (gone.kind, gone.step, gone.title) == (Kind.OWN, Step.WITHDRAWN, "前の題")
    assert (gone.number, gone.edition, gone.as_of) == ("I-7", 4, LATE)
    assert gone.audience == Audience("told", number="I-7")
    assert gone.history == ((date(2026, 11, 25), "第3版 公開"), (date(2026, 12, 2), "取下げ"))
    assert "「前の題」(番号 I-7)を、取り下げます" in gone.block("body")
    assert "誤りのため。" in gone.block("body")
    (tmp_path / "notice").mkdir()
    (tmp_path / "notice" / "withdrawn_blocks.j2").write_text("{% block body %}{{ provider.name }}{% endblock %}")
    templates = Templates.load((tmp_path,))
    gone = draft.withdrawal(earlier(Kind.OWN, Audience("none")), "", PROVIDER, LATE, templates)
    assert gone.block("body") == "みほん通信株式会社"
