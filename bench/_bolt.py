"""Write a bbolt file (https://github.com/etcd-io/bbolt: page.go, bucket.go), which is what trivy keeps its data in.

Pages have 4,096 bytes: two that name the root (meta), one without free pages, then the B+ trees, a tree for each
bucket. A value must fit a page: these do. Written once, never changed.
"""

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

Bucket: TypeAlias = Mapping[bytes, "bytes | Bucket"]
"""Key → value, or a bucket within."""

_PAGE, _MAGIC, _VERSION = 4096, 0xED0CDAED, 2
_BRANCH, _LEAF, _META, _FREE = 1, 2, 4, 16
_HEAD, _ELEMENT = 16, 16
_FIRST = 3


def write(path: Path, root: Bucket) -> None:
    """Write a file whose root bucket is `root`."""
    pages: list[bytes] = []
    top = _bucket(pages, root)
    metas = b"".join(_padded(_page(number, _META, 0, _meta(number, top, _FIRST + len(pages)))) for number in (0, 1))
    free = _padded(_page(2, _FREE, 0, b""))
    path.write_bytes(metas + free + b"".join(map(_padded, pages)))


def _bucket(pages: list[bytes], bucket: Bucket) -> int:
    """Write a bucket's tree, its inner buckets first; return its root page."""
    items = []
    for key in sorted(bucket):
        value = bucket[key]
        if isinstance(value, bytes):
            items.append((0, key, value))
        else:
            items.append((1, key, struct.pack("<QQ", _bucket(pages, value), 0)))
    level = [(part[0][1] if part else b"", _add(pages, _LEAF, [_leaf(*one) for one in part])) for part in _parts(items)]
    while len(level) > 1:
        level = [
            (
                part[0][1],
                _add(pages, _BRANCH, [(struct.pack("<IQ", len(key), int(page)), key) for page, key, _ in part]),
            )
            for part in _parts([(page, key, b"") for key, page in level])
        ]
    return level[0][1]


def _parts(items: list[tuple[int, bytes, bytes]]) -> Iterable[list[tuple[int, bytes, bytes]]]:
    """Cut a level into what fits a page each; an empty bucket is one empty page."""
    part: list[tuple[int, bytes, bytes]] = []
    size = _HEAD
    for one in items:
        more = _ELEMENT + len(one[1]) + len(one[2])
        if _HEAD + more > _PAGE:
            raise ValueError(f"{one[1]!r} does not fit a page")
        if part and size + more > _PAGE:
            yield part
            part, size = [], _HEAD
        part.append(one)
        size += more
    yield part


def _leaf(flags: int, key: bytes, value: bytes) -> tuple[bytes, bytes]:
    return struct.pack("<III", flags, len(key), len(value)), key + value


def _add(pages: list[bytes], kind: int, elements: list[tuple[bytes, bytes]]) -> int:
    """Write a page of elements (numbers, data); each tells how far behind itself its data begins."""
    heads, data, count = [], b"", len(elements)
    for place, (numbers, own) in enumerate(elements):
        position = struct.pack("<I", _ELEMENT * (count - place) + len(data))
        heads.append(numbers[:4] + position + numbers[4:] if kind == _LEAF else position + numbers)
        data += own
    number = _FIRST + len(pages)
    pages.append(_page(number, kind, count, b"".join(heads) + data))
    return number


def _page(number: int, kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("<QHHI", number, kind, count, 0) + body


def _padded(page: bytes) -> bytes:
    return page.ljust(_PAGE, b"\0")


def _meta(transaction: int, root: int, high: int) -> bytes:
    body = struct.pack("<IIIIQQQQQ", _MAGIC, _VERSION, _PAGE, 0, root, 0, 2, high, transaction)
    return body + struct.pack("<Q", _fnv(body))


def _fnv(body: bytes) -> int:
    """Return FNV-1a of 64 bits, as bbolt seals its meta pages."""
    made = 0xCBF29CE484222325
    for byte in body:
        made = (made ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return made
