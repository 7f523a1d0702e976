"""Web pages read with BeautifulSoup: the words of a part, one line a line, links and headings kept.

Walks without recursion: hostile pages nest deeper than the interpreter's stack.
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, NavigableString, Tag

from feedbot.errors import SourceError

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SILENT = ("script", "style", "noscript", "template", "head", "title", "textarea", "select")
_BEFORE_AFTER = (
    dict.fromkeys(("address", "article", "blockquote", "div", "dl", "figure", "footer", "form", "header"), ("\n", "\n"))
    | dict.fromkeys(("hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"), ("\n", "\n"))
    | dict.fromkeys(("dt", "dd", "tr"), ("\n", ""))
    | dict.fromkeys(("td", "th"), ("", "\t"))
    | {"br": ("\n", ""), "li": ("\n- ", "")}
)
"""What stands before and after the content of an element."""
_SOFT = "\ue000"
"""A blank of HTML source, of no meaning at the end of a line; blanks of `pre` are the author's."""
_LIMIT = 4 * 2**20
_DEEPEST = 2000
_TREE_DEEPEST = 250
"""Levels of a page as it was parsed, where many an open tag was closed. Real pages have some thirty."""
_PARTS_DEEPEST = 8
_TAGS = 60_000
"""BeautifulSoup takes a second for as many."""
_REFERENCE = re.compile(r"&(?:amp;)*#(?:[xX](?P<hex>[0-9a-fA-F]+)|(?P<decimal>[0-9]+));?")
_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]{0,200}>", re.IGNORECASE)
"""What XHTML begins with; BeautifulSoup warns of it, as its reader of HTML was asked for."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


class Page:
    """A web page. `text(selector)` is the part that a CSS selector names first, as text."""

    def __init__(self, html: str, subject: str) -> None:
        if len(html) > _LIMIT or html.count("<") > _TAGS or _depth(html) > _DEEPEST:
            raise SourceError(subject, "the page is too large or nested too deep")
        self._subject = subject
        self._soup: Tag = BeautifulSoup(_DECLARATION.sub("", holdable(html)), "lxml")
        if _tree_depth(self._soup) > _TREE_DEEPEST:
            raise SourceError(subject, "the page is too large or nested too deep")

    def each(self, selector: str) -> Iterator["Page"]:
        """Yield each part that a CSS selector names, as a page of its own; `text("")` is then all of it.

        Raises SourceError where such parts stand in one another more than eight deep: each is read with all inside it.
        """
        inside: dict[int, int] = {}
        for tag in self._soup.select(selector):
            around = next((inside[id(one)] for one in tag.parents if id(one) in inside), 0)
            if around == _PARTS_DEEPEST:
                raise SourceError(self._subject, "the page is too large or nested too deep")
            inside[id(tag)] = around + 1
            part = Page.__new__(Page)
            part._soup, part._subject = tag, self._subject
            yield part

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield the address, as it was written, and the words of each link."""
        for tag in self._soup.find_all("a", href=True):
            yield str(tag["href"]).strip(), " ".join(tag.get_text(" ").split())

    @property
    def title(self) -> str:
        """What the page calls itself: og:title, else its title element."""
        return self.meta("og:title") or (self._soup.title.get_text(" ", strip=True) if self._soup.title else "")

    def meta(self, name: str) -> str:
        """Return a meta element's content, by property or name."""
        found = self._soup.find("meta", attrs={"property": name}) or self._soup.find("meta", attrs={"name": name})
        return str(found.get("content") or "").strip() if isinstance(found, Tag) else ""

    def text(self, selector: str = "body", mark: str = "", without: str = "") -> str | None:
        """Return the words below the first element that `selector` names, or None where it names none; `""` names all.

        `without` selects what is left out.

        Blocks and `br` end a line, list items start with `- `, cells stand apart by TAB, a link whose words are not its
        address has the address behind it in `<>`, and heading elements, also those made of an image with an alternative
        text, stand on a line of their own after `mark`. Text in `pre` keeps its lines.
        """
        root = self._soup.select_one(selector) if selector else self._soup
        if root is None:
            return None
        skipped = {id(tag) for tag in root.select(without)} if without else set[int]()
        return _lines("".join(_flow(root, mark, skipped)))


def holdable(text: str) -> str:
    """Return a text of a page or feed with U+FFFD in place of NUL and of references to no character: `&#xd800;`."""
    return _REFERENCE.sub(_character, text).replace("\0", "\ufffd")


def _character(match: re.Match[str]) -> str:
    digits = (match["hex"] or match["decimal"]).lstrip("0")[:9]
    code = int(digits or "0", 16 if match["hex"] else 10)
    return match[0] if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"


def looks_like_html(text: str) -> bool:
    """Say whether a text is a web page or a piece of one."""
    start = text[:4096].lstrip("\ufeff \r\n\t").lower()
    return start.startswith(("<!doctype html", "<html")) or bool(
        re.search(r"<(?:html|head|body|div|pre|table)\b", start)
    )


def _depth(html: str) -> int:
    """Return how deep a page nests at most, counting every opened tag as inside the last: an upper bound."""
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match[1]:
            depth = max(0, depth - 1)
        elif match[2].lower() not in ("br", "img", "input", "link", "meta", "hr", "li", "p", "td", "tr", "dt", "dd"):
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _tree_depth(root: Tag) -> int:
    deepest, level = 0, [root]
    while level:
        level = [child for tag in level for child in tag.contents if isinstance(child, Tag)]
        deepest += 1
    return deepest


def _flow(root: Tag, mark: str, skipped: set[int]) -> Iterator[str]:
    """Yield the pieces of text below `root`. The stack holds what is to come: text that is ready, or a node with
    whether it stands in `pre` and in a heading (to look upwards from each would cost its depth every time)."""
    around = {one.name for one in root.parents}  # find_parent costs twenty times as much
    stack: list[str | tuple[object, bool, bool]] = [(root, "pre" in around, not around.isdisjoint(_HEADINGS))]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
            continue
        node, kept, headed = top
        if isinstance(node, Comment):
            continue
        if isinstance(node, NavigableString):
            yield _words(node, kept=kept)
        elif isinstance(node, Tag) and node.name not in _SILENT and id(node) not in skipped:
            before, after = _around(node, mark, headed=headed)
            yield before
            stack.append(after)
            inner = kept or node.name == "pre", headed or node.name in _HEADINGS
            stack.extend((child, *inner) for child in reversed(node.contents))


def _words(string: NavigableString, *, kept: bool) -> str:
    return str(string).replace("\r\n", "\n") if kept else re.sub(r"[ \t\r\n]+", _SOFT, string)


def _around(tag: Tag, mark: str, *, headed: bool) -> tuple[str, str]:
    """Return what goes before and after the content of a tag."""
    if tag.name in _HEADINGS:
        return f"\n{mark}", "\n"
    if tag.name == "img" and headed:
        return str(tag.get("alt") or ""), ""
    return ("", _address(tag)) if tag.name == "a" else _BEFORE_AFTER.get(tag.name, ("", ""))


def _address(tag: Tag) -> str:
    target = str(tag.get("href") or "")
    shown = tag.get_text()
    return f" <{target}>" if target.startswith(("https://", "http://")) and target not in shown else ""


def _lines(text: str) -> str:
    """Take the blanks off line ends and leave one blank line between runs of lines."""
    lines = [line.strip(_SOFT).rstrip().replace(_SOFT, " ").replace("\u00a0", " ") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
