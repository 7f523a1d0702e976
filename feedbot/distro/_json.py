"""JSON of others: whatever it holds, the failure is a SourceError or a Quarantined."""

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from feedbot.advisory import Quarantined
from feedbot.distro._files import text
from feedbot.errors import SourceError

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def parsed(body: bytes, name: str) -> object:
    """Return what a JSON document holds. Raises SourceError for anything else, however deep or long it is."""
    try:
        made: object = json.loads(body)
    except (ValueError, RecursionError):
        raise _broken(name) from None
    return made


def members_of(file: IO[bytes], name: str) -> Iterator[tuple[str, object]]:
    """Yield the members of one JSON object as they come, so that no more than one of them is in memory.

    Raises SourceError where the file is no object, is cut short, or goes on after it.
    """
    blocks = _Blocks(text(file, name), name)
    blocks.expect("{")
    if blocks.peek() == "}":
        blocks.expect("}")
        blocks.end()
        return
    while True:
        key = blocks.value()
        if not isinstance(key, str):
            raise _broken(name)
        blocks.expect(":")
        yield key, blocks.value()
        if blocks.peek() == "}":
            blocks.expect("}")
            blocks.end()
            return
        blocks.expect(",")


class _Blocks:
    """A text that comes in blocks, of which only what is not read yet is kept."""

    def __init__(self, blocks: Iterator[str], name: str) -> None:
        self._blocks, self._name, self._text, self._at = blocks, name, "", 0

    def peek(self) -> str:
        """Return the next character that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def expect(self, character: str) -> None:
        """Pass one character that must come."""
        if self.peek() != character:
            raise _broken(self._name)
        self._at += 1

    def end(self) -> None:
        """Raise SourceError where anything is left."""
        if self.peek():
            raise _broken(self._name)

    def value(self) -> Any:
        """Return the next value. One that runs over the end of what is there is tried again with twice as much."""
        self.peek()
        while True:
            try:
                made, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise _broken(self._name) from None
            except ValueError:
                made, end = None, -1
            # A number may go on in the next block, so a value at the very end is not taken for whole.
            if 0 <= end < len(self._text):
                self._at = end
                return made
            wanted = max(2 * (len(self._text) - self._at), 1)
            if not self._more(wanted):
                if end < 0:
                    raise _broken(self._name)
                self._at = end
                return made

    def _more(self, wanted: int = 1) -> bool:
        self._text, self._at = self._text[self._at :], 0
        before, parts = len(self._text), [self._text]
        length = before
        while length < before + wanted and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            length += len(block)
        self._text = "".join(parts)
        return length > before


def _broken(name: str) -> SourceError:
    return SourceError(name, "not JSON, or cut short")


def quarantined(where: str, name: str, record: object) -> Quarantined:
    """Return a record that has another shape than its publisher gives."""
    raw = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Quarantined(where, SourceError(name, "a record of {where} has an unknown shape", where=where), raw)
