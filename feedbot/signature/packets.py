"""OpenPGP packets (RFC 9580, sections 4 and 5), as far as a verifier must read them before gpgv does. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from feedbot.signature._errors import ForbiddenError, PacketError

_SIGNATURE, _PUBLIC_KEY, _SECRET_KEYS = 2, 6, (5, 7)
_CREATION_TIME = 2

DIGESTS = {
    1: "MD5",
    2: "SHA1",
    3: "RIPEMD160",
    8: "SHA256",
    9: "SHA384",
    10: "SHA512",
    11: "SHA224",
}
MODERN_DIGESTS = frozenset({8, 9, 10, 11})


@dataclass(frozen=True, slots=True)
class SignaturePacket:
    """What a signature says of itself. `raw` is the packet as it came, `kind` the signature class (0x00 binary, 0x01
    text, 0x10 and up over keys), `digest` the hash algorithm's number; `created` is from the hashed part."""

    raw: bytes
    version: int
    kind: int
    digest: int
    created: datetime

    @property
    def digest_name(self) -> str:
        """The digest as a Hash header names it; `#N` for a number without a name."""
        return DIGESTS.get(self.digest, f"#{self.digest}")

    @property
    def old(self) -> bool:
        """True where the mathematics no longer prove anything: MD5, SHA-1, RIPEMD-160, version 2 and 3."""
        return self.version < 4 or self.digest in (1, 2, 3)


def walk(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and body of each packet. Raises PacketError on a length that does not fit, and on partial or
    indeterminate lengths, which neither signatures nor keys use."""
    at = 0
    while at < len(data):
        first = data[at]
        if not first & 0x80:
            raise PacketError("", "byte {at} does not start a packet", at=at)
        if first & 0x40:
            tag, (start, size) = first & 0x3F, _new_length(data, at + 1)
        else:
            tag, (start, size) = first >> 2 & 0x0F, _old_length(data, at + 1, first & 3)
        if start + size > len(data):
            raise PacketError("", "the packet at byte {at} is cut off", at=at)
        yield tag, data[start : start + size]
        at = start + size


def _old_length(data: bytes, at: int, kind: int) -> tuple[int, int]:
    if kind == 3:
        raise PacketError("", "the packet at byte {at} has no length", at=at - 1)
    stop = at + (1 << kind)
    return stop, _number(data, at, stop)


def _new_length(data: bytes, at: int) -> tuple[int, int]:
    first = _number(data, at, at + 1)
    if first < 192:
        return at + 1, first
    if first < 224:
        return at + 2, (first - 192 << 8) + _number(data, at + 1, at + 2) + 192
    if first == 255:
        return at + 5, _number(data, at + 1, at + 5)
    raise PacketError("", "the packet at byte {at} has no length", at=at - 1)


def _number(data: bytes, start: int, stop: int) -> int:
    if stop > len(data):
        raise PacketError("", "the packet at byte {at} is cut off", at=start)
    return int.from_bytes(data[start:stop], "big")


def check_keys(data: bytes) -> None:
    """Hold that these are whole public keys. Raises PacketError when they are cut, or start with something else;
    ForbiddenError for a secret key."""
    tags = [tag for tag, _ in walk(data)]
    if any(tag in _SECRET_KEYS for tag in tags):
        raise ForbiddenError("", "this is a secret key, and it must not be here")
    if not tags or tags[0] != _PUBLIC_KEY:
        raise PacketError("", "there is no public key in it")


def read_signature(data: bytes, kinds: frozenset[int]) -> SignaturePacket:
    """Read the one signature packet. `kinds` are the classes that are taken.

    Raises PacketError when it is anything else (a compressed, encrypted or literal packet is never opened);
    ForbiddenError for several signatures, for a class not in `kinds`, and for versions that gpgv cannot check.
    """
    found = list(walk(data))
    if not found or any(tag != _SIGNATURE for tag, _ in found):
        raise PacketError("", "the signature block holds something that is no signature")
    if len(found) > 1:
        raise ForbiddenError("", "there are {count} signatures, and it must be one", count=len(found))
    body = found[0][1]
    if not body:
        raise PacketError("", "the signature packet is cut off")
    read = _READERS.get(body[0])
    if read is None:
        raise ForbiddenError("", "signatures of version {version} are not taken", version=body[0])
    packet = read(data, body)
    if packet.kind not in kinds:
        raise ForbiddenError("", "a signature of class 0x{kind:02x} does not sign a text", kind=packet.kind)
    return packet


def _version_3(raw: bytes, body: bytes) -> SignaturePacket:
    if len(body) < 19 or body[1] != 5:
        raise PacketError("", "the signature packet is cut off")
    return SignaturePacket(raw, version=body[0], kind=body[2], digest=body[16], created=_time(body[3:7]))


def _version_4(raw: bytes, body: bytes) -> SignaturePacket:
    hashed = body[6 : 6 + _number(body, 4, 6)]
    for kind, value in _subpackets(hashed):
        if kind == _CREATION_TIME and len(value) == 4:
            return SignaturePacket(raw, version=4, kind=body[1], digest=body[3], created=_time(value))
    raise PacketError("", "the signature does not say when it was made")


_READERS = {2: _version_3, 3: _version_3, 4: _version_4}


def _subpackets(area: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(area):
        first = area[at]
        if first < 192:
            start, size = at + 1, first
        elif first < 255:
            start, size = at + 2, (first - 192 << 8) + _number(area, at + 1, at + 2) + 192
        else:
            start, size = at + 5, _number(area, at + 1, at + 5)
        if not size or start + size > len(area):
            raise PacketError("", "the signature packet is cut off")
        yield area[start] & 0x7F, area[start + 1 : start + size]
        at = start + size


def _time(value: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(value, "big"), UTC)
