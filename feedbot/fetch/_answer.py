"""What a server's answer says, without the network: its bytes under a cap, what they are, when to come again."""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from feedbot.errors import FetchError
from feedbot.fetch._document import Document, Validators

_PIECE = 2**16


def pieces(url: str, headers: Mapping[str, str], stream: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield the decoded body, stopping one piece past `limit`: neither a bomb nor an endless stream fills anything.

    Raises FetchError where it is larger, or encoded as nobody asked for; zlib.error where it is no gzip.
    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        stream = _inflated(url, stream)
    elif encoding not in ("identity", ""):
        raise FetchError(url, "unasked-for encoding {encoding}", permanent=False, encoding=encoding)
    size = 0
    for piece in stream:
        size += len(piece)
        if size > limit:
            raise FetchError(url, "larger than {limit} bytes", permanent=True, limit=limit)
        yield piece


def _inflated(url: str, stream: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress gzip in bounded steps. Our own, because the client's decoder takes a cut stream for a whole one."""
    member = None
    for piece in stream:
        while piece:
            if member is None or member.eof:
                member = zlib.decompressobj(wbits=31)
            yield member.decompress(piece, _PIECE)
            piece = member.unconsumed_tail or member.unused_data  # noqa: PLW2901 (the rest of this piece)
    if member is not None:
        yield member.flush()
        if not member.eof:
            raise FetchError(url, "the answer is broken: {detail}", permanent=False, detail="gzip ends early")


def document(url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Document:
    """Make a Document of a body and what was declared of it."""
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([\w.:-]+)", parameters, re.ASCII | re.IGNORECASE)
    return Document(
        url=url,
        body=body,
        fetched_at=now,
        media_type=media_type.strip().lower(),
        charset=charset[1].lower() if charset else "",
        validators=Validators(headers.get("etag", ""), headers.get("last-modified", "")),
    )


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3): seconds or a date; None where it is neither, never negative."""
    digits = value.strip()
    if digits.isascii() and digits.isdecimal():
        return timedelta(seconds=min(int(digits[:10]), 10**8))  # int() refuses thousands of digits
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(then.replace(tzinfo=then.tzinfo or UTC) - now, timedelta(0))
