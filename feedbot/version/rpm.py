"""RPM versions, `[epoch:]version[-release]`, in the order of rpmvercmp (rpm 4.15 and later, with `~` and `^`).

rpm compares segments of digits and of letters and skips what stands between them. `~` sorts before the end, the end
before `^`, that before a segment of letters, and letters before digits.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number, word

NAMES = (
    "almalinux", "rocky linux", "red hat", "suse", "opensuse", "openeuler", "mageia", "photon os", "azure linux",
)  # fmt: skip
_VERSION = re.compile(r"(?:(?P<epoch>[0-9]+):)?(?P<version>[^\s:-]+)(?:-(?P<release>[^\s:-]*))?", re.ASCII)
_SEGMENT = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")
_TILDE, _END, _CARET, _LETTERS, _DIGITS = (bytes([n]) for n in range(1, 6))


def key(version: str) -> bytes:
    """Return the order-preserving key. An absent epoch equals 0; an absent release sorts before every release.

    (rpm itself lets an absent release equal any, which is no order.) Raises VersionError where the three parts cannot
    be told apart.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise VersionError(version, "not an RPM version", hint="expected [epoch:]version[-release]")
    epoch = number(match["epoch"] or "", version)
    return epoch + _part(match["version"], version) + _part(match["release"] or "", version)


def _part(text: str, version: str) -> bytes:
    return b"".join(_segment(segment, version) for segment in _SEGMENT.findall(text)) + _END


def _segment(segment: str, version: str) -> bytes:
    if segment == "~":
        return _TILDE
    if segment == "^":
        return _CARET
    if segment[0].isdigit():
        return _DIGITS + number(segment, version)
    return _LETTERS + word(segment)
