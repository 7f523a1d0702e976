"""A distributor's file, whatever it is wrapped in: one document, a gzip of it, or a zip of many, read piece by piece.

Nothing is written to disk and no name of an entry becomes a path. What an archive says of its own sizes is not
believed: it is inflated up to the caps and not further.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from feedbot.errors import SourceError

RECORD = 64 << 20
"""Bytes of one document; the largest of Red Hat's VEX files has about 30 MB."""
WHOLE = 1 << 30
"""Bytes of one file that is read in pieces, inflated."""
TOTAL = 16 << 30
"""Bytes of all documents of a zip together."""
_MOST = 1_000_000
_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_PIECE = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Piece:
    """One document of a file: what to call it, its bytes, and whether it is one of many."""

    name: str
    body: bytes
    part: bool = False


def pieces(file: IO[bytes], name: str) -> Iterator[Piece]:
    """Yield the documents of a file that can be read from any place. Raises SourceError where it is damaged."""
    if _begins(file, _ZIP):
        yield from _zipped(file, name)
        return
    body = b"".join(_blocks(file, name, RECORD))
    yield Piece(name, body)


def text(file: IO[bytes], name: str) -> Iterator[str]:
    """Yield a file of UTF-8, gzip taken off, in blocks. Raises SourceError where it is none or is too large."""
    kept = b""
    for one in _blocks(file, name, WHOLE):
        block = kept + one
        # A letter may be cut at the end of a block: at most three of its bytes are kept for the next one.
        cut = next((n for n in range(1, 4) if len(block) >= n and block[-n] >= 0xC0), 0)
        kept = block[-cut:] if cut else b""
        yield decoded(block[: len(block) - cut], name)
    yield decoded(kept, name)


def decoded(body: bytes, name: str) -> str:
    """Return bytes as UTF-8 text. Raises SourceError."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise SourceError(name, "not UTF-8") from None


def head(file: IO[bytes], name: str, size: int = 1 << 18) -> str:
    """Return how the first document of a file begins, undecodable bytes replaced; the file is at its start again."""
    taken = b""
    try:
        if _begins(file, _ZIP):
            taken = next(_zipped(file, name), Piece("", b"")).body[:size]
        else:
            for block in _blocks(file, name, WHOLE):
                taken += block
                if len(taken) >= size:
                    break
    finally:
        file.seek(0)
    return taken[:size].decode("utf-8", "replace")


def _begins(file: IO[bytes], magic: bytes) -> bool:
    file.seek(0)
    found = file.read(len(magic)) == magic
    file.seek(0)
    return found


def _blocks(file: IO[bytes], name: str, limit: int) -> Iterator[bytes]:
    packed = _begins(file, _GZIP)
    stream = gzip.GzipFile(fileobj=file) if packed else file
    size = 0
    try:
        while block := stream.read(_PIECE):
            size += len(block)
            if size > limit:
                raise SourceError(name, "it is larger than {limit} bytes", limit=limit)
            yield block
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceError(name, "not a whole gzip file", hint="fetch it again") from None


def _zipped(file: IO[bytes], name: str) -> Iterator[Piece]:
    total = 0
    try:
        with zipfile.ZipFile(file) as archive:
            infos = [one for one in archive.infolist() if not one.is_dir()]
            if len(infos) > _MOST:
                raise SourceError(name, "it holds more than {limit} documents", limit=_MOST)
            for info in infos:
                where = f"{name}#{ascii(info.filename)[1:-1][:200]}"
                if info.flag_bits & 1 or info.compress_type not in _METHODS:
                    raise SourceError(where, "an entry that cannot be inflated")
                with archive.open(info) as entry:
                    body = entry.read(RECORD + 1)
                total += len(body)
                if len(body) > RECORD or total > TOTAL:
                    raise SourceError(where, "it is larger than {limit} bytes", limit=RECORD)
                yield Piece(where, body, part=True)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError):
        raise SourceError(name, "not a whole zip", hint="fetch it again") from None
