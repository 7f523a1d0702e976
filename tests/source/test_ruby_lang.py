"""Posts of Ruby: what stands above the first heading, addresses inside Markdown, series, corrections, other matters."""

import pytest

from feedbot.advisory import Advisory
from feedbot.source import _updates
from feedbot.version import VersionRange
from tests.source.reading import advisory, document

POST = """---
title: "Ruby 9.2.5 リリース"
date: 2026-11-07 03:00:00 +0000
lang: ja
---

Ruby 9.2.5 がリリースされました。

* [CVE-2026-90112: 芯](https://lamp.example/wick/)

9.2 系列は EOL となります。詳しくは[一覧](https://lamp.example/log)および <https://lamp.example/eol> を。

## ダウンロード

* [https://lamp.example/ruby.tar.gz](https://lamp.example/ruby.tar.gz)
"""


def test_nothing_above_the_first_heading_is_lost() -> None:
    """The corrections and the end of support are in a section of their own, beside the summary."""
    post = advisory("ruby_lang", document(POST.encode(), "file:2026-11-07-ruby-9-2-5-released.md"))
    assert post.summary == "Ruby 9.2.5 がリリースされました。"
    assert [one.heading for one in post.sections] == ["", "ダウンロード"]
    assert "EOL となります" in post.sections[0].text


def test_addresses_end_where_markdown_ends_them() -> None:
    """A link's bracket, and Japanese right behind it, are no part of an address."""
    post = advisory("ruby_lang", document(POST.encode(), "file:2026-11-07-ruby-9-2-5-released.md"))
    assert [one.url for one in post.references] == [
        "https://lamp.example/wick/",
        "https://lamp.example/log",
        "https://lamp.example/eol",
        "https://lamp.example/ruby.tar.gz",
    ]


def post(body: str, title: str = "灯芯の脆弱性") -> Advisory:
    """Return a post of our own as an advisory."""
    text = f'---\ntitle: "{title}"\ndate: 2026-11-07 03:00:00 +0000\nlang: ja\n---\n\n{body}'
    return advisory("ruby_lang", document(text.encode(), "file:2026-11-07-wick.md"))


AFFECTED = "## 影響を受けるバージョン\n\n"


@pytest.mark.parametrize("wording", ["Ruby 9.2 以前のすべてのリリース", "Ruby 9.2 系列のすべてのリリース"])
def test_a_bound_of_two_numbers_is_a_series(wording: str) -> None:
    """Nothing but a series has two numbers: its releases are affected too, those of the next series are not."""
    (one,) = post(f"{AFFECTED}* {wording}\n").affected
    assert isinstance(one.range, VersionRange)
    assert one.complete
    assert [version in one.range for version in ("9.2.0", "9.2.8", "9.3.0")] == [True, True, False]


def test_a_condition_on_a_second_product_stays_unread() -> None:
    """A range that holds only beside another product's is never complete, and its series is whole all the same."""
    (one,) = post(f"{AFFECTED}* Ruby 9.1 以前で wick gem 3.3.8 以前を利用する場合\n").affected
    assert not one.complete
    assert isinstance(one.range, VersionRange)
    assert "9.1.4" in one.range


def test_a_list_of_affected_versions_without_a_heading_of_its_own() -> None:
    """The list below 対象となるバージョンは以下 is read wherever it stands; the sentences around it are not."""
    found = post(
        "## 概要\n\n対象となるバージョンは以下のものです。\n\n* Ruby 9.2.3 以前\n\n9.2.4 に注意してください。\n"
    )
    assert [str(one.range) for one in found.affected] == ["vers:generic/<=9.2.3"]


def test_what_the_post_calls_corrected_is_not_affected() -> None:
    """「9.2.3 以前」 beside an update to 9.1.7 leaves out 9.1.7 and later ones of its series, but no preview of 9.2."""
    found = post(f"Ruby 9.1: Ruby を 9.1.7 にアップデートしてください。\n\n{AFFECTED}* Ruby 9.2.3 以前\n")
    (one,) = found.affected
    assert isinstance(one.range, VersionRange)
    versions = ("9.0.9", "9.1.6", "9.1.7", "9.1.8", "9.2.0-preview1", "9.2.3", "9.2.4")
    assert [version in one.range for version in versions] == [True, True, False, False, True, True, False]
    assert one.evidence == "Ruby 9.2.3 以前 / Ruby 9.1: Ruby を 9.1.7 にアップデートしてください。"


