"""Wording of affected versions: every word of the table, what must stay unread, and sentences made from ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.errors import VersionError
from feedbot.reading._tokens import Wording, wordings
from feedbot.reading.phrases import read
from feedbot.version import Constraint, VersionRange


def _said(text: str, product: str = "", scheme: str = "generic") -> str:
    phrase = read(text, product, scheme, listed=True)
    if phrase.described:
        return f"described{phrase.range or ''}{phrase.unaffected or ''}"
    if phrase.range is None and phrase.unaffected:
        return f"not affected {phrase.unaffected}"
    return f"fixed {' '.join(phrase.fixed)}" if phrase.fixed and phrase.range is None else str(phrase.range)


@pytest.mark.parametrize("wording", wordings(), ids=lambda w: f"{w.kind}-{w.words[0]}")
def test_the_example_of_a_wording_reads_as_the_table_says(wording: Wording) -> None:
    """A row of wordings.toml gives its range, or leaves its example unread."""
    phrase = read(wording.example, listed=True)
    if wording.reads == "nothing":
        assert not phrase.complete
        assert phrase.unread
    else:
        assert phrase.complete, phrase.unread
        assert _said(wording.example) == wording.reads


SIGNS = {"below": "<{v}", "upto": "<={v}", "since": ">={v}", "above": ">{v}"}


@pytest.mark.parametrize(
    ("kind", "word"),
    [(w.kind.removeprefix("before_"), word) for w in wordings() for word in w.words if w.kind in SIGNS],
)
def test_every_sign_behind_a_version_is_understood(kind: str, word: str) -> None:
    """Each word of a list means what its list means, with and without a blank before it."""
    for text in (f"Sample 2.4.1 {word}", f"Sample 2.4.1{word}" if not word.isascii() else f"Sample v2.4.1 {word}"):
        phrase = read(text, listed=True)
        assert phrase.complete, text
        assert str(phrase.range) == "vers:generic/" + SIGNS[kind].format(v="2.4.1")
        assert phrase.product == "Sample"


@pytest.mark.parametrize(
    ("kind", "word"),
    [(w.kind.removeprefix("before_"), word) for w in wordings() for word in w.words if w.kind[7:] in SIGNS],
)
def test_every_sign_in_front_of_a_version_is_understood(kind: str, word: str) -> None:
    """Each word of a list means what its list means."""
    assert _said(f"Sample {word} 2.4.1") == "vers:generic/" + SIGNS[kind].format(v="2.4.1")


@pytest.mark.parametrize(
    ("text", "product", "vers"),
    [
        ("ntpd 4.2.7p26 より前のバージョン", "ntpd", "<4.2.7p26"),
        ("*) 安定版の 4.2.6.x は全て影響を受けます。", "", ">=4.2.6|<4.2.7"),
        ("Sample ２．４．５０ よりも前", "Sample", "<2.4.50"),
        ("Sample Ver.1.06およびそれ以前", "Sample", "<=1.06"),
        ("Sample v1.68 から v1.70 まで", "Sample", ">=1.68|<=1.70"),
        ("Sample 2.13.0 から 2.15.0 より前のバージョン", "Sample", ">=2.13.0|<2.15.0"),
        ("Sample 4.0 以上 4.3 未満", "Sample", ">=4.0|<4.3"),
        ("Sample 4.0 以降、4.3 より前のバージョン", "Sample", ">=4.0|<4.3"),
        ("Sample 9.18.0～9.18.28、9.20.0〜9.20.1", "Sample", ">=9.18.0|<=9.18.28|>=9.20.0|<=9.20.1"),
        ("Sample 1.0.7-1.0.15", "Sample", ">=1.0.7|<=1.0.15"),
        ("Sample 9.0系列から9.8系列", "Sample", ">=9.0|<9.9"),
        ("Sample 2.12.x 以前", "Sample", "<2.13"),
        ("Sample 2.x より前", "Sample", "<2"),
        ("Sample 1.0.1、1.0.0、0.9.8のすべてのバージョン", "Sample", ">=0.9.8|<0.9.9|>=1.0.0|<1.0.2"),
        ("Sample 1.1.1h、Sample 1.1.1i、1.1.1j", "Sample", "1.1.1h|1.1.1i|1.1.1j"),
        ("Sample 1.0.1r およびそれ以前の 1.0.1 系列", "Sample", ">=1.0.1|<=1.0.1r"),
        ("9.10系列 9.10.4-P2 以前", "", ">=9.10|<=9.10.4-P2"),
        ("2.4系の2.4.50以前", "", ">=2.4|<=2.4.50"),
        ("Sample 2.1.1 以前の Sample 2.1", "Sample", ">=2.1|<=2.1.1"),
        ("Host 3.2 系: samplelib バージョン 0.2.2 以前", "samplelib", "<=0.2.2"),
        ("vSample 5 Connect 5.1.2 から 5.1.9", "vSample 5 Connect", ">=5.1.2|<=5.1.9"),
        ("Sample 9.0 Beta 2 未満", "Sample", "<9.0%20Beta%202"),
        ("Sample 1.9.3 patchlevel 327 より前", "Sample", "<1.9.3%20patchlevel%20327"),
        ("Sample 5.8 (Build 1577) 未満", "Sample", "<5.8%20(Build%201577)"),
        ("4.13.17より前のすべてのバージョンのSample", "Sample", "<4.13.17"),
        ("Sample プラグイン「Forms」1.2.3 より前のバージョン", "Sample プラグイン「Forms」", "<1.2.3"),
        ("Sample versions 4.2.7p26 and earlier", "Sample", "<=4.2.7p26"),
        ("4.2.6.x and earlier", "", "<4.2.7"),
        ("1.x through 1.7", "", ">=1|<=1.7"),
        ("Sample before 5.3.12 and 5.4.x before 5.4.2", "Sample", "<5.3.12|>=5.4|<5.4.2"),
        ("all versions prior to 4.2.8", "", "<4.2.8"),
        ("from 2.0 to 2.14.1", "", ">=2.0|<=2.14.1"),
        ("up to and including 2.14.1", "", "<=2.14.1"),
        (">= 1.0, < 2.0", "", ">=1.0|<2.0"),
        ("Sample ESR 115.5 未満", "Sample ESR", "<115.5"),
        ("2.4 系 2.4.1 以前、2.5 系 2.5.1 以前", "", ">=2.4|<=2.4.1|>=2.5|<=2.5.1"),
        ("Sample 5.3.x (5.3.12 未満)", "Sample", ">=5.3|<5.3.12"),
        ("Sample 0.9.2(開発版)", "Sample", "0.9.2"),
        ("Sample (2.0 以前、3.0 から 3.2.1)", "Sample", "<=2.0|>=3.0|<=3.2.1"),
        ("Sample 2.0.5 (およびそれ以前のバージョン)", "Sample", "<=2.0.5"),
        ("Sample 6.8.6 以前 (Sample 6 系)", "Sample", ">=6|<=6.8.6"),
        ("Sample 2.3.0 preview 1 および preview 2", "Sample", "2.3.0%20preview%201|2.3.0%20preview%202"),
        ("Sample 7.x-3.5", "Sample", "7.x-3.5"),
        ("Sample v1.0-v1.5", "Sample", ">=1.0|<=1.5"),
        ("Sample 2016 SP2 CU3 以前", "Sample", "<=2016%20SP2%20CU3"),
        ("Sample 6.0 系すべて", "Sample", ">=6.0|<6.1"),
        ("Sample 2.0 以前 (1.0 系を除く)", "Sample", "<1.0|>=1.1|<=2.0"),
        ("Sample 2.0 以前。ただし 1.5 を除く。", "Sample", "!=1.5|<=2.0"),
        ("All versions of Sample before 2.4.52", "Sample", "<2.4.52"),
        ("影響を受けるバージョン：Sample 2.0.5 以前", "Sample", "<=2.0.5"),
    ],
)
def test_a_line_is_read(text: str, product: str, vers: str) -> None:
    """Product and range of lines as publishers write them, every piece understood."""
    phrase = read(text)
    assert (phrase.product, str(phrase.range), phrase.unread) == (product, f"vers:generic/{vers}", ())
    assert phrase.complete


@pytest.mark.parametrize(
    "text",
    [
        "詳しくは 2.3 を参照してください",
        "本製品の導入には Sample 3.7 以降が必要です",
        "この問題は Sample 49 以前のバージョンには影響しないと思われます",
        "Sample 2.5.8 以前のバージョンでバンドルされた Other の 1.2",
        "Sample 3.1 以前で Other 3.3.8 以前を新たに利用する場合",
        "第 3 章から第 5 章まで",
        "10 人以上",
        "2014年1月15日",
        "2013-22",
        "192.168.1.12 以下",
        "This requires Sample 7.4 and later",
        "Requires Sample 7.4 and later",
        "Install Sample 2.0",
        "より前",
        "before",
        "1.2.3 から",
        "10",
        "Sample 2000シリーズ",
        "Sample 7000",
        "Sample 2.0 以前を除くすべて",
        "revision 18423 以前",
        "Sample 2.0 より前の開発版",
        "SHA256: 08e3d4b85b8a1118a8e81261f59dd8b4",
        "Sample Service Pack 1",
        "Sample 11.3、10.8、9.6.13 より前のバージョン",
        "Sample 4.2.6 および 4.2.7p26 より前",
        "Sample 2.4、2.5系",
        "Update October 9, 2012",
        "Sample 6.6.2 以前 (7.3.4 を除く)",
        "Sample 6.6.2 以前を除く",
        "Sample 6.6 系を除く",
        "Sample 6.6.2 (6.6 系を除く) 以前",
        "Sample 6.0 以前 (6.3 を除くすべて)",
        "Sample 6.0 以前 (CVE-2024-12345 ではない)",
        "Sample 6.0 以前 (おそらく CVE-2024-12345)",
        "Sample 6.0 以前 (5.3 を除く 2.0 以前)",
        "Sample 1.0 (1.0 を除く)",
        "Sample 修正されたバージョン (6.4.0) を除く 6.4.0",
        "Sample 1.5 未満 および Other 2.0 未満",
        "",
        "   ",
        "影響を受けるバージョン",
        "https://sample.example/1.2.3",
    ],
)
def test_what_is_no_affected_range_is_not_complete(text: str) -> None:
    """Running text, conditions, counts, dates, digests and what could be meant in two ways stay visible."""
    assert not read(text).complete


@pytest.mark.parametrize(
    "text",
    [
        "Sample 11.3、10.8、9.6.13 より前のバージョン",
        "この問題は Sample 49 以前には影響しないと思われます",
        "Sample 2.0 以前で修正されたが 1.0 には影響しません",
        "この問題は Sample 1.2 影響しません",
        "この問題は Sample 1.2",
        "Sample を使う Other 4.0 以前",
        "1.2.3 から",
        "Sample 2.6 系列は影響を受けません",
        "Sample 2.6 系列 (2.7 系列は影響を受けません)",
    ],
)
def test_a_line_that_would_have_to_be_guessed_gives_no_range(text: str) -> None:
    """Where the pieces that were understood could mislead, no range is given at all."""
    phrase = read(text)
    assert phrase.range is None
    assert phrase.unread or phrase.unaffected


def test_what_was_not_understood_is_kept_as_printed() -> None:
    """Unread pieces are cut from the line itself, full width and all."""
    phrase = read("Sample １．０から１．５を　使用している場合")
    assert str(phrase.range) == "vers:generic/>=1.0|<=1.5"
    assert phrase.unread == ("を　使用している場合",)


@pytest.mark.parametrize(
    ("text", "fixed", "vers"),
    [
        ("Sample 4.2.7p26 で修正済み", ("4.2.7p26",), "None"),
        ("修正済みのバージョン: 4.2.7p26、4.2.8", ("4.2.7p26", "4.2.8"), "None"),
        ("Sample 4.2.7p26 以降で修正", ("4.2.7p26",), "None"),
        ("Fixed in 2.4.52", ("2.4.52",), "None"),
        ("Sample 1.2.3 より前のバージョン (1.2.3 で修正)", ("1.2.3",), "vers:generic/<1.2.3"),
        (
            "Sample 6.3.3 以前、修正されたバージョン (6.3.4、6.4.1) を除く 6.4.0 から 6.6.2",
            ("6.3.4", "6.4.1"),
            "vers:generic/<=6.3.3|>=6.4.0|!=6.4.1|<=6.6.2",
        ),
    ],
)
def test_a_fixed_version_is_no_affected_range(text: str, fixed: tuple[str, ...], vers: str) -> None:
    """Versions that a line names as corrected are kept apart."""
    phrase = read(text)
    assert (phrase.fixed, str(phrase.range), phrase.complete) == (fixed, vers, True)


@pytest.mark.parametrize(
    ("text", "given_product", "product"),
    [
        ("1.2 以前", "Sample", "Sample"),
        ("Sample 1.2.3 以前", "Sample", "Sample"),
        ("ファームウェア 1.2 以前", "SR-100", "SR-100 ファームウェア"),
        ("の Sample Studio 2.2.2", "Sample Suite", "Sample Suite の Sample Studio"),
        ("みんなのサンプル 1.2 以前", "みんなのサンプル", "みんなのサンプル"),
        ("Example Sample 1.2.3 以前", "Sample", "Example Sample"),
    ],
)
def test_the_product(text: str, given_product: str, product: str) -> None:
    """What is given stays, with what the line adds; a name that could not be read alone is known when given."""
    phrase = read(text, given_product)
    assert (phrase.product, phrase.complete) == (product, True)


def test_what_narrows_the_range_is_noted() -> None:
    """Editions and brackets are understood, and kept as a note."""
    phrase = read("Sample 6.7 LTS 未満 (CVE-2024-12345、CVE-2024-12346)")
    assert phrase.complete
    assert phrase.note == "LTS / CVE-2024-12345、CVE-2024-12346"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Sample 2.0.5 以前 (*1)", "(*1)"),
        ("Sample 2.0.5 以前 ※2", "※2"),
        ("Sample 2.0.5 以前*", "*"),
        ("Sample 2.0.5 未満 for Android 2.x および 3.x", "for Android 2.x および 3.x"),
        ("Sample 2.0.5 以前 (Windows 版)", "Windows 版"),
        ("Sample 2.0.5 以前 (Linux のみ)", "Linux のみ"),
        ("Sample 2.0.5 以前 (mod_sample を有効にしている場合)", "mod_sample を有効にしている場合"),
        ("Sample 2.0.5 以前で Library 1.0 以前を利用する場合", "で Library 1.0 以前を利用する場合"),
        ("Sample 2.0.5 以前のバージョンでバンドルされた library", "でバンドルされた library"),
    ],
)
def test_a_condition_is_noted_as_printed(text: str, note: str) -> None:
    """Platforms, conditions, modules and footnote marks narrow the range: they are kept, and the range is whole."""
    phrase = read(text)
    assert (phrase.note, phrase.complete, phrase.range and phrase.range.constraints[-1].version) == (
        note,
        True,
        "2.0.5",
    )


@pytest.mark.parametrize(
    "piece", ["1.x ", "1.0 系 ", "1.0 から ", "で Library 1.0 ", "(1.0 系)", "※1", "なお", "「", "a(b"]
)
def test_a_line_that_goes_on_and_on_is_read_without_a_fault(piece: str) -> None:
    """2,000 characters of one thing are read to the end, however it nests."""
    text = piece * (1990 // len(piece))
    assert read(text).input == text


def test_another_scheme_reads_its_own_versions() -> None:
    """The scheme of the range is the one asked for; what it cannot read is unread."""
    assert _said("sample 1.0rc1 以上 2.0 未満", scheme="pep440") == "vers:pypi/>=1.0rc1|<2.0"
    assert not read("sample 1.2 以前", scheme="semver", listed=True).complete


VERSION = st.builds(
    lambda numbers, level: ".".join(map(str, numbers)) + level,
    st.lists(st.integers(0, 99), min_size=2, max_size=4),
    st.sampled_from(["", "", "p26", "-P2", "a", "rc1", "-beta9"]),
)
BRANCH = st.lists(st.integers(0, 99), min_size=1, max_size=3).map(lambda numbers: ".".join(map(str, numbers)))
SENTENCES = {
    "<": ["{v} より前のバージョン", "{v}未満", "Ver.{v} よりも前", "versions prior to {v}", "before {v}"],
    "<=": [
        "{v} 以前",
        "{v}およびそれ以前のバージョン",
        "{v} まで",
        "{v}以下",
        "{v} and earlier",
        "バージョン {v} 以前のすべてのリリース",
    ],
    ">=": ["{v} 以降", "{v}以上", "{v} およびそれ以降", "{v} and later"],
    ">": ["{v} より後", "{v} より新しいバージョン"],
    "=": ["{v}", "バージョン {v}", "{v} のみ"],
}
RANGES = [
    "{a} から {b} まで",
    "{a}から{b}",
    "{a}～{b}",
    "{a} - {b}",
    "{a} 以上 {b} 以下",
    "{a} 以降、{b} 以前",
    "{a} through {b}",
    "from {a} to {b}",
]


@given(VERSION, st.sampled_from([(sign, text) for sign, texts in SENTENCES.items() for text in texts]))
def test_a_bound_said_in_words_is_read_back(version: str, said: tuple[str, str]) -> None:
    """Bound → sentence → the same bound."""
    sign, template = said
    bound = VersionRange("generic", (Constraint(sign, version),))  # type: ignore[arg-type]  # drawn from the five
    phrase = read("Sample " + template.format(v=version), listed=True)
    assert (phrase.range, phrase.complete) == (bound, True)


@given(st.tuples(VERSION, VERSION), st.sampled_from(RANGES))
def test_a_range_said_in_words_is_read_back(ends: tuple[str, str], template: str) -> None:
    """Two bounds → sentence → the same range; ends that are not in order are not read."""
    low, high = ends
    phrase = read("Sample " + template.format(a=low, b=high), listed=True)
    try:
        above = VersionRange("generic", (Constraint(">=", low),))
        expected = above.intersection(VersionRange("generic", (Constraint("<=", high),)))
    except VersionError:
        assert not phrase.complete or "以降、" in template
        return
    assert (phrase.range, phrase.complete) == (expected, True)


@given(
    BRANCH,
    st.sampled_from(["{b}.x", "{b} 系列", "{b}系のすべてのバージョン", "{b}.x branch", "{b}.xは全て影響を受けます"]),
)
def test_a_branch_said_in_words_is_read_back(branch: str, template: str) -> None:
    """Branch → sentence → the same branch."""
    phrase = read("Sample " + template.format(b=branch), listed=True)
    assert (phrase.range, phrase.complete) == (VersionRange.branch("generic", branch), True)


WORDS = st.sampled_from(
    [
        "この問題は",
        "を使用している場合",
        "してください",
        "参照",
        "について",
        "第",
        "章",
        "件",
        "回",
        "円",
        "requires",
        "the",
        "of",
        "which",
        "because",
        "設定",
        "影響しません",
        "除く",
        "1.2",
        "3",
        "2.4.1",
        "Sample",
    ]
)


@given(
    st.lists(WORDS, min_size=2, max_size=8).filter(
        lambda w: bool({"この問題は", "the", "除く", "which", "requires"} & set(w))
    )
)
def test_nonsense_is_never_complete(words: list[str]) -> None:
    """Running text in any order, with versions strewn in, never comes back as understood."""
    assert not read(" ".join(words)).complete


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    """Whatever the line, a phrase comes back whose unread pieces are pieces of the line."""
    phrase = read(text)
    assert all(piece in text for piece in phrase.unread)
    said = phrase.range, phrase.unaffected, *phrase.fixed, *phrase.described, *phrase.notes
    assert phrase.complete == (not phrase.unread and any(said))
