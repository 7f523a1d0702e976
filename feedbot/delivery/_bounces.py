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
_LARGEST = 2**18
_MOST_LINES = 10_000
"""Bytes and lines of a bounce's body that are taken apart: the status comes before the mail that is sent back with it,
and Python's parser takes seconds for a million empty lines."""
_PROSE = 2**14
"""Bytes of a body in words of its own that are searched for them: flufl.bounce's patterns take the square of it."""
_REASON = 300
"""Characters after the recipient's address in which a bounce in words says why."""
_TO = ("to", "delivered-to", "x-original-to", "envelope-to")
_SEAL = 20


class BounceKind(StrEnum):
    """What a mail in the bounce box is. HARD: the address takes no mail. SOFT: this mail was given up, the address may
    be well. BEHIND: it was given up for another address, to which the recipient's leads. DELAYED: it is still tried.
    OTHER: no bounce, such as an answer by hand. FORGED: its seal is wrong; UNSEALED: it has none. UNREADABLE: it could
    not be taken apart."""

    HARD = "hard"
    SOFT = "soft"
    BEHIND = "behind"
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


def read(document: Document, recipient: str) -> Returned:
    """Say what a mail says of `recipient`: a delivery status (RFC 3464), a bounce in words that flufl.bounce knows, or
    something else.

    Raises SourceError where it is too tangled; flufl.bounce may raise anything.
    """
    mail.check_work(document)
    message = email.message_from_bytes(_beginning(document.body, _LARGEST))
    statuses = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    if statuses:
        said = [_of_block(block, recipient.lower()) for block in islice(_blocks(statuses), _MOST)]
        return min(said, key=lambda one: _ORDER.index(one.kind), default=Returned(BounceKind.OTHER))
    subject = line(str(message.get("Subject", "")).encode("utf-8", "replace"))
    if not message.get("From"):
        return Returned(BounceKind.OTHER, "", subject)
    return Returned(_of_prose(_beginning(document.body, _PROSE), recipient.lower()), "", subject)


_ORDER = (BounceKind.HARD, BounceKind.SOFT, BounceKind.BEHIND, BounceKind.DELAYED, BounceKind.OTHER)


def _of_prose(raw: bytes, recipient: str) -> BounceKind:
    failures = all_failures(email.message_from_bytes(raw))
    temporary, permanent = ({one.lower() for one in found} for found in failures)
    _, _, after = _body(raw).decode("utf-8", "replace").lower().partition(recipient)
    if recipient.encode("utf-8", "replace") in permanent and _is_unknown(after[:_REASON]):
        return BounceKind.HARD
    if recipient.encode("utf-8", "replace") in temporary | permanent:
        return BounceKind.SOFT
    return BounceKind.BEHIND if temporary or permanent else BounceKind.OTHER


def _seal(number: int, recipient: str, secret: bytes) -> str:
    return hmac.new(secret, f"verp/{number}/{recipient}".encode(), sha256).hexdigest()[:_SEAL]


def _body(raw: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1]


def _beginning(raw: bytes, most: int) -> bytes:
    """Cut a mail after its head and so many bytes, or after the lines that are looked at."""
    head = re.search(rb"\r?\n\r?\n", raw[:_HEAD])
    raw = raw[: (head.end() if head else 0) + most]
    last = next(islice(re.finditer(rb"\r\n?|\n", raw), _MOST_LINES, None), None)
    return raw[: last.end()] if last else raw


def _blocks(statuses: "list[Message[str, str]]") -> "Iterator[Message[str, str]]":
    """Yield what is said of each recipient; what is said of the whole mail (RFC 3464, 2.2) has no Action."""
    for part in statuses:
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (one for one in payload if isinstance(one, Message) and one.get("Action"))


def _of_block(block: "Message[str, str]", recipient: str) -> Returned:
    action = str(block.get("Action", "")).strip().lower()
    found = re.search(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b", str(block.get("Status", ""))[:100])
    words = str(block.get("Diagnostic-Code", ""))[:2000]
    status = found[0] if found else ""
    kind = BounceKind.OTHER
    if action == "delayed":
        kind = BounceKind.DELAYED
    elif action == "failed" and _final_recipient(block) != recipient:
        kind = BounceKind.BEHIND
    elif action == "failed":
        kind = BounceKind.HARD if _is_final(status, words) else BounceKind.SOFT
    return Returned(kind, status, line(words.encode("utf-8", "replace")))


def _final_recipient(block: "Message[str, str]") -> str:
    """RFC 3464, 2.3.2: the address that was tried last. It is another than the original one behind a list or a
    forwarding, and then says nothing of the original one."""
    _, _, address = str(block.get("Final-Recipient", ""))[:1000].partition(";")
    return address.strip().strip("<>").lower()


def _is_final(status: str, words: str) -> bool:
    """RFC 3463 and the IANA registry: 5.1.1, 2, 3, 6 and 10 are the recipient's address, 5.2.1 a mailbox closed, 5.4.4
    no way there. 5.1.7 and 5.1.8 are the sender's, an error of our own; 5.0.0 says nothing, so the words must. A full
    mailbox (5.2.2), trouble on the way and a policy against this text (5.7.x) say nothing of the address."""
    if status and status != "5.0.0":
        return bool(re.fullmatch(r"5\.(?:1\.(?:[1236]|10)|2\.1|4\.4)", status))
    return bool(re.search(r"\b55[013]\b", words)) and _is_unknown(words)


def _is_unknown(words: str) -> bool:
    """Tell whether an answer says that there is no such user, and nothing that could be meant of the mail or of us."""
    return bool(_UNKNOWN.search(words)) and not _NOT_THE_ADDRESS.search(words)


_USER = r"(?:user|recipient|mailbox|account|address|addressee)"
_UNKNOWN = re.compile(
    rf"\b(?:no such|unknown|invalid|no) {_USER}\b|\b55\d\W{{1,3}}unknown\b"
    rf"|\b{_USER}(?: is)? (?:unknown|not found|does(?: not|n't) exist)\b",
    re.IGNORECASE,
)
_NOT_THE_ADDRESS = re.compile(
    r"spam|polic|full|quota|exceed|storage|block|black|sender|reputation|virus|content|relay|authenti|spf|dkim|dmarc"
    r"|greylist|too (?:many|large|big)|try again|\b[45]\.[2-7]\.\d",
    re.IGNORECASE,
)
