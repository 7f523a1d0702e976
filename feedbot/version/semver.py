"""Semantic versions, in the order of Semantic Versioning 2.0.0, section 11."""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number, word

_VERSION = re.compile(
    r"v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_END, _NUMBER, _WORD, _RELEASE = (bytes([n]) for n in range(1, 5))


def key(version: str) -> bytes:
    """Return the order-preserving key. Build metadata does not count, so versions that differ only there are equal.

    Raises VersionError for what the specification does not allow; a leading `v` is let pass, as in tags.
    """
    match = _VERSION.fullmatch(version)
    identifiers = match["pre"].split(".") if match and match["pre"] else []
    if match is None or any(part.isdigit() and part[0] == "0" and part != "0" for part in identifiers):
        raise VersionError(version, "not a semantic version", hint="expected MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]")
    release = b"".join(number(part, version) for part in match.groups()[:3])
    if not identifiers:
        return release + _RELEASE
    return release + b"".join(_identifier(part, version) for part in identifiers) + _END


def _identifier(part: str, version: str) -> bytes:
    return _NUMBER + number(part, version) if part.isdigit() else _WORD + word(part)
