"""ASCII armor (RFC 9580, section 6), undone strictly. Pure.

The checksum is optional, as the RFC now says; one that is there must be right. Headers (Version, Comment …) are
nobody's word: they are skipped and handed to no one.
"""

import binascii
import re

from feedbot.signature._errors import ArmorError

_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:(?: .*)?")
_CHECKSUM = re.compile(rb"=([A-Za-z0-9+/]{4})")


def signature(data: bytes) -> bytes:
    """Return the packets of a signature block that stands alone. Raises ArmorError."""
    found, strangers = _blocks(data, b"SIGNATURE")
    if len(found) != 1:
        raise ArmorError("", "there are {count} signature blocks, and it must be one", count=len(found))
    if strangers:
        raise ArmorError("", "there is text around the signature block")
    return found[0]


def keys(data: bytes) -> bytes:
    """Return the packets of every public key block, one after the other; words around the blocks are skipped, because
    publishers put the fingerprint there. Raises ArmorError."""
    found, _ = _blocks(data, b"PUBLIC KEY BLOCK")
    if not found:
        raise ArmorError("", "there is no public key block")
    return b"".join(found)


def _blocks(data: bytes, label: bytes) -> tuple[list[bytes], bool]:
    """Return the contents of the blocks, and whether anything but blank lines stands outside them."""
    begin, end = b"-----BEGIN PGP " + label + b"-----", b"-----END PGP " + label + b"-----"
    rows = [row.removesuffix(b"\r").rstrip(b" \t") for row in data.split(b"\n")]
    found: list[bytes] = []
    strangers = False
    at = 0
    while at < len(rows):
        if rows[at] == begin:
            try:
                stop = rows.index(end, at)
            except ValueError as error:
                raise ArmorError("", "the armor has no END line") from error
            found.append(_decode(rows[at + 1 : stop]))
            at = stop
        elif rows[at]:
            strangers = True
        at += 1
    return found, strangers


def _decode(rows: list[bytes]) -> bytes:
    """Undo what stands between a BEGIN and an END line."""
    if b"" not in rows:
        raise ArmorError("", "the empty line after the armor's headers is missing")
    start = rows.index(b"")
    if not all(_HEADER.fullmatch(row) for row in rows[:start]):
        raise ArmorError("", "the armor's headers are broken")
    body = rows[start + 1 :]
    checksum = _CHECKSUM.fullmatch(body[-1]) if body else None
    if checksum:
        body.pop()
    try:
        data = binascii.a2b_base64(b"".join(body), strict_mode=True)
    except binascii.Error as error:
        raise ArmorError("", "the armor is not base64") from error
    if checksum and binascii.a2b_base64(checksum[1]) != crc24(data).to_bytes(3, "big"):
        raise ArmorError("", "the armor's checksum is wrong")
    if not data:
        raise ArmorError("", "the armor is empty")
    return data


def crc24(data: bytes) -> int:
    """The checksum of RFC 9580, section 6.1."""
    crc = 0xB704CE
    for byte in data:
        crc = (crc << 8 & 0xFFFFFF) ^ _CRC_TABLE[crc >> 16 ^ byte]
    return crc


def _crc_row(index: int) -> int:
    crc = index << 16
    for _ in range(8):
        crc = crc << 1 ^ (0x864CFB if crc & 0x800000 else 0)
    return crc & 0xFFFFFF


_CRC_TABLE = tuple(_crc_row(index) for index in range(256))
