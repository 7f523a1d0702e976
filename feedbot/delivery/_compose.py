"""One mail as bytes, the same at every try.

We write the message ourselves: before Python 3.13 the standard library turns a subject that decodes to CR LF into a
second header, encodes long References by RFC 2047, and takes a random boundary. Obligations:

1. Every value is refused that holds a control character or line separator, as it stands or after RFC 2047 decoding.
2. Addresses are one plain address each: no display name, no comma, no quoting.
3. Message-ID and boundary are HMACs of the outbox key; the date is an argument. Same input, same bytes.
4. The header block is parsed again by the standard library and must be exactly the list we meant.
5. Only ASCII leaves, in lines under 998 bytes that end in CR LF, so that no relay has a reason to change a byte.

UTF-8 parts go as base64: Japanese in quoted-printable is three times as long, 8bit is rewritten by relays without
8BITMIME, and base64 leaves nothing for dot-stuffing or blank-trimming to touch. ISO-2022-JP parts go as 7bit, which
is what its readers expect (RFC 1468), unless a line is too long or of those that programs on the way change: one that
starts with `From ` or ends in a blank (RFC 3156, section 3).

`signed` wraps a message of ours in PGP/MIME (RFC 3156, section 5). What stood under its Content-Type becomes the first
part as it is, so the signed bytes are those that were composed; the other headers stay, and are not signed.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from feedbot.delivery._model import Outgoing
from feedbot.errors import DeliveryError
from feedbot.notice import JIS, MailText, Provider, Recipient
from feedbot.signature import Detached

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
# Two dots in a row, and one before the @, are against RFC 5321, but Japanese mobile carriers gave such addresses out.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*"
_ADDRESS = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})*")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_CODECS = {"utf-8": "utf-8", "iso-2022-jp": "iso2022_jp"}
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1 with erratum 1690
_LONGEST_LINE = 998  # RFC 5322, 2.1.1
_CHANGED_ON_THE_WAY = re.compile(rb"^From |[ \t]\r$", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Unicode's Cc, Zl, Zp and Cs."""
_CONTROL_IN_BODY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST_WORD = 60  # RFC 2047 allows 75; with `Subject: ` before it a line stays under 76


@dataclass(frozen=True, slots=True)
class _Header:
    """One header: `meant` is what a reader must get, `wire` what is written (folded, encoded)."""

    name: str
    meant: str
    wire: str


@dataclass(frozen=True, slots=True)
class _Letters:
    """How one recipient's words become bytes: `charset` as MIME names it, `key` for errors."""

    key: str
    charset: str

    def same(self, text: str) -> str:
        """Return `text` in the characters that the charset has for it."""
        return text.translate(JIS) if self.charset == "iso-2022-jp" else text

    def encode(self, text: str) -> bytes:
        """Return the bytes; raises DeliveryError naming the characters that the charset lacks."""
        try:
            return text.encode(_CODECS[self.charset])
        except UnicodeEncodeError as error:
            raise DeliveryError(
                self.key,
                "{characters} cannot be written in {charset}",
                permanent=True,
                hint="reword the text, or give this customer the encoding utf-8",
                characters=error.object[error.start : error.end],
                charset=self.charset,
            ) from error


def message(
    mail: MailText,
    *,
    provider: Provider,
    recipient: Recipient,
    key: str,
    secret: bytes,
    date: datetime,
    draft: int = 0,
    in_reply_to: str = "",
) -> Outgoing:
    """Return the message for one recipient.

    `key` is the outbox key (NUMBER/EDITION/CUSTOMER/CHANNEL), `secret` the installation's, `date` aware, `in_reply_to`
    the Message-ID of the first mail on the matter. An empty `mail.html` gives a mail of text alone.
    Raises DeliveryError, permanent, naming the header or the characters that cannot be sent.
    """
    customer = recipient.customer
    letters = _Letters(key, customer.encoding.lower())
    if letters.charset not in _CODECS:
        raise DeliveryError(key, "unknown encoding {encoding}", permanent=True, encoding=customer.encoding)
    sender, address = _address(key, provider.from_address), _address(key, customer.email)
    domain = sender.partition("@")[2]
    seal = hmac.new(secret, key.encode(), sha256).hexdigest()
    message_id = f"<{seal[:40]}@{domain}>"
    headers = (
        _plain("Date", format_datetime(date)),
        _mailbox("From", provider.name, sender, letters),
        _plain("To", address),
        _text("Subject", mail.subject, letters),
        _plain("Message-ID", message_id),
        _plain("Reply-To", _reply_to(key, provider)),
        *_thread(key, in_reply_to),
        _plain("List-Id", f"<{provider.list_id or f'notice.{domain}'}>"),
        _plain("Auto-Submitted", "auto-generated"),
        _plain("MIME-Version", "1.0"),
    )
    content = _written(key, headers, *_body(mail, letters, boundary=f"=_{seal[40:]}"))
    return Outgoing(key, draft, key.rpartition("/")[2], customer.id, address, message_id, content)


