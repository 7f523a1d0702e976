"""What drafts take from advisories: paragraphs as their publishers wrote them, and pages that may be linked."""

from dataclasses import replace

import pytest

from feedbot.advisory import Advisory, Reference, Section
from feedbot.advisory.case import Case
from feedbot.notice._excerpt import excerpt, opening, references, summary, unfolded, workarounds
from tests.notice.fixtures import TIMED, VU

FULL = "あ" * 27
"""A line of 54 columns: the shortest that counts as filled."""


def of(*sections: tuple[str, str], **changes: object) -> Advisory:
    """Return a Japanese advisory of these sections."""
    made = tuple(Section(heading, text) for heading, text in sections)
    bare = replace(TIMED, sections=made, summary="", workarounds=())
    return replace(bare, **changes)  # type: ignore[arg-type]


def taken(case_of: Advisory, *more: Advisory, headings: str = "対策", **how: object) -> str:
    """Return the words of an excerpt; empty for none."""
    found = excerpt(Case("C-1", (case_of, *more)), headings, **how)  # type: ignore[arg-type]
    return found.text if found else ""


def test_a_line_is_filled_from_54_columns() -> None:
    """Publishers fold at 64 to 76; a shorter line ends where it ends."""
    assert unfolded(f"{FULL}\nい") == f"{FULL}い"
    assert unfolded(f"{FULL[:-1]}a\nい") == f"{FULL[:-1]}a\nい"
    assert unfolded(f"{FULL}  \nい") == f"{FULL}い"
    assert unfolded(f"{FULL}\n\nい") == f"{FULL}\n\nい"


@pytest.mark.parametrize(
    "line",
    [
        *(" 字下げ", "\u3000字下げ", "- 項", "• 項", "* 項", "> 引用", "・項", "■項", "(1) 項", "1. 項", "12) 項"),
        *("*) 注", "*1 注", "*)1 注", "https://a.example/"),
    ],
)
def test_an_item_begins_a_line_of_its_own(line: str) -> None:
    """Whatever stands before it."""
    assert unfolded(f"{FULL}\n{line}") == f"{FULL}\n{line}"


@pytest.mark.parametrize("line", ["-項", "1.項", "(い)項", "*項", "項: https://a.example/"])
def test_what_only_looks_like_an_item_goes_on(line: str) -> None:
    """It is the rest of the sentence."""
    assert unfolded(f"{FULL}\n{line}") == f"{FULL}{line}"


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (f"NTP サーバ{FULL}\nNTP", f"NTP サーバ{FULL} NTP"),
        (f"サーバ NTP{FULL}\nNTP", f"サーバ NTP{FULL} NTP"),
        (f"サーバNTP{FULL}\nNTP", f"サーバNTP{FULL}NTP"),
        (f"NTP サーバ{FULL}x\nを", f"NTP サーバ{FULL}x を"),
        (f"NTP サーバ{FULL}\nを", f"NTP サーバ{FULL}を"),
        (f"NTP サーバ{FULL}。\nNTP", f"NTP サーバ{FULL}。NTP"),
        ("a" * 54 + "\nb", "a" * 54 + " b"),
    ],
)
def test_latin_words_are_set_off_as_their_publisher_does(paragraph: str, expected: str) -> None:
    """Where he sets them off by a blank within lines, a folded line had one too; two Latin words always."""
    assert unfolded(paragraph) == expected


def test_paragraphs_are_taken_until_there_is_enough() -> None:
    """As many characters as asked for are enough; 120 where nothing is said."""
    assert opening("一二\n\n三四\n\n五", least=4) == "一二\n\n三四"
    assert opening("一二\n\n三四\n\n五", least=5) == "一二\n\n三四\n\n五"
    assert opening(f"\n\n{'あ' * 60}\n \t\n\n{'い' * 60}\n\n三") == f"{'あ' * 60}\n\n{'い' * 60}"
    assert opening(f"{'あ' * 59}\n\n{'い' * 60}\n\n三").endswith("\n\n三")


