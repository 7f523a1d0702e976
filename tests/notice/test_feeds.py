"""The site's feeds word for word, what has a page, and what of earlier reports a page shows below."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from feedbot.notice import Audience, Block, Kind, Notice, Post, Step, render, site
from tests.notice.fixtures import NOW, PROVIDER

TEMPLATES = render.Templates.load()
ATOM = "{http://www.w3.org/2005/Atom}"
FIRST = Notice(
    Kind.OWN, Step.FIRST, "題", Audience("none"), (Block("body", "本文"),), NOW, number="N-1", issued=date(2026, 11, 24)
)


def published(notice: Notice, text: str = "本文\n", **more: object) -> site.Published:
    """Publish a notice under a post that needs no rendering."""
    post = Post(notice.title, f"<p>{text}</p>", text, text)
    return site.Published(notice, post, **more)  # type: ignore[arg-type]


def items(*entries: site.Published) -> list[dict[str, object]]:
    """Return the items of the JSON feed."""
    found: list[dict[str, object]] = json.loads(site.pages(entries, PROVIDER, TEMPLATES)["feed.json"])["items"]
    return found


def test_the_json_feed_word_for_word() -> None:
    """As JSON Feed 1.1 asks: addresses, names, whole texts, times with offset."""
    words = site.pages([published(FIRST)], PROVIDER, TEMPLATES)["feed.json"].decode()
    assert words.startswith('{\n "version": "https://jsonfeed.org/version/1.1",\n "title": "みほんレンタルサーバー ')
    feed = json.loads(words)
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "みほんレンタルサーバー 障害報告・セキュリティ情報",
        "home_page_url": "https://info.mihon.example/",
        "feed_url": "https://info.mihon.example/feed.json",
        "language": "ja",
        "authors": [{"name": "みほん通信株式会社"}],
        "items": [
            {
                "id": "https://info.mihon.example/N-1.html",
                "url": "https://info.mihon.example/N-1.html",
                "title": "【お知らせ】題",
                "summary": "題",
                "content_html": "<p>本文\n</p>",
                "content_text": "本文\n",
                "date_published": "2026-11-24T00:00:00+09:00",
                "date_modified": "2026-11-24T10:05:00+09:00",
                "tags": ["お知らせ"],
            }
        ],
    }


def test_the_atom_feed_word_for_word() -> None:
    """As RFC 4287 asks; the feed is as new as its newest entry."""
    older = replace(FIRST, number="N-0", issued=date(2026, 11, 1))
    feed = site.pages([published(older), published(FIRST)], PROVIDER, TEMPLATES)["feed.xml"]
    assert feed.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<feed xmlns=")
    assert feed.endswith(b"</feed>\n")
    root = ElementTree.fromstring(feed)
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "ja"
    assert [(one.tag.removeprefix(ATOM), one.text, dict(one.attrib)) for one in root[:6]] == [
        ("title", "みほんレンタルサーバー 障害報告・セキュリティ情報", {}),
        ("id", "https://info.mihon.example/", {}),
        ("link", None, {"rel": "alternate", "href": "https://info.mihon.example/"}),
        ("link", None, {"rel": "self", "href": "https://info.mihon.example/feed.xml"}),
        ("updated", "2026-11-24T10:05:00+09:00", {}),
        ("author", None, {}),
    ]
    assert [(one.tag.removeprefix(ATOM), one.text) for one in root[5]] == [("name", "みほん通信株式会社")]
    address = "https://info.mihon.example/N-1.html"
    assert [(one.tag.removeprefix(ATOM), one.text, dict(one.attrib)) for one in root[6]] == [
        ("title", "【お知らせ】題", {}),
        ("id", address, {}),
        ("link", None, {"rel": "alternate", "href": address}),
        ("published", "2026-11-24T00:00:00+09:00", {}),
        ("updated", "2026-11-24T10:05:00+09:00", {}),
        ("category", None, {"term": "own", "label": "お知らせ"}),
        ("summary", "題", {}),
        ("content", "<p>本文\n</p>", {"type": "html"}),
    ]
    assert root[7].findtext(f"{ATOM}updated") == "2026-11-01T00:00:00+09:00"
    empty = ElementTree.fromstring(site.pages([], PROVIDER, TEMPLATES)["feed.xml"])
    assert empty.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+09:00"


def test_feeds_hold_the_fifty_newest() -> None:
    """The list and the pages hold all."""
    entries = [
        published(replace(FIRST, number=f"N-{n}", issued=date(2026, 1 + n // 28, 1 + n % 28))) for n in range(51)
    ]
    files = site.pages(entries, PROVIDER, TEMPLATES)
    found = [one["url"] for one in json.loads(files["feed.json"])["items"]]
    assert found == [f"https://info.mihon.example/N-{n}.html" for n in range(50, 0, -1)]
    assert len(ElementTree.fromstring(files["feed.xml"]).findall(f"{ATOM}entry")) == 50
    assert "N-0.html" in files


@pytest.mark.parametrize(
    ("keys", "summary"),
    [
        (("status", "lead", "change"), "change"),
        (("status", "lead"), "lead"),
        (("body", "status"), "status"),
        (("body",), "題"),
    ],
)
def test_a_summary_is_what_a_reader_wants_first(keys: tuple[str, ...], summary: str) -> None:
    """What changed, else the lead, else the state, else the title."""
    (item,) = items(published(replace(FIRST, blocks=tuple(Block(key, key) for key in keys))))
    assert item["summary"] == summary


@pytest.mark.parametrize(
    ("kind", "step", "mark"),
    [
        (Kind.OWN, Step.FIRST, ""),
        (Kind.OWN, Step.UPDATE, "【更新】"),
        (Kind.TROUBLE, Step.DONE, "【復旧】"),
        (Kind.LISTING, Step.DONE, "【解除】"),
        (Kind.MAINTENANCE, Step.DONE, "【完了】"),
        (Kind.OWN, Step.CORRECTION, "【訂正】"),
        (Kind.OWN, Step.WITHDRAWN, "【取下げ】"),
    ],
)
def test_a_title_bears_the_state(kind: Kind, step: Step, mark: str) -> None:
    """In the words of its kind."""
    (item,) = items(published(replace(FIRST, kind=kind, step=step)))
    assert str(item["title"]).partition("】")[2] == f"{mark}題"


def test_a_withdrawal_counts_as_its_last_change() -> None:
    """On its day, unless the edition itself is younger; without a reason there is none to tell."""
    (item,) = items(published(FIRST, withdrawn=(date(2026, 11, 20), "")))
    assert item["summary"] == "このお知らせは、2026年11月24日(火)に取り下げました。"
    assert item["date_modified"] == "2026-11-24T10:05:00+09:00"
    (item,) = items(published(FIRST, withdrawn=(date(2026, 12, 1), "誤り<のため")))
    said = "このお知らせは、2026年12月1日(火)に取り下げました。理由: 誤り"
    assert item["content_text"] == f"{said}<のため\n\n本文\n"
    assert item["content_html"] == f"<p><strong>{said}&lt;のため</strong></p>\n<p>本文\n</p>"
    assert item["title"] == "【お知らせ】【取下げ】題"
    assert item["date_modified"] == "2026-12-01T00:00:00+09:00"


def test_a_page_appeared_on_its_first_day() -> None:
    """The earliest of its history; without a day of issue it is the day its facts were looked at, in Japan."""
    history = ((date(2026, 11, 2), "第1版 公開"), (date(2026, 11, 9), "更新"))
    (item,) = items(published(replace(FIRST, history=history, edition=2)))
    assert item["date_published"] == "2026-11-02T00:00:00+09:00"
    late = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    (item,) = items(published(replace(FIRST, issued=None, as_of=late)))
    assert item["date_published"] == "2026-11-25T00:00:00+09:00"
    assert item["date_modified"] == "2026-11-25T00:30:00+09:00"


def test_of_one_day_the_later_look_comes_first() -> None:
    """Then the higher number."""
    entries = [replace(FIRST, number="N-1"), replace(FIRST, number="N-2"), replace(FIRST, number="N-0")]
    entries[2] = replace(entries[2], as_of=datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    found = [str(one["url"]).rpartition("/")[2] for one in items(*map(published, entries))]
    assert found == ["N-0.html", "N-2.html", "N-1.html"]


def test_earlier_reports_stand_below_until_one_says_all() -> None:
    """Newest first; an advisory's edition is whole by itself and ends them."""
    reports = [replace(FIRST, edition=n, step=Step.UPDATE, kind=Kind.TROUBLE) for n in (1, 2, 3)]
    page = site.pages([published(one, f"第{one.edition}の報\n") for one in reports], PROVIDER, TEMPLATES)["N-1.html"]
    places = [page.decode().index(f"第{n}の報") for n in (3, 2, 1)]
    assert places == sorted(places)
    reports[1] = replace(reports[1], kind=Kind.ADVISORY)
    page = site.pages([published(one, f"第{one.edition}の報\n") for one in reports], PROVIDER, TEMPLATES)["N-1.html"]
    assert "第2の報" in page.decode()
    assert "第1の報" not in page.decode()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"step": Step.WITHDRAWN}, True),
        ({"step": Step.WITHDRAWN, "audience": Audience("told", number="N-1")}, False),
        ({"audience": Audience("told", number="N-1")}, True),
        ({"rest": True}, False),
        ({"step": Step.REMINDER}, False),
        ({"audience": Audience("patched", number="N-1")}, False),
        ({"kind": Kind.LISTING}, False),
        ({"kind": Kind.DIGEST}, False),
        ({"kind": Kind.ADVISORY}, True),
    ],
)
def test_what_has_a_page(changes: dict[str, object], *, expected: bool) -> None:
    """What is for everybody and not up already."""
    assert site.has_page(replace(FIRST, **changes)) is expected  # type: ignore[arg-type]


def test_what_xml_cannot_hold_is_left_out_of_the_feed() -> None:
    """A control character in a title breaks no reader."""
    bad = replace(FIRST, title="題\x0b\ufffe\U0001f600", blocks=(Block("lead", "前\x00文"),))
    root = ElementTree.fromstring(site.pages([published(bad, "a\x08b")], PROVIDER, TEMPLATES)["feed.xml"])
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "【お知らせ】題\U0001f600"
    assert entry.findtext(f"{ATOM}summary") == "前文"
    assert entry.findtext(f"{ATOM}content") == "<p>ab</p>"
