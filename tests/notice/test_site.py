import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.notice import Audience, Block, Kind, Notice, Step, draft, render, site
from tests.notice.fixtures import CASE, EXPOSURES, NOW, PROVIDER, TIMED

TEMPLATES = render.Templates.load()
ATOM = "{http://www.w3.org/2005/Atom}"
NOTICE = replace(
    draft.from_case(CASE, EXPOSURES, 0, PROVIDER, NOW, templates=TEMPLATES),
    number="MIHON-2026-0012",
    issued=date(2026, 11, 24),
)


def published(notice: Notice, *originals: tuple[str, bytes]) -> site.Published:
    """Publish a notice with its rendered post."""
    return site.Published(notice, render.post(notice, render.Totals(), PROVIDER, TEMPLATES), originals)


def own(number: str, issued: date, title: str = "お知らせ", **changes: object) -> Notice:
    """Make a short notice of the operator's own."""
    made = Notice(Kind.OWN, Step.FIRST, title, Audience("none"), (Block("body", "本文です。"),), NOW)
    return replace(made, number=number, issued=issued, **changes)  # type: ignore[arg-type]  # fields by name


class _Page(HTMLParser):
    """Collects links, sources and tags of a page, and sees that its tags are closed in order."""

    VOID = frozenset({"meta", "link", "br", "hr"})

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(html.decode())
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_site_holds_every_file_its_pages_link_to() -> None:
    """Every relative link leads to a file of the site; nothing is loaded from elsewhere and there is no script."""
    name = site.original_name(TIMED)
    files = site.pages(
        [published(NOTICE, (name, b"signed\r\n")), published(own("N-1", date(2026, 1, 2)))], PROVIDER, TEMPLATES
    )
    assert set(files) == {
        "index.html", "site.css", "feed.xml", "feed.json",
        "MIHON-2026-0012.html", "N-1.html", "originals/CSIRT-A-AT-2026-0007.txt.asc",
    }  # fmt: skip
    assert files[f"originals/{name}"] == b"signed\r\n"
    for path, content in files.items():
        if path.endswith(".html"):
            page = _Page(content)
            assert "script" not in page.tags
            assert "img" not in page.tags
            assert page.tags.count("h1") == 1
            relative = {link for link in page.links if "://" not in link and not link.startswith("#")}
            assert relative <= set(files)
    assert b"url(" not in files["site.css"]
    assert b"@import" not in files["site.css"]


def test_a_signed_post_offers_its_text_and_the_others_do_not() -> None:
    """The bytes are put up as they came, the newest edition's; the page leads to them and says how to check."""
    first = own("N-1", date(2026, 1, 1))
    second = replace(first, edition=2, step=Step.UPDATE)
    signed = [replace(published(one), signed=f"edition {one.edition}\r\n".encode()) for one in (second, first)]
    files = site.pages([*signed, published(own("N-2", date(2026, 1, 2)))], PROVIDER, TEMPLATES)
    assert files["N-1.txt.asc"] == b"edition 2\r\n"
    assert "N-1.txt.asc" in _Page(files["N-1.html"]).links
    assert "gpg --verify N-1.txt.asc" in files["N-1.html"].decode()
    assert "N-2.txt.asc" not in files
    assert "署名" not in files["N-2.html"].decode()


def test_the_post_links_to_the_original_where_the_site_puts_it() -> None:
    """The address in the post is that of the file the site holds."""
    files = site.pages([published(NOTICE, (site.original_name(TIMED), b"x"))], PROVIDER, TEMPLATES)
    base = PROVIDER.site_url.rstrip("/")
    linked = [link for link in _Page(files["MIHON-2026-0012.html"]).links if link.startswith(f"{base}/originals/")]
    assert linked
    assert {link.removeprefix(f"{base}/") for link in linked} <= set(files)


def test_the_list_is_newest_first_and_shows_the_newest_edition() -> None:
    """Entries stand by day of issue, the newest edition of a number once, marked as 更新."""
    update = own("N-1", date(2026, 3, 1), "甲の続報", edition=2, step=Step.UPDATE)
    entries = [
        update,
        own("N-3", date(2025, 12, 31), "丙"),
        own("N-1", date(2026, 1, 1), "甲"),
        own("N-2", date(2026, 2, 1), "乙"),
    ]
    index = site.pages(map(published, entries), PROVIDER, TEMPLATES)["index.html"].decode()
    places = [index.index(words) for words in ("2026年</h2>", "甲の続報", "乙", "2025年</h2>", "丙")]
    assert places == sorted(places)
    assert index.count("N-1.html") == 1
    assert 'class="mark update">更新' in index


