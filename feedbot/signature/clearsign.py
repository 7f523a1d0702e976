"""The clear-signed frame (RFC 9580, section 7), read strictly, over bytes. Pure.

One grammar, and what it does not describe is refused, because each thing that readers disagree on has been used to
show one text and sign another:

    BEGIN PGP SIGNED MESSAGE        blanks may follow an armor line (RFC 9580, 6.2), nothing else may stand on it
    Hash: NAME[,NAME]               any number of these, no other header
                                    exactly one empty line
    body                            a line that starts with `-` is escaped as `- -`
    BEGIN PGP SIGNATURE … END       exactly one

Lines end at LF alone, never at what `splitlines` takes for a line end: U+2028 or FF inside a line forges a whole one
otherwise. One CR before an LF belongs to the line end.
"""

import re
from dataclasses import dataclass

from feedbot.signature._errors import GrammarError, LimitError

MAX_BYTES = 1 << 20
MAX_LINE = 8192
"""gpgv cuts lines at 19,995 bytes without a word; no advisory in the corpus comes near this."""

BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"
_END = b"-----END PGP SIGNATURE-----"

MODERN = frozenset({"SHA224", "SHA256", "SHA384", "SHA512"})
_OLD = frozenset({"MD5", "SHA1", "RIPEMD160"})
_HASH = re.compile(rb"Hash: ([A-Z0-9]+(?:, ?[A-Z0-9]+)*)")
_ANY_HEADER = re.compile(rb"[A-Za-z][A-Za-z-]*: \S")
_CONTROL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
    rb"|\r(?!\n)"
    rb"|\x1b(?!\$[@B]|\([BJI])"  # the escapes of ISO-2022-JP (RFC 1468, and the half-width kana of its users)
)
_BLANKS = b" \t"


@dataclass(frozen=True, slots=True)
class ClearSigned:
    """A block taken apart. `signed` is exactly what the signature is over, with LF between lines; `armor` is the
    signature block from its BEGIN to its END line, `block` the whole thing as it came, and `hashes` are the digests
    that the header names (none means MD5)."""

    hashes: frozenset[str]
    signed: bytes
    armor: bytes
    block: bytes


def has_begin(data: bytes) -> bool:
    """Say whether a BEGIN line is in it, whole or damaged (indented, quoted, in mark-up)."""
    return BEGIN in data


def check_bytes(data: bytes) -> None:
    """Refuse what no text holds: too many bytes, over-long lines, control bytes but TAB, LF, CRLF and the escapes of
    ISO-2022-JP. Raises LimitError or GrammarError."""
    if len(data) > MAX_BYTES:
        raise LimitError("", "the text is larger than {limit} bytes", limit=MAX_BYTES)
    if found := _CONTROL.search(data):
        line = data.count(b"\n", 0, found.start()) + 1
        raise GrammarError("", "line {line} holds a control byte (0x{byte})", line=line, byte=found[0][:1].hex())
    for number, row in enumerate(data.split(b"\n"), 1):
        if len(row) > MAX_LINE:
            raise LimitError("", "line {line} is longer than {limit} bytes", line=number, limit=MAX_LINE)


def cut(data: bytes) -> bytes:
    """Take the one signed block out of a page, mail or feed entry; everything around it is left behind.

    The bytes must already be the text: undoing entities, quoted-printable or a mail's quoting is the caller's part,
    and a block that was changed on its way does not verify. What has no END line is returned to its end, for `parse`
    to complain about. Raises LimitError; GrammarError when there is not exactly one BEGIN line.
    """
    if len(data) > MAX_BYTES:
        raise LimitError("", "the text is larger than {limit} bytes", limit=MAX_BYTES)
    raw = data.split(b"\n")
    begins = [index for index, row in enumerate(raw) if _bare(row) == BEGIN]
    if not begins:
        raise GrammarError("", "the BEGIN line does not stand alone on its line")
    if len(begins) > 1:
        raise GrammarError("", "there are {count} signed blocks, and it must be one", count=len(begins))
    ends = (index for index in range(begins[0], len(raw)) if _bare(raw[index]) == _END)
    end = next(ends, len(raw) - 1)
    return b"\n".join([*raw[begins[0] : end + 1], b""])


