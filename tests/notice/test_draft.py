from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from feedbot.advisory import Section
from feedbot.advisory.case import Case
from feedbot.errors import NoticeError
from feedbot.notice import Audience, Kind, Notice, Step, draft
from feedbot.notice._excerpt import opening, unfolded
from feedbot.notice._render import Templates
from tests.notice.fixtures import CASE, CONTRACT_CASE, EXPOSURES, NOW, PROVIDER, TIMED, VU

TEMPLATES = Templates.load()


def drafted(case: Case = CASE, previous: Notice | None = None) -> Notice:
    """Draft from a case with the usual exposures."""
    return draft.from_case(case, EXPOSURES, 2, PROVIDER, NOW + timedelta(days=2), previous, templates=TEMPLATES)


def test_a_draft_says_who_published_what_when() -> None:
    """The lead holds issuer, title, number and date; the other members of the case are named with their numbers."""
    made = drafted()
    assert (made.kind, made.step, made.edition) == (Kind.ADVISORY, Step.FIRST, 1)
    assert made.title == TIMED.title
    lead = made.block("lead")
    assert "CSIRT-A より" in lead
    assert f"「{TIMED.title}」(CSIRT-A-AT-2026-0007)が 2026年11月20日(金)に公開されました。" in lead
    assert "CSIRT-B(VU#900007)からも" in lead
    assert made.advisories[0] is TIMED


def test_a_draft_takes_versions_from_all_members() -> None:
    """Affected versions are plain Japanese, unread wording stands as it is, fixed versions are under 対策."""
    made = drafted()
    assert "- timed 4.2.7p26 より前のバージョン" in made.block("affected")
    assert "- timed 4.1 系のすべてのバージョン" in made.block("affected")
    assert "- timed 組込み版の一部の版" in made.block("affected")
    assert "- timed 4.2.7p26\n" in made.block("solution")
    assert "disable stats" in made.block("workaround")
    assert "7.5(重要)" in made.block("impact")


def test_the_overview_is_the_publishers_first_paragraphs_unfolded() -> None:
    """概要 is a quotation of whole paragraphs, its lines joined, its source behind it."""
    overview = drafted().block("overview")
    assert "統計の問い合わせに対して" in overview
    assert "加担するおそれがあります。\n\n(出典: CSIRT-A、CSIRT-A-AT-2026-0007)" in overview
    assert "増加を確認しています" not in overview


def test_no_japanese_member_no_japanese_sentences() -> None:
    """Of an English advisory only facts and links are taken; nothing is translated."""
    made = drafted(Case("C-1", (VU,)))
    assert made.block("overview") == "詳細は、公開元の情報をご参照ください。"
    assert "Made up for a test" not in "".join(one.text for one in made.blocks)
    assert VU.url in made.block("references")


def test_commands_are_told_by_distribution() -> None:
    """確認方法 has a command for each packaging family among the servers."""
    check = drafted().block("check")
    assert "Debian 12 のサーバーでは" in check
    assert "    dpkg-query -W timed" in check
    assert "    rpm -q timed" in check


def test_who_acts_is_told_by_plan() -> None:
    """Customers with root act, the provider acts for the others, and servers not decided are counted."""
    words = drafted().block("provider")
    assert "共用サーバーをご利用のお客様: 弊社にて対応いたします" in words
    assert "VPS・専用サーバーをご利用のお客様(root 権限をお持ちのお客様): お客様ご自身で" in words
    assert "2台" in words


def test_references_name_each_page_once() -> None:
    """Originals come first, then the pages of JVN and CVE; an advisory's own number is not linked twice."""
    words = drafted().block("references")
    urls = [line.strip() for line in words.split("\n") if "https://" in line]
    assert urls == [
        TIMED.url,
        VU.url,
        "https://www.cve.org/CVERecord?id=CVE-2026-10007",
        "https://jvn.jp/vu/JVNVU90000007/index.html",
    ]


