"""The text in which a draft is edited, there and back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.errors import NoticeError
from feedbot.notice import Audience, Block, Kind, Notice, Step, draft
from feedbot.notice._audience import audience_text, read_audience
from feedbot.notice._words import BLOCKS
from tests.notice.fixtures import NOW

AUDIENCES = (
    st.just(Audience("match"))
    | st.just(Audience("none"))
    | st.builds(
        lambda plans, root: Audience("contract", tuple(plans), root),
        st.lists(st.sampled_from(["shared", "vps", "dedicated", "managed"]), min_size=1, unique=True),
        st.none() | st.booleans(),
    )
)


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


def test_a_draft_s_text_names_what_may_be_changed() -> None:
    """Fields in their order, then the parts; of a kind that needs one it stands there empty, and so a body alone."""
    trouble = Notice(Kind.TROUBLE, Step.DONE, "題", Audience("none"), (Block("body", "一"),), NOW, quote="whole")
    lines = [line for line in draft.to_edit_text(trouble).split("\n") if not line.startswith("#")]
    assert ",".join(lines) == (
        "種別: 障害報告,件名: 題,段階: 完了,対象: なし,引用: 全文,,== 本文 ==,一,,== 対象サービス ==,,"
    )
    bare = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW)
    assert draft.to_edit_text(bare).endswith("引用: 概要\n\n== 本文 ==\n\n")
    checked = replace(bare, blocks=(Block("check", "一"),))
    assert draft.to_edit_text(checked).endswith("引用: 概要\n\n== 確認方法 ==\n一\n")


def test_every_field_is_read_again() -> None:
    """With a wide colon too, or none of the blanks; the empty lines and comments between them say nothing."""
    blank = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW)
    text = "# 説明\n\n種別\uff1a障害報告\n件名 : 別の題\n段階\uff1a 復旧 \n対象:専用\uff08root\uff09\n引用: 全文\n"
    with pytest.raises(NoticeError, match=r"^line 5: not a known word: 復旧 $") as caught:
        draft.from_edit_text(blank, text)
    assert caught.value.hint() == "known: 初報, 続報, 訂正, 再通知, 完了, 取下げ"
    made = draft.from_edit_text(blank, text.replace("復旧", "完了"))
    assert (made.kind, made.title, made.step, made.quote) == (Kind.TROUBLE, "別の題", Step.DONE, "whole")
    assert made.audience == Audience("contract", ("dedicated",), True)
    assert made.blocks == ()


@pytest.mark.parametrize(
    "head", ["== 本文\uff08全体\uff09 ==", "== 本文() ==", "==body(本文)==\t", "== body\uff08本文) =="]
)
def test_a_part_s_name_may_have_words_behind_it(head: str) -> None:
    """In brackets of either width, empty ones too."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW)
    assert draft.from_edit_text(notice, f"{head}\n一\n\n").blocks == (Block("body", "一"),)


@pytest.mark.parametrize("head", ["== ==", "== (本文) ==", "== 本文 == 済", "= 本文 =", "== 本文(一) 二 =="])
def test_what_is_no_head_is_no_part(head: str) -> None:
    """It is text of the part that it stands in."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW)
    assert draft.from_edit_text(notice, f"== 影響 ==\nX一\n{head}\n二X\n").blocks == (
        Block("impact", f"X一\n{head}\n二X"),
    )


def test_a_one_letter_head_is_one() -> None:
    """It is then no known part, and said to be none."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW)
    with pytest.raises(NoticeError, match=r"^line 2: no such block: 誰$") as caught:
        draft.from_edit_text(notice, "件名: 題\n== 誰(何) ==\n一\n")
    assert caught.value.hint() == "known: " + "、".join(BLOCKS.values())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("件名 題", "^line 3: not a field of a draft: 件名 題$"),
        ("  件名: 題", "^line 3: not a field"),
        ("種別: 怪文書", "^line 3: not a known word: 怪文書$"),
        ("引用: 半分", "^line 3: not a known word: 半分$"),
        ("対象: 誰か", "^line 3: not a known audience: 誰か$"),
        ("種別: まとめ", "^line 3: a digest is made of cases"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(line: str, words: str) -> None:
    """Counted from the top of the text."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW)
    with pytest.raises(NoticeError, match=words):
        draft.from_edit_text(notice, f"# 説明\n\n{line}\n")


def test_a_digest_stays_one() -> None:
    """Its kind may stand there as it is, and be no other; nor may a case's."""
    made = Notice(Kind.DIGEST, Step.FIRST, "題", Audience("digest"), (), NOW)
    assert draft.from_edit_text(made, "種別: まとめ\n").kind is Kind.DIGEST
    with pytest.raises(NoticeError, match=r"^line 1: a digest is made of cases"):
        draft.from_edit_text(made, "種別: お知らせ\n")
    of_case = Notice(Kind.ADVISORY, Step.FIRST, "題", Audience("match"), (), NOW, case="C-1")
    with pytest.raises(NoticeError, match=r"^line 1: the kind of a notice of case C-1 cannot be changed"):
        draft.from_edit_text(of_case, "種別: お知らせ\n")


def test_the_fields_are_named_where_one_is_none() -> None:
    """In the hint."""
    with pytest.raises(NoticeError) as caught:
        draft.from_edit_text(Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW), "誰か: 題\n")
    assert caught.value.hint() == "the fields are 種別、件名、段階、対象、引用"
