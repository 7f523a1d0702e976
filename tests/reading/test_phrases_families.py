"""Every family of wordings: range → sentence → the same range; and what is added to a good line spoils it."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedbot.errors import VersionError
from feedbot.reading.phrases import Phrase, read
from feedbot.version import Comparator, Constraint, VersionRange

NUMBERS = st.lists(st.integers(0, 99), min_size=3, max_size=4).map(lambda parts: ".".join(map(str, parts)))
VERSION = st.builds(str.__add__, NUMBERS, st.sampled_from(["", "", "", "p26", "-P2", "a", "rc1", "-beta9"]))


def _is(sign: Comparator, version: str) -> VersionRange:
    return VersionRange("generic", (Constraint(sign, version),))


def _span(low: str, high: str, end: Comparator = "<=") -> VersionRange:
    return _is(">=", low).intersection(_is(end, high))


def _within(branch: str, end: Comparator, version: str) -> VersionRange:
    return VersionRange.branch("generic", branch).intersection(_is(end, version))


def _both(low: str, high: str) -> VersionRange:
    return _is("=", low).union(_is("=", high))


def _hole(low: str, high: str) -> VersionRange:
    return _span(low, high + ".9").intersection(_is("!=", high))


# Of a version A.B.C, {b} is the branch A.B; {l} is below {h}.
Expected = Callable[[str, str, str], VersionRange]
JAPANESE: dict[str, tuple[tuple[str, ...], Expected]] = {
    "all_versions": (
        ("すべてのバージョン", "全バージョン", "すべてのリリース"),
        lambda b, lo, hi: VersionRange("generic"),
    ),
    "branch_qualified": (
        (
            "{b} 系: {h} 以前のバージョン",
            "{h} およびそれ以前の {b} 系列",
            "{h} 以前の全ての Sample {b} 系列",
            "{h} 以前 (Sample {b} 系)",
        ),
        lambda b, lo, hi: _within(b, "<=", hi),
    ),
    "conditional_or_descriptive": (
        (
            "{h} 以前で Library {l} 以前を利用する場合",
            "{h} 以前 (mod_sample を有効にしている場合)",
            "{h} 以前のバージョンでバンドルされた library",
        ),
        lambda b, lo, hi: _is("<=", hi),
    ),
    "enumeration": (("{l}、{h}", "{l} および {h}", "{l}, {h}"), lambda b, lo, hi: _both(lo, hi)),
    "exact": (("{h}", "バージョン {h}", "Ver.{h}", "v{h}"), lambda b, lo, hi: _is("=", hi)),
    "exact_only": (("{h} のみ", "{h}のみ"), lambda b, lo, hi: _is("=", hi)),
    "ge_ikou": (("{h} 以降", "{h}以上", "{h} およびそれ以降のバージョン"), lambda b, lo, hi: _is(">=", hi)),
    "le_ika": (("{h} 以下", "{h}以下のバージョン"), lambda b, lo, hi: _is("<=", hi)),
    "le_izen": (("{h} 以前", "バージョン{h}以前", "{h} 以前のすべてのリリース"), lambda b, lo, hi: _is("<=", hi)),
    "le_made": (("{h} まで", "{h}までのバージョン"), lambda b, lo, hi: _is("<=", hi)),
    "le_oyobi_sore_izen": (
        ("{h} およびそれ以前", "Ver.{h}およびそれ以前のバージョン"),
        lambda b, lo, hi: _is("<=", hi),
    ),
    "lt_miman": (("{h} 未満", "{h}未満のもの"), lambda b, lo, hi: _is("<", hi)),
    "lt_yori_mae": (("{h} より前のバージョン", "{h}よりも前"), lambda b, lo, hi: _is("<", hi)),
    "range_kara": (("{l} から {h}", "{l}から{h}"), lambda b, lo, hi: _span(lo, hi)),
    "range_kara_made": (("{l} から {h} まで", "v{l} から v{h} まで"), lambda b, lo, hi: _span(lo, hi)),
    "range_symbol": (("{l} ～ {h}", "{l}〜{h}", "{l} - {h}"), lambda b, lo, hi: _span(lo, hi)),
    "range_to_exclusive": (
        ("{l} から {h} より前のバージョン", "{l} 以上 {h} 未満"),
        lambda b, lo, hi: _span(lo, hi, "<"),
    ),
    "range_with_exception": (
        ("{l} から {h}.9 まで (ただし {h} を除く)", "{l} から {h}.9 まで、{h} を除く"),
        lambda b, lo, hi: _hole(lo, hi),
    ),
    "series": (("{b}.x", "{b} 系", "{b}系列", "{b} シリーズ"), lambda b, lo, hi: VersionRange.branch("generic", b)),
    "series_all": (
        ("{b} 系の全てのリリース", "{b}のすべてのバージョン"),
        lambda b, lo, hi: VersionRange.branch("generic", b),
    ),
}
ENGLISH: dict[str, tuple[tuple[str, ...], Expected]] = {
    "all": (("all versions", "any version"), lambda b, lo, hi: VersionRange("generic")),
    "below": (("before {h}", "versions prior to {h}", "earlier than {h}", "< {h}"), lambda b, lo, hi: _is("<", hi)),
    "upto": (("{h} and earlier", "up to and including {h}", "through {h}", "<= {h}"), lambda b, lo, hi: _is("<=", hi)),
    "since": (("{h} and later", "{h} or newer", ">= {h}"), lambda b, lo, hi: _is(">=", hi)),
    "range": (("{l} through {h}", "from {l} to {h}", "versions {l} - {h}"), lambda b, lo, hi: _span(lo, hi)),
    "half": (("from {l} before {h}", ">= {l}, < {h}"), lambda b, lo, hi: _span(lo, hi, "<")),
    "branch": (("{b}.x", "{b}.x branch"), lambda b, lo, hi: VersionRange.branch("generic", b)),
}
SAID = [(text, made) for table in (JAPANESE, ENGLISH) for texts, made in table.values() for text in texts]


def _drawn(low: str, high: str, made: Expected) -> tuple[str, VersionRange]:
    """Return the branch of the higher version, and what a sentence must give; a range that is none draws again."""
    branch = ".".join(high.split(".")[:2])
    try:
        assume(low not in _is(">=", high))
        return branch, made(branch, low, high)
    except VersionError:
        assume(False)
        raise


@given(VERSION, VERSION, st.sampled_from(SAID), st.sampled_from(["", "Sample"]))
def test_a_family_is_read_back(low: str, high: str, said: tuple[str, Expected], product: str) -> None:
    """Each family's sentences, with the product in the line or given beside it, give their range completely."""
    template, made = said
    branch, expected = _drawn(low, high, made)
    text = template.format(b=branch, l=low, h=high)
    phrase = read(text if product else f"Sample {text}", product, listed=True)
    assert (phrase.range, phrase.unread, phrase.complete, phrase.product) == (expected, (), True, "Sample")


