"""Templates in force: what is found, what they may do, and what each filter makes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from feedbot.advisory import Affected, Fixed, Section
from feedbot.errors import NoticeError
from feedbot.inventory import Plan
from feedbot.notice import Audience, Block, Kind, Notice, Step, _render, render
from feedbot.notice._render import Templates, kept
from feedbot.version import VersionRange
from tests.notice.fixtures import AOBA, NOW, PROVIDER, TIMED, VU

TEMPLATES = Templates.load()


def of(folder: Path, text: str, name: str = "notice/x.j2") -> Templates:
    """Put an operator's template into a folder and load it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Templates.load((folder,))


def test_a_template_is_found_where_it_is_in_force(tmp_path: Path) -> None:
    """The operator's before the shipped one; of what is nowhere there is only the name."""
    templates = of(tmp_path, "本文\n", "notice/subject.j2")
    assert templates.place("notice/subject.j2") == str(tmp_path / "notice/subject.j2")
    assert templates.place("notice/mail.html.j2") == str(render.shipped() / "notice/mail.html.j2")
    assert templates.place("notice/none.j2") == "notice/none.j2"
    assert templates.source("notice/subject.j2") == "本文\n"
    assert {"web/site.css", "notice/subject.j2"} <= set(templates.names())
    assert not [name for name in templates.names() if name.endswith(".txt")]
    assert templates.form("own").startswith("#") or "件名" in templates.form("own")
    with pytest.raises(NoticeError, match=r"^forms/none\.txt: no such template"):
        templates.form("none")


def test_a_digest_holds_styles_too(tmp_path: Path) -> None:
    """Of each file name and words; the same files have the same."""
    assert TEMPLATES.digest() == Templates.load().digest()
    assert of(tmp_path, "a{}", "web/site.css").digest() != TEMPLATES.digest()


def test_what_a_template_asks_for_is_known(tmp_path: Path) -> None:
    """Names that it does not set, each with its first line; what it sets; what it includes."""
    text = "{% set b = 1 %}{{ b }}{{ headings }}\n{{ c }}\n{{ a }}{{ c }}\n"
    templates = of(tmp_path, text + "{% include 'notice/y.j2' %}{% include a %}\n{{ a }}")
    assert templates.unset("notice/x.j2") == {"c": 2, "a": 3}
    assert templates.sets("notice/x.j2") == {"b"}
    assert templates.asked_for("notice/x.j2") == ("notice/y.j2",)
    for look in (templates.unset, templates.sets, templates.asked_for):
        with pytest.raises(NoticeError, match=r"^notice/none\.j2: no such template"):
            look("notice/none.j2")


def test_a_page_escapes_and_a_text_does_not(tmp_path: Path) -> None:
    """By the template's name; the end of a file is kept, the line of a tag is not."""
    assert "<title>&lt;b&gt;</title>" in TEMPLATES.text("notice/mail.html.j2", {"subject": "<b>", "body": ""})
    templates = of(tmp_path, "  {% if true %}\n{{ a }}\n  {% endif %}\n終\n")
    assert templates.text("notice/x.j2", {"a": "<b>"}) == "<b>\n終\n"


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("a", 1),
        ("{% for one in 'abc' %}{% endfor %}", 4),
        ("{% macro m() %}{% endmacro %}{{ m() }}{{ m() }}", 3),
        ("{% block b %}{% endblock %}", 2),
        ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{% endcall %}", 3),
    ],
)
def test_every_round_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, turns: int) -> None:
    """A template, a loop, a macro, a block, a caller; one less than it needs stops it, the next starts anew."""
    templates = of(tmp_path, text)
    monkeypatch.setattr(_render, "_TURNS", turns)
    for _ in range(2):
        assert templates.text("notice/x.j2", {}) in ("a", "")
    monkeypatch.setattr(_render, "_TURNS", turns - 1)
    with pytest.raises(NoticeError, match=r"notice/x\.j2(:1)?: the template fails: the template goes round too often"):
        templates.text("notice/x.j2", {})


