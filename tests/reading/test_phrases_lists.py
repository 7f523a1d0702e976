"""Lists of corrections, all of a branch, and numbers that are no versions."""

import pytest

from feedbot.reading._tokens import common_words, edition_words
from feedbot.reading.phrases import read


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("Sample 1.2.3 および 1.2.4 で修正", ("1.2.3", "1.2.4")),
        ("Sample 1.2.3、1.3.0、1.4.1 で修正済み", ("1.2.3", "1.3.0", "1.4.1")),
        ("Fixed in Sample 1.2.4", ("1.2.4",)),
    ],
)
def test_a_correction_is_of_all_versions_before_it(text: str, fixed: tuple[str, ...]) -> None:
    """The first of 「1.2.3 および 1.2.4 で修正」 is corrected too, and none of them is affected."""
    found = read(text)
    assert (found.range, found.fixed, found.complete) == (None, fixed, True)


def test_a_branch_that_corrects_is_left_unread() -> None:
    """「2.4.x および 2.5.1 で修正」 names no version for 2.4."""
    assert not read("Sample 2.4.x および 2.5.1 で修正").complete


@pytest.mark.parametrize(
    ("text", "vers"),
    [
        ("全ての Sample 2.4 系", ">=2.4|<2.5"),
        ("all versions of Sample 2.4.x", ">=2.4|<2.5"),
        ("Sample 1.9 (全バージョン)", ">=1.9|<1.10"),
        ("Sample 1.8.x、1.9.x (すべてのバージョン)", ">=1.8|<1.10"),
        ("Sample, all versions", "*"),
        ("All Sample versions before 1.2.3", "<1.2.3"),
        ("Sample 4.0 のみ影響を受けます", "4.0"),
        ("Sample 1.x 1.2.3 未満", ">=1|<1.2.3"),
        ("Sample 1.2.3 (64bit 版)", "1.2.3"),
    ],
)
def test_all_of_a_branch(text: str, vers: str) -> None:
    """It may stand before the name, behind it or in a bracket."""
    found = read(text)
    assert (str(found.range), found.complete) == (f"vers:generic/{vers}", True)


@pytest.mark.parametrize(
    "text",
    [
        "100MB 未満",
        "CVSS 基本値 4.0 以下",
        "スコアが 7.5 以下",
        "最大 3.5 まで",
        "03-1234-5678",
        "10-20",
        "Migrating from 1.0 to 2.0",
        "Drop Sample 2.0 and earlier",
        "Sample versions 1.0, 1.1 and 1.2 before 1.2.3",
        "サポート中の Sample のすべてのバージョン",
    ],
)
def test_what_is_no_range_stays_unread(text: str) -> None:
    """Sizes, scores, telephone numbers and migrations, and bare versions that a later sign may be meant for."""
    assert not read(text).complete


def test_words_of_manuals_are_no_products() -> None:
    """「変更点 8.0 以前」 and 「8.0 以前の挙動」 may be of any text; in a list they are believed."""
    for word in common_words():
        assert not read(f"{word} 8.0 以前").complete, word
        assert not read(f"8.0 以前の{word}").complete, word
    assert read("8.0 以前の挙動", listed=True).complete
    assert read("変更管理システム 8.0 以前").complete
    assert read("8.0.1 以前の Sample Server").complete


@pytest.mark.parametrize(
    "text",
    [
        "Sample Server 2.1.3 および、それ以前のバージョン",
        "Sample Server 2.1.3 ならびにそれよりも古いバージョン",
        "Sample Server 2.1.3 及びこれよりも前",
        "Sample Server 2.1.3、又はこれ以下のバージョン",
    ],
)
def test_and_what_is_earlier(text: str) -> None:
    """Whatever joins it, a word that points back to the version and before it takes both in."""
    found = read(text)
    assert (str(found.range), found.complete) == ("vers:generic/<=2.1.3", True)


def test_what_is_earlier_in_a_branch() -> None:
    """The branch behind it cuts it."""
    assert str(read("Sample 2.1.3 ならびにそれ以前の 2.1 系列").range) == "vers:generic/>=2.1|<=2.1.3"


@pytest.mark.parametrize(
    "text",
    [
        "Sample 3.0 以前のバージョンの可能性",
        "おそらく Sample 3.0 以前",
        "Sample 3.0 以前の一部",
        "一部の Sample 3.0 以前",
        "少なくとも Sample 3.0 以前",
        "Sample 3.0 の前",
    ],
)
def test_doubts_and_parts_are_left_unread_in_any_list(text: str) -> None:
    """What the publisher does not know for sure, or says of some only, is for a person."""
    assert not read(text, listed=True).complete


def test_a_denial_keeps_its_bracket_and_its_bullet() -> None:
    """A CVE name behind the sentence is a note; a bullet before its reason is none."""
    found = read(
        "・Web ワーカーは Sample 3.5 で導入されたため、この脆弱性は Sample 3.0 以前には影響しません (CVE-2024-12345)"
    )
    assert (str(found.unaffected), found.complete) == ("vers:generic/<=3.0", True)
    assert found.notes == ("CVE-2024-12345", "Web ワーカーは Sample 3.5 で導入されたため")


def test_an_edition_in_a_bracket_makes_a_bare_number_a_version() -> None:
    """「3 (as)」 is how JVN lists a system's release; 「3 (個)」 and a bare 3 are anything."""
    for word in edition_words():
        found = read(f"3 ({word})")
        assert (str(found.range), found.complete, found.notes) == ("vers:generic/3", True, (word,))
    assert not read("3 (個)").complete
    assert not read("3").complete
    assert not read("3 以前").complete


def test_levels_of_patches() -> None:
    """A hotfix is part of the version; a build alone is no version that others could be held against."""
    assert str(read("Sample 2.5 Hotfix 3 未満").range) == "vers:generic/<2.5%20Hotfix%203"
    assert str(read("Sample 2.5 MR4 以前").range) == "vers:generic/<=2.5%20MR4"
    assert not read("ビルド 1234 以前", "Sample").complete
    assert read("パッチ管理ツール 1.2 以前").complete


def test_ends_of_branches_that_are_not_named() -> None:
    """「8.3.8 より前、8.2.20 より前」 means 8.2.20 of 8.2 and does not say so; a branch or CVE name does."""
    assert not read("Sample 8.3.8 より前、8.2.20 より前").complete
    assert not read("Sample 3.2.1 以前および 2.8.9 以前のバージョン").complete
    assert read("Sample 8.3.8 より前の 8.3 系、8.2.20 より前の 8.2 系").complete
    assert read("1.2.3 以前(CVE-2024-1111)、1.2.5 以前(CVE-2024-2222)", "Sample").complete
    listed = read("Sample 8.3.8 より前、8.2.20 より前", listed=True)
    assert (str(listed.range), listed.complete) == ("vers:generic/<8.3.8", True)


@pytest.mark.parametrize(
    "text", ["Sample 1.2.3 で修正 (不完全)", "partially fixed in 1.2.3", "Sample 1.2.3 で修正予定", "回避策 1.2.4"]
)
def test_half_a_correction_is_none(text: str) -> None:
    """What is corrected in part, or is to be, stays for a person."""
    assert not read(text, listed=True).complete
    assert read("対策バージョン 1.2.4").fixed == ("1.2.4",)
