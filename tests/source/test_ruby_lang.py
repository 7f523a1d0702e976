"""Posts of Ruby: what stands above the first heading, and addresses inside Markdown."""

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
