"""Feeds in general, read with feedparser: title, address, date and number of each entry.

feedparser opens a file or fetches an address that its argument names, so it is given a BytesIO and nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from xml.sax import SAXException

import feedparser  # type: ignore[import-untyped]  # it ships no types

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import dates
from feedbot.reading import text as texts
from feedbot.source import _html

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_OWN_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
"""Where feedparser finds it at once. In a first line of 28 KB that only begins as one it searched for 6 seconds."""
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:[a-zA-Z0-9]+:)?(?:item|entry)\s*>")
_LARGEST = 8 * 2**20
"""Bytes. expat is handed 64 KiB at a time and begins again each time at the last open tag, comment or reference: the
time grows with the square, and comes to 2.7 seconds for twice as many. The longest of the corpus has 35 KB."""
_DEEPEST = 20_000
"""Levels, with every tag that stays open counted. feedparser takes 0.2 s for as many, and 2.4 s for ten times more."""
_MOST = 60_000
"""Tags, also those that an entry's own page has as `&lt;`: feedparser takes 1.5 seconds for as many."""
_ONE_TAG = re.compile(r"<[^<>]{10000}")
"""What no tag is. feedparser's time grows with the square of a tag's attributes."""
_FIRST = re.compile(r"<[a-zA-Z]")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
"""Before the first tag feedparser searches again from the start of each blank line: 100,000 took a minute."""
_TAG = re.compile(r"<(/?)[a-zA-Z][^<>]*?(/?)>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. `identifier` is dc:identifier, or the entry's id."""

    title: str
    url: str
    summary: str
    identifier: str
    updated: datetime | None


def entries(document: Document) -> Iterator[Entry | Quarantined]:
    """Yield the entries of an RSS or Atom feed.

    An entry without address, or with a date that cannot be read, is Quarantined. Where a feed breaks off, its whole
    entries are yielded and then a Quarantined for the rest. Raises SourceError where the document is empty or no feed.
    """
    text = _checked(document)
    parsed = _parsed(document, text)
    if not parsed.get("version"):
        raise SourceError(document.url, "not a feed", hint="look at the address in a browser")
    broken = isinstance(parsed.get("bozo_exception"), SAXException)
    whole = len(_CLOSED.findall(text))
    found = parsed.entries[:whole] if broken else parsed.entries
    for index, entry in enumerate(found, 1):
        yield _entry(entry, f"{document.url} item {index}")
    if broken:
        yield _rest(document, text, len(found))


def _parsed(document: Document, text: str) -> feedparser.FeedParserDict:
    """Return what feedparser makes of a feed. Raises SourceError where it fails on it."""
    try:
        return feedparser.parse(
            BytesIO(text.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=True,
            resolve_relative_uris=False,
        )
    except ValueError as error:
        # The SAX parser splits "namespace name" at any blank; expat refuses only that of ASCII in a namespace.
        raise SourceError(document.url, "not XML: {detail}", detail=str(error)[:120]) from error
    except (AttributeError, LookupError, TypeError) as error:
        # Its reader of what is not well-formed takes off what was never put on: <item<channel<link</item</link>.
        raise SourceError(document.url, "not a feed", hint="look at the address in a browser") from error


def _checked(document: Document) -> str:
    """Return the feed's text without its declaration, which is not believed; refuse what must be."""
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    if len(document.body) > _LARGEST:
        raise SourceError(document.url, "it is larger than {limit} bytes", limit=_LARGEST)
    text = _DECLARATION.sub("", texts.decode(document.body, document.charset, document.url).lstrip("\ufeff"), count=1)
    if re.match(r"\s*<(?:!doctype\s+html|html|head|body)\b", text, re.IGNORECASE):
        raise SourceError(document.url, "a web page, not a feed", hint="look at the address in a browser")
    if _DOCTYPE.search(text):
        raise SourceError(document.url, "it has a DOCTYPE, which is refused")
    if text.count("<") + text.count("&lt;") > _MOST or text.count("&") > 10 * _MOST:
        raise SourceError(document.url, "it holds more than {most} values", most=_MOST)
    if _ONE_TAG.search(text):
        raise SourceError(document.url, "not a feed", hint="look at the address in a browser")
    depth = deepest = 0
    for match in _TAG.finditer(text):
        depth += 0 if match[2] else -1 if match[1] else 1
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise SourceError(document.url, "it nests too deep")
    start = found.start() if (found := _FIRST.search(text)) else 0
    # feedparser lets the fault of one reference to no character out, and the whole feed would be lost.
    return _OWN_DECLARATION + _html.holdable(_BLANKS.sub(" ", text[:start]) + text[start:])


def _entry(entry: feedparser.FeedParserDict, where: str) -> Entry | Quarantined:
    url = str(entry.get("link") or entry.get("id") or "")
    # Asked as a plain dictionary: feedparser warns where it answers "updated" with "published" itself.
    dated = str(dict.get(entry, "updated") or dict.get(entry, "published") or "")
    updated = dates.read_date(dated) if dated else None
    raw = repr(sorted((str(key), str(value)) for key, value in entry.items())).encode()
    if not url:
        return Quarantined(where, SourceError(where, "no address"), raw)
    if dated and updated is None:
        return Quarantined(where, SourceError(where, "unreadable date: {date}", date=dated), raw)
    return Entry(
        title=str(entry.get("title") or ""),
        url=url,
        summary=_words(entry),
        identifier=str(entry.get("dc_identifier") or entry.get("id") or ""),
        updated=updated,
    )


def _words(entry: feedparser.FeedParserDict) -> str:
    """Return the summary and the content (content:encoded in RSS), where the one does not hold the other."""
    summary = str(entry.get("summary") or "")
    content = next((str(one.get("value") or "") for one in entry.get("content") or ()), "")
    if summary in content:
        return content
    return f"<div>{summary}</div><div>{content}</div>" if content and content not in summary else summary


def _rest(document: Document, text: str, count: int) -> Quarantined:
    end = max((match.end() for match in _CLOSED.finditer(text)), default=0)
    reason = SourceError(
        document.url,
        "the document breaks after {count} items: {detail}",
        hint="the items before it were read; fetch it again",
        count=count,
        detail="not well-formed",
    )
    return Quarantined(f"{document.url} after item {count}", reason, text[end:].encode())
