"""Sentences that say what is affected, what is not and why: only what is surely a range becomes one."""

import pytest

from feedbot.reading.phrases import read


@pytest.mark.parametrize(
    ("text", "vers", "unaffected"),
    [
        (
            "この問題は Sample 18 から Sample 20 までのバージョンに影響し、Example ESR には影響しません",
            ">=18|<=20",
            None,
        ),
        ("この脆弱性は Sample 31 以降に影響するもので、それ以前のバージョンには影響しません", ">=31", None),
        ("発見者が公開した実証コードは Sample 3.6 のみに影響し、旧バージョンには影響しません", "3.6", None),
        ("Sample 3.6.3 より前の 3.6 系のみが影響を受け、3.5 系は影響を受けません", ">=3.6|<3.6.3", ">=3.5|<3.6"),
        ("Sample 9.16 系列は影響を受けるが、Sample 9.18 系列は影響を受けない", ">=9.16|<9.17", ">=9.18|<9.19"),
        ("Sample 2.0 以前が影響を受けます、2.1 は影響を受けません", "<=2.0", "2.1"),
        ("影響を受けるのは Sample 2.4.1 以前です", "<=2.4.1", None),
        ("Sample 2.4.1 より前のバージョンに脆弱性が存在します", "<2.4.1", None),
        ("処理は Sample 3 で書き直されており、影響を受けるのは Sample 2 のみです", "2", None),
        ("Sample 3.5 は影響を受けますが Sample 3.0 は影響を受けません", "3.5", "3.0"),
    ],
)
def test_a_sentence_that_goes_on_gives_what_each_part_says(text: str, vers: str, unaffected: str | None) -> None:
    """The part that calls versions affected is the range; the part that denies it is none."""
    phrase = read(text)
    assert (phrase.complete, phrase.product, str(phrase.range)) == (True, "Sample", f"vers:generic/{vers}")
    assert str(phrase.unaffected) == (f"vers:generic/{unaffected}" if unaffected else "None")


def test_what_a_sentence_is_about_is_kept() -> None:
    """The subject before は narrows nothing and is not lost."""
    assert (
        "公開した実証コードは"
        in read("公開した実証コードは Sample 3.6 のみに影響し、旧バージョンには影響しません").note
    )


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("この問題は Sample 29 で修正されました", ("29",)),
        ("この問題は Sample 6.16 にて修正済みです", ("6.16",)),
        ("この問題は Sample 1.0.5 および Example Suite 1.7.9 で修正されています", ("1.0.5", "1.7.9")),
        (
            "これらは Sample 3.15.4 で修正され、このバージョンは影響を受けるプラットフォーム向けに公開されました",
            ("3.15.4",),
        ),
        ("Sample 3.0.1 で修正されたが、旧バージョンには影響しない問題:", ("3.0.1",)),
        ("この脆弱性は Sample 29 で修正され、Sample ESR 24 には影響しません", ("29",)),
    ],
)
def test_a_sentence_names_what_corrects(text: str, fixed: tuple[str, ...]) -> None:
    """Versions before 「で修正され」 are corrections and no range."""
    phrase = read(text)
    assert (phrase.complete, phrase.range, phrase.fixed) == (True, None, fixed)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("この問題は Android 4.4 以前で動作する Sample のみに影響します", "Android 4.4 以前で動作する"),
        ("この問題は samplelib 0.10 がインストールされている Linux のみに影響し、他には影響しません", "samplelib 0.10"),
        (
            "0.1.5 以下のバージョンの samplelib にリンクされているすべてのバージョンの bar が影響を受けます。",
            "samplelib",
        ),
    ],
)
def test_versions_of_something_else_are_no_range_of_the_product(text: str, note: str) -> None:
    """What is affected where another thing has some version is described, word for word."""
    phrase = read(text)
    assert (phrase.complete, phrase.range, phrase.described) == (True, None, (text,))
    assert note in phrase.note


def test_a_range_beside_what_is_described_is_not_given() -> None:
    """Where one part of a sentence is no range, the other part would be less than what is affected."""
    phrase = read("Sample 2.0 以前が影響を受け、samplelib 1.2 を使用する Example も影響を受けます")
    assert (phrase.complete, phrase.range, len(phrase.described)) == (True, None, 1)


@pytest.mark.parametrize(
    ("text", "unaffected"),
    [
        ("この機能は Sample 3.6 で追加されたため、Sample 3.5 以前のバージョンは影響を受けません", "<=3.5"),
        ("書体への対応は Sample 3.6 (Engine 1.9) で導入されたもので、旧バージョンを搭載した製品には影響しません", None),
        ("バージョン 12 以降新たにインストールされた Sample はこの問題の影響を受けません", None),
        ("スクリプトを無効にしている場合、Sample 3 は影響を受けません", None),
        ("この問題は Engine の現行バージョン 1.0 には影響せず、Windows システムにも影響しません", None),
        ("Sample 1.0.0 および 1.0.1 は本脆弱性の影響を受けない", "1.0.0|1.0.1"),
        ("Sample 7 以降では、この問題の影響を受けません", ">=7"),
        ("Sample 38 以降は既定で無効化されているため影響を受けません", None),
        ("Sample 2 ではスクリプトが無効になっているため、この問題の影響を受けません", None),
    ],
)
def test_a_denial_is_kept_word_for_word(text: str, unaffected: str | None) -> None:
    """What is not affected is given where it is versions of the product and no condition stands with it."""
    phrase = read(text)
    assert (phrase.complete, phrase.range, phrase.described) == (True, None, ())
    assert str(phrase.unaffected) == (f"vers:generic/{unaffected}" if unaffected else "None")
    assert unaffected or phrase.note


@pytest.mark.parametrize(
    "text",
    [
        "この問題は Sample 3 以前に影響するとは限りません",
        "この問題が Sample 3 に影響するかどうかは確認されていません",
        "この問題は Sample 3 以前に影響するおそれがあります",
        "Sample 3 にしか影響しません",
        "Sample 3 には影響しないわけではありません",
        "Sample 3 は影響を受けないとされていましたが、影響を受けることが判明しました",
        "この問題は Sample 3 では修正されていません",
        "この設定は Sample 3 以前に影響し、動作が変わります",
        "この変更は Sample 3 以前に影響するもので、Windows には影響しません",
        "この問題は Sample 3 以前に影響しますが、Sample 2 には影響しません",
        "この問題は Sample 3 以前に影響し、Example 4 以前に影響します",
        "Sample 3.5 で修正されたため Sample 3.0 には影響します",
        "この問題は Sample Library 2 1.3.5 で修正されました",
        "この問題は Sample 3.5 以降のすべてのバージョンで修正されています",
        "それ以前のバージョンには影響しません",
        "スクリプトを使わない Sample 3 は影響を受けません",
        "Windows 上で動作する Sample 8.2.18 以前のみが影響を受けます",
        "Sample は 1.2.3 です",
        "Sample 1.2.3 以前です",
    ],
)
def test_a_sentence_that_denies_limits_or_doubts_is_left_unread(text: str) -> None:
    """Words that turn a sentence round, manuals' effects, contradictions and corrections without a version."""
    phrase = read(text)
    assert (phrase.complete, phrase.unaffected) == (False, None)
