"""What a draft says of what changed, of who acts, and how much it quotes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from feedbot.advisory import Affected, Fixed, Section, UnreadRange
from feedbot.advisory.case import Case
from feedbot.inventory import Contract, PatchedBy, Plan
from feedbot.matching import MatchVerdict
from feedbot.notice import Audience, Block, Step, draft
from feedbot.version import VersionRange
from tests.notice.fixtures import ALMA, CASE, DEBIAN, EXPOSURES, NOW, PHISHING, PROVIDER, TIMED, VU
from tests.notice.test_draft import TEMPLATES, drafted


def revised(**changes: object) -> str:
    """Draft a 続報 of timed's advisory alone with these changes; return what it says of them."""
    first = drafted(Case("C-1", (TIMED,)))
    return drafted(Case("C-1", (replace(TIMED, **changes),)), first).block("change")  # type: ignore[arg-type]


TOLD = "前回のお知らせから、次の内容を変更いたしました。\n\n"


def test_changed_facts_are_told_line_by_line() -> None:
    """What came and what went, of versions, corrections and pages; of prose only that it changed."""
    more = (*TIMED.affected, Affected("timed X", UnreadRange("のX"), "timed X"))
    assert revised(affected=more) == f"{TOLD}- 対象に追加: timed X"
    assert revised(affected=TIMED.affected[1:]) == f"{TOLD}- 対象から削除: timed 4.2.7p26 より前のバージョン"
    fixed = (Fixed("timed", VersionRange.parse("vers:generic/4.2.7p27")),)
    assert revised(fixed=fixed) == f"{TOLD}- 対策に追加: timed 4.2.7p27\n- 対策から削除: timed 4.2.7p26"
    assert revised(aliases=("CVE-2026-10007",)) == f"{TOLD}- 参考情報から削除: JVNVU#90000007"
    assert revised(workarounds=()) == f"{TOLD}- 回避策の記載を削除"
    assert revised(severity=()) == f"{TOLD}- 影響の記載を更新"
    assert revised(affected=TIMED.affected[:1], severity=()).count("\n- ") == 3


def test_a_part_that_is_new_is_told_as_such() -> None:
    """回避策 that was not there before."""
    first = drafted(Case("C-1", (replace(TIMED, workarounds=()),)))
    assert drafted(Case("C-1", (TIMED,)), first).block("change") == f"{TOLD}- 回避策の記載を追加"


def test_what_follows_from_other_parts_is_no_change() -> None:
    """The lead, the provider's part, and what an earlier edition said of changes or as a 再通知."""
    first = drafted()
    others = tuple(Block(key, "前の文。") for key in ("change", "reminder", "lead", "provider"))
    kept = tuple(one for one in first.blocks if one.key not in ("lead", "provider"))
    made = drafted(CASE, replace(first, blocks=(*others, *kept)))
    assert [one.key for one in made.blocks] == [one.key for one in first.blocks]
    assert made.revisions[-1][1] == "第2版 更新"


def test_an_update_goes_on_from_the_edition_before() -> None:
    """Number, quotation and history are kept, the edition is the next; an update of the publisher's is dated."""
    first = replace(drafted(), number="MIHON-2026-0012", quote="whole", edition=4)
    made = drafted(CASE, first)
    assert (made.number, made.quote, made.edition, made.step) == ("MIHON-2026-0012", "whole", 5, Step.UPDATE)
    assert made.history == ((date(2026, 11, 26), "第4版 公開"), (date(2026, 11, 26), "更新"))
    later = replace(TIMED, updated=TIMED.published and TIMED.published + timedelta(days=2), workarounds=())
    words = drafted(Case("C-1", (later,)), first).block("change")
    assert words.startswith("CSIRT-A が 2026年11月22日(日)に情報を更新したことを受け、次の内容を変更いたしました。")


def test_an_advisory_without_dates_was_not_updated() -> None:
    """Of one date alone nothing follows."""
    for undated in (replace(TIMED, published=None), replace(TIMED, updated=None)):
        assert "更新されています" not in drafted(Case("C-1", (undated,))).block("lead")


def test_what_a_draft_is_made_of() -> None:
    """The case, its advisories with the lead first, the moment, and a history that begins on the day in Japan."""
    late = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    made = draft.from_case(CASE, EXPOSURES, 0, PROVIDER, late, templates=TEMPLATES)
    assert (made.case, made.as_of, made.audience) == (CASE.id, late, Audience("match"))
    assert made.advisories == (TIMED, VU)
    assert made.history == ((date(2026, 11, 25), "公開"),)
    assert (made.number, made.issued, made.quote) == ("", None, "summary")
    assert "台あり" not in made.block("provider")


