"""Wording that is understood and gives no range: revisions, dates, denials with their reason; and models."""

import pytest

from feedbot.reading.phrases import read


@pytest.mark.parametrize(
    "text",
    [
        "開発版 (1.9系): 2006-09-23以前の全てのバージョン",
        "1.9系: r18423以前の全てのリビジョン",
        "Sample 1.9開発版 (1.9.3dev).",
        "sample 2.0.0 revision 37575 より前の全ての sample 2.0 系列 (2.0.0 preview1 を含む)",
        "revision 40728 より前の trunk",
        "trunk のリビジョン 41671 より前の全ての Sample 開発バージョン",
        "commit f308ab2131ee675000926540cbb8c13c91dc3be5 より前の開発版 (Fiddle に関して)",
        "2023年12月31日以前に公開されていた Sample",
        "に依存するその他の Example 製品",
    ],
)
def test_what_is_described_without_versions_is_understood_and_gives_no_range(text: str) -> None:
    """Revisions, commits, dates and dependent products are told as such, and are no range of any kind."""
    phrase = read(text, "Sample")
    assert (phrase.complete, phrase.described) == (True, (text,))
    assert (phrase.range, phrase.unaffected, phrase.fixed) == (None, None, ())
    assert {piece.means for piece in phrase.pieces} <= {"product", "described"}


@pytest.mark.parametrize(
    "text",
    [
        "revision 18423 以前",
        "2006-09-23以前の全てのバージョン",
        "commit f308ab2131ee675000926540cbb8c13c91dc3be5",
        "r18423 以前の 1.9 系",
        "1.9系: r18423 以前",
        "1.2 から r561",
        "Other revision 40728 より前の trunk",
        "1.2 以前、revision 40728 より前の trunk",
        "revision 40728 より前の trunk では修正済み",
        "2023年12月31日以前に公開されていた Other",
        "2023年12月31日以前に公開されていた Sample を除く",
        "開発版",
        "1.9.3 を含む",
        "7000 の可能性",
        "7000 をお使いの方",
    ],
)
def test_what_is_half_described_is_left_unread(text: str) -> None:
    """A revision or date of what is not said, of another product, or beside versions, is not understood."""
    assert not read(text, "Sample").complete


def test_numbers_that_the_product_itself_gives_its_revisions_are_versions() -> None:
    """r100 to r561 of a product is a range; a capital R is a model's."""
    assert str(read("Sample r100 から r561").range) == "vers:generic/>=r100|<=r561"
    assert str(read("Sample R710 1.2 以前").range) == "vers:generic/<=1.2"


@pytest.mark.parametrize(
    ("text", "product", "vers"),
    [
        ("2000シリーズ", "Sample", ">=2000|<2001"),
        ("500 シリーズ", "Sample", ">=500|<501"),
        ("7000", "Sample", "7000"),
        ("XP8800シリーズ", "Sample XP8800シリーズ", "*"),
        ("XP8800/XP5500シリーズ", "Sample XP8800/XP5500シリーズ", "*"),
        ("3 (x86-64)", "Sample", "3"),
        ("「Sample 5.3.8」以前のバージョン", "Sample", "<=5.3.8"),
        ("Sample 1.8.6 patchlevel 230 以降の全ての Sample 1.8 系列", "Sample", ">=1.8.6%20patchlevel%20230|<1.9"),
        ("概要 Sample のバージョン 1.1 に影響する問題が、Example の開発者によって報告されました", "Sample", "1.1"),
        ("この問題は Host ESR で使われていた Sample 2 のバージョン 1.2.4 に影響します", "Sample Host", None),
    ],
)
def test_a_line_beside_its_product_is_read(text: str, product: str, vers: str | None) -> None:
    """Series and models of a product that is given beside the line, and sentences about it."""
    phrase = read(text, "Sample")
    if vers is not None:
        assert (phrase.product, str(phrase.range), phrase.unread) == (product, f"vers:generic/{vers}", ())
    else:
        assert (str(phrase.range), phrase.note) == ("vers:generic/1.2.4", "Host ESR で使われていた")


@pytest.mark.parametrize(
    ("text", "unaffected"),
    [
        ("この脆弱性は Sample 1.5.0.4 で混入したもので、それ以前のバージョンには影響しません", "<1.5.0.4"),
        ("この脆弱性は Sample 2.0.1 および 1.5.9 で混入したものであり、それ以前のバージョンには影響しません", "<1.5.9"),
        ("ワーカーは Sample 3.5 で導入されたため、この脆弱性は Sample 3 など以前のバージョンには影響しません", "<=3"),
        ("この問題はインライン SVG が実装された Sample 4 より前のバージョンには影響しません", "<4"),
        ("これらの脆弱性は Sample 4 より前の古い製品には影響しません", "<4"),
    ],
)
def test_a_denial_with_its_reason_is_read(text: str, unaffected: str) -> None:
    """The versions that are not affected; nothing of the reason becomes a range."""
    phrase = read(text, "Sample")
    assert (phrase.range, str(phrase.unaffected), phrase.unread) == (None, f"vers:generic/{unaffected}", ())


@pytest.mark.parametrize(
    "text",
    [
        "この脆弱性は Sample 1.5 で混入したもので、影響しません",
        "この脆弱性は Sample 1.5 以前で混入したもので、それ以前のバージョンには影響しません",
        "この脆弱性は Sample 1.x で混入したもので、それ以前のバージョンには影響しません",
        "ワーカーはおそらく Sample 3.5 で導入されたため、この脆弱性は Sample 3 には影響しません",
        "Sample 3.5 で導入されたため、Sample 3.6 には影響しますが Sample 3 には影響しません",
        "SVG が実装された Sample 4 より前のバージョン以外には影響しません",
        "それ以前のバージョンには影響しません",
    ],
)
def test_a_denial_whose_reason_is_not_understood_is_left_unread(text: str) -> None:
    """A reason is no room for words that nobody knows."""
    phrase = read(text, "Sample")
    assert (phrase.complete, phrase.range, phrase.unaffected) == (False, None, None)


def test_a_word_used_in_two_senses_is_marked() -> None:
    """より以前, up to and prior to are read, より以前 on the cautious side, and the word is kept beside the range."""
    for text, vers, words in (
        ("Sample 9.10.4-P2 より以前のバージョン", "<=9.10.4-P2", ("より以前",)),
        ("Sample up to 9.10.4", "<=9.10.4", ("up to",)),
        ("Sample prior to 9.10.4", "<9.10.4", ("prior to",)),
        ("Sample 9.10.4 以前", "<=9.10.4", ()),
    ):
        phrase = read(text)
        assert (str(phrase.range), phrase.two_senses, phrase.complete) == (f"vers:generic/{vers}", words, True)