@given(VERSION)
def test_a_denial_is_read_back(version: str) -> None:
    """What is not affected is no range of what is."""
    for template in (
        "{v} 以降は影響を受けません",
        "この問題は Sample {v} 以降のバージョンには影響しません",
        "Sample {v} and later are not affected",
    ):
        phrase = read(template.format(v=version), "Sample")
        assert (phrase.range, phrase.unaffected, phrase.complete) == (None, _is(">=", version), True)


@given(VERSION)
def test_a_fixed_version_is_read_back(version: str) -> None:
    """A version said to hold the correction, or by its publisher's habit, is no affected one."""
    said = read(f"Sample {version} で修正済み")
    assert (said.range, said.fixed, said.complete) == (None, (version,), True)
    by_habit = read(f"Firefox {version}")
    assert (by_habit.range, by_habit.fixed, by_habit.unread) == (None, (version,), (version,))
    assert read(f"Firefox {version}", listed=True).range == _is("=", version)


@pytest.mark.parametrize(
    "template",
    [
        "revision {n} より前の開発版 (trunk)",
        "2.0 系: r{n}以前の全てのリビジョン",
        "commit {n}ab より前の開発版",
        "20{n}-01-31以前の全てのバージョン",
    ],
)
@given(number=st.integers(10, 99))
def test_what_is_no_version_is_never_a_range(template: str, number: int) -> None:
    """Revisions, commits and dates are not put in the order of versions."""
    phrase = read(f"Sample {template.format(n=number)}", listed=True)
    assert (phrase.range, phrase.unaffected, phrase.fixed) == (None, None, ())
    assert bool(phrase.described) == phrase.complete


