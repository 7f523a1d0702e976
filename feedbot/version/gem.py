"""Versions of Ruby gems, in the order of Gem::Version (rubygems/version.rb).

A version is a list of numbers and words; a hyphen is `.pre.`. The first word begins a pre-release. Lists compare item
by item, the shorter one filled with zeros; a word sorts before every number. Zeros at the end of the numbers and at the
end of the whole do not count, so 1.0.a = 1.a, and 1.0 = 1.

Key: after each item comes a word, then (in this order) a zero with nothing but zeros up to a word, the end, a number.
So 1.a < 1.a.0.b and still 1.a.0.b < 1.a.0.0.b < 1.a, as zeros filled in say.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number, word

NAMES = ("rubygems",)
_VERSION = re.compile(r"\s*[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\s*", re.ASCII)
_SEGMENT = re.compile(r"[0-9]+|[A-Za-z]+")
_WORD, _ZERO_BEFORE_WORD, _END, _NUMBER = (bytes([n]) for n in range(1, 5))


def key(version: str) -> bytes:
    """Return the order-preserving key. Case counts: capital letters sort before small ones.

    Raises VersionError for what RubyGems calls malformed.
    """
    if not _VERSION.fullmatch(version):
        raise VersionError(version, "not a version of a Ruby gem", hint="expected numbers and words between dots")
    out, ending = [_END], _END
    for segment in reversed(_counted(_SEGMENT.findall(version.replace("-", ".pre.")))):
        if segment.isalpha():
            ending = _WORD
            out.append(_WORD + word(segment))
        elif segment.strip("0"):
            ending = _NUMBER
            out.append(_NUMBER + number(segment, version))
        else:
            out.append(_ZERO_BEFORE_WORD if ending == _WORD else _NUMBER + number("", version))
    return b"".join(reversed(out))


def _counted(segments: list[str]) -> list[str]:
    """Leave out the zeros that do not count."""
    first_word = next((n for n, segment in enumerate(segments) if segment.isalpha()), len(segments))
    return _stripped(segments[:first_word]) + _stripped(segments[first_word:])


def _stripped(segments: list[str]) -> list[str]:
    while segments and not segments[-1].strip("0"):
        segments.pop()
    return segments
