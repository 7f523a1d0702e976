"""Build the public 障害報告 site as files: pages, feeds and originals. Nothing is written here."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, tostring

from feedbot.notice._again import repeats
from feedbot.notice._model import Kind, Notice, Post, Provider, Step
from feedbot.notice._places import original_name, page_name, page_url, signed_name
from feedbot.notice._render import Templates, page
from feedbot.notice._words import KINDS, STEPS, day
from feedbot.reading.dates import JST

__all__ = ["Published", "has_page", "original_name", "page_name", "page_url", "pages", "signed_name"]

_ATOM = "http://www.w3.org/2005/Atom"
_IN_FEED = 50
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Published:
    """One published edition: its notice (numbered and issued), its post, and (file name, bytes) of each original that
    the post links to; the names are those of `original_name`. `signed` is the post's text in the provider's signature,
    empty where posts are not signed. `withdrawn` is (date, reason) where the notice was taken back: its page stays at
    its address, and says so."""

    notice: Notice
    post: Post
    originals: tuple[tuple[str, bytes], ...] = ()
    signed: bytes = b""
    withdrawn: tuple[date, str] | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An edition before the newest, as the page shows it below: its number, day, mark (空 for the first) and post."""

    edition: int
    issued: date
    mark: str
    post: Post


@dataclass(frozen=True, slots=True)
class Row:
    """A notice as list and page show it. `mark` is the state to be seen at once: 更新, 訂正, 復旧, 取下げ or empty;
    `issued` is the day of its last change, `gone` the reason of its withdrawal (empty where there is none to tell, None
    where it stands), `signed` names the file of the signed text, empty where there is none. `earlier` are the reports
    before this one that it does not say again, newest first."""

    notice: Notice
    post: Post
    href: str
    label: str
    mark: str
    issued: date
    first: date
    originals: tuple[str, ...]
    signed: str
    gone: str | None
    earlier: tuple[Earlier, ...] = ()


def has_page(notice: Notice) -> bool:
    """Say whether a notice has a page of its own. A 取下げ to those who were told has none: the page of the notice that
    it takes back says that it was withdrawn, and why. Nor have an edition for the rest and a
    再通知: the page is up already. A server's address is told to its customer alone. The cases of a digest have their
    own."""
    taken_back = notice.step is Step.WITHDRAWN and notice.audience.rule == "told"
    return not (notice.rest or taken_back or repeats(notice) or notice.kind in (Kind.LISTING, Kind.DIGEST))


def _newest(row: Row) -> tuple[date, datetime, str]:
    return row.issued, row.notice.as_of, row.notice.number


def pages(entries: Iterable[Published], provider: Provider, templates: Templates) -> dict[str, bytes]:
    """Return path → bytes of the whole site: index.html, NUMBER.html, feed.xml, feed.json, site.css, originals/…, and
    NUMBER.txt.asc where the post is signed.

    Of each number the newest edition is shown; the list has the newest issue first. Raises NoticeError where a
    template fails.
    """
    editions: dict[str, list[Published]] = {}
    for one in sorted(entries, key=lambda one: one.notice.edition, reverse=True):
        editions.setdefault(one.notice.number, []).append(one)
    newest = {number: found[0] for number, found in editions.items()}
    rows = sorted((_row(found[0], found[1:]) for found in editions.values()), key=_newest, reverse=True)
    years = [(year, list(found)) for year, found in groupby(rows, key=lambda row: row.issued.year)]
    files = {
        "index.html": page("index.html.j2", {"provider": provider, "years": years, "kinds": KINDS}, templates),
        "site.css": templates.source("web/site.css").encode(),
        "feed.xml": _atom(rows[:_IN_FEED], provider),
        "feed.json": _json_feed(rows[:_IN_FEED], provider),
    }
    for row in rows:
        files[row.href] = page("notice.html.j2", {"provider": provider, "row": row}, templates)
    for one in newest.values():
        files |= {f"originals/{name}": content for name, content in one.originals}
        if one.signed:
            files[signed_name(one.notice)] = one.signed
    return files


def _row(one: Published, before: Sequence[Published]) -> Row:
    notice = one.notice
    issued = _issued(notice)
    first = min([issued, *(on for on, _ in notice.revisions)])
    gone, mark = None, _mark(notice)
    if one.withdrawn:
        on, gone = one.withdrawn
        issued, mark = max(issued, on), STEPS[Step.WITHDRAWN]
    names = tuple(name for name, _ in one.originals)
    signed = signed_name(notice) if one.signed else ""
    earlier = tuple(_earlier(notice, before))
    return Row(
        notice, one.post, page_name(notice), KINDS[notice.kind], mark, issued, first, names, signed, gone, earlier
    )


