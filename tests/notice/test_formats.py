"""A notice's parts as text, HTML and Markdown."""

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.notice._formats import to_html, to_markdown, to_text
from feedbot.notice._layout import Part, Sort, parse

TEXT = """\
お客様各位

## 対象

次の製品です。
二行目です。

- timed 1.0
  続き
・別の項目
項目 :: 値
  値の続き

    sudo apt-get update

    rpm -q timed

> 原文 <b>です</b>
>
>   字下げ

---
"""


def test_each_mark_makes_its_part() -> None:
    """The light markup is read as its description says."""
    assert parse(TEXT) == (
        Part(Sort.PARAGRAPH, ("お客様各位",)),
        Part(Sort.HEADING, ("対象",)),
        Part(Sort.PARAGRAPH, ("次の製品です。", "二行目です。")),
        Part(Sort.ITEMS, ("timed 1.0\n続き", "別の項目")),
        Part(Sort.FACTS, ("項目 :: 値\n値の続き",)),
        Part(Sort.CODE, ("sudo apt-get update",)),
        Part(Sort.CODE, ("rpm -q timed",)),
        Part(Sort.QUOTE, ("原文 <b>です</b>", "", "  字下げ")),
        Part(Sort.RULE, ("",)),
    )


def test_text_shows_a_quotation_as_it_stands() -> None:
    """Quoted words stand unaltered between two lines that say so, lists with a dot, facts with a colon."""
    text = to_text(parse(TEXT))
    assert "----- ここから引用 -----\n原文 <b>です</b>\n\n  字下げ\n----- ここまで引用 -----" in text
    assert "■ 対象\n\n次の製品です。\n二行目です。\n\n・timed 1.0\n  続き\n・別の項目\n\n項目: 値\n  値の続き\n" in text
    assert "    sudo apt-get update" in text


class _Tags(HTMLParser):
    """Collects tags and links."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not attrs or tag == "a"

    def handle_data(self, data: str) -> None:
        self.words += data


ALLOWED = {"h2", "p", "br", "ul", "li", "dl", "dt", "dd", "pre", "code", "blockquote", "hr", "a"}


@given(st.text() | st.text("<>&\"'a:/h tp#-・■\n"))
@settings(max_examples=150, deadline=None)
def test_html_holds_only_our_own_tags(text: str) -> None:
    """Whatever a publisher writes stays text; only http and https become links."""
    seen = _Tags()
    seen.feed(to_html(parse(text)))
    assert seen.tags <= ALLOWED
    assert all(link.startswith(("http://", "https://")) for link in seen.links)


def test_an_address_ends_where_the_sentence_goes_on() -> None:
    """A full stop or a closing bracket behind an address is not part of it, a bracket it opened itself is."""
    html = to_html(parse("(https://a.example/x). https://b.example/y_(z)、'https://c.example/'"))
    seen = _Tags()
    seen.feed(html)
    assert seen.links == ["https://a.example/x", "https://b.example/y_(z)", "https://c.example/"]
    assert seen.words.strip() == "(https://a.example/x). https://b.example/y_(z)、'https://c.example/'"


def test_markdown_escapes_what_would_be_marks() -> None:
    """No word of ours or another's becomes emphasis, a heading, a list, a link or HTML in Markdown."""
    words = "*強調* _x_ `y` [z](http://a.example) <b> & # | 1. 項目"
    assert to_markdown(parse(words)).startswith(
        "\\*強調\\* \\_x\\_ \\`y\\` \\[z\\](<http://a.example>) \\<b\\> \\& \\#"
    )
    assert to_markdown(parse("1. 項目")) == "1\\. 項目\n"
    assert to_markdown(parse("本文\n===")) == "本文  \n\\===\n"
    assert to_markdown(parse("> ```\n> x")) == "````\n```\nx\n````\n"


def test_html_of_every_part() -> None:
    """Word for word: what a page and a mail's HTML are made of."""
    assert to_html(parse(TEXT)) == (
        "<p>お客様各位</p>\n<h2>対象</h2>\n<p>次の製品です。<br>\n二行目です。</p>\n"
        "<ul>\n<li>timed 1.0<br>\n続き</li>\n<li>別の項目</li>\n</ul>\n"
        "<dl>\n<dt>項目</dt>\n<dd>値<br>\n値の続き</dd>\n</dl>\n"
        "<pre><code>sudo apt-get update</code></pre>\n<pre><code>rpm -q timed</code></pre>\n"
        "<blockquote><pre>原文 &lt;b&gt;です&lt;/b&gt;\n\n  字下げ</pre></blockquote>\n<hr>\n"
    )
    linked = to_html(parse("詳細 https://a.example/?x=1&y=X"))
    assert linked == '<p>詳細 <a href="https://a.example/?x=1&amp;y=X">https://a.example/?x=1&amp;y=X</a></p>\n'


def test_markdown_of_every_part() -> None:
    """Word for word: what a page in Markdown is made of."""
    assert to_markdown(parse(TEXT)) == (
        "お客様各位\n\n## 対象\n\n次の製品です。  \n二行目です。\n\n- timed 1.0  \n  続き\n- 別の項目\n\n"
        "- **項目**: 値  \n  値の続き\n\n```\nsudo apt-get update\n```\n\n```\nrpm -q timed\n```\n\n"
        "```\n原文 <b>です</b>\n\n  字下げ\n```\n\n---\n"
    )
    assert to_markdown(parse("> ```` と ` と\n> ``")) == "`````\n```` と ` と\n``\n`````\n"
    assert to_markdown(parse("+ 一\n12) 二\n(三)")) == "\\+ 一  \n12\\) 二  \n(三)\n"


def test_text_of_every_part() -> None:
    """Word for word: what a mail's text is made of."""
    assert to_text(parse(TEXT)) == (
        "お客様各位\n\n■ 対象\n\n次の製品です。\n二行目です。\n\n・timed 1.0\n  続き\n・別の項目\n\n"
        "項目: 値\n  値の続き\n\n    sudo apt-get update\n\n    rpm -q timed\n\n"
        "----- ここから引用 -----\n原文 <b>です</b>\n\n  字下げ\n----- ここまで引用 -----\n\n" + "-" * 72 + "\n"
    )


def test_long_entries_are_indented_within_the_width() -> None:
    """The rest of an item stands under its words and is filled anew; a paragraph's stands at the margin."""
    words = "あ" * 80
    assert to_text(parse(f"- {words}\n  二")).split("\n") == [
        "・" + "あ" * 35,
        "  " + "あ" * 35,
        "  " + "あ" * 10,
        "  二",
        "",
    ]
    assert to_text(parse(words)).split("\n") == ["あ" * 36, "あ" * 36, "あ" * 8, ""]
    name = "timed-" + "x" * 20
    assert name in to_text(parse("あ" * 30 + name), keep=(name,)).split("\n")[1]


def test_brackets_behind_an_address_belong_to_the_sentence() -> None:
    """As many as it opened itself are its own, wherever they stand."""
    for text, link in (
        ("https://a.example/x).", "https://a.example/x"),
        ("https://a.example/x)).", "https://a.example/x"),
        ("https://a.example/(x)).", "https://a.example/(x)"),
        ("https://a.example/)x", "https://a.example/)x"),
        ("https://a.example/x.)", "https://a.example/x"),
        ("https://a.example/x:;!?,'", "https://a.example/x"),
    ):
        seen = _Tags()
        seen.feed(to_html(parse(text)))
        assert seen.links == [link]
        assert seen.words.strip() == text
