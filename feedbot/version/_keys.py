"""One door to the schemes: each is a member file with `key(version) -> bytes`.

A member may also say `TYPE`, the type that VERS knows it by where that is not its own name, and `NAMES`, whatever else
orders its versions so: ecosystems of OSV and types of package URLs, in small letters.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from feedbot import members


def schemes() -> tuple[str, ...]:
    """Return the names of the known schemes."""
    return members.names("feedbot.version")


def scheme_of(name: str) -> str:
    """Return the scheme that orders the versions of an OSV ecosystem, a package URL's or a VERS type; empty for none.

    A release behind a colon (`Debian:12`) and case do not count.
    """
    return _named().get(name.partition(":")[0].strip().lower(), "")


@cache
def _named() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for scheme in schemes():
        module = members.load("feedbot.version", scheme)
        found |= dict.fromkeys((scheme, vers_type(scheme), *getattr(module, "NAMES", ())), scheme)
    return found


@cache
def vers_type(scheme: str) -> str:
    """Return the VERS type of a scheme: `pypi` for pep440, its own name for most."""
    return str(getattr(members.load("feedbot.version", scheme), "TYPE", scheme))


def key(scheme: str, version: str) -> bytes:
    """Return the order-preserving key of `version`. Raises VersionError where the scheme cannot read it."""
    made = members.load("feedbot.version", scheme).key(version)
    assert isinstance(made, bytes)
    return made


def keys(scheme: str, versions: Iterable[str]) -> list[bytes]:
    """Return the keys of many versions, faster than one by one. Raises VersionError as `key` does."""
    return list(map(members.load("feedbot.version", scheme).key, versions))


def compare(scheme: str, left: str, right: str) -> int:
    """Return -1, 0 or 1 as `left` sorts before, with or after `right`."""
    a, b = key(scheme, left), key(scheme, right)
    return (a > b) - (a < b)