def test_the_blank_that_opens_a_paragraph_is_dropped() -> None:
    """One or two of a Japanese sentence, not those of a list or a command."""
    assert opening("　段落です。\n\n 次の段落です。", 20) == "段落です。\n\n次の段落です。"
    assert opening("  disable stats") == "  disable stats"
    assert opening(" ・項目です") == " ・項目です"


@pytest.mark.parametrize(
    ("text", "told", "kept"),
    [
        ("timed バージョン 4.2.7", ("4.2.7",), ""),
        ("timed 4.2.7 以降および 4.1.9 以上", ("4.2.7", "4.1.9"), ""),
        ("timed 4.2.7", ("4.2", "4.2.7"), ""),
        ("timed 4.2.7, 4.3", ("4.2.7",), "timed 4.2.7, 4.3"),
        ("timed 4.2.7 を使う", ("4.2.7",), "timed 4.2.7 を使う"),
        ("本文です。\n\n次のバージョンです。\n\ntimed 4.2.7", ("4.2.7",), "本文です。"),
        ("timed 4.2.7\n再起動してください。", ("4.2.7",), "timed 4.2.7\n再起動してください。"),
        ("次のバージョンです。\n\n本文です。\n\ntimed 4.2.7", ("4.2.7",), "次のバージョンです。\n\n本文です。"),
    ],
)
def test_versions_that_stand_elsewhere_are_left_out(text: str, told: tuple[str, ...], kept: str) -> None:
    """With the sentence that leads to them and no other."""
    assert opening(text, told=told) == kept


def test_an_excerpt_is_of_the_first_section_that_has_words() -> None:
    """Of a Japanese advisory, under a heading that is wanted and not barred."""
    one = of(("対策", " \n"), ("対策と影響を受ける製品", "二"), ("III. 対策", "三"))
    assert taken(one, barred="受ける") == "三"
    assert taken(one) == "二"
    assert taken(one, headings="影響", barred="受ける") == ""
    assert taken(replace(VU, sections=one.sections)) == ""
    found = excerpt(Case("C-1", (replace(VU, sections=one.sections), one)), "対策")
    assert found
    assert found.advisory is one


def test_of_additions_the_last_is_told() -> None:
    """What is marked as an addition, on a line of its own."""
    added = "初めの版。\n\n更新: 2026年11月2日追記\n二番目。\n\n　更新: 2026年11月3日\n三番目。"
    assert taken(of(("対策", added))) == "更新: 2026年11月3日\n三番目。"
    assert taken(of(("対策", "更新: 2026年11月2日に公開されました。")), least=1).startswith("更新")
    assert taken(of(("対策", "一。更新: 2026年11月2日\n二"))) == "一。更新: 2026年11月2日\n二"


def test_a_workaround_is_left_to_its_own_part() -> None:
    """Where the advisory gives it apart."""
    text = "更新してください。\n【ワークアラウンドを実施する】\n止めてください。"
    assert taken(of(("対策", text), workarounds=("止めてください。",))) == "更新してください。"
    assert taken(of(("対策", text))) == text


@pytest.mark.parametrize(
    "credit",
    [
        "\n\nこの脆弱性情報は、情報セキュリティ早期警戒パートナーシップに基づき\n報告されました。",
        "この文書の情報は、情報セキュリティ早期警戒パートナーシップに。",
        "この情報は、下記の方が情報セキュリティ早期警戒パートナーシップに。",
        "\n この脆弱性情報は、下記の方が情報セキュリティ早期警戒パートナーシップに。",
    ],
)
def test_who_reported_is_left_out_of_a_summary(credit: str) -> None:
    """From a section and from a feed's summary alike."""
    for one in (of(("概要", f"概要です。{credit}")), of(summary=f"概要です。{credit}")):
        found = summary(Case("C-1", (one,)))
        assert found
        assert (found.text, found.advisory) == ("概要です。", one)