@pytest.mark.parametrize(
    "template",
    ["{v} 以降", "{v}以上", "{v} より新しいバージョン", "{v} and later", "{b} 系", "{v} のみ", "{v} 以降の {b} 系"],
)
@given(version=VERSION)
def test_a_requirement_is_complete_only_in_a_list(template: str, version: str) -> None:
    """What a manual says of its requirements gives its range and stays unread, unless a publisher lists it."""
    text = "Sample " + template.format(v=version, b=".".join(version.split(".")[:2]))
    alone, listed = read(text), read(text, listed=True)
    assert not alone.complete
    assert alone.range == listed.range
    assert listed.complete


@pytest.mark.parametrize(
    "text",
    [
        "PHP 5.6.34、7.0.28、7.2.3",
        "5.0、5.1 および 6.0",
        "NetBSD 1.4.2から1.4.3の間",
        "Python 2.5 から 2.6",
        "PHP 7.3.x から PHP 7.4.x",
        "2.2.50 から 2.2.51",
        "192.0.2.0 から 192.0.2.99",
        "PHP 7.1〜7.3",
        "7.4 以前",
        "Sample 7.4 より前のバージョン",
        "Sample 7.4 まで",
        "v3.5 よりも前",
        "Sample 5.5.x〜5.7.x",
        "8.9.3 から 8.11.2",
        "Sample 3.7 以降が必要です",
        "Sample 1.2 で導入されました",
        "Introduced in Sample 1.2",
        "Sample 5.0 で追加",
        "Sample 2.0 以降で利用できます",
        "Sample 7.0.x から 7.1.x への移行",
        "Sample 2.4.1 リリース",
        "cvss_v3: 7.5",
        ": 4.5",
        "Upgrading from 2.0.1 to 2.4.3",
        "Latest: 2.4.1",
        "Sample 動作要件 PHP 7.0 以前",
        "Sample 推奨バージョン 1.0",
        "最新バージョン 1.0",
        "Sample 2.0 (最新版)",
        "Sample non-2.0",
        "Sample pre-2.0",
        "Sample 2.0 に影響する変更が公開されました",
        "SVG が実装された Sample 4 より前のバージョン",
        "Host で使われている Sample 2.0",
        "2004年5月以前にリリースされた Sample",
        "Sample -2.0",
    ],
)
def test_what_manuals_and_release_notes_say_is_not_complete(text: str) -> None:
    """Lists of fixes, upgrades, requirements and remarks when something came are no affected ranges."""
    assert not read(text).complete


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("7.4 より前のバージョン", "Sample"),
        ("ファームウェア 7.4 以前", "SR-100"),
        ("Sample 7.4 より前のバージョン(CVE-2024-12345)", ""),
        ("Sample 7.4 以前のすべてのバージョン", ""),
        ("バージョン 7.4 以前", ""),
        ("Sample 7.4 およびそれ以前", ""),
        ("Sample 7.4 未満", ""),
        ("Sample 7.14 以前", ""),
        ("サンプルサーバー 7.4 以前", ""),
        ("Sample 7.4.0 より前", ""),
        ("9.10.0 から 9.10.4", ""),
    ],
)
def test_what_publishers_write_is_not_taken_for_a_manual(text: str, product: str) -> None:
    """A word, a bracket or a product beside the line tells a release from what a manual says of its branches."""
    assert read(text, product).complete
    assert not read("Sample 7.4 以前").complete
    assert not read("1.4.2 から 1.4.9 の間", "Sample").complete