def test_without_versions_the_audience_is_by_contract() -> None:
    """An advisory that names no product goes to those with root on VPS and dedicated servers."""
    made = drafted(CONTRACT_CASE)
    assert made.audience == Audience("contract", ("vps", "dedicated"), root=True)
    assert "root 権限をお持ちのお客様が対象です" in made.block("affected")
    assert "(3) 更新を適用する" in made.block("solution")
    assert "2026年3月5日(木)に内容が更新されています" in made.block("lead")


def test_a_new_revision_gives_an_update_that_opens_with_what_changed() -> None:
    """続報 keeps number and history, counts the edition, and tells changes by section."""
    first = replace(drafted(), number="MIHON-2026-0012")
    sections = (*TIMED.sections[:-1], Section("IV. 対策", "別の対策をご検討ください。"))
    revised = replace(TIMED, sections=sections, affected=TIMED.affected[:1], workarounds=())
    made = drafted(Case("C-2026-0012", (VU, revised)), first)
    assert (made.step, made.number, made.edition) == (Step.UPDATE, "MIHON-2026-0012", 2)
    assert made.blocks[0].key == "change"
    change = made.block("change").split("\n")
    assert "- 対象から削除: timed 4.1 系のすべてのバージョン" in change
    assert "- 対策の記載を更新" in change
    assert "- 回避策の記載を削除" in change
    assert made.history[0] == first.history[0]
    assert made.history[1][1] == "更新(対象、対策、回避策)"


def test_a_revision_is_dated_with_its_day_of_issue() -> None:
    """What waited for approval is dated when it went out, in the history of the next edition too."""
    first = replace(drafted(), issued=date(2026, 11, 30))
    assert first.revisions == ((date(2026, 11, 30), "初版"),)
    assert drafted(CASE, first).history == ((date(2026, 11, 30), "初版"), (date(2026, 11, 26), "更新"))


def test_spacing_and_width_are_no_change() -> None:
    """A text that differs in folding, spaces or full-width letters only has no change block."""
    first = drafted()
    wide = replace(
        TIMED, sections=(*TIMED.sections[:-1], replace(TIMED.sections[-1], text=TIMED.sections[-1].text + "\n\n"))
    )
    wide = replace(wide, workarounds=tuple(one.replace("1行", "1行") for one in TIMED.workarounds))
    assert drafted(Case("C-2026-0012", (VU, wide)), first).block("change") == ""


def test_a_case_without_advisories_gives_no_draft() -> None:
    """Nothing to say is an error, not an empty notice."""
    with pytest.raises(NoticeError, match="no advisory"):
        drafted(Case("C-9", ()))


def test_unfolding_joins_filled_lines_only() -> None:
    """A filled line goes on in the next: without a blank between Japanese, with one between Latin words; lists stay."""
    long = "あ" * 32
    assert unfolded(f"{long}\nい") == f"{long}い"
    assert unfolded(f"{long} abc\ndef") == f"{long} abc def"
    spaced = f"NTP サーバ{'あ' * 27}"
    assert unfolded(f"{spaced}を\nNTP で、\n{spaced} x\nで") == f"{spaced}を NTP で、\n{spaced} x で"
    assert unfolded(f"{spaced}、\nNTP") == f"{spaced}、NTP"
    assert unfolded("短い行\n次の行") == "短い行\n次の行"
    assert unfolded(f"{long}\n- 項目") == f"{long}\n- 項目"
    assert unfolded(f"{long}\n(1) 項目") == f"{long}\n(1) 項目"


def test_an_opening_is_whole_paragraphs() -> None:
    """Paragraphs are taken until there is enough; none is cut."""
    assert opening("一。\n\n二。\n\n三。", least=3) == "一。\n\n二。"
    assert opening("") == ""


def test_the_seeds_third_post_becomes_a_notice(seed: Path) -> None:
    """The real page's own post: its date is dropped, its title found, its greeting kept once, its checks a list."""
    text = seed.read_text(encoding="utf-8")
    third = "2014年03月18日" + text.split("2014年03月18日")[3]
    made = draft.own(third, PROVIDER, NOW)
    assert made.kind is Kind.OWN
    assert made.title == "SPAMの踏み台対策に関しまして"
    assert made.block("body").startswith("毎度格別のお引き立てを賜り厚く御礼申し上げます。")