def test_a_summary_is_the_section_else_the_feeds() -> None:
    """A section that was added to gives way to the feed's words; without these it stands. None of an English one."""
    added = "更新: 2026年11月2日追記\n追記です。"
    blank = of(("概要", " "), summary="要旨です。")
    for one, expected in (
        (of(("I. 概要", "概要です。"), summary="要旨です。"), "概要です。"),
        (of(("I. 概要", added), summary="要旨です。"), "要旨です。"),
        (of(("I. 概要", added)), added),
        (blank, "要旨です。"),
    ):
        found = summary(Case("C-1", (one,)))
        assert found
        assert found.text == expected
    assert summary(Case("C-1", (of(),))) is None
    assert summary(Case("C-1", (VU,))) is None
    second = replace(blank, number="Z-1")
    found = summary(Case("C-1", (of(), VU, second)))
    assert found
    assert found.advisory is second


def test_workarounds_are_of_one_advisory() -> None:
    """The first Japanese one that gives any, else the lead; each without the empty lines around it."""
    english = replace(VU, workarounds=("stop it",))
    assert workarounds(Case("C-1", (english, of(workarounds=("\nX一\n  二\n", "三X"))))) == ("X一\n  二", "三X")
    assert workarounds(Case("C-1", (english, of()))) == ()
    assert workarounds(Case("C-1", (english,))) == ("stop it",)


def test_pages_follow_from_names() -> None:
    """Of JVN, JVN iPedia, CERT/CC and CVE; any other name has none."""
    named = ("CVE-2026-1", "JVN#12345678", "JVNDB-2026-000012", "JVNTA#90000001", "JVNVU#90000007", "VU#900007", "X-1")
    unknown = ("JVNDB-2026-x", "VU#x", "JVNX#1")
    one = of(aliases=(*named, *unknown), references=(), url="")
    assert references(Case("C-1", (one,))) == (
        ("CVE-2026-1", "https://www.cve.org/CVERecord?id=CVE-2026-1"),
        ("JVN#12345678", "https://jvn.jp/jp/JVN12345678/index.html"),
        ("JVNDB-2026-000012", "https://jvndb.jvn.jp/ja/contents/2026/JVNDB-2026-000012.html"),
        ("JVNTA#90000001", "https://jvn.jp/ta/JVNTA90000001/index.html"),
        ("JVNVU#90000007", "https://jvn.jp/vu/JVNVU90000007/index.html"),
        ("VU#900007", "https://www.kb.cert.org/vuls/id/900007"),
    )


def test_a_page_that_a_publisher_links_to_is_taken() -> None:
    """Rather than the one that its name gives, if the world can open it."""
    given = ("https://10.0.0.1/JVNVU90000007", "https://jvn.example/JVNVU90000007.html", "https://x.example/1")
    one = of(aliases=("JVNVU#90000007",), references=tuple(map(Reference, given)), url="")
    assert references(Case("C-1", (one,))) == (("JVNVU#90000007", "https://jvn.example/JVNVU90000007.html"),)


def test_each_original_stands_once_the_leads_first() -> None:
    """By its address, or by its number where that is none to open; what has no address at all is left out."""
    one, inner = of(aliases=()), replace(VU, number="A-1", aliases=(), url="http://localhost/1")
    twin = replace(inner, number="A-2")
    again = replace(VU, number="A-3", aliases=(), url=one.url)
    bare = replace(VU, number="A-4", aliases=(), url="")
    assert references(Case("C-1", (inner, one, twin, again, bare))) == (
        (f"CSIRT-A「{one.title}」(CSIRT-A-AT-2026-0007)", one.url),
        (f"CSIRT-B「{VU.title}」(A-1)", ""),
        (f"CSIRT-B「{VU.title}」(A-2)", ""),
    )