GOOD = st.sampled_from(
    [
        "SVG は Sample 2.4.1 で導入されたため、この問題は Sample 2.4.1 より前のバージョンには影響しません",
        "この脆弱性は Sample 2.4.1 で混入したもので、それ以前のバージョンには影響しません",
        "この問題は SVG が実装された Sample 2.4.1 より前のバージョンには影響しません",
        "「 Sample 2.4.1 」 のみで、以前のバージョンは影響を受けない",
        "revision 53153 より前の Sample 開発版 (trunk)",
        "trunk の リビジョン 41671 より前の全ての Sample 開発バージョン",
        "この問題は Host で使われていた Sample のバージョン 2.4.1 に影響します",
        "Sample 2.4.1 より前のバージョン",
        "Sample 2.0.0 から 2.4.1 まで",
        "Sample 2.4.1 およびそれ以前の 2.4 系列",
        "2.4 系: 2.4.1 以前",
        "Sample versions 2.0.1 through 2.4.1",
        "Sample 2.4.1 以前 (CVE-2024-12345)",
        "Sample 2.4.1、2.4.2",
        "この問題は Sample 2.4.1 以前 に影響し、 Windows 版 には影響しません",
        "発見者が公開した 実証コード は Sample 2.4.1 のみに影響し、 旧バージョンには影響しません",
        "影響を受けるのは Sample 2.4.1 以前 です",
        "この問題は Sample 2.4.1 で修正され、 Example には影響しません",
    ]
)
UNKNOWN = st.sampled_from(
    [
        "ならば",
        "ではない",
        "を除外",
        "めったに",
        "qwertz",
        "unless",
        "sauf",
        "außer",
        "кроме",
        "제외",
        "除了",
        "に限らない",
        "を含まない",
        "でない",
        "??",
        "=>",
    ]
)


@given(GOOD, UNKNOWN, st.data())
def test_an_unknown_word_spoils_a_good_line(line: str, word: str, data: st.DataObject) -> None:
    """A word that nobody knows, put between two words of a good line, leaves it incomplete; only before the version,
    where a product's name is, may it be taken into the name, and there it is seen. What a reason
    or a condition names is seen in the note."""
    words = line.split(" ")
    place = data.draw(st.integers(0, len(words)))
    made = " ".join([*words[:place], word, *words[place:]])
    phrase = read(made)
    names_more = any(
        said in line for said in ("で使われていた", "導入された", "実装された", "混入した", "影響しません")
    )
    seen = (phrase.product, *phrase.described, *(phrase.notes if names_more else ()))
    assert not phrase.complete or any(word in one for one in seen)


@given(GOOD, st.randoms(use_true_random=False))
def test_a_shuffled_line_says_the_same_or_nothing(line: str, random: object) -> None:
    """Words of a good line in another order are never read as complete with a range of other ends."""
    words = line.split(" ")
    random.shuffle(words)  # type: ignore[attr-defined]  # a random.Random
    phrase = read(" ".join(words))
    for end in phrase.range.constraints if phrase.complete and phrase.range else ():
        head, _, last = end.version.rpartition(".")
        before = f"{head}.{int(last) - 1}"  # a branch ends where the next begins
        assert end.version in line or before in line


@pytest.mark.parametrize(
    "text",
    [
        "Sample Versionen vor 2.0",
        "Sample versions antérieures à 2.0",
        "Sample versiones anteriores a 2.0",
        "Sample versioni precedenti alla 2.0",
        "Sample 2.0 и более ранние",
        "Sample до 2.0",
        "Sample 2.0 이전 버전",
        "Sample 低于 2.0",
        "Sample 2.0 之前的版本",
        "Sample 2.0 及更早版本",
        "Sample versies voor 2.0",
    ],
)
def test_other_languages_are_not_guessed(text: str) -> None:
    """A sentence in a language that is not read is never complete."""
    assert not read(text, listed=True).complete


def _meanings(phrase: Phrase) -> dict[str, str]:
    return {piece.text: piece.means for piece in phrase.pieces}


def test_each_piece_tells_what_it_was_taken_for() -> None:
    """Product, version, bound, condition and what was not understood are told apart."""
    found = _meanings(read("Sample 3.1 以前で Library 2.0 を利用する場合"))
    assert found == {
        "Sample": "product", "3.1": "version", "以前": "bound", "で": "condition", "Library": "condition",
        "2.0": "condition", "を利用する場合": "condition",
    }  # fmt: skip
    assert _meanings(read("Sample 3.1 以前かも"))["かも"] == "unread"
