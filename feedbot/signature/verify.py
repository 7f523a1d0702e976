"""The three entrances, and the order of work behind them (design: "Signatures: the order of work").

    bytes → clearsign → armor → packets → gpgv → status → policy → text

A document never raises: what is wrong with it is the verdict of the UnsignedText that comes back.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from feedbot.advisory import Signature, Verdict
from feedbot.messages import tr
from feedbot.signature import armor, clearsign, gpgv, packets, policy, status
from feedbot.signature._errors import GrammarError, LimitError, MalformedError, RefusedError
from feedbot.signature._texts import UnsignedText, VerifiedText
from feedbot.signature.decoding import decode_signed, decode_unsigned
from feedbot.signature.keys import Keyring, fingerprint
from feedbot.signature.policy import Terms

_TEXT_ONLY = frozenset({0x01})
_TEXT_OR_BINARY = frozenset({0x00, 0x01})

Text = VerifiedText | UnsignedText

MAX_DATA = 16 << 20
"""Bytes of a document of data that is signed in another file."""


def verify_file(
    data: bytes,
    *,
    keyring: Keyring,
    pins: tuple[str, ...],
    now: datetime,
    claims: str | None = None,
    at: datetime | None = None,
    transport: str = "file",
) -> Text:
    """Verify a bare clear-signed file: nothing but blank lines may stand around the block.

    `pins` are the primary fingerprints trusted for this source (none: nobody is). `claims` is the number that the
    text must bear, `at` the time to judge as of. Raises KeyringError for a pin that is no fingerprint.
    """
    terms = _terms(keyring, pins, now, claims, at, transport)
    return _clear_signed(data, clearsign.parse, keyring, terms)


def verify_inside(
    data: bytes,
    *,
    keyring: Keyring,
    pins: tuple[str, ...],
    now: datetime,
    claims: str | None = None,
    at: datetime | None = None,
    transport: str = "file",
) -> Text:
    """Verify the one block inside a mail, page or feed entry; what stands outside it is unsigned and left behind.

    Otherwise as `verify_file`. Two blocks in one document are malformed: which one is meant is the caller's to say.
    """
    terms = _terms(keyring, pins, now, claims, at, transport)
    return _clear_signed(data, lambda whole: clearsign.parse(clearsign.cut(whole)), keyring, terms)


def verify_detached(
    data: bytes,
    signature: bytes,
    *,
    keyring: Keyring,
    pins: tuple[str, ...],
    now: datetime,
    claims: str | None = None,
    at: datetime | None = None,
    transport: str = "file",
) -> Text:
    """Verify a text by a signature in another file, armored or binary. Otherwise as `verify_file`."""
    terms = _terms(keyring, pins, now, claims, at, transport)
    try:
        clearsign.check_bytes(data)
        packet = packets.read_signature(_packets(signature), _TEXT_OR_BINARY)
    except (MalformedError, RefusedError) as error:
        return _not_taken(error, decode_unsigned(data), terms)
    return _conclude(data, signature, packet, keyring, terms)


def detached_judge_for(
    keyring: Keyring | None, pins: tuple[str, ...], now: datetime, transport: str, signature: bytes
) -> Callable[[bytes, str | None], Text]:
    """Return the judge for a document of data by its signature in another file, armored or binary.

    A signature over bytes as they are (class 0x00) leaves open nothing that the rules of a text would settle, so it may
    be of data in long lines and of up to `MAX_DATA` bytes; one over a text is held to the rules of a text.
    """

    def judge(data: bytes, claims: str | None) -> Text:
        held = keyring or Keyring()
        terms = _terms(held, pins, now, claims, None, transport)
        try:
            packet = packets.read_signature(_packets(signature), _TEXT_OR_BINARY)
            if packet.kind != 0 or len(data) > MAX_DATA:
                clearsign.check_bytes(data)
        except (MalformedError, RefusedError) as error:
            return _not_taken(error, decode_unsigned(data), terms)
        return _conclude(data, signature, packet, held, terms)

    return judge


def judge_for(
    keyring: Keyring | None, pins: tuple[str, ...], now: datetime, transport: str
) -> Callable[[bytes, str | None], Text]:
    """Return the `judge(document_bytes, claimed_number)` that a source member is given. Without a keyring nothing
    verifies: what is signed is `unknown_key`."""

    def judge(data: bytes, claims: str | None) -> Text:
        return verify_inside(data, keyring=keyring or Keyring(), pins=pins, now=now, claims=claims, transport=transport)

    return judge


def _terms(
    keyring: Keyring, pins: tuple[str, ...], now: datetime, claims: str | None, at: datetime | None, transport: str
) -> Terms:
    return Terms(keyring.keys, frozenset(map(fingerprint, pins)), now, claims, at, transport)


def _clear_signed(data: bytes, take: Callable[[bytes], clearsign.ClearSigned], keyring: Keyring, terms: Terms) -> Text:
    if not clearsign.has_begin(data):
        reason = tr("there is no BEGIN line")
        return UnsignedText(decode_unsigned(data), Signature(Verdict.UNSIGNED, reason, terms.transport))
    try:
        block = take(data)
        packet = packets.read_signature(armor.signature(block.armor), _TEXT_ONLY)
        old_header = not block.hashes & clearsign.MODERN
        if not old_header and not packet.old and packet.digest_name not in block.hashes:
            raise GrammarError("", "the Hash header does not name {digest}", digest=packet.digest_name)
    except (MalformedError, RefusedError) as error:
        return _not_taken(error, decode_unsigned(clearsign.salvage(data)), terms)
    return _conclude(block.signed, block.block, packet, keyring, terms, old_header=old_header)


def _conclude(
    signed: bytes,
    original: bytes,
    packet: packets.SignaturePacket,
    keyring: Keyring,
    terms: Terms,
    *,
    old_header: bool = False,
) -> Text:
    """Check, judge, and only then decode."""
    try:
        report = _check(signed, packet, keyring)
        signature = policy.decide(report, packet, terms, old_header=old_header)
        if signature.verdict not in (Verdict.VERIFIED, Verdict.EXPIRED_KEY):
            return UnsignedText(decode_unsigned(signed), signature)
        text = decode_signed(signed)
    except RefusedError as error:
        return _not_taken(error, decode_unsigned(signed), terms)
    found = policy.claimed_number(text)
    if terms.claims is not None and found != terms.claims:
        reason = tr("the signed text bears the number {found}, not {claims}", found=found or "-", claims=terms.claims)
        return UnsignedText(text, replace(signature, verdict=Verdict.REFUSED, reason=reason, as_of=None))
    if signature.verdict is Verdict.EXPIRED_KEY:
        return UnsignedText(text, signature)
    return VerifiedText(text, signed, original, signature)


def _check(signed: bytes, packet: packets.SignaturePacket, keyring: Keyring) -> status.Report:
    if not keyring.keys:
        return status.Report(status.Outcome.NO_KEY)
    return status.judge(*gpgv.run(packet.raw, signed, keyring.data))


def _not_taken(error: MalformedError | RefusedError, text: str, terms: Terms) -> UnsignedText:
    return UnsignedText(text, Signature(error.verdict, error.reason(), terms.transport))


def _packets(signature: bytes) -> bytes:
    """Return the packets of a signature file; the first bit tells packets from armor."""
    if signature[:1] < b"\x80":
        clearsign.check_bytes(signature)
        return armor.signature(signature)
    if len(signature) > clearsign.MAX_BYTES:
        raise LimitError("", "the text is larger than {limit} bytes", limit=clearsign.MAX_BYTES)
    return signature