def parse(data: bytes) -> ClearSigned:
    """Take a bare clear-signed file apart. Raises LimitError or GrammarError."""
    check_bytes(data)
    rows = [row.removesuffix(b"\r") for row in data.split(b"\n")]
    begin, signature, end = _frame(rows)
    body, hashes = _headers(rows, begin + 1, signature)
    return ClearSigned(
        hashes=hashes,
        signed=b"\n".join(_unescape(rows, body, signature)),
        armor=b"\n".join(rows[signature : end + 1]),
        block=b"\n".join([*data.split(b"\n")[begin : end + 1], b""]),
    )


def _frame(rows: list[bytes]) -> tuple[int, int, int]:
    """Find the three armor lines, with nothing but blank lines outside them."""
    bare = [_bare(row) for row in rows]
    begin = next((index for index, row in enumerate(bare) if row), 0)
    if bare[begin] != BEGIN:
        raise GrammarError("", "line {line} stands before the signed block", line=begin + 1)
    if _SIGNATURE not in bare:
        raise GrammarError("", "the signature is missing: a BEGIN line, and no signature block after the text")
    signature = bare.index(_SIGNATURE)
    if _END not in bare[signature:]:
        raise GrammarError("", "the signature is cut off: its END line is missing")
    end = bare.index(_END, signature)
    after = next((index for index in range(end + 1, len(rows)) if bare[index]), None)
    if after is not None:
        raise GrammarError("", "line {line} stands after the signed block", line=after + 1)
    return begin, signature, end


def _headers(rows: list[bytes], start: int, stop: int) -> tuple[int, frozenset[str]]:
    """Read the Hash headers; return where the body starts, and the digests."""
    hashes: set[str] = set()
    for index in range(start, stop):
        if not rows[index]:
            return index + 1, frozenset(hashes)
        found = _HASH.fullmatch(_bare(rows[index]))
        names = {name.strip().decode("ascii") for name in found[1].split(b",")} if found else set()
        if not names or not names <= MODERN | _OLD:
            raise GrammarError("", "line {line} is neither a Hash header nor the empty line", line=index + 1)
        hashes |= names
    raise GrammarError("", "the empty line before the text is missing")


def _unescape(rows: list[bytes], start: int, stop: int) -> list[bytes]:
    """Undo the dash escapes and drop the blanks at line ends, which no signature covers."""
    for index in range(start, stop):
        if rows[index].startswith(b"-") and not rows[index].startswith(b"- "):
            raise GrammarError("", "line {line} starts with a dash that is not escaped", line=index + 1)
    return [_bare(row.removeprefix(b"- ")) for row in rows[start:stop]]


def salvage(data: bytes) -> bytes:
    """Return what can be read of a broken block: the text from after its header to its signature or its end.

    For showing and parsing, marked, never for checking. Only `- -` is unescaped: a page that lost its signature has
    often lost its escapes too, and then `- ` starts an item of a list.
    """
    rows = [_bare(row) for row in data.split(b"\n")]
    start = next((index for index, row in enumerate(rows) if BEGIN in row), -1) + 1
    header = start
    while header < len(rows) and _ANY_HEADER.match(rows[header]):
        header += 1
    start = header + 1 if header < len(rows) and not rows[header] else header
    stop = next((index for index in range(start, len(rows)) if rows[index].startswith(b"-----BEGIN PGP")), len(rows))
    return b"\n".join(row[2:] if row.startswith(b"- -") else row for row in rows[start:stop])


def _bare(row: bytes) -> bytes:
    return row.removesuffix(b"\r").rstrip(_BLANKS)
