"""Thin a document: little of what it repeats, one of each thing that it holds.

An input costs what it is long. Most start from a seed that was thinned, as fuzzers minimise theirs, so that a million
of them can be run; the others start from whole seeds. The same rng gives the same bytes.
"""

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

_TAG = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<(/?)([A-Za-z_][\w:.-]*)[^<>]*?(/?)>", re.DOTALL)
_CELLS = (b"td", b"th", b"dt", b"dd")
"""Of a row, a member counts the cells: they stay."""
_LONG = 160
"""Characters of a string or a line that say nothing more when there are more of them."""
_SHORT = 800


def thin(data: bytes, rng: Random) -> bytes:
    """Return a document with one or two of each kind of sibling: of entries of JSON, elements, paragraphs, lines."""
    start = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if start in (b"{", b"["):
        try:
            return json.dumps(_value(json.loads(data), rng), ensure_ascii=rng.random() < 0.5).encode()
        except (ValueError, RecursionError):
            return _paragraphs(data, rng)
    return _elements(data, rng) if start == b"<" else _paragraphs(data, rng)


def _value(value: object, rng: Random) -> object:
    if isinstance(value, dict):
        return {name: _value(one, rng) for name, one in value.items() if rng.random() < 0.95}
    if isinstance(value, list):
        return [_value(one, rng) for one in _some(value, rng)]
    return value[:_LONG] if isinstance(value, str) and rng.random() < 0.8 else value


def _some(of: list[Any], rng: Random) -> list[Any]:
    """Return one or two in their order, one time in eight all: some faults need many."""
    if len(of) < 2 or rng.random() < 0.125:
        return of
    kept = sorted(rng.sample(range(len(of)), rng.choice((1, 1, 2))))
    return [of[at] for at in kept]


@dataclass(slots=True)
class _Element:
    name: bytes
    start: int
    stop: int = -1
    inner: list["_Element"] = field(default_factory=list)


def _elements(data: bytes, rng: Random) -> bytes:
    """Cut out elements that stand beside others of their name; what was never closed stays."""
    root = _Element(b"", 0, len(data))
    path = [root]
    for match in _TAG.finditer(data):
        if match[2] is None:
            continue
        if not match[1]:
            one = _Element(match[2], match.start(), match.end() if match[3] else -1)
            path[-1].inner.append(one)
            path += [] if match[3] else [one]
        elif any(one.name == match[2] for one in path):
            while path[-1].name != match[2]:
                # Without an end of its own: what was inside it belongs to what is around it.
                left = path.pop()
                path[-1].inner += left.inner
            path.pop().stop = match.end()
    return _without(data, _cuts(root, rng))


def _cuts(root: _Element, rng: Random) -> list[tuple[int, int]]:
    found, stack = [], [root]
    while stack:
        inner = [one for one in stack.pop().inner if one.stop > 0]
        for name in sorted({one.name for one in inner}):
            siblings = [one for one in inner if one.name == name]
            kept = siblings if name in _CELLS else _some(siblings, rng)
            starts = {one.start for one in kept}
            found += [(one.start, one.stop) for one in siblings if one.start not in starts]
            stack += kept
    return sorted(found)


def _without(data: bytes, cuts: list[tuple[int, int]]) -> bytes:
    pieces, at = [], 0
    for start, stop in cuts:
        pieces.append(data[at : max(at, start)])
        at = max(at, stop)
    return b"".join((*pieces, data[at:]))


def _paragraphs(data: bytes, rng: Random) -> bytes:
    """Keep the first paragraph, those that frame a text, and of the others what comes to `_SHORT` bytes."""
    first, *others = data.split(b"\n\n")
    kept = [one for one in others if b"-----" in one or rng.random() < min(0.85, _SHORT / len(data))]
    return b"\n\n".join(_lines(one, rng) for one in (first, *kept))


def _lines(paragraph: bytes, rng: Random) -> bytes:
    """Keep the first lines, those that frame a text, and three others."""
    lines = paragraph.split(b"\n")
    framing = {at for at, one in enumerate(lines) if at < 8 or one.startswith((b"--", b"```"))}
    others = [at for at in range(len(lines)) if at not in framing]
    kept = framing | set(rng.sample(others, min(len(others), 3)))
    return b"\n".join(lines[at] for at in sorted(kept))
