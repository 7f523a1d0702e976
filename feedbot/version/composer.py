"""Versions of PHP packages, in the order of Composer: composer/semver, which normalises, and PHP's version_compare.

One to four numbers are filled up to four, so 1.0 = 1.0.0.0; or a date, whose numbers stay as they are. Behind them
come, in this order, `dev`, `alpha` (a), `beta` (b), `RC`, nothing or `stable`, `patch` (p, pl); the named ones with
numbers of their own, and with a `-dev` that is before them. Case, a leading `v` and build metadata do not count.

Branches (`dev-main`, `1.x-dev`) have no place among versions and are refused.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number

NAMES = ("packagist",)
_MODIFIER = (
    r"[._-]?(?:(?P<phase>stable|beta|b|rc|alpha|a|patch|pl|p)(?P<own>[.-]?[0-9]+(?:[.-][0-9]+)*)?)?(?P<dev>[.-]?dev)?"
)
_BUILD = r"(?:\+\S+)?"
_PATTERNS = tuple(
    re.compile(rf"v?(?P<numbers>{numbers}){_MODIFIER}{_BUILD}", re.ASCII | re.IGNORECASE)
    for numbers in (
        r"[0-9]{1,5}(?:\.[0-9]+){0,3}",
        r"[0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3})?",
    )
)
_DEV, _ALPHA, _BETA, _RC, _END, _NUMBER, _PATCH = (bytes([n]) for n in range(1, 8))
_PHASES = {
    "a": _ALPHA, "alpha": _ALPHA, "b": _BETA, "beta": _BETA, "rc": _RC, "patch": _PATCH, "pl": _PATCH, "p": _PATCH,
}  # fmt: skip


def key(version: str) -> bytes:
    """Return the order-preserving key. Raises VersionError for branches and whatever else Composer cannot normalise."""
    classical, dated = (pattern.fullmatch(version) for pattern in _PATTERNS)
    match = classical or dated
    if match is None:
        raise VersionError(version, "not a version of a PHP package", hint="expected 1.2.3, 1.2.3-beta1 or v1.2")
    found = re.findall("[0-9]+", match["numbers"])
    if classical:
        found += ["0"] * (4 - len(found))
    out = _numbers(found, version)
    phase = (match["phase"] or "").lower()
    if phase == "stable":
        return out + _END
    if phase:
        out += _PHASES[phase] + _numbers(re.findall("[0-9]+", match["own"] or ""), version)
    return out + (_DEV if match["dev"] else b"") + _END


def _numbers(found: list[str], version: str) -> bytes:
    return b"".join(_NUMBER + number(one, version) for one in found)