def test_an_english_member_s_products_make_a_matching_audience() -> None:
    """Whoever of the case names products, the audience is by match."""
    spoken = replace(VU, affected=TIMED.affected)
    assert drafted(Case("C-1", (PHISHING, spoken))).audience == Audience("match")


def acted(*given: tuple[Plan, bool, PatchedBy | None]) -> str:
    """Draft for contracts of (plan, root, who patches); return what is said of who acts."""
    exposures = [
        replace(EXPOSURES[0], contract=Contract(f"A-{n}", "K-1001", plan, root, by))
        for n, (plan, root, by) in enumerate(given)
    ]
    return draft.from_case(CASE, exposures, 0, PROVIDER, NOW, templates=TEMPLATES).block("provider")


def test_who_acts_follows_from_the_contracts() -> None:
    """By root where that says it, else by who updates; plans in their order, each once."""
    his, ours = "お客様ご自身での確認と対策をお願いいたします。", "弊社にて対応いたします。お客様による作業は不要です。"
    assert acted((Plan.MANAGED, True, None), (Plan.SHARED, True, None)) == (
        f"- 共用サーバー・マネージドサーバーをご利用のお客様(root 権限をお持ちのお客様): {his}"
    )
    assert acted((Plan.SHARED, False, None)) == (
        f"- 共用サーバーをご利用のお客様: {ours}\n- VPS・専用サーバーをご利用のお客様(root 権限をお持ちのお客様): {his}"
    )
    assert acted((Plan.VPS, True, None), (Plan.VPS, False, None)) == (
        f"- VPSをご利用のお客様(root 権限をお持ちでないお客様): {ours}\n"
        f"- VPSをご利用のお客様(root 権限をお持ちのお客様): {his}"
    )
    assert acted((Plan.VPS, True, PatchedBy.PROVIDER), (Plan.VPS, False, PatchedBy.CUSTOMER)) == (
        f"- VPSをご利用のお客様(ソフトウェアの更新を弊社が行うご契約のお客様): {ours}\n"
        f"- VPSをご利用のお客様(ソフトウェアの更新をご自身で行うご契約のお客様): {his}"
    )


def test_commands_are_for_what_may_be_concerned() -> None:
    """A package in doubt has its command too, one that is not concerned has none."""
    doubt = replace(DEBIAN, verdict=MatchVerdict.UNKNOWN)
    calm = replace(ALMA, verdict=MatchVerdict.NOT_AFFECTED)
    made = draft.from_case(CASE, [replace(EXPOSURES[0], matches=(doubt, calm))], 0, PROVIDER, NOW, templates=TEMPLATES)
    assert "dpkg-query -W timed" in made.block("check")
    assert "rpm" not in made.block("check")


def test_the_part_on_products_is_not_taken_for_the_impact() -> None:
    """「影響を受ける製品」 lists versions; 影響 is what may happen."""
    sections = (Section("影響を受ける製品", "timed です。"), Section("影響", "止まります。"))
    assert (
        drafted(Case("C-1", (replace(TIMED, sections=sections),))).block("impact").startswith("止まります。\n\n(出典")
    )


def test_what_to_do_is_quoted_at_length_where_it_is_all_there_is() -> None:
    """120 characters where versions are named, 600 of an advisory without any, whole paragraphs of them."""
    short, long = "あ" * 120, "い" * 480
    told = Section("対策", f"{short}\n\n{long}\n\nうえお")
    with_versions = drafted(Case("C-1", (replace(TIMED, sections=(told,)),))).block("solution")
    assert short in with_versions
    assert long not in with_versions
    almost = replace(told, text=f"{short[1:]}\n\n{long}")
    assert long in drafted(Case("C-1", (replace(TIMED, sections=(almost,)),))).block("solution")
    bare = drafted(Case("C-1", (replace(PHISHING, sections=(told,)),))).block("solution")
    assert long in bare
    assert "うえお" not in bare
    less = replace(told, text=f"{short}\n\n{long[1:]}\n\nうえお")
    assert "うえお" in drafted(Case("C-1", (replace(PHISHING, sections=(less,)),))).block("solution")


@pytest.mark.parametrize("heading", ["対策", "予防方法", "対処", "IV. 対策方法"])
def test_what_to_do_stands_under_one_of_several_headings(heading: str) -> None:
    """As publishers call it."""
    made = drafted(Case("C-1", (replace(TIMED, sections=(Section(heading, "止めてください。"),)),)))
    assert "止めてください。" in made.block("solution")
