"""Spoil a document, knowing roughly what it is made of. The same rng gives the same bytes."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from random import Random

from tests.fuzz.breakers import BIG_SIZES, RAW, RUNS, SIZES, TOKENS, VALUES

MOST = 64 * 2**10
"""Bytes of most spoiled documents."""
BIG = 2**20
"""Bytes of one in two hundred."""
LIGHT = 2 * 2**10
"""Bytes of those that start from thinned seeds."""

Way = Callable[[bytes, bytes, Random, int], bytes]
_PIECE = re.compile(rb"<[^<>]*>|[^<>]+|[<>]")
_ATTRIBUTE = re.compile(rb"=\s*(\"[^\"]*\"|'[^']*')")
_NUMBER = re.compile(rb"[0-9]+(?:\.[0-9]+)*")
_DATE = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9T:Z+.-]*|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [^<\n]*")
_STRING = re.compile(rb"\"[^\"\n]*\"|'[^'\n]*'")
_FEW = SIZES[:5]
_SMALL = tuple(value for value in VALUES if len(repr(value)) < LIGHT // 4)
_ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "iso2022_jp",
    "cp932",
    "euc_jp",
    "latin-1",
    "utf-7",
)


def spoil(data: bytes, other: bytes, rng: Random, *, light: bool = False) -> bytes:
    """Apply one to five changes, and cut the outcome to its size."""
    most = LIGHT if light else BIG if rng.random() < 0.005 else MOST
    ways = _ways(data)
    for _ in range(rng.choice((1, 1, 2, 2, 3, 5))):
        data = rng.choice(ways)(data, other, rng, most)[:most]
    return data


def _ways(data: bytes) -> tuple[Way, ...]:
    start = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if start in (b"{", b"["):
        return (*_GENERAL, *[_json] * 12)
    return (*_GENERAL, *_TAGGED * 2) if start == b"<" else (*_GENERAL, *_LINED * 2)


# -- any bytes


def _span(data: bytes, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 1, 2, 5, 20, 100, 1000)))


def _flip(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    spoiled = bytearray(data)
    for _place in range(rng.choice((1, 1, 3, 20)) if data else 0):
        spoiled[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(spoiled)


def _cut(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _delete(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    start, stop = _span(data, rng)
    return data[:start] + data[stop:]


def _repeat(data: bytes, _: bytes, rng: Random, most: int) -> bytes:
    start, stop = _span(data, rng)
    return data[:start] + _times(data[start:stop], rng, most) + data[stop:]


def _insert(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + _token(rng) + data[at:]


def _run(data: bytes, _: bytes, rng: Random, most: int) -> bytes:
    """Fill a place with a run, whole or with an end that does not fit."""
    at = rng.randrange(len(data) + 1)
    return (
        data[:at]
        + _times(rng.choice(RUNS).encode(), rng, most)
        + (_token(rng) if rng.random() < 0.3 else b"")
        + data[at:]
    )


def _splice(data: bytes, other: bytes, rng: Random, __: int) -> bytes:
    start, stop = _span(other, rng)
    at = rng.randrange(len(data) + 1)
    return data[:at] + (other[start:] if rng.random() < 0.3 else other[start:stop] + data[at:])


def _encode(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    """Write the document, or the half of it, in another encoding than it says."""
    at = 0 if rng.random() < 0.6 else rng.randrange(len(data) + 1)
    return data[:at] + data[at:].decode("utf-8", "replace").encode(rng.choice(_ENCODINGS), "replace")


def _number(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    return _replaced(_NUMBER, data, rng)


def _date(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    return _replaced(_DATE, data, rng)


def _string(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    return _replaced(_STRING, data, rng, b'"')


def _replaced(pattern: re.Pattern[bytes], data: bytes, rng: Random, around: bytes = b"") -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    one = rng.choice(found)
    return data[: one.start()] + around + _token(rng) + around + data[one.end() :]


def _token(rng: Random) -> bytes:
    return rng.choice(RAW) if rng.random() < 0.15 else rng.choice(TOKENS)


def _times(data: bytes, rng: Random, most: int) -> bytes:
    count = rng.choice({BIG: BIG_SIZES, LIGHT: _FEW}.get(most, SIZES))
    return data * min(count, max(1, most // max(1, len(data))))


# -- tags, lines, JSON


def _pieces(data: bytes, other: bytes, rng: Random, most: int) -> bytes:
    """Take a tag or the words between two: away, twice, many times, to another place, or put a strange one there."""
    pieces = _PIECE.findall(data)
    return b"".join(_changed(pieces, _PIECE.findall(other[:4096]), rng, most))


def _lines(data: bytes, other: bytes, rng: Random, most: int) -> bytes:
    """Do with a line what `_pieces` does with a tag."""
    return b"\n".join(_changed(data.split(b"\n"), other[:4096].split(b"\n"), rng, most))


def _changed(pieces: list[bytes], others: list[bytes], rng: Random, most: int) -> list[bytes]:
    if not pieces:
        return pieces
    at, stop = rng.randrange(len(pieces)), rng.choice((1, 1, 1, 2, 8, 40))
    taken = pieces[at : at + stop]
    way = rng.randrange(6)
    if way == 0:
        return pieces[:at] + pieces[at + stop :]
    if way == 1:
        return (
            pieces[:at]
            + taken * min(rng.choice(_FEW if most == LIGHT else SIZES), max(1, most // max(1, sum(map(len, taken)))))
            + pieces[at:]
        )
    if way == 2:
        to = rng.randrange(len(pieces))
        return pieces[:to] + taken + pieces[to:]
    if way == 3 and others:
        return [*pieces[:at], rng.choice(others), *pieces[at + 1 :]]
    return [*pieces[:at], _token(rng), *pieces[at + (way == 4) :]]


def _attribute(data: bytes, _: bytes, rng: Random, __: int) -> bytes:
    return _replaced(_ATTRIBUTE, data, rng, b"=")


def _nest(data: bytes, _: bytes, rng: Random, most: int) -> bytes:
    """Open a tag of the document many times over, and close it as often or not."""
    tags = re.findall(rb"<([A-Za-z][\w:.-]*)", data)
    if not tags:
        return data
    tag, at = rng.choice(tags), rng.randrange(len(data) + 1)
    closing = _times(b"</" + tag + b">", rng, most) if rng.random() < 0.5 else b""
    return data[:at] + _times(b"<" + tag + b">", rng, most) + closing + data[at:]


def _json(data: bytes, other: bytes, rng: Random, most: int) -> bytes:
    """Change one to three values of a document, or the names of them."""
    try:
        root: object = [json.loads(data)]
    except (ValueError, RecursionError):
        return _insert(data, other, rng, most)
    for _ in range(rng.choice((1, 1, 2, 3))):
        places = _places(root)
        holder, key = rng.choice(places)
        _change(holder, key, rng, light=most == LIGHT)
    assert isinstance(root, list)
    try:
        written = json.dumps(root[0], ensure_ascii=rng.random() < 0.7)
    except (RecursionError, MemoryError):  # larger than any input may be
        return data
    changed = written.encode("utf-8", "surrogatepass")
    # Cut off, it would be no JSON any more; `_cut` makes enough of those.
    return changed if len(changed) <= most else data


def _places(root: object) -> list[tuple[object, object]]:
    places: list[tuple[object, object]] = []
    stack = [root]
    while stack and len(places) < 1000:
        node = stack.pop()
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in items:
            places.append((node, key))
            stack.append(value)
    return places


def _change(holder: object, key: object, rng: Random, *, light: bool) -> None:
    assert isinstance(holder, dict | list)
    way, value = rng.randrange(7), holder[key]
    if way <= 2:
        holder[key] = deepcopy(rng.choice(_SMALL if light else VALUES))
    elif way == 3:
        holder[key] = [value] * rng.choice(SIZES[: 3 if light else 6])
    elif way == 4 and isinstance(value, str):
        holder[key] = value + rng.choice(RUNS) * rng.choice(SIZES[: 5 if light else None]) + value
    elif way == 5 and isinstance(value, dict | list):
        holder[key] = list(value.values()) if isinstance(value, dict) else {str(n): one for n, one in enumerate(value)}
    else:
        for _ in range(rng.choice((1, 3, 300))):
            value = [value] if isinstance(holder, list) else {str(key): value}
        holder[key] = value


_GENERAL: tuple[Way, ...] = (
    _flip, _cut, _delete, _repeat, _insert, _insert, _run, _run, _splice, _encode, _number, _date, _string,
)  # fmt: skip
_TAGGED: tuple[Way, ...] = (_pieces, _pieces, _attribute, _nest)
_LINED: tuple[Way, ...] = (_lines, _lines)
