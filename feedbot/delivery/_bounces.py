"""What came back: which message a bounce is about, proved by its seal, and what it says.

A mail leaves with an envelope sender of its own, `LOCAL+NUMBER-SEAL@DOMAIN` (VERP): NUMBER is its row, SEAL 80 bits of
HMAC-SHA256 under the installation's secret over the row and the recipient. A bounce goes to that address, so it names
the message without a word of its text being believed; one whose seal is wrong or missing changes nothing (a forged one
could otherwise silence a customer). Whoever has had the mail knows his own seal, and can silence himself only.

Bounces are untrusted bytes: caps before parsing, one recipient, and of their words one line is kept.
"""

import email
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from enum import StrEnum
from hashlib import sha256
from itertools import islice

from flufl.bounce import all_failures

from feedbot.delivery._talk import line
from feedbot.fetch import Document, mail

_HEAD = 2**16
_MOST = 50
"""Blocks of a delivery status, and addresses of a head, that are looked at."""
_LARGEST_PROSE = 2**18
"""Bytes of a bounce in words of its own that are searched for them."""
_TO = ("to", "delivered-to", "x-original-to", "envelope-to")
_SEAL = 20


class BounceKind(StrEnum):
    """What a mail in the bounce box is. HARD: the address takes no mail. SOFT: this mail was given up, the address may
    be well. DELAYED: it is still tried. OTHER: no bounce, such as an answer by hand. FORGED: its seal is wrong;
    UNSEALED: it has none. UNREADABLE: it could not be taken apart."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    OTHER = "other"
    FORGED = "forged"
    UNSEALED = "unsealed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Returned:
    """What a bounce says: `status` as RFC 3463 has it (empty: none), `text` the other side's words on one line."""

    kind: BounceKind
    status: str = ""
    text: str = ""


def return_address(address: str, number: int, recipient: str, secret: bytes) -> str:
    """Return the envelope sender of a message; `address` is the bounce box's."""
    local, _, domain = address.partition("@")
    return f"{local}+{number}-{_seal(number, recipient, secret)}@{domain}"


def proves(number: int, seal: str, recipient: str, secret: bytes) -> bool:
    """Tell whether a seal is that of the message `number` to `recipient`."""
    return hmac.compare_digest(seal.encode(), _seal(number, recipient, secret).encode())


def claims(raw: bytes, address: str) -> tuple[tuple[int, str], ...]:
    """Return (number, seal) of each sealed address that a mail was sent to, by its head."""
    local, _, domain = address.partition("@")
    sealed = re.compile(rf"{re.escape(local)}\+(\d{{1,18}})-([0-9a-f]{{{_SEAL}}})@{re.escape(domain)}", re.IGNORECASE)
    head = BytesHeaderParser().parsebytes(re.split(rb"\r?\n\r?\n", raw[:_HEAD], maxsplit=1)[0])
    values = [str(value) for name, value in islice(head.items(), 1000) if name.lower() in _TO]
    found = (one for value in values for one in sealed.finditer(value))
    return tuple((int(one[1]), one[2].lower()) for one in islice(found, _MOST))


def read(document: Document) -> Returned:
    """Say what a mail is: a delivery status (RFC 3464), a bounce in words that flufl.bounce knows, or something else.

    Raises SourceError where it is too large or too tangled; flufl.bounce may raise anything.
    """
    mail.check_work(document)
    message = email.message_from_bytes(document.body)
    statuses = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    if statuses:
        said = [_of_block(block) for block in islice(_blocks(statuses), _MOST)]
        return min(said, key=lambda one: _ORDER.index(one.kind), default=Returned(BounceKind.OTHER))
    if len(document.body) > _LARGEST_PROSE or not message.get("From"):
        return Returned(BounceKind.OTHER, "", line(str(message.get("Subject", "")).encode("utf-8", "replace")))
    temporary, permanent = all_failures(message)
    kind = BounceKind.HARD if permanent else BounceKind.SOFT if temporary else BounceKind.OTHER
    return Returned(kind, "", line(str(message.get("Subject", "")).encode("utf-8", "replace")))


_ORDER = (BounceKind.HARD, BounceKind.SOFT, BounceKind.DELAYED, BounceKind.OTHER)


def _seal(number: int, recipient: str, secret: bytes) -> str:
    return hmac.new(secret, f"verp/{number}/{recipient}".encode(), sha256).hexdigest()[:_SEAL]


def _blocks(statuses: "list[Message[str, str]]") -> "Iterator[Message[str, str]]":
    """Yield what is said of each recipient; what is said of the whole mail (RFC 3464, 2.2) has no Action."""
    for part in statuses:
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (one for one in payload if isinstance(one, Message) and one.get("Action"))


def _of_block(block: "Message[str, str]") -> Returned:
    action = str(block.get("Action", "")).strip().lower()
    found = re.search(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b", str(block.get("Status", ""))[:100])
    words = str(block.get("Diagnostic-Code", ""))[:2000]
    status = found[0] if found else ""
    kind = BounceKind.OTHER
    if action == "delayed":
        kind = BounceKind.DELAYED
    elif action == "failed":
        kind = BounceKind.HARD if _is_final(status, words) else BounceKind.SOFT
    return Returned(kind, status, line(words.encode("utf-8", "replace")))


def _is_final(status: str, words: str) -> bool:
    """RFC 3463: 5.1.x is the address, 5.2.1 a mailbox closed, 5.4.4 no way there, 5.0.0 what a plain 550 becomes. A
    full mailbox (5.2.2), trouble on the way and a policy against this text (5.7.x) say nothing of the address."""
    if status:
        return bool(re.fullmatch(r"5\.(?:1\.\d+|2\.1|4\.4|0\.0)", status))
    return bool(re.search(r"\b55[0134]\b", words))