def signed(outgoing: Outgoing, sign: Callable[[bytes], Detached]) -> Outgoing:
    """Return a message of `message` as multipart/signed; the same message and signature give the same bytes.

    Raises what `sign` raises, and DeliveryError as `message` does.
    """
    head, _, rest = outgoing.content.partition(b"\r\nContent-Type: ")
    entity = b"Content-Type: " + rest
    signature = sign(entity)
    # A text cannot hold its own digest, so the boundary stands nowhere in it.
    boundary = f"=_{sha256(entity).hexdigest()[:40]}"
    values = (f"micalg={signature.micalg};", 'protocol="application/pgp-signature";', f'boundary="{boundary}"')
    kind = _Header(
        "Content-Type", " ".join(("multipart/signed;", *values)), "\r\n ".join(("multipart/signed;", *values))
    )
    headers = [_Header(name, _decoded(wire), wire) for name, wire in BytesHeaderParser().parsebytes(head).items()]
    between = f"--{boundary}\r\n".encode("ascii")
    armor = signature.armor.replace(b"\n", b"\r\n")
    # The line end before a boundary belongs to it (RFC 2046, 5.1.1): the entity keeps its own.
    body = between + entity + b"\r\n" + between + _block(_SIGNATURE) + armor + f"\r\n--{boundary}--\r\n".encode("ascii")
    return replace(outgoing, content=_written(outgoing.key, headers, (kind,), body))


def _written(key: str, headers: Sequence[_Header], more: Sequence[_Header], body: bytes) -> bytes:
    """Join the message, then read its head as a stranger would: what he finds must be what was meant."""
    everything = [*headers, *more]
    content = _block(everything) + body
    head = content.partition(b"\r\n\r\n")[0]
    found = [(name, _decoded(value)) for name, value in BytesHeaderParser().parsebytes(head).items()]
    if found != [(header.name, header.meant) for header in everything]:
        raise DeliveryError(key, "the headers do not read back as they were meant", permanent=True)
    if not content.isascii() or _longest(content) > _LONGEST_LINE:
        raise DeliveryError(key, "a line of the message is too long or not ASCII", permanent=True)
    return content


def _block(headers: Sequence[_Header]) -> bytes:
    return "".join(f"{header.name}: {header.wire}\r\n" for header in headers).encode("ascii") + b"\r\n"


def _longest(content: bytes) -> int:
    return max(map(len, content.split(b"\r\n")))


def _plain(name: str, value: str) -> _Header:
    return _Header(name, value, value)


def _text(name: str, value: str, letters: _Letters) -> _Header:
    value = letters.same(value)
    return _Header(name, value, _words(name, value, letters))


def _mailbox(name: str, display: str, address: str, letters: _Letters) -> _Header:
    display = letters.same(display)
    safe = re.fullmatch(rf"{_ATOM}(?: {_ATOM})*", display) and "=?" not in display and len(display) <= _LONGEST_WORD
    words = display if safe else _words(name, display, letters, always=True)
    return _Header(name, f"{display} <{address}>", f"{words}\r\n <{address}>")


def _thread(key: str, first: str) -> tuple[_Header, ...]:
    """Return the headers that hold a thread together (RFC 5322, 3.6.4): every mail on a matter refers to its first."""
    if not first:
        return ()
    if not _MESSAGE_ID.fullmatch(first) or len(first) > _LONGEST_ADDRESS:
        raise DeliveryError(key, "not a Message-ID: {value}", permanent=True, value=ascii(first))
    return _plain("In-Reply-To", first), _plain("References", first)


def _address(key: str, address: str) -> str:
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST_ADDRESS:
        raise DeliveryError(
            key,
            "not one plain mail address: {value}",
            permanent=True,
            hint="correct the address in the customer list or in the configuration",
            value=ascii(address),
        )
    return address


def _reply_to(key: str, provider: Provider) -> str:
    if provider.reply_to:
        return _address(key, provider.reply_to)
    return provider.contact if _ADDRESS.fullmatch(provider.contact) else provider.from_address


def _words(name: str, value: str, letters: _Letters, *, always: bool = False) -> str:
    """Write free text for a header: as it is where that is short ASCII which nobody decodes, else in encoded words."""
    _refuse_control(letters.key, name, value)
    if "=?" in value:
        _refuse_control(letters.key, name, _decoded(value))
    elif not always and re.fullmatch(rf"[!-~](?:[ -~]{{0,{_LONGEST_WORD}}}[!-~])?", value):
        return value
    letters.encode(value)  # an error names the message
    return _encoded(value, replace(letters, key=""))


@lru_cache(maxsize=256)
def _encoded(value: str, letters: _Letters) -> str:
    """Return encoded words; kept, since the mails of a notice have their subject and sender in common."""
    room = (_LONGEST_WORD - len(f"=?{letters.charset}?b??=")) // 4 * 3
    pieces = [""]
    for character in value:
        if len(letters.encode(pieces[-1] + character)) > room:
            pieces.append("")
        pieces[-1] += character
    return "\r\n ".join(f"=?{letters.charset}?b?{b64encode(letters.encode(piece)).decode()}?=" for piece in pieces)


