"""Versions of OpenSSL (www.openssl.org/policies/general/versioning-policy.html).

Up to 1.1.1 a letter after the third number is a patch, and after z come za, zb …: 1.0.2 < 1.0.2a < 1.0.2z < 1.0.2zb.
From 3.0.0 the third number is the patch, and there are no letters. Before a release come, in this order, `-dev`,
`-alphaN`, `-betaN`, `-preN`; a `-dev` of one of these, or of a lettered patch, is just before it. `-fips` and `+quic`
name how it was built, not which version it is.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number, word

_VERSION = re.compile(
    r"(?:OpenSSL[ -])?(?P<numbers>[0-9]+\.[0-9]+(?:\.[0-9]+)?)(?P<letters>[a-z]*)(?:-fips)?"
    r"(?:-(?P<phase>alpha|beta|pre)(?P<n>[0-9]+))?(?P<dev>-dev)?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII | re.IGNORECASE,
)
_PHASES = {"alpha": b"\2", "beta": b"\3", "pre": b"\4"}
_LETTERED = ("", "1")
_DEV, _RELEASE = b"\1", b"\5"


def key(version: str) -> bytes:
    """Return the order-preserving key; 1.1 is 1.1.0. Raises VersionError for what OpenSSL calls no version (3.0.2a)."""
    match = _VERSION.fullmatch(version)
    numbers = match["numbers"].split(".") if match else []
    if match is None or (match["letters"] and (len(numbers) < 3 or numbers[0].strip("0") not in _LETTERED)):
        raise VersionError(version, "not a version of OpenSSL", hint="expected 1.0.2zb or 3.0.14")
    release = b"".join(number(one, version) for one in (*numbers, "0")[:3]) + word(match["letters"].lower())
    if match["phase"]:
        release += _PHASES[match["phase"].lower()] + number(match["n"], version)
    return release + (_DEV if match["dev"] else _RELEASE)
