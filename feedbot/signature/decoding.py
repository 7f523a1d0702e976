"""From bytes to text, by what the bytes are and never by a header's word."""

import re

from feedbot.signature._errors import ForbiddenError

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_UNSIGNED_ENCODINGS = ("utf-8-sig", "euc_jp", "cp932")
"""EUC-JP stands before cp932: nearly any EUC-JP text is also valid cp932 (as half-width kana), hardly ever the other
way round."""


def decode_signed(data: bytes) -> str:
    """Decode a signed text: ISO-2022-JP where an escape is in it, else UTF-8. Raises ForbiddenError when it is
    neither."""
    try:
        return _iso_2022_jp(data) if b"\x1b" in data else data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ForbiddenError("", "the text is neither UTF-8 nor ISO-2022-JP") from error


def decode_unsigned(data: bytes) -> str:
    """Decode a text that nobody vouches for, as well as can be: bytes that fit no encoding become U+FFFD."""
    if b"\x1b" in data:
        try:
            return _iso_2022_jp(data)
        except UnicodeDecodeError:
            pass
    for encoding in _UNSIGNED_ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def _iso_2022_jp(data: bytes) -> str:
    """Decode line by line (RFC 1468: each line starts in ASCII), with the rows 9 to 13 and 115 to 119 that mailers
    use (①, 髙), which Python's own codec lacks."""
    return "\n".join(_line(line) for line in data.split(b"\n"))


def _line(line: bytes) -> str:
    pieces = _ESCAPE.split(line)
    decoded = [pieces[0].decode("ascii")]
    for escape, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        decoded.append(_DECODERS[escape](piece))
    return "".join(decoded)


def _ascii(piece: bytes) -> str:
    return piece.decode("ascii")


def _kana(piece: bytes) -> str:
    return bytes(byte | 0x80 for byte in piece).decode("cp932")


def _kanji(piece: bytes) -> str:
    """Shift each JIS row and cell to its Shift_JIS place (JIS X 0208, annex 1). A CR that ends the line stays one."""
    body = piece.removesuffix(b"\r")
    if len(body) % 2 or any(not 0x21 <= byte <= 0x7E for byte in body):
        raise UnicodeDecodeError("iso2022_jp", piece, 0, len(piece), "not in the 94 × 94 table")
    shifted = bytearray()
    for row, cell in zip(body[::2], body[1::2], strict=True):
        lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
        trail = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
        shifted += bytes((lead, trail))
    return shifted.decode("cp932") + piece[len(body) :].decode("ascii")


_DECODERS = {b"$@": _kanji, b"$B": _kanji, b"(B": _ascii, b"(J": _ascii, b"(I": _kana}