def test_what_is_put_out_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By characters and by pieces, each to its limit; so are texts on the way there."""
    templates = of(tmp_path, "{{ a }}{{ a }}")
    monkeypatch.setattr(_render, "_CHARACTERS", 10)
    assert templates.text("notice/x.j2", {"a": "12345"}) == "1234512345"
    with pytest.raises(NoticeError, match="puts out too much"):
        templates.text("notice/x.j2", {"a": "123456"})
    whole = of(tmp_path, "{{ a }}")
    assert not _fails(whole, "x" * 10)
    assert _fails(whole, "x" * 11)
    joined = of(tmp_path, "{% set b = a ~ a %}{{ b|upper|length }}")
    assert joined.text("notice/x.j2", {"a": "abcde"}) == "10"
    with pytest.raises(NoticeError, match="puts out too much"):
        joined.text("notice/x.j2", {"a": "abcdef"})
    monkeypatch.setattr(_render, "_STEPS", 4)
    pieces = of(tmp_path, "{% for one in a %}{{ one }}{% endfor %}")
    count = next(n for n in range(9) if _fails(pieces, "x" * n))
    assert 0 < count <= 5
    assert not _fails(pieces, "x" * (count - 1))


def _fails(templates: Templates, text: str) -> bool:
    try:
        templates.text("notice/x.j2", {"a": text})
    except NoticeError as error:
        return "puts out too much" in str(error)
    return False


@pytest.mark.parametrize(
    ("source", "value", "made"),
    [
        ("day", date(2026, 11, 24), "2026年11月24日(火)"),
        ("ymd", date(2026, 11, 24), "2026/11/24"),
        ("moment", datetime(2026, 11, 24, 0, 5, tzinfo=UTC), "2026年11月24日(火) 9:05"),
        ("plan", Plan.VPS, "VPS"),
        ("distro", "debian:12", "Debian 12"),
        ("publisher", TIMED, "CSIRT-A"),
        ("severity", "9.8", "緊急"),
        ("honorific", AOBA, "株式会社あおば商店 御中"),
        ("few", ["a", "b"], "a、b"),
        ("public", "https://a.example/", "True"),
        ("quoted", "一 \n\n 二", "> 一\n>\n>  二"),
        ("further", "一\n二\n三", "一\n  二\n  三"),
        ("command", "a\nb", "    a\n    b"),
        ("fingerprint", "0123456789AB", "0123 4567 89AB"),
        ("original_name", TIMED, "CSIRT-A-AT-2026-0007.txt.asc"),
        ("unbroken", "VPS 2台<", '<span class="keep">VPS 2台</span>&lt;'),
        (
            "verbatim",
            replace(TIMED, sections=(Section("", "一"), Section("二", ""), Section("三", "四"))),
            "一\n\n二\n\n三\n\n四",
        ),
        ("concerning(())", "- VPSをご利用のお客様: 一\n二", "二"),
    ],
)
def test_each_filter_makes_its_words(tmp_path: Path, source: str, value: object, made: str) -> None:
    """As templates use them."""
    assert of(tmp_path, "{{ a|" + source + " }}").text("notice/x.j2", {"a": value}) == made


def test_a_greeting_in_the_words_is_seen(tmp_path: Path) -> None:
    """So that no template greets a second time."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (Block("body", "平素は。"),), NOW)
    templates = of(tmp_path, "{{ a|greeted }}")
    assert templates.text("notice/x.j2", {"a": notice}) == "True"
    assert templates.text("notice/x.j2", {"a": replace(notice, blocks=())}) == "False"


def test_blocks_without_words_are_left_out(tmp_path: Path) -> None:
    """Each is rendered by itself, in its order, without the empty lines around it."""
    text = "{% block lead %}\n\nX{{ a }}X\n\n{% endblock %}{% block body %}  \n{% endblock %}"
    assert of(tmp_path, text + "{% block check %}b{% endblock %}").blocks("notice/x.j2", {"a": 1}) == (
        Block("lead", "X1X"),
        Block("check", "b"),
    )
    with pytest.raises(NoticeError, match=r"x\.j2:2: the template fails: 'c' is undefined"):
        of(tmp_path, "{% block lead %}\n{{ c }}{% endblock %}").blocks("notice/x.j2", {})


@pytest.mark.parametrize(("text", "line"), [("", 1), ("一", 1), ("一\n", 1), ("一\n二\n三\n", 3)])
def test_a_block_left_out_is_named_with_the_template_s_end(tmp_path: Path, text: str, line: int) -> None:
    """There it could have stood; every block that is missing is named."""
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (Block("status", "一"), Block("body", "二")), NOW)
    templates = of(tmp_path, text, "notice/own_post.j2")
    with pytest.raises(NoticeError, match=rf"own_post\.j2:{line}: the template leaves out the block body, status$"):
        render.post(notice, render.Totals(), PROVIDER, templates)
    asked = of(tmp_path, "{{ block('body') }}{{ omit('status', 'x') }}", "notice/own_post.j2")
    assert render.post(notice, render.Totals(), PROVIDER, asked).text == "二\n"


def test_names_with_blanks_are_kept_whole() -> None:
    """Of products affected and corrected; what has no blank needs no keeping."""
    two = VersionRange.parse("vers:generic/2")
    held = replace(
        TIMED, affected=(Affected("timed LE", two, ""), Affected("timed", two, "")), fixed=(Fixed("a b", two),)
    )
    notice = Notice(Kind.OWN, Step.FIRST, "題", Audience("none"), (), NOW, advisories=(VU, held))
    assert kept(notice) == ("a b", "timed LE")