def test_a_withdrawn_notice_stays_and_says_so() -> None:
    """The address holds, a box above the text says when and why, list and feeds carry it as their newest."""
    gone = replace(published(own("N-1", date(2026, 1, 1), "甲")), withdrawn=(date(2026, 4, 2), "誤<報>のため"))
    files = site.pages([gone, published(own("N-2", date(2026, 2, 1), "乙"))], PROVIDER, TEMPLATES)
    page = files["N-1.html"].decode()
    box, text = page.index("このお知らせは取り下げました"), page.index("本文です。")
    assert box < page.index("<h1>") < text
    assert "誤&lt;報&gt;のため" in page[box:text]
    assert "2026年4月2日(木)" in page[box:text]
    assert 'class="notice own gone"' in page
    index = files["index.html"].decode()
    assert index.index("甲") < index.index("乙")
    assert index.count('class="mark withdrawn">取下げ') == 1
    assert "取り下げました" not in files["N-2.html"].decode()
    newest = ElementTree.fromstring(files["feed.xml"]).find(f"{ATOM}entry")
    assert newest is not None
    assert newest.findtext(f"{ATOM}title") == "【お知らせ】【取下げ】甲"
    assert newest.findtext(f"{ATOM}updated") == "2026-04-02T00:00:00+09:00"
    assert "誤&lt;報&gt;のため" in (newest.findtext(f"{ATOM}content") or "")
    item = json.loads(files["feed.json"])["items"][0]
    assert item["summary"] == "このお知らせは、2026年4月2日(木)に取り下げました。理由: 誤<報>のため"
    assert item["content_text"].startswith(item["summary"])


def test_an_updated_page_shows_both_dates() -> None:
    """From the second edition on a reader sees when it appeared and when it last changed, be it the same day."""
    first = own("N-1", date(2026, 1, 1))
    files = site.pages(
        [published(replace(first, edition=2)), published(own("N-2", date(2026, 1, 1)))], PROVIDER, TEMPLATES
    )
    assert "掲載日" in files["N-1.html"].decode()
    assert "最終更新日" in files["N-1.html"].decode()
    assert "最終更新日" not in files["N-2.html"].decode()


def test_an_empty_site_says_so() -> None:
    """Before the first notice there is a page, a feed and no error."""
    files = site.pages([], PROVIDER, TEMPLATES)
    assert "掲載している情報はありません" in files["index.html"].decode()
    assert json.loads(files["feed.json"])["items"] == []
    ElementTree.fromstring(files["feed.xml"])


def test_feeds_tell_the_same_as_the_pages() -> None:
    """Atom and JSON Feed have title with kind and mark, address, times with offset, and the whole article."""
    done = own(
        "N-1",
        date(2026, 3, 1),
        kind=Kind.TROUBLE,
        step=Step.DONE,
        history=((date(2026, 2, 27), "第一報"), (date(2026, 2, 28), "復旧")),
    )
    files = site.pages([published(done), published(NOTICE)], PROVIDER, TEMPLATES)
    first, second = ElementTree.fromstring(files["feed.xml"]).findall(f"{ATOM}entry")
    assert first.findtext(f"{ATOM}id") == "https://info.mihon.example/MIHON-2026-0012.html"
    assert first.findtext(f"{ATOM}updated") == "2026-11-24T10:05:00+09:00"
    assert second.findtext(f"{ATOM}title") == "【障害報告】【復旧】お知らせ"
    assert second.findtext(f"{ATOM}published") == "2026-02-27T00:00:00+09:00"
    assert second.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00+09:00"
    feed = json.loads(files["feed.json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in feed["items"]] == [f"【注意喚起】{NOTICE.title}", "【障害報告】【復旧】お知らせ"]
    assert "<p>本文です。</p>" in feed["items"][1]["content_html"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_title_gives_sound_pages(title: str) -> None:
    """Markup, control characters and anything else in a title stay text in pages and feeds."""
    files = site.pages([published(own("N-1", date(2026, 1, 1), title))], PROVIDER, TEMPLATES)
    for path in ("index.html", "N-1.html"):
        _Page(files[path])
    ElementTree.fromstring(files["feed.xml"])
    assert json.loads(files["feed.json"])["items"][0]["title"].startswith("【お知らせ】")


def test_no_number_leaves_the_sites_folder() -> None:
    """File names hold no slash, no dots that climb, and nothing that needs quoting."""
    assert site.page_name(own("../../etc/passwd", date(2026, 1, 1))) == "etc-passwd.html"
    assert site.original_name(replace(TIMED, number="VU#348126")) == "VU-348126.txt.asc"
    assert site.page_name(own("", date(2026, 1, 1))) == "preview.html"