def test_a_patch_level_corrects_its_three_numbers_alone() -> None:
    """1.8.5-p231 says nothing of 1.8.6."""
    found = post(f"{AFFECTED}* Ruby 1.8.6-p229 以前\n\n## 対応\n\n1.8.5-p231 または 1.8.6-p230 に更新してください。\n")
    (one,) = found.affected
    assert isinstance(one.range, VersionRange)
    versions = ("1.8.5-p230", "1.8.5-p231", "1.8.6", "1.8.6-p229", "1.8.6-p230")
    assert [version in one.range for version in versions] == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("wick gem を 3.3.3 以上にアップデートしてください。", ["wick gem 3.3.3"]),
        ("* Lamp 9.0: `wick` を 0.10.2 にアップデート", ["wick gem 0.10.2"]),
        ("`wick` gem を 0.12.2 にアップデートすることを推奨します。", ["wick gem 0.12.2"]),
        (
            "wick gem をバージョン 0.3.5.1, 0.3.7, または 0.4.2 以降に更新してください。",
            ["wick gem 0.3.5.1", "wick gem 0.3.7", "wick gem 0.4.2"],
        ),
        ("修正した Lamp 2.0.0-p247 もしくは 1.8.7-p374 へのアップグレードを", ["Lamp 2.0.0-p247", "Lamp 1.8.7-p374"]),
        ("1.8.5-p231または1.8.6-p230・1.8.7-p22に更新", ["Lamp 1.8.5-p231", "Lamp 1.8.6-p230", "Lamp 1.8.7-p22"]),
        ("lamp-1.9.3 patchlevel 327 へ更新してください。", ["Lamp 1.9.3-p327"]),
        ("Wick を最新版 (6.3.1 以降) に更新することによって", ["Wick 6.3.1"]),
        ("wick `1.0.1g` もしくはそれ以降にアップグレードする", ["wick 1.0.1g"]),
        ("バージョン 2.0.4 以降の WICK gem をインストールしてください。", ["WICK gem 2.0.4"]),
        ("1.8.5に更新した上で、パッチを適用してください。", []),
        ("9.2.4 に更新しても解消しません。", []),
        ("9.2.4 に更新できない場合は", []),
        ("2026-09-23以降のバージョンに更新してください。", []),
        ("lamp 2.0.0 rc2 または revision 39102 以降へ更新してください。", []),
        ("Lamp 9.3 以降に更新してください。", []),
    ],
)
def test_what_a_sentence_tells_to_update_to(sentence: str, told: list[str]) -> None:
    """The versions of an update are corrected, each of the product before it; a branch, a day, half a cure are none."""
    found = _updates.corrected([sentence], "Lamp")
    assert [f"{one.product} {one.versions[0]}" for one in found] == told


def test_a_matter_that_is_named_because_it_is_another_is_no_alias() -> None:
    """Names in sentences about another matter, and in the addresses of links, are none of this one's."""
    found = post(
        "灯芯の問題 (CVE-2026-90113) が見つかりました。\n\n"
        "先月の問題 ([CVE-2026-90112][1]) とは別の脆弱性です。\n\n[1]: https://lamp.example/CVE-2026-90112/\n"
    )
    assert found.aliases == ("CVE-2026-90113",)


def test_a_workaround_with_code_keeps_its_lines() -> None:
    """A patch on one line could not be used; the marks around it are no part of it."""
    found = post(
        "## 回避策\n\n次を適用してください:\n\n{% highlight ruby %}\nclass Wick\n  # 短く\nend\n{% endhighlight %}\n"
    )
    assert found.workarounds == ("次を適用してください:\n\n    class Wick\n      # 短く\n    end",)


def test_a_change_before_the_post_is_a_slip() -> None:
    """The revision does not go back behind the day of the post."""
    found = post("x\n\n## 更新履歴\n\n* 2025-11-07 初版\n* 2025-11-08 追記\n")
    assert found.revision == "2026-11-07"


def test_the_mark_of_a_definition_is_no_part_of_the_evidence() -> None:
    """「: 9.2.5 に…」 is how Markdown writes the words of a term."""
    found = post("## 対応\n\n9.2系\n\n: 9.2.5 にアップグレードしてください。\n")
    assert [one.evidence for one in found.fixed] == ["9.2.5 にアップグレードしてください。"]
