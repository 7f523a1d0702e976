from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Affected, Section, Severity
from feedbot.advisory.case import Case
from feedbot.errors import NoticeError
from feedbot.fetch import file
from feedbot.notice import Audience, Kind, Notice, Step, draft
from feedbot.notice._excerpt import opening, unfolded
from feedbot.notice._render import Templates
from feedbot.signature import judge_for
from feedbot.source import jpcert
from feedbot.version import VersionRange
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


def test_an_update_of_the_same_japanese_day_is_not_told() -> None:
    """What was updated on the day of its publication, by the clock of Japan, was not updated later."""
    out = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    later = out + timedelta(hours=9)
    same = replace(CASE, advisories=(replace(TIMED, published=out, updated=later),))
    assert "2026年11月21日(土)に公開" in drafted(same).block("lead")
    assert "更新" not in drafted(same).block("lead")
    next_day = replace(CASE, advisories=(replace(TIMED, published=out, updated=out + timedelta(days=1)),))
    assert "その後、2026年11月22日(日)に内容が更新されています。" in drafted(next_day).block("lead")


def test_a_draft_takes_versions_from_all_members() -> None:
    """Affected versions are plain Japanese, unread wording stands as it is, fixed versions are under 対策."""
    made = drafted()
    assert "- timed 4.2.7p26 より前のバージョン" in made.block("affected")
    assert "- timed 4.1 系のすべてのバージョン" in made.block("affected")
    assert "- timed 組込み版の一部の版" in made.block("affected")
    assert "- timed 4.2.7p26\n" in made.block("solution")
    assert "disable stats" in made.block("workaround")
    assert "7.5(重要)" in made.block("impact")


def test_a_draft_tells_what_narrows_a_range() -> None:
    """A platform or condition of the publisher's line stands behind its versions."""
    narrowed = replace(TIMED.affected[0], notes=("Windows 版", "mod_sample を有効にしている場合"))
    text = drafted(Case("C-1", (replace(TIMED, affected=(narrowed,)),))).block("affected")
    assert "- timed 4.2.7p26 より前のバージョン(Windows 版、mod_sample を有効にしている場合)" in text


def test_the_overview_is_the_publishers_first_paragraphs_unfolded() -> None:
    """概要 is a quotation of whole paragraphs, its lines joined, its source behind it."""
    overview = drafted().block("overview")
    assert "統計の問い合わせに対して" in overview
    assert "加担するおそれがあります。\n\n(出典: CSIRT-A、CSIRT-A-AT-2026-0007)" in overview
    assert "増加を確認しています" not in overview


def test_only_scores_in_numbers_are_told() -> None:
    """A vector without a score, or a distributor's word, makes no line 「基本値: 」."""
    odd = (
        Severity("CVSSv4.0", "CVSS:4.0/AV:N", ""),
        Severity("ubuntu", "", "medium"),
        Severity("CVSSv3.1", "x", "9.8"),
        Severity("CVSSv3.1", "y", "9.8 (high)"),
        Severity("CVSSv3.1", "x", "9.8"),
    )
    notice = drafted(replace(CASE, advisories=(replace(TIMED, severity=odd),)))
    assert notice.block("impact").count("基本値") == 1


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
    assert made.revisions[0] == (first.history[0][0], "第1版 公開")
    assert made.revisions[1][1] == "第2版 更新(対象、対策、回避策)"


def test_a_revision_is_dated_with_its_day_of_issue() -> None:
    """What waited for approval is dated when it went out, in the history of the next edition too."""
    first = replace(drafted(), issued=date(2026, 11, 30))
    assert first.revisions == ((date(2026, 11, 30), "第1版 公開"),)
    second = replace(drafted(CASE, first), edition=4)
    assert second.revisions == ((date(2026, 11, 30), "第1版 公開"), (date(2026, 11, 26), "第4版 更新"))


def test_spacing_and_width_are_no_change() -> None:
    """A text that differs in folding, spaces or full-width letters only has no change block."""
    first = drafted()
    wide = replace(
        TIMED, sections=(*TIMED.sections[:-1], replace(TIMED.sections[-1], text=TIMED.sections[-1].text + "\n\n"))
    )
    wide = replace(wide, workarounds=tuple(one.replace("1行", "1行") for one in TIMED.workarounds))
    assert drafted(Case("C-2026-0012", (VU, wide)), first).block("change") == ""


def said_by(other: Advisory, *vers: str) -> str:
    """Draft from timed's advisory and another that calls ranges affected; return 対象."""
    affected = tuple(Affected("timed", VersionRange.parse(one), one) for one in vers)
    lead = replace(TIMED, affected=TIMED.affected[:1])
    return drafted(Case("C-1", (replace(other, affected=affected), lead))).block("affected")


def test_the_narrower_of_two_statements_is_left_out() -> None:
    """What lies within another publisher's range is said by it; the same range is said once, in the lead's words."""
    for narrower in ("vers:generic/<4.2.7p25", "vers:generic/4.0|4.1", "vers:generic/<4.2.7p26"):
        assert said_by(VU, narrower).endswith("\n\n- timed 4.2.7p26 より前のバージョン")
    halves = said_by(VU, "vers:generic/<4.1", "vers:generic/>=4.1|<4.2.7p26")
    assert halves.endswith("\n\n- timed 4.2.7p26 より前のバージョン")
    assert said_by(VU, "vers:generic/<=4.2.9").endswith("\n\n- timed 4.2.9 およびそれ以前のバージョン")