def _issued(notice: Notice) -> date:
    return notice.issued or notice.as_of.astimezone(JST).date()


def _earlier(notice: Notice, before: Iterable[Published]) -> Iterable[Earlier]:
    """Yield the reports below the newest. An edition of an advisory is whole by itself: it ends them."""
    for one in before:
        if notice.kind is Kind.ADVISORY:
            return
        notice = one.notice
        yield Earlier(notice.edition, _issued(notice), _mark(notice), one.post)


def _mark(notice: Notice) -> str:
    match notice.step:
        case Step.FIRST:
            return ""
        case Step.UPDATE:
            return "更新"
        case Step.DONE if notice.kind is Kind.TROUBLE:
            return "復旧"
        case Step.DONE if notice.kind is Kind.LISTING:
            return "解除"
        case _:
            return STEPS[notice.step]


def _updated(row: Row) -> str:
    """Return when an entry changed last, RFC 3339: the time its facts were looked at, if that was the day of issue."""
    looked = row.notice.as_of.astimezone(JST)
    moment = looked if looked.date() == row.issued else datetime.combine(row.issued, time(), JST)
    return moment.isoformat(timespec="seconds")


def _title(row: Row) -> str:
    mark = f"【{row.mark}】" if row.mark else ""
    return _NOT_XML.sub("", f"【{row.label}】{mark}{row.post.title}")


def _gone(row: Row) -> str:
    """Say that a notice was withdrawn, when and why; empty where it stands."""
    if row.gone is None:
        return ""
    reason = f"理由: {row.gone}" if row.gone.strip() else ""
    return f"このお知らせは、{day(row.issued)}に取り下げました。{reason}"


def _summary(row: Row) -> str:
    if row.gone is not None:
        return _gone(row)
    return row.notice.block("change") or row.notice.block("lead") or row.notice.block("status") or row.post.title


def _html(row: Row) -> str:
    words = _gone(row)
    return (f"<p><strong>{escape(words)}</strong></p>\n" if words else "") + row.post.html


def _atom(rows: Sequence[Row], provider: Provider) -> bytes:
    """Return the feed as Atom (RFC 4287)."""
    base = provider.site_url.rstrip("/")
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": "ja"})
    SubElement(feed, "title").text = f"{provider.service} 障害報告・セキュリティ情報"
    SubElement(feed, "id").text = f"{base}/"
    SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/"})
    SubElement(feed, "link", {"rel": "self", "href": f"{base}/feed.xml"})
    SubElement(feed, "updated").text = max(map(_updated, rows), default="1970-01-01T00:00:00+09:00")
    SubElement(SubElement(feed, "author"), "name").text = provider.name
    for row in rows:
        entry = SubElement(feed, "entry")
        SubElement(entry, "title").text = _title(row)
        SubElement(entry, "id").text = page_url(row.notice, provider)
        SubElement(entry, "link", {"rel": "alternate", "href": page_url(row.notice, provider)})
        SubElement(entry, "published").text = datetime.combine(row.first, time(), JST).isoformat()
        SubElement(entry, "updated").text = _updated(row)
        SubElement(entry, "category", {"term": row.notice.kind.value, "label": row.label})
        SubElement(entry, "summary").text = _NOT_XML.sub("", _summary(row))
        SubElement(entry, "content", {"type": "html"}).text = _NOT_XML.sub("", _html(row))
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _json_feed(rows: Sequence[Row], provider: Provider) -> bytes:
    """Return the feed as JSON Feed 1.1."""
    base = provider.site_url.rstrip("/")
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{provider.service} 障害報告・セキュリティ情報",
        "home_page_url": f"{base}/",
        "feed_url": f"{base}/feed.json",
        "language": "ja",
        "authors": [{"name": provider.name}],
        "items": [
            {
                "id": page_url(row.notice, provider),
                "url": page_url(row.notice, provider),
                "title": _title(row),
                "summary": _summary(row),
                "content_html": _html(row),
                "content_text": f"{_gone(row)}\n\n{row.post.text}".lstrip("\n"),
                "date_published": datetime.combine(row.first, time(), JST).isoformat(),
                "date_modified": _updated(row),
                "tags": [row.label],
            }
            for row in rows
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"
