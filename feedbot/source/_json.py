"""JSON read as data that nobody vouches for: each field by its path, of the type that is asked for or empty.

What a publisher gives as another type than its format says reads as if it were not there; the member then says what is
missing. NUL and lone surrogates (`\\ud800`), which no database and no mail can hold, become U+FFFD.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _xml

_UNHOLDABLE = re.compile("[\0\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON writes what nothing can hold, or half of a pair that can be held."""
_MOST = 300_000
"""Values of a document, or lines: several times what the greatest real one has, and read within two seconds."""
_MOST_ITEMS = 100_000
"""Entries of a list of items: a member makes something of each, at 8 µs at least where it is no item at all."""
_LONGEST = 2**19
"""Characters of one text; a million of them took 1.2 seconds where a product is named, and a document may have 16."""
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"')
_NOTHING: Mapping[str, object] = {}
_Item = TypeVar("_Item")


class Node:
    """One value, its members looked up by name."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    @property
    def fields(self) -> Mapping[str, object]:
        """The members of an object; none where the value is no object."""
        return self.value if isinstance(self.value, dict) else _NOTHING

    def at(self, *path: str) -> "Node":
        """Return the value at the end of a path of names; one without value where the path ends early."""
        value = self.value
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return Node(value)

    def each(self, *path: str) -> Iterator["Node"]:
        """Yield the values of the list at the end of a path."""
        value = self.at(*path).value
        yield from map(Node, value if isinstance(value, list) else ())

    def text(self, *path: str) -> str:
        """Return the string or number at the end of a path, without blanks around it."""
        value = self.at(*path).value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return holdable(str(value)).replace("\r\n", "\n").strip()

    def texts(self, *path: str) -> tuple[str, ...]:
        """Return the strings and numbers of the list at the end of a path."""
        return tuple(text for node in self.each(*path) if (text := node.text()))

    def raw(self) -> bytes:
        """Return the value as JSON, for the quarantine."""
        return json.dumps(self.value).encode()


def holdable(text: str) -> str:
    """Return a text with U+FFFD in the place of what no database and no mail can hold."""
    return _UNHOLDABLE.sub("\ufffd", text)


def _holdable_names(found: dict[str, object]) -> dict[str, object]:
    return {holdable(name): value for name, value in found.items()}


def load(document: Document) -> Node:
    """Return a document's JSON. Raises SourceError where it is empty, a web page, cut off, no JSON, or too much."""
    text = text_of(document)
    _check_count(document, text.count(","))
    names = _holdable_names if _ESCAPED.search(text) else None
    try:
        found = json.loads(text, parse_constant=_refuse, object_hook=names)
    except (ValueError, RecursionError) as error:
        # Too deep for the parser is as unreadable as cut off; hostile nesting must not be a fault of ours.
        raise SourceError(document.url, "not JSON: {detail}", detail=str(error)[:120]) from error
    _check_items(document, found)
    if len(text) > _LONGEST and max((len(one[0]) for one in _STRING.finditer(text)), default=0) > _LONGEST:
        raise SourceError(document.url, "a text in it is longer than {most} characters", most=_LONGEST)
    return Node(found)


def text_of(document: Document) -> str:
    """Return the text of a document of data. Raises SourceError where it is empty, a web page or no text."""
    if _xml.looks_like_html(document.body):
        raise SourceError(document.url, "a web page, not a feed", hint="look at the address in a browser")
    # JSON has no bare NUL; in lines of a list, one would be in what is said of the line.
    text = holdable(texts.decode(document.body, document.charset, document.url).lstrip("\ufeff"))
    if not text.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    return text


def lines(document: Document) -> list[str]:
    """Return the lines of a document that hold anything. Raises SourceError as `load` does."""
    text = text_of(document)
    _check_count(document, text.count("\n"))
    return [line.strip() for line in text.splitlines() if line.strip()]


def items(document: Document, given: list[str], read: Callable[[str, str], _Item]) -> Iterator[_Item | Quarantined]:
    """Yield what `read(line, where)` makes of each line of a list; a line where it raises SourceError is quarantined.

    Raises SourceError behind 100,000 bad lines: each costs more than a good one, and no list with so many is one.
    """
    bad = 0
    for index, line in enumerate(given, 1):
        where = f"{document.url} line {index}"
        try:
            yield read(line, where)
        except SourceError as error:
            bad += 1
            if bad > _MOST_ITEMS:
                raise SourceError(document.url, "more than {most} of its lines are bad", most=_MOST_ITEMS) from error
            yield Quarantined(where, error, line.encode())


def _check_count(document: Document, count: int) -> None:
    if count > _MOST:
        raise SourceError(document.url, "it holds more than {most} values", most=_MOST)


def _check_items(document: Document, found: object) -> None:
    """Refuse a list of too many items: the document itself, or below one name or two, as all publishers have them."""
    level = [found]
    for _ in range(3):
        for one in level:
            if isinstance(one, list) and len(one) > _MOST_ITEMS:
                raise SourceError(document.url, "it holds more than {most} values", most=_MOST_ITEMS)
        level = [inner for one in level if isinstance(one, dict) for inner in one.values()]


def _refuse(constant: str) -> object:
    raise ValueError(constant)