def test_publishers_that_differ_are_named() -> None:
    """Ranges of which neither holds the other stand side by side, each with who says so."""
    words = said_by(VU, "vers:generic/>=4.2|<=4.3")
    assert "- timed 4.2.7p26 より前のバージョン(CSIRT-A)" in words
    assert "- timed 4.2 以上 4.3 以下(CSIRT-B)" in words


def test_versions_told_are_not_told_again() -> None:
    """What only lists the corrected versions is passed over; sentences that say more stay."""
    told = {"4.2.7p26"}
    assert opening("次のバージョンで修正されています。\n\ntimed 4.2.7p26", told=told) == ""
    assert opening(
        "開発者は次のバージョンを公開しています。\n- timed 4.2.7p26 以降\n\n再起動してください。", told=told
    ) == ("再起動してください。")
    assert opening("4.2.7p26 で修正されています。", told=told) == ""
    for kept in (
        "次のバージョンで修正されています。\n\ntimed 4.2.7p27",
        "4.2.7p26 に更新し、設定を確認してください。",
        "修正版が公開されています。検証のうえ、適用してください。",
    ):
        assert opening(kept, told=told) == kept


def test_of_an_added_to_section_the_last_addition_is_quoted() -> None:
    """対策 that opens with an outdated version is not what is recommended."""
    first = "次のバージョンで修正されています。\n\ntimed 4.2.7p20\n\n"
    text = f"{first}更新: 2026年11月22日追記\n\ntimed 4.2.7p26 では不十分です。"
    revised = replace(TIMED, sections=(*TIMED.sections[:-1], Section("IV. 対策", text)))
    words = drafted(Case("C-1", (revised,))).block("solution")
    assert "4.2.7p20" not in words
    assert "更新: 2026年11月22日追記\n\ntimed 4.2.7p26 では不十分です。" in words


def test_corrected_versions_are_dated_and_lead_to_the_original() -> None:
    """Whoever updates reads as of when the list holds, and where newer ones would stand."""
    words = drafted().block("solution")
    assert words.startswith("2026年11月20日(金)現在、")
    assert "参考情報に記載した公開元の情報もご確認ください" in words


def test_an_address_of_our_own_network_is_not_shown() -> None:
    """A mirror's address helps no customer: the number alone stands there."""
    case = Case("C-1", (replace(VU, url="http://127.0.0.1:8080/900007"), TIMED))
    words = drafted(case).block("references")
    assert "127.0.0.1" not in words
    assert "(VU#900007)" in words


def test_a_real_alert_with_additions_does_not_recommend_its_first_version(corpus: Path) -> None:
    """The Log4j alert: 2.15.0 stood first and was not enough."""
    page = corpus / "feeds/jpcert/at/2021/at210050.html"
    found = list(jpcert.read(file.read(page, NOW), judge_for(None, (), NOW, "https")))
    words = drafted(Case("C-1", tuple(one for one in found if isinstance(one, Advisory)))).block("solution")
    assert "2.15.0" not in words
    assert "2.17.1" in words


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


@pytest.mark.parametrize(
    ("title", "products", "cve", "expected"),
    [
        ("A buffer overflow in timed", ("timed",), "CVE-2026-10007", "timed の脆弱性(CSIRT-A-AT-2026-0007)"),
        (
            "A buffer overflow",
            ("timed", "時刻君", "x"),
            "CVE-2026-1",
            "timed、時刻君ほかの脆弱性(CSIRT-A-AT-2026-0007)",
        ),
        ("Release notes", ("timed",), "", "timed のセキュリティ情報(CSIRT-A-AT-2026-0007)"),
        ("A buffer overflow", (), "CVE-2026-1", "A buffer overflow "),
    ],
)
def test_another_language_s_title_is_said_by_its_facts(
    title: str, products: tuple[str, ...], cve: str, expected: str
) -> None:
    """Product, sort of matter and number in Japanese, no sentence translated; without a product the title stands."""
    lines = tuple(replace(TIMED.affected[0], product=one) for one in products)
    english = replace(TIMED, title=title, language="en", affected=lines, aliases=(cve,) if cve else ())
    made = draft.from_case(Case("C-1", (english,)), (), 0, PROVIDER, NOW, templates=Templates.load())
    assert made.title == f"{expected}に関する注意喚起"


def test_who_reported_a_flaw_is_no_customer_s_matter() -> None:
    """The end of an overview that names reporter and coordinator is left out, what stands before it is not."""
    credit = "この脆弱性情報は、情報セキュリティ早期警戒パートナーシップに基づき報告されました。報告者: 見本 太郎 氏"
    told = replace(TIMED, sections=(), summary=f"timed には応答を増幅する問題があります。\n{credit}")
    made = draft.from_case(Case("C-1", (told,)), (), 0, PROVIDER, NOW, templates=Templates.load())
    assert "応答を増幅する問題" in made.block("overview")
    assert "見本 太郎" not in made.block("overview")


def test_a_workaround_is_told_once() -> None:
    """What stands under 回避策 is not said under 対策 again; without it there the text stays whole."""
    text = "[アップデートする]\n最新版に更新してください。\n[ワークアラウンドを実施する]\n応答を止めてください。"
    whole = replace(TIMED, fixed=(), workarounds=(), sections=(Section("対策", text),))
    apart = replace(whole, workarounds=("応答を止めてください。",))
    for one, expected in ((whole, True), (apart, False)):
        made = draft.from_case(Case("C-1", (one,)), (), 0, PROVIDER, NOW, templates=Templates.load())
        assert "最新版に更新" in made.block("solution")
        assert ("応答を止めて" in made.block("solution")) is expected