def _refuse_control(key: str, name: str, value: str, control: re.Pattern[str] = _CONTROL) -> None:
    if found := control.search(value):
        raise DeliveryError(
            key,
            "{name} holds the control character {character}",
            permanent=True,
            hint="remove it from the text it came from",
            name=name,
            character=f"U+{ord(found.group()):04X}",
        )


@lru_cache(maxsize=1024)
def _decoded(value: str) -> str:
    """Read a header value as a mail reader does: unfolded, encoded words decoded; what cannot be stays as it is."""
    value = value.replace("\r\n", "")
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
        return "".join(part.decode(charset or "ascii") if isinstance(part, bytes) else part for part, charset in parts)
    except (HeaderParseError, LookupError, ValueError):
        return value


def _body(mail: MailText, letters: _Letters, boundary: str) -> tuple[tuple[_Header, ...], bytes]:
    """Return the headers that describe the body, and the body. The boundary comes of a secret: no text holds it."""
    parts = [_part("plain", mail.text, letters)]
    if not mail.html:
        return parts[0]
    parts.append(_part("html", mail.html, letters))
    between = f"--{boundary}\r\n".encode("ascii")
    # The line end before a boundary belongs to it (RFC 2046, 5.1.1).
    body = b"".join(between + _block(headers) + part + b"\r\n" for headers, part in parts)
    kind = _plain("Content-Type", f'multipart/alternative; boundary="{boundary}"')
    return (kind,), body + f"--{boundary}--\r\n".encode("ascii")


def _part(subtype: str, text: str, letters: _Letters) -> tuple[tuple[_Header, ...], bytes]:
    _refuse_control(letters.key, subtype, text, _CONTROL_IN_BODY)
    lines = re.split("\r\n|\r|\n", letters.same(text))
    # ISO-2022-JP is back in ASCII at each line's end (RFC 1468): whole or line by line, the bytes are the same.
    raw = letters.encode("".join(f"{line}\r\n" for line in (lines if lines[-1] else lines[:-1])))
    encoding = "7bit"
    if letters.charset == "utf-8" or _CHANGED_ON_THE_WAY.search(raw) or _longest(raw) > _LONGEST_LINE:
        encoding, raw = "base64", _base64(raw)
    return (
        _plain("Content-Type", f'text/{subtype}; charset="{letters.charset}"'),
        _plain("Content-Transfer-Encoding", encoding),
    ), raw


def _base64(raw: bytes) -> bytes:
    """Encode in lines of 76 (RFC 2045, 6.8)."""
    whole = b64encode(raw)
    return b"".join(whole[at : at + 76] + b"\r\n" for at in range(0, len(whole), 76))


_SIGNATURE = (
    _plain("Content-Type", 'application/pgp-signature; name="signature.asc"'),
    _plain("Content-Disposition", 'attachment; filename="signature.asc"'),
)


def readdressed(outgoing: Outgoing, address: str, secret: bytes, number: int, in_reply_to: str = "") -> Outgoing:
    """Return a message that could not be delivered, the row `number`, as a new one to another address: the same bytes
    but for To, Message-ID, which is of a new key, and what it refers to: `in_reply_to`, the first mail on the matter
    that came to this address. What a signature covers stays as it is (RFC 3156, section 5).

    Raises DeliveryError where the address is not one plain address.
    """
    place, _, channel = outgoing.key.rpartition("/")
    key = f"{place}/again-{number}/{channel}"
    address = _address(key, address)
    old_domain = outgoing.message_id.rpartition("@")[2].rstrip(">")
    message_id = f"<{hmac.new(secret, key.encode(), sha256).hexdigest()[:40]}@{old_domain}>"
    head, blank, body = outgoing.content.partition(b"\r\n\r\n")
    # None of the headers that go is folded: _thread wrote them.
    kept = [line for line in head.split(b"\r\n") if not line.startswith((b"In-Reply-To: ", b"References: "))]
    new = {f"To: {outgoing.recipient}": f"To: {address}", f"Message-ID: {outgoing.message_id}": ""}
    if any(kept.count(line.encode("ascii")) != 1 for line in new):
        raise DeliveryError(key, "the headers do not read back as they were meant", permanent=True)
    named = (_plain("Message-ID", message_id), *_thread(key, in_reply_to))
    new[f"Message-ID: {outgoing.message_id}"] = "\r\n".join(f"{one.name}: {one.wire}" for one in named)
    changed = {old.encode("ascii"): line.encode("ascii") for old, line in new.items()}
    content = b"\r\n".join(changed.get(line, line) for line in kept) + blank + body
    return Outgoing(key, outgoing.draft, outgoing.channel, outgoing.customer, address, message_id, content)
