"""What comes after a notice: 第二報 and 復旧 under its number, and the 取下げ for those who were told."""

import pytest

from feedbot.errors import NoticeError, ReviewError
from feedbot.notice import Kind, Step
from feedbot.notice import draft as drafting
from feedbot.pipeline import Edges, decide, draft
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.store import drafts
from tests.fakes import World
from tests.pipeline.conftest import import_fleet
from tests.pipeline.test_publish import approved, parsed  # noqa: F401 - a fixture

TROUBLE = """種別: 障害報告
段階: 第一報
件名: メールの配送遅延について
対象: VPS
発生日時: 2026-11-01 9:05
対象サービス: VPS のメール
影響範囲: 一部のお客様
状況: 配送に遅れが生じています。
対応: 調査しています。
次報予定: 2026-11-01 12:00
"""
SECOND = """段階: 復旧
発生日時: 2026-11-01 9:05
復旧日時: 2026-11-01 11:40
対象サービス: VPS のメール
影響範囲: 一部のお客様
状況: 復旧いたしました。
原因: 中継サーバーの不具合
対応: 中継サーバーを切り替えました。
"""


def send(edges: Edges, number: int) -> int:
    """Take a draft all the way out; return its mails."""
    decide.propose(edges, number, "author")
    decide.approve(edges, number, "author")
    queued = publish(edges, number, "author")
    send_due(edges, "w")
    return queued


def test_the_next_report_keeps_number_thread_and_audience(stage: World, edges: Edges) -> None:
    """第一報, then 復旧: one number, the second an answer to the first, to the same customers, with its own mark."""
    import_fleet(edges)
    first = draft.new_own(edges, TROUBLE, "author")
    told = send(edges, first.id)
    assert told
    with edges.database.begin() as tx:
        number = drafts.load(tx, first.id).notice.number
    second = draft.follow(edges, number, SECOND, "author")
    assert (second.notice.kind, second.notice.step, second.notice.edition) == (Kind.TROUBLE, Step.DONE, 2)
    assert second.notice.title == first.notice.title
    assert send(edges, second.id) == told
    mails = [parsed(one) for one in stage.mails]
    before = {mail["To"]: mail["Message-ID"] for mail in mails[:told]}
    after = {mail["To"]: mail for mail in mails[told:]}
    assert {to: mail["In-Reply-To"] for to, mail in after.items()} == before
    assert all(mail["Subject"].startswith("【障害復旧】") for mail in after.values())
    page = stage.site[f"{number}.html"].decode()
    assert "復旧いたしました" in page
    assert "調査しています" in page[page.index("復旧いたしました") :]
    assert "第1版" in page


def test_an_advisory_is_carried_on_for_those_who_were_told(stage: World, edges: Edges, approved: int) -> None:  # noqa: F811
    """The operator's words on an advisory go to those who had its mail, whoever is concerned by now."""
    publish(edges, approved, "author")
    send_due(edges, "w")
    before = [one.recipient for one in stage.mails]
    with edges.database.begin() as tx:
        number = drafts.load(tx, approved).notice.number
    made = draft.follow(edges, number, "件名: 確認手順について\n\n手順を追記いたします。\n", "author")
    assert (made.notice.kind, made.notice.audience.rule, made.notice.step) == (Kind.OWN, "told", Step.UPDATE)
    assert drafting.from_edit_text(made.notice, drafting.to_edit_text(made.notice)) == made.notice
    send(edges, made.id)
    page = stage.site[f"{number}.html"].decode()
    assert "Apache" in page[page.index("手順を追記いたします") :]
    assert sorted(one.recipient for one in stage.mails[len(before) :]) == sorted(before)


def test_what_cannot_be_followed(edges: Edges, approved: int) -> None:  # noqa: F811
    """A number that is not out, one whose next edition is being prepared, a text without words: said, nothing kept."""
    with pytest.raises(ReviewError, match="no notice of this number"):
        draft.follow(edges, "INFO-1999-0001", SECOND, "author")
    with edges.database.begin() as tx:
        number = drafts.load(tx, approved).notice.number
    with pytest.raises(ReviewError, match="being prepared"):
        draft.follow(edges, number, SECOND, "author")
    publish(edges, approved, "author")
    with pytest.raises(NoticeError, match="no title or no body"):
        draft.follow(edges, number, "\n", "author")


def test_a_withdrawal_tells_those_who_were_told(stage: World, edges: Edges, approved: int) -> None:  # noqa: F811
    """取下げ is drafted for them alone, in the same thread, with the reason; the page stays with its text, marked."""
    publish(edges, approved, "author")
    stage.answers = {}
    send_due(edges, "w")
    before = {one.recipient: parsed(one)["Message-ID"] for one in stage.mails}
    made = decide.withdraw(edges, approved, "author", "誤って公開したため")
    assert made.cancelled == 0
    assert made.draft is not None
    count = len(stage.mails)
    assert send(edges, made.draft.id) == len(before)
    after = stage.mails[count:]
    assert {one.recipient: parsed(one)["In-Reply-To"] for one in after} == before
    for one in after:
        mail = parsed(one)
        body = mail.get_body(("plain",))
        assert body is not None
        assert mail["Subject"].startswith("【取下げ】")
        assert "誤って公開したため" in body.get_content()
        # A withdrawn notice may have been right: nobody is told that he need not act.
        assert "必要ございません" not in body.get_content()
        assert "影響を受けるソフトウェア" not in body.get_content()
    with edges.database.begin() as tx:
        number = drafts.load(tx, approved).notice.number
    page = stage.site[f"{number}.html"].decode()
    assert "誤って公開したため" in page
    assert "Apache" in page


def test_a_withdrawal_before_any_mail_left_tells_nobody(edges: Edges, approved: int) -> None:  # noqa: F811
    """All mails are cancelled, and no draft is made."""
    publish(edges, approved, "author")
    made = decide.withdraw(edges, approved, "author", "誤り")
    assert (made.cancelled, made.draft) == (5, None)
    assert send_due(edges, "w") == {}
