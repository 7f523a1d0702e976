"""Upstream versions as projects write them: dotted numbers, letters, patch levels, candidates before a release.

There is no standard; this is the order that the projects which hosting lives on mean:

    4.2.7-RC1 < 4.2.7 < 4.2.7p9 < 4.2.7p26      9.9.4 < 9.9.4-P1      1.0.2 < 1.0.2z < 1.0.2zh
    9.11.0a1 < 9.11.0, but 1.0.1 < 1.0.1a       a letter alone is a later patch, with a number it is alpha or beta
    2.0-beta9 < 2.0      9.0.0.M1 < 9.0.0       2.4 = 2.4.0           4.2.6.p5 = 4.2.6p5

Case does not count. `.` `-` `_` `+` and blanks only separate. `~` puts what follows before the release, as in Debian.

Key: the numbers, then each word with its number. After a number may come, in this order: a word that means "before",
the end, a word that means "after", a further number.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import Encoded, number, word

_VERSION = re.compile(r"(?:v|ver\.?|version)?\s*(?=[0-9a-z])[0-9a-z.+_~:()\[\] -]*", re.IGNORECASE | re.ASCII)
_BRANCH = re.compile(r".*[0-9][.][x*]", re.IGNORECASE)
_DIGIT = re.compile("[0-9]")
_PREFIX = re.compile(r"^(?:version|ver|v)(?=[^a-z])\.?\s*")
_PART = re.compile(r"([^0-9a-z]*)([a-z]*)([^0-9a-z]*)([0-9]*)")

_BEFORE, _END, _AFTER, _MORE = (bytes([n]) for n in range(1, 5))
_ZERO = _MORE + b"\0"
# Words that stand before the release, in their order.
_PHASES = {
    "": 0, "dev": 1, "devel": 1, "snapshot": 1, "nightly": 1,
    "a": 2, "alpha": 2, "b": 3, "beta": 3,
    "m": 4, "milestone": 4, "pre": 4, "preview": 4,
    "c": 5, "cr": 5, "rc": 5,
}  # fmt: skip
_NEED_NUMBER = {"a", "b", "c", "m"}
_SAME = {"patchlevel": "p", "patch": "p", "pl": "p", "update": "u", "servicepack": "sp"}
_NOTHING = {"final", "ga", "release"}


def key(version: str) -> bytes:
    """Return the order-preserving key.

    Raises VersionError where no number is in it, for a branch (`1.4.x`), or for characters that no project uses.
    """
    if not _VERSION.fullmatch(version) or not _DIGIT.search(version) or _BRANCH.fullmatch(version):
        raise VersionError(version, "not a version number")
    items = map(_ENCODED.__getitem__, _PART.findall(_PREFIX.sub("", version.lower())))
    out, zeros = b"", b""
    for item in items:
        # Zeros count only when something other than the end or a word follows: 2.4.0 = 2.4, 2.4.0.1 > 2.4.1 is false.
        if item == _ZERO:
            zeros += item
        elif item:
            out += zeros + item if item[:1] == _MORE else item
            zeros = b""
    return out + _END


def _item(part: tuple[str, str, str, str]) -> bytes:
    """Encode a word with its number, or a number alone; nothing for what only separates."""
    gap, name, inner, digits = part
    if name not in _NOTHING and (name or "~" in gap) and (name or digits):
        return _word(_SAME.get(name, name), digits, inner, before="~" in gap)
    return _MORE + number(digits, digits) if digits else b""


def _word(name: str, digits: str, inner: str, *, before: bool) -> bytes:
    before = before or (name in _PHASES and not (name in _NEED_NUMBER and (inner or not digits)))
    phase = bytes([_PHASES.get(name, 0)]) if before else b""
    spelling = "" if before and name in _PHASES else name
    return (_BEFORE if before else _AFTER) + phase + word(spelling) + number(digits, digits)


_ENCODED = Encoded(_item)
