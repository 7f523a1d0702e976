"""A mail as the documents it carries. Pure; hostile mails are bounded before they are taken apart."""

import email
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from itertools import islice

from feedbot.errors import SourceError
from feedbot.fetch._document import Document

MAIL = "message/rfc822"
CUT = "message/partial"
"""The media type of a mail of which only the beginning is kept, because it is larger than its source allows."""
MOST_PARTS = 50
"""Parts of a mail, and boundaries it may name."""
MOST_WORK = 1_000_000
"""Lines times boundaries: the parser looks for each open boundary in every line that follows."""
_BOUNDARY = re.compile(rb"boundary([*0-9]*)\s*=\s*\"?([^\"\\\s;]{0,70})", re.IGNORECASE)
_DASHED = re.compile(rb"[\r\n]--([^\r\n]{0,70})")
_MESSAGE_ID = re.compile(rb"^message-id:\s{0,10}<([!-;=?-~]{1,200})>", re.IGNORECASE | re.MULTILINE)
_HEAD = 2**16
_TEXT_FILE = re.compile(r"\.(?:txt|asc)$", re.IGNORECASE)
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature")


def document(raw: bytes, place: str, now: datetime, limit: int) -> Document:
    """Make a mail a Document with the address `mail:MESSAGE-ID` (`mail:PLACE` where it has none); of one that is
    larger than `limit` bytes the beginning, marked so."""
    head = re.split(rb"\r?\n\r?\n", raw[:_HEAD], maxsplit=1)[0]
    found = _MESSAGE_ID.search(head)
    name = found[1].decode("ascii") if found else place
    return Document(f"mail:{name}", raw[:limit], now, media_type=CUT if len(raw) > limit else MAIL)


def is_mail(document: Document) -> bool:
    """Tell whether a document is a whole mail, or the beginning of one."""
    return document.media_type in (MAIL, CUT)


def parts(mail: Document) -> Iterator[Document]:
    """Yield the texts of a mail, decoded by their transfer encoding and with their declared charset.

    They are its text/plain parts and its .txt and .asc files, also those of a forwarded mail, as `mail:ID/1`, /2 …;
    where there is none, its HTML. A signature over a whole MIME part (PGP/MIME) is not looked at: such a text counts
    as unsigned. Raises SourceError for a mail that was cut, has too many parts, or holds no text.
    """
    if mail.media_type == CUT:
        raise SourceError(mail.url, "the mail is larger than {limit} bytes", limit=len(mail.body))
    check_work(mail)
    leaves = [part for part in email.message_from_bytes(mail.body).walk() if not part.is_multipart()]
    if len(leaves) > MOST_PARTS:
        raise SourceError(mail.url, "the mail has more than {most} parts", most=MOST_PARTS)
    texts = [part for part in leaves if _is_text(part)]
    chosen = texts or [part for part in leaves if part.get_content_type() == "text/html"]
    if not chosen:
        raise SourceError(mail.url, "the mail holds no text", hint="feedbot quarantine show prints it")
    for number, part in enumerate(chosen, 1):
        body = part.get_payload(decode=True)
        yield Document(
            url=f"{mail.url}/{number}",
            body=body if isinstance(body, bytes) else b"",
            fetched_at=mail.fetched_at,
            media_type=part.get_content_type(),
            charset=(part.get_content_charset() or "").lower(),
        )


def check_work(mail: Document) -> None:
    """Refuse what Python's parser would take minutes for, by counting what it would have to compare."""
    named = _BOUNDARY.findall(mail.body)
    # Written in pieces or percent-encoded (RFC 2231), as no mail program does: its lines cannot be counted.
    odd = any(form for form, _ in named)
    begins = tuple({value for _, value in named})
    parting = (1 for found in _DASHED.finditer(mail.body) if found[1].startswith(begins))
    if odd or len(named) > MOST_PARTS or (begins and sum(islice(parting, 2 * MOST_PARTS + 1)) > 2 * MOST_PARTS):
        raise SourceError(mail.url, "the mail has more than {most} parts", most=MOST_PARTS)
    lines = mail.body.count(b"\n") + mail.body.count(b"\r")
    if lines * (len(named) + 1) > MOST_WORK:
        raise SourceError(mail.url, "the mail has too many lines to be taken apart: {lines}", lines=lines)


def _is_text(part: "Message[str, str]") -> bool:
    kind = part.get_content_type()
    named = isinstance(part.get_filename(), str) and _TEXT_FILE.search(str(part.get_filename()))
    return kind not in _SIGNATURES and (kind == "text/plain" or bool(named))
