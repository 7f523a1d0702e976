"""Web pages that stand in a feed's place: what they link to. And the addresses of what lies beside a list."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urljoin

from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _html


def page(document: Document) -> _html.Page:
    """Return a document as a page. Raises SourceError where it is empty, no web page, or too large."""
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    text = texts.decode(document.body, document.charset, document.url)
    if not _html.looks_like_html(text):
        raise SourceError(document.url, "not a web page", hint="look at the address in a browser")
    return _html.Page(text, document.url)


def links(document: Document, base: str) -> Iterator[tuple[str, str]]:
    """Yield the absolute address and the words of each link of a page that lists advisories; `base` is its address."""
    yield from absolute(page(document), base)


def absolute(part: _html.Page, base: str) -> Iterator[tuple[str, str]]:
    """Yield the same of a part of a page."""
    for address, words in part.links():
        try:
            yield urljoin(base, address), words
        except ValueError:
            # An address such as http://[ leads nowhere.
            continue


def beside(url: str, path: str) -> str:
    """Return urljoin(url, path) of a quoted path; for the plain paths of a list, which may have 300,000, without its
    cost."""
    if "//" in path or "/." in f"/{path}":
        return urljoin(url, f"./{path}")
    return _folder(url) + path


@lru_cache(maxsize=8)
def _folder(url: str) -> str:
    return urljoin(url, "x").removesuffix("x")
