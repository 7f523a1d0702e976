"""Versions of Maven artifacts, in the order of the POM reference ("Version Order Specification"), ComparableVersion.

A version is split at `.` and `-` and between digits and letters, where a hyphen is understood; before a word a dot is a
hyphen too. What is empty is 0. Then, from the end and from each hyphen backwards, what says nothing is left out: zeros,
`ga`, `final`, `release`. So 1.0.0-rc1 = 1-rc-1, and 1.0 = 1. Case does not count.

    qualifiers   alpha (a1) < beta (b1) < milestone (m1) < rc, cr < snapshot < none < sp < all others by alphabet
    the order    1-rc < 1-rc1 = 1-rc-1 < 1-rc.1 < 1 < 1-sp < 1-other = 1.other < 1-1 < 1.1

Key: after each token comes, in this order, a qualifier that means "before", the end, another qualifier, a number after
a hyphen, a number after a dot.
"""

import re
from dataclasses import dataclass

from feedbot.errors import VersionError
from feedbot.version._encoding import number, word

_VERSION = re.compile(r"[!-~]{1,256}")
_TOKEN = re.compile(r"(?P<gap>[.-]?)(?P<text>[0-9]+|[^0-9.-]+|)")
_BEFORE, _END, _AFTER, _HYPHEN, _DOT = (bytes([n]) for n in range(1, 6))
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_EARLIER = {"alpha": b"\1", "beta": b"\2", "milestone": b"\3", "rc": b"\4", "cr": b"\4", "snapshot": b"\5"}
_RELEASE, _OTHER = b"\1", b"\3"
_LATER = {"ga": _RELEASE, "final": _RELEASE, "release": _RELEASE, "sp": b"\2"}


@dataclass(frozen=True, slots=True)
class _Token:
    """A number or a qualifier, and whether a dot stands before it that is not a hyphen."""

    dotted: bool
    text: str

    @property
    def says_nothing(self) -> bool:
        return _LATER.get(self.text) == _RELEASE or not self.text.strip("0")


def key(version: str) -> bytes:
    """Return the order-preserving key.

    Raises VersionError for an empty text, blanks, characters that are not ASCII, and more than 256 characters.
    """
    if not _VERSION.fullmatch(version):
        raise VersionError(version[:40], "not a version of a Maven artifact")
    kept: list[_Token] = []
    for token in reversed(_tokens(version.lower())):
        if (kept and kept[-1].dotted) or not token.says_nothing:
            kept.append(token)
    return b"".join(_coded(token, version) for token in reversed(kept)) + _END


def _tokens(text: str) -> list[_Token]:
    found = [(match["gap"], match["text"] or "0") for match in _TOKEN.finditer("." + text) if match[0]]
    following = [gap + token for gap, token in found[1:]] + [""]
    return [_token(gap, token, after) for (gap, token), after in zip(found, following, strict=True)]


def _token(gap: str, text: str, after: str) -> _Token:
    if text.isdigit():
        return _Token(gap == ".", text)
    return _Token(False, _SHORT.get(text, text) if after[:1].isdigit() else text)


def _coded(token: _Token, version: str) -> bytes:
    text = token.text
    if text.isdigit():
        return (_DOT if token.dotted else _HYPHEN) + number(text, version)
    if text in _EARLIER:
        return _BEFORE + _EARLIER[text]
    return _AFTER + (_LATER.get(text) or _OTHER + word(text))
