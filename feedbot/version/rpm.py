"""RPM versions, `[epoch:]version[-release]`, in the order of rpmvercmp (rpm 4.15 and later, with `~` and `^`).

rpm compares segments of digits and of letters and skips what stands between them. `~` sorts before the end, the end
before `^`, that before a segment of letters, and letters before digits.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import Encoded, number, word

NAMES = (
    "almalinux", "rocky linux", "red hat", "suse", "opensuse", "openeuler", "mageia", "photon os", "azure linux",
)  # fmt: skip
_VERSION = re.compile(r"(?:([0-9]+):)?([^\s:-]+(?:-[^\s:-]*)?)", re.ASCII)
_SEGMENT = re.compile(r"[0-9]+|[A-Za-z]+|[~^-]")
_TILDE, _END, _CARET, _LETTERS, _DIGITS = (bytes([n]) for n in range(1, 6))
_NO_EPOCH = number("0", "")
_SIGNS = {"~": _TILDE, "^": _CARET, "-": _END}


def key(version: str) -> bytes:
    """Return the order-preserving key. An absent epoch is 0, an absent release the empty one: before all but `~`.

    (rpm itself lets an absent release equal any, which is no order.) Raises VersionError where the three parts cannot
    be told apart.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise VersionError(version, "not an RPM version", hint="expected [epoch:]version[-release]")
    epoch, parts = match.groups()
    segments = _SEGMENT.findall(parts if "-" in parts else parts + "-")
    return (number(epoch, version) if epoch else _NO_EPOCH) + b"".join(map(_ENCODED.__getitem__, segments)) + _END


def _segment(segment: str) -> bytes:
    if segment in _SIGNS:
        return _SIGNS[segment]
    if segment[0].isdigit():
        return _DIGITS + number(segment, segment)
    return _LETTERS + word(segment)


_ENCODED = Encoded(_segment)
