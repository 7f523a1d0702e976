"""Python versions in the order of PEP 440 (the version specifiers specification of PyPA)."""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number, word

TYPE = "pypi"
_VERSION = re.compile(
    r"""\s*v?(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)
    (?P<pre>[-_.]?(?P<phase>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_n>[0-9]*))?
    (?P<post>-(?P<bare_n>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_n>[0-9]*))?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_n>[0-9]*))?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PHASES = {"a": 2, "alpha": 2, "b": 3, "beta": 3, "c": 4, "rc": 4, "pre": 4, "preview": 4}
# What may follow the release, in order: a development release of it, a b rc, nothing.
_DEV_ONLY, _FINAL = 1, 5
_ABSENT, _PRESENT = b"\x01", b"\x02"
_BEFORE_ABSENT = b"\x00"


def key(version: str) -> bytes:
    """Return the order-preserving key. Trailing zeros of the release do not count (1.0 equals 1).

    Raises VersionError for what PEP 440 does not allow.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise VersionError(version, "not a Python version (PEP 440)")
    return (
        number(match["epoch"] or "", version)
        + _release(match["release"], version)
        + _phase(match, version)
        + _suffix(match["post"], match["post_n"] or match["bare_n"], version)
        + (_BEFORE_ABSENT + number(match["dev_n"], version) if match["dev"] else _ABSENT)
        + _local(match["local"], version)
    )


def _release(text: str, version: str) -> bytes:
    numbers = text.split(".")
    while len(numbers) > 1 and not numbers[-1].strip("0"):
        numbers.pop()
    return b"".join(_PRESENT + number(n, version) for n in numbers) + _ABSENT


def _phase(match: re.Match[str], version: str) -> bytes:
    if match["pre"]:
        return bytes([_PHASES[match["phase"].lower()]]) + number(match["pre_n"], version)
    return bytes([_DEV_ONLY if match["dev"] and not match["post"] else _FINAL])


def _suffix(part: str | None, digits: str | None, version: str) -> bytes:
    return _PRESENT + number(digits or "", version) if part else _ABSENT


def _local(text: str | None, version: str) -> bytes:
    """Words sort before numbers, a shorter local version before its extensions."""
    if text is None:
        return _ABSENT
    parts = re.split(r"[-_.]", text.lower())
    coded = (b"\x03" + number(p, version) if p.isdigit() else b"\x02" + word(p) for p in parts)
    return _PRESENT + b"".join(coded) + b"\x01"
